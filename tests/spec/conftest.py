"""What the tests of this room share: a scan of modules given as text."""

from collections.abc import Callable, Mapping

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
