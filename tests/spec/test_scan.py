import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.spec.model import Scan, SourceFile, Spec, UnitOptions, UnitSettings
from hatch_vibesafe.spec.scan import scan

Scanned = Callable[[Mapping[str, str | bytes]], Scan]
SpecOf = Callable[..., Spec]
ProblemsOf = Callable[[str], list[tuple[str, str]]]

BODY = "    '''A.\n\n    >>> f()\n    1\n    '''\n"


@pytest.mark.parametrize(
    ("imports", "decorator", "hole", "kind"),
    [
        ("from vibesafe_runtime import vibesafe, VibeCoded", "@vibesafe", "raise VibeCoded()", "function"),
        ("from vibesafe_runtime import vibesafe, VibeCoded", "@vibesafe", "raise VibeCoded", "function"),
        ("from vibesafe_runtime import vibesafe as v, VibeCoded as C", "@v()", "raise C()", "function"),
        ("from vibesafe_runtime import vibesafe as v, VibeCoded as C", "@v.http(method='GET')", "raise C()", "http"),
        ("import vibesafe_runtime", "@vibesafe_runtime.vibesafe", "raise vibesafe_runtime.VibeCoded()", "function"),
        ("import vibesafe_runtime as vr", "@vr.vibesafe.cli()", "raise vr.VibeCoded", "cli"),
        ("import vibesafe_runtime as vr", "@vr.vibesafe(kind='cli')", "raise vr.VibeCoded", "cli"),
        ("from vibesafe_runtime import *", "@vibesafe.func", "raise VibeCoded()", "function"),
        ("from vibesafe import vibesafe, VibesafeHandled", "@vibesafe.func", "yield VibesafeHandled()", "function"),
        ("from vibesafe import vibesafe, VibesafeHandled", "@vibesafe.http", "return VibesafeHandled()", "http"),
        ("from vibesafe_runtime import vibesafe", "@vibesafe", "...", "function"),
        ("try:\n    from vibesafe_runtime import vibesafe\nexcept E:\n    raise", "@vibesafe", "...", "function"),
    ],
)
def test_every_spelling_is_recognised(scanned: Scanned, imports: str, decorator: str, hole: str, kind: str) -> None:
    found = scanned({"m": f"{imports}\n{decorator}\ndef f() -> int:\n{BODY}    {hole}\n"})
    assert found.all_problems == ()
    assert [(str(spec.unit), spec.options.kind) for spec in found.specs] == [("m/f", kind)]


@pytest.mark.parametrize(
    "text",
    [
        "def vibesafe(f): return f\n@vibesafe\ndef f(x): ...\n",
        "from other import vibesafe\n@vibesafe\ndef f(x): ...\n",
        "from vibesafe_runtime import vibesafe\ndef vibesafe(f): return f\n@vibesafe\ndef f(x): ...\n",
        "import vibesafe_runtime\n@vibesafe_runtime.other\ndef f(x): ...\n",
        "from vibesafe_runtime import VibeCoded\ndef f(x):\n    raise VibeCoded()\n",
        "'@vibesafe'\n",
    ],
)
def test_what_is_not_imported_from_the_runtime_is_not_ours(scanned: Scanned, text: str) -> None:
    assert scanned({"m": text}) == Scan((), (), (), ())


def test_options_are_read(spec_of: SpecOf) -> None:
    spec = spec_of(
        "@vibesafe(kind='http', provider='p', template='t.md', model='m', method='POST', path='/x', tags=['a', 'b'])\n"
        f"def f() -> int:\n{BODY}    raise VibeCoded()\n"
    )
    assert spec.options == UnitOptions("http", "p", "t.md", "m", "POST", "/x", ("a", "b"))


@pytest.mark.parametrize(
    ("decorator", "what"),
    [
        ("@vibesafe(colour='red')", "'colour' does not exist"),
        ("@vibesafe(kind='html')", "the kind 'html' does not exist"),
        ("@vibesafe(model=MODEL)", "model is not a text written out"),
        ("@vibesafe(model=3)", "model is not a text written out"),
        ("@vibesafe(tags='ab')", "tags is not a list of texts written out"),
        ("@vibesafe(tags=['a', b])", "tags is not a list of texts written out"),
        ("@vibesafe(capabilities=['clock', 'telepathy'])", "the capability 'telepathy' does not exist"),
        ("@vibesafe(capabilities='clock')", "capabilities is not a list of texts written out"),
        ("@vibesafe(capabilities=['pure', 'net'])", "'pure' stands beside others"),
        ("@vibesafe(capabilities=['import:a b'])", "'import:a b' does not exist"),
        ("@vibesafe('http')", "keyword arguments only"),
        ("@vibesafe(**options)", "cannot be given with **"),
        ("@vibesafe.http(kind='cli')", "two kinds: http and cli"),
        ("@vibesafe.web", "@vibesafe.web does not exist"),
        ("@vibesafe\n@vibesafe", "stands here twice"),
    ],
)
def test_a_bad_option_is_a_problem(problems_of: ProblemsOf, decorator: str, what: str) -> None:
    ((where, found),) = problems_of(f"{decorator}\ndef f() -> int:\n{BODY}    raise VibeCoded()\n")
    assert what in found
    assert where in {"app/m.py:2  app.m/f", "app/m.py:3  app.m/f"}


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        ("    return 1", 4, "no hole"),
        ("    '''Only text.'''", 3, "no hole"),
        ("    raise VibeCoded()\n    return 1", 4, "not the last statement"),
        ("    if 1:\n        raise VibeCoded()\n    return 1", 5, "not the last statement"),
        ("    if 1:\n        raise VibeCoded()", 5, "not the last statement"),
        ("    for x in []:\n        pass\n    else:\n        raise VibeCoded()", 7, "not the last statement"),
        ("    if 1:\n        raise VibeCoded()\n    raise VibeCoded()", 3, "2 holes (lines 5, 6)"),
        ("    ...\n    raise VibeCoded()", 3, "2 holes"),
        ("    raise ValueError()", 4, "no hole"),
    ],
)
def test_a_hole_in_the_wrong_place_is_a_problem(problems_of: ProblemsOf, body: str, line: int, what: str) -> None:
    ((where, found),) = problems_of(f"@vibesafe\ndef f() -> int:\n{body}\n")
    assert where == f"app/m.py:{line}  app.m/f"
    assert what in found


def test_an_inner_function_and_a_nested_pass_do_not_cut_the_code_before_the_hole(spec_of: SpecOf) -> None:
    before = (
        "def later() -> None:\n    raise VibeCoded()\n"
        "class P:\n    def m(self) -> int: ...\n"
        "if x:\n    pass\n"
        "for y in ():\n    ...\n"
        "if x < 0:\n    raise ValueError(x)"
    )
    indented = "\n".join(f"    {line}" for line in before.split("\n"))
    assert spec_of(f"@vibesafe\ndef f(x: int) -> int:\n{indented}\n    raise VibeCoded()\n").pre_hole == before


def test_missing_annotations_are_told_for_each_parameter(problems_of: ProblemsOf) -> None:
    found = problems_of(f"@vibesafe\ndef f(\n  a, b: int, *c,\n  d, **e):\n{BODY}    raise VibeCoded()\n")
    assert [(where, what.partition(" has")[0]) for where, what in found] == [
        ("app/m.py:3  app.m/f", "the return type is not annotated"),
        ("app/m.py:4  app.m/f", "the parameter a"),
        ("app/m.py:4  app.m/f", "the parameter c"),
        ("app/m.py:5  app.m/f", "the parameter d"),
        ("app/m.py:5  app.m/f", "the parameter e"),
    ]


def test_a_plain_script_may_leave_its_types_and_its_docstring_out() -> None:
    text = b"from vibesafe_runtime import vibesafe\n@vibesafe\ndef cowsay(msg): ...\n"
    files = [SourceFile("script", "script.py", text, is_package=False)]
    relaxed = scan(files, lambda _: UnitSettings("t", ""), require_annotations=False)
    assert [spec.head for spec in relaxed.specs] == ["def cowsay(msg):"]
    assert not relaxed.all_problems
    assert len(scan(files, lambda _: UnitSettings("t", "")).invalid) == 1


@pytest.mark.parametrize(
    ("text", "unit", "what"),
    [
        ("class A:\n    @vibesafe\n    def f(self, x) -> int: ...\n", "app.m/A.f", "the parameter x has no type"),
        ("def g():\n    @vibesafe\n    def f() -> int: ...\n", "app.m/g.f", "nested in the function g"),
        (
            "class A:\n    @vibesafe\n    def f(self) -> int: ...\n    def f(self): pass\n",
            "app.m/A.f",
            "again in line 5",
        ),
        (
            "def g():\n    class A:\n        @vibesafe\n        def f(self) -> int: ...\n",
            "app.m/g.A.f",
            "in the function g",
        ),
        ("@vibesafe\ndef f() -> int: ...\nf = 1\ndef f(): pass\n", "app.m/f", "defined again in line 5"),
    ],
)
def test_a_unit_in_the_wrong_place_is_a_problem(problems_of: ProblemsOf, text: str, unit: str, what: str) -> None:
    ((where, found),) = problems_of(text)
    assert where.endswith(f"  {unit}")
    assert what in found


def test_a_decorated_class_is_a_problem(problems_of: ProblemsOf) -> None:
    ((where, what),) = problems_of("@vibesafe\nclass A: ...\n")
    assert where == "app/m.py:3"
    assert "only functions" in what


def test_two_units_of_one_name_are_both_refused(scanned: Scanned) -> None:
    unit = f"@vibesafe\ndef f() -> int:\n{BODY}    raise VibeCoded()\n"
    found = scanned({"m": f"from vibesafe_runtime import VibeCoded, vibesafe\nif X:\n    pass\n{unit}{unit}"})
    assert found.specs == ()
    assert [problem.where for problem in found.all_problems] == ["m.py:5  m/f", "m.py:13  m/f"]
    assert "(line 13)" in found.all_problems[0].what


def test_two_files_of_one_module_are_a_problem() -> None:
    text = b"from vibesafe_runtime import vibesafe\n@vibesafe\ndef f() -> int: ...\n"
    files = [SourceFile("m", path, text, is_package=False) for path in ("b/m.py", "a/m.py")]
    (problem,) = scan(files, lambda _: UnitSettings("t", "")).problems
    assert problem.where == "b/m.py:1"
    assert "a/m.py is the module m too" in problem.what


def test_a_module_name_that_cannot_be_imported_is_a_problem(scanned: Scanned) -> None:
    text = "from vibesafe_runtime import vibesafe\n@vibesafe\ndef f() -> int: ...\n"
    (problem,) = scanned({"my-script": text}).problems
    assert problem.where == "my-script.py:3"


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        (b"x = 1\ndef (:\n", "bad.py:2", "not Python"),
        (b"x = 1\ny = '\xff'\n", "bad.py:2", "not UTF-8: byte 0xff"),
        (b"x = 1\ny = '\0'\n", "bad.py:2", "NUL byte"),
        (b"# coding: klingon\n", "bad.py:1", "encoding is unknown"),
        (b"x = " + b"(" * 500 + b")" * 500, "bad.py:1", ""),
        (b"x = " + b"9" * 5000, "bad.py:1", "not Python"),
    ],
)
def test_an_unreadable_file_is_a_problem_and_the_others_are_still_read(
    scanned: Scanned, content: bytes, where: str, what: str
) -> None:
    good = "from vibesafe_runtime import vibesafe\n@vibesafe\ndef f() -> int: ...\n"
    found = scanned({"bad": content, "good": good})
    assert [(problem.where, what in problem.what) for problem in found.problems] == [(where, True)]
    assert len(found.specs) == 1


def test_every_problem_is_told_at_once(scanned: Scanned) -> None:
    head = "from vibesafe_runtime import vibesafe\n"
    found = scanned(
        {
            "a": "def (",
            "b": b"\xff",
            "c": head + "@vibesafe(x=1)\ndef f(a):\n    '''\n    >>>f()\n    '''\n    return 1\n",
        }
    )
    assert [problem.where.partition(" ")[0] for problem in found.all_problems] == [
        "a.py:1",
        "b.py:1",
        "c.py:2",
        "c.py:3",
        "c.py:3",
        "c.py:7",
        "c.py:5",
    ]
    assert all(problem.remedy for problem in found.all_problems)


def test_encodings_of_pep_263_and_a_byte_order_mark_are_honoured(scanned: Scanned) -> None:
    text = "from vibesafe_runtime import vibesafe\n@vibesafe\ndef f(x: str = 'é') -> str: ...\n"
    plain = scanned({"m": text}).specs[0]
    latin = scanned({"m": f"# -*- coding: latin-1 -*-\n{text}".encode("latin-1")}).specs[0]
    marked = scanned({"m": b"\xef\xbb\xbf" + text.encode()}).specs[0]
    assert plain.head == latin.head == marked.head == "def f(x: str = 'é') -> str:"
    assert plain.spec_hash == latin.spec_hash == marked.spec_hash
    assert scanned({"m": text.encode("latin-1")}).problems


def test_a_file_outside_the_wheel_cannot_hold_a_unit_but_may_be_anything_else() -> None:
    unit = b"from vibesafe_runtime import vibesafe\n@vibesafe\ndef f() -> int: ...\n"
    files = [
        SourceFile("m", "m.py", unit, is_package=False, in_wheel=False),
        SourceFile("template", "template.py", b"{{ name }} = \xff", is_package=False, in_wheel=False),
    ]
    found = scan(files, lambda _: UnitSettings("t", ""))
    assert found.problems == ()
    ((problem,),) = [unit.problems for unit in found.invalid]
    assert "not part of the wheel" in problem.what


def test_settings_that_cannot_be_had_are_the_problem_of_their_unit() -> None:
    def settings_for(options: UnitOptions) -> UnitSettings:
        if options.provider:
            raise VibesafeConfigurationError(Problem("provider='p'", "is not configured", "add it"))
        return UnitSettings("t", "")

    text = "from vibesafe_runtime import vibesafe\n@vibesafe(provider='p')\ndef f() -> int: ...\n"
    text += "@vibesafe\ndef g() -> int: ...\n"
    found = scan([SourceFile("m", "m.py", text.encode(), is_package=False)], settings_for)
    assert [str(spec.unit) for spec in found.specs] == ["m/g"]
    assert found.all_problems == (Problem("m.py:3  m/f", "provider='p': is not configured", "add it"),)


def test_a_spec_without_an_example_and_a_decorator_below_ours_are_warnings(scanned: Scanned) -> None:
    found = scanned(
        {
            "m": "import functools\n"
            "from vibesafe_runtime import vibesafe\n@vibesafe\n@functools.cache\ndef f() -> int: ...\n"
        }
    )
    assert found.all_problems == ()
    assert ["no example" in found.warnings[0].what, "below @vibesafe" in found.warnings[1].what] == [True, True]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Count the vowels (VOWELS) of x.", True),
        ("Count VOWELS in x.", True),
        ("Count `VOWELS` in x.", False),
        ("Count VOWELS in x, which are `VOWELS`.", False),
        ("Count OTHERS and a.VOWELS in x.", False),
    ],
)
def test_a_constant_that_a_sentence_names_without_backticks_is_a_warning(
    scanned: Scanned, sentence: str, told: bool
) -> None:
    stub = f"@vibesafe\ndef f() -> int:\n{BODY.replace('A.', sentence)}    ...\n"
    warnings = scanned({"m": f"from vibesafe_runtime import vibesafe\nVOWELS = 'aeiou'\n{stub}"}).warnings
    assert [problem.remedy for problem in warnings] == (
        ["write `VOWELS` where the value in the module is meant"] if told else []
    )


def test_overloads_of_a_unit_are_no_second_definition(spec_of: SpecOf) -> None:
    overloads = (
        "from typing import overload\n@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\n"
    )
    stub = "@vibesafe\ndef f(x: int | str) -> int | str:\n    raise VibeCoded()\n"
    one = spec_of(overloads + stub)
    assert one.head == "def f(x: int | str) -> int | str:"
    other = dict(spec_of(overloads.replace("-> str", "-> bytes") + stub).parts)
    assert [name for name, digest in one.parts if other[name] != digest] == ["signature"]


@pytest.mark.parametrize(
    "text",
    [
        "@vibesafe\ndef f(x: int = LIMIT) -> int: ...\nLIMIT = 1\n",
        "@vibesafe\ndef f() -> 'Later': ...\nclass Later: pass\n",
        "@vibesafe\ndef f() -> int:\n    later()\n    raise VibeCoded()\ndef later(): pass\n",
        "@vibesafe\ndef f() -> int:\n    '''\n    >>> f() == later()\n    True\n    '''\n    ...\ndef later(): pass\n",
        "@vibesafe\ndef f() -> int:\n    '''As `later` says.'''\n    ...\ndef later(): pass\n",
        "@vibesafe\ndef f() -> int:\n    later()\n    raise VibeCoded()\n@vibesafe\ndef later() -> int: ...\n",
    ],
)
def test_a_helper_below_its_unit_is_a_problem(problems_of: ProblemsOf, text: str) -> None:
    ((where, what),) = problems_of(text)
    assert where == "app/m.py:3  app.m/f"
    assert "defined below it in line" in what


def test_units_of_one_module_may_mention_each_other(scanned: Scanned) -> None:
    text = "from vibesafe_runtime import vibesafe\n"
    text += "@vibesafe\ndef f() -> int:\n    '''As `g`.'''\n    ...\n"
    text += "@vibesafe\ndef g() -> int:\n    '''As `f`.'''\n    ...\n"
    found = scanned({"m": text})
    assert found.all_problems == ()
    assert [(item.name, item.direct) for spec in found.specs for item in spec.references] == [("g", False), ("f", True)]


def test_a_scan_runs_nothing_that_it_reads(scanned: Scanned, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    text = f"open({str(trace)!r}, 'w').close()\nraise SystemExit(1)\n"
    text += "from vibesafe_runtime import vibesafe\n"
    text += "@vibesafe\ndef f(x: int = exit(2)) -> int:\n    '''\n    >>> exit(3)\n    '''\n    ...\n"
    found = scanned({"ran_by_nobody": text})
    assert len(found.specs) == 1
    assert not trace.exists()
    assert "ran_by_nobody" not in sys.modules
