"""What the tests of this room share: a scan of modules given as text."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import strategies as st

from hatch_vibesafe.spec.model import Scan, SourceFile, Spec, UnitOptions, UnitSettings
from hatch_vibesafe.spec.scan import scan

RUNTIME = "from vibesafe_runtime import VibeCoded, vibesafe\n"


def settings_for(_options: UnitOptions) -> UnitSettings:
    return UnitSettings("function.md", "write {{ name }}\n", (("model", "m"), ("temperature", 0.2)))


def scan_modules(modules: Mapping[str, str | bytes]) -> Scan:
    files = []
    for name, text in modules.items():
        content = text.encode() if isinstance(text, str) else text
        is_package = any(other.startswith(f"{name}.") for other in modules)
        path = name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
        files.append(SourceFile(name, path, content, is_package))
    return scan(files, settings_for)


@pytest.fixture
def scanned() -> Callable[[Mapping[str, str | bytes]], Scan]:
    return scan_modules


@pytest.fixture
def spec_of() -> Callable[..., Spec]:
    """Return the only spec of `app.m`, whose text follows the runtime's import; other modules may stand beside it."""

    def only(text: str, /, **others: str) -> Spec:
        modules = {"app": "", "app.m": RUNTIME + text}
        modules |= {f"app.{name}": other for name, other in others.items() if name != "init"}
        modules["app"] = others.get("init", "")
        found = scan_modules(modules)
        assert found.all_problems == ()
        (spec,) = [spec for spec in found.specs if spec.unit.module == "app.m"]
        return spec

    return only


@pytest.fixture
def problems_of() -> Callable[[str], list[tuple[str, str]]]:
    """Return where and what of every problem of `app.m`, whose text follows the runtime's import."""

    def every(text: str) -> list[tuple[str, str]]:
        found = scan_modules({"app": "", "app.m": RUNTIME + text})
        return [(problem.where, problem.what) for problem in found.all_problems]

    return every


NAMES = st.sampled_from(["a", "b", "helper", "LIMIT", "len", "Box"])
CONSTANTS = st.one_of(
    st.integers(-(10**30), 10**30).map(repr),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.text(max_size=5).map(lambda text: repr(text.encode("utf-8", "replace").decode())),
    st.binary(max_size=5).map(repr),
    st.sampled_from(
        ["None", "True", "...", "2j", "0x1F", "1_000", "'a' 'b'", "u'x'", "r'\\d'", "1e400", '"""x\n  y"""']
    ),
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "@", "//", "**", "<<", "and", "or", "<", "is not", "not in", "=="])
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("{}({}, *{}, key={})".format, NAMES, inner, inner, inner),
        st.builds("{}.attribute[{}:{}]".format, NAMES, inner, inner),
        st.builds("[{}, *{}]".format, inner, inner),
        st.builds("({},)".format, inner),
        st.builds("{{{}: {}, **{}}}".format, inner, inner, inner),
        st.builds("[{} for {} in {} if {}]".format, inner, NAMES, inner, inner),
        st.builds("(lambda {}, *c, d={}: {})".format, st.sampled_from("xy"), inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("f'x{{ {} !r:>{{ {} }}}}y' 'z'".format, NAMES, NAMES),
        st.builds("f'{{ {} }}{{ {}:.2f}}'".format, NAMES, NAMES),
        st.builds("f'{{ {} = }}'".format, NAMES),
    )


EXPRESSIONS = st.recursive(NAMES | CONSTANTS, _larger, max_leaves=6)
STATEMENTS = st.one_of(
    st.builds("a = {}".format, EXPRESSIONS),
    st.builds("if {}:\n        pass\n    else:\n        b = {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("for x in {}:\n        print({})\n        continue".format, EXPRESSIONS, EXPRESSIONS),
    st.builds(
        "try:\n        {}\n    except (ValueError, KeyError) as error:\n        raise error from None".format,
        EXPRESSIONS,
    ),
    st.builds("with {} as (x, y), b: del (x, y)".format, EXPRESSIONS),
    st.builds("def inner(p: int = {}) -> None:\n        return {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds(
        "match {}:\n        case [1, *rest] | {{'k': rest}}:\n            assert rest, {}".format, NAMES, EXPRESSIONS
    ),
    st.builds("assert {}; b += {}".format, EXPRESSIONS, EXPRESSIONS),
)
WORDS = st.text(alphabet="abc `\n.é", max_size=20)


@st.composite
def stub_texts(draw: st.DrawFn) -> str:
    """Return a module with one unit `f`, a few helpers, and code before the hole."""
    lines = [RUNTIME + f"LIMIT = {draw(EXPRESSIONS)}", f"class Box:\n    item = {draw(EXPRESSIONS)}"]
    lines.append(f"def helper(a, b=None):\n    return {draw(EXPRESSIONS)}")
    lines.append(
        f"@vibesafe\ndef f(a: int, /, b: 'Box' = {draw(EXPRESSIONS)}, *, c: str = {draw(CONSTANTS)}) -> list[int]:"
    )
    if draw(st.booleans()):
        lines.append(f"    '''{draw(WORDS)}.\n\n    >>> f(1)\n    {draw(st.integers())}\n    '''")
    lines += [f"    {statement}" for statement in draw(st.lists(STATEMENTS, max_size=3))]
    return "\n".join([*lines, "    raise VibeCoded()\n"])


@pytest.fixture
def stubs() -> st.SearchStrategy[str]:
    return stub_texts()


@dataclass(frozen=True, slots=True)
class ReachCase:
    """A project with a unit `f` in `app.m`, an edit of what it depends on, and one of what it does not."""

    about: str
    before: dict[str, str]
    edited: dict[str, str]
    control: dict[str, str]


def reach_cases() -> list[ReachCase]:
    """Return what stands in `tests/data/spec/reach.toml`."""
    data = Path(__file__).parents[1] / "data" / "spec" / "reach.toml"
    cases = []
    for case in tomllib.loads(data.read_text())["case"]:
        modules = {"app": "", **{f"app.{name}": _with_unit(text) for name, text in case["modules"].items()}}
        edited, control = (_replaced(modules, *case[key]) for key in ("edit", "control"))
        cases.append(ReachCase(case["about"], modules, edited, control))
    return cases


def _with_unit(text: str) -> str:
    lines = []
    for line in text.strip().split("\n"):
        if line.startswith("unit"):
            kind, _, rest = line.partition(": ")
            doc, code = (rest, "") if kind == "unit doc" else ("A.", f"    {rest}\n")
            lines.append(f"@vibesafe\ndef f() -> int:\n    '''{doc}'''\n{code}    raise VibeCoded()")
        else:
            lines.append(line)
    return RUNTIME * text.count("\nunit") + "\n".join(lines) + "\n"


def _replaced(modules: dict[str, str], old: str, new: str) -> dict[str, str]:
    assert sum(text.count(old) for text in modules.values()) == 1, old
    return {name: text.replace(old, new) for name, text in modules.items()}


@pytest.fixture
def reaches() -> list[ReachCase]:
    return reach_cases()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a `reach_case` once for each of them."""
    if "reach_case" in metafunc.fixturenames:
        cases = reach_cases()
        metafunc.parametrize("reach_case", cases, ids=[case.about for case in cases])
