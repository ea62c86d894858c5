import ast
from collections.abc import Callable

import pytest

from hatch_vibesafe.spec.model import Scan, SourceFile, Spec, UnitOptions, UnitSettings
from hatch_vibesafe.spec.scan import scan

SpecOf = Callable[..., Spec]

UNIT = '''\
import decimal
LIMIT = 10
def clean(value: str) -> str:
    """Clean it."""
    # by trimming
    return value.strip()[:LIMIT]
@decimal.traced
@vibesafe(model="m")
def f(value: str, *, width: int = 3) -> str:
    """Pad `clean` values.

    Longer text.

    >>> f("a")
    'a  '

    >>> f("b", width=2)
    'b '
    """
    if width < 0:
        raise ValueError("negative")
    raise VibeCoded()
'''


def changed(one: Spec, other: Spec) -> list[str]:
    """Return the parts that differ."""
    parts = dict(other.parts)
    names = [name for name, digest in one.parts if parts.pop(name, None) != digest]
    return names + list(parts)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# by trimming", "# otherwise"),
        (
            "def f(value: str, *, width: int = 3) -> str:",
            "def f(\n    value: str,\n    *,\n    width: int = 3,\n) -> str:",
        ),
        ('"negative"', "'negative'"),
        ("width < 0", "(width < 0)"),
        ("raise VibeCoded()", "raise VibeCoded"),
        ("raise VibeCoded()", "..."),
        ("\n", "\r\n"),
        ("\n", "\n\n"),
        ("    ", "\t"),
        ("import decimal\n", ""),
        ("import decimal\n", "import decimal\nimport os\nother = 1\n"),
        ('@vibesafe(model="m")', '@vibesafe(model="m", kind="function", tags=[])'),
        ('@vibesafe(model="m")', '@vibesafe.func(model="m")'),
        ("LIMIT = 10", "LIMIT = 0xA"),
    ],
)
def test_what_does_not_matter_changes_nothing(spec_of: SpecOf, before: str, after: str) -> None:
    text = UNIT.replace("@decimal.traced\n", "") if "import" in before else UNIT
    if before == "\n":
        head, sep, doc = text.partition('    """Pad')
        doc, end, rest = doc.partition('"""\n')
        text_after = head.replace(before, after) + sep + (doc if after == "\n\n" else doc.replace(before, after))
        text_after += end + rest.replace(before, after)
    else:
        text_after = text.replace(before, after)
    assert text_after != text
    assert changed(spec_of(text), spec_of(text_after)) == []
    assert spec_of(text).spec_hash == spec_of(text_after).spec_hash


def test_moving_a_function_inside_its_file_changes_nothing(spec_of: SpecOf) -> None:
    helper = UNIT[UNIT.index("def clean") : UNIT.index("@decimal")]
    moved = UNIT.replace(helper, "").replace("LIMIT = 10\n", f"{helper}def more(): pass\n\nLIMIT = 10\n")
    assert spec_of(UNIT).spec_hash == spec_of(moved).spec_hash


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("width: int = 3", "width: int = 4", ["signature"]),
        ("width: int = 3", "width: float = 3", ["signature"]),
        ("value: str, *", "value: str, /, *", ["signature"]),
        ("value: str, *, ", "value: str, ", ["signature"]),
        ("value: str, *, ", "value: str, *more: str, ", ["signature"]),
        ("def f(value: str, *", "async def f(value: str, *", ["signature"]),
        ("3) -> str", "3) -> bytes", ["signature"]),
        ("Longer text", "Other text", ["docstring"]),
        ("'a  '", "'a   '", ["example 1"]),
        ('f("b", width=2)', 'f("b", width=3)', ["example 2"]),
        ('f("b", width=2)', 'f("b", width=2)  # doctest: +SKIP', ["example 2"]),
        ("    'b '\n", "    'b '\n    >>> f('c')\n    'c  '\n", ["example 3"]),
        ("width < 0", "width <= 0", ["code before the hole"]),
        ('raise ValueError("negative")', "pass", ["code before the hole"]),
        ('    if width < 0:\n        raise ValueError("negative")\n', "", ["code before the hole"]),
        ('model="m"', 'model="n"', ["options"]),
        ("@vibesafe(", "@vibesafe.http(", ["options"]),
        ("decimal.traced", "decimal.traced(1)", ["options"]),
        ("value.strip()", "value.rstrip()", ["helper app.m.clean"]),
        ("Clean it", "Clean that", ["helper app.m.clean"]),
        ("LIMIT = 10", "LIMIT = 11", ["helper app.m.LIMIT"]),
        ("import decimal", "import fractions as decimal", ["imports"]),
        ("import decimal", "from __future__ import annotations\nimport decimal", ["imports"]),
        ("`clean`", "`LIMIT`", ["docstring", "imports", "helper app.m.clean"]),
    ],
)
def test_each_edit_that_matters_moves_its_part(spec_of: SpecOf, before: str, after: str, parts: list[str]) -> None:
    assert before in UNIT
    one, other = spec_of(UNIT), spec_of(UNIT.replace(before, after))
    assert changed(one, other) == parts
    assert one.spec_hash != other.spec_hash


def with_settings(settings: UnitSettings) -> Spec:
    text = b"from vibesafe_runtime import vibesafe\n@vibesafe\ndef f() -> int: ...\n"
    found: Scan = scan([SourceFile("m", "m.py", text, is_package=False)], lambda _: settings)
    return found.specs[0]


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        (UnitSettings("b.md", "text\n", (("model", "m"), ("temperature", 0.2))), []),
        (UnitSettings("a.md", "text\r\n", (("model", "m"), ("temperature", 0.2))), []),
        (UnitSettings("a.md", "text", (("model", "m"), ("temperature", 0.2))), ["template"]),
        (UnitSettings("a.md", "text\n", (("model", "n"), ("temperature", 0.2))), ["settings"]),
        (UnitSettings("a.md", "text\n", (("model", "m"), ("temperature", 0))), ["settings"]),
        (UnitSettings("a.md", "text\n", (("model", "m"),)), ["settings"]),
        (UnitSettings("a.md", "text\n", (("model", "m"), ("seed", 1), ("temperature", 0.2))), ["settings"]),
    ],
)
def test_the_template_counts_by_its_content_and_the_settings_by_what_is_sent(
    settings: UnitSettings, parts: list[str]
) -> None:
    one = with_settings(UnitSettings("a.md", "text\n", (("model", "m"), ("temperature", 0.2))))
    assert changed(one, with_settings(settings)) == parts


def test_a_whole_number_is_another_setting_than_a_fraction_or_a_truth_value() -> None:
    hashes = [with_settings(UnitSettings("a.md", "", (("seed", value),))) for value in (1, 1.0, True, 1)]
    assert [changed(hashes[0], each) for each in hashes] == [[], ["settings"], ["settings"], []]


def test_the_path_of_a_file_does_not_count() -> None:
    text = b"from vibesafe_runtime import vibesafe\n@vibesafe\ndef f() -> int: ...\n"

    def at(path: str) -> str:
        files = [SourceFile("m", path, text, is_package=False)]
        return scan(files, lambda _: UnitSettings("t", "")).specs[0].spec_hash

    assert at("m.py") == at("src/m.py")


def test_the_order_of_files_does_not_count() -> None:
    files = [
        SourceFile(
            "m",
            "m.py",
            b"from vibesafe_runtime import vibesafe\nfrom n import x\n@vibesafe\ndef f(a: x) -> int: ...\n",
            is_package=False,
        ),
        SourceFile(
            "n",
            "n.py",
            b"from vibesafe_runtime import vibesafe\nx = 1\n@vibesafe\ndef g() -> int: ...\n",
            is_package=False,
        ),
    ]
    settings = UnitSettings("t", "")
    assert scan(files, lambda _: settings) == scan(files[::-1], lambda _: settings)


def test_options_reach_the_settings() -> None:
    asked: list[UnitOptions] = []

    def settings_for(options: UnitOptions) -> UnitSettings:
        asked.append(options)
        return UnitSettings("t", "")

    text = b"from vibesafe_runtime import vibesafe\n@vibesafe(provider='p')\ndef f() -> int: ...\n"
    scan([SourceFile("m", "m.py", text, is_package=False)], settings_for)
    assert asked == [UnitOptions(provider="p")]


def test_writing_the_syntax_anew_changes_nothing(spec_of: SpecOf) -> None:
    assert spec_of(UNIT).spec_hash == spec_of(ast.unparse(ast.parse(UNIT))).spec_hash
