from collections.abc import Callable

import pytest

from hatch_vibesafe.spec.model import Spec

SpecOf = Callable[..., Spec]


def stub(before: str = "", *, head: str = "x: int", doc: str = "A.", above: str = "") -> str:
    """Return a unit `f` with code before its hole."""
    lines = "".join(f"    {line}\n" for line in before.split("\n") if line)
    return f"{above}@vibesafe\ndef f({head}) -> int:\n    '''{doc}'''\n{lines}    raise VibeCoded()\n"


def names(spec: Spec) -> list[str]:
    return [name.removeprefix("helper ") for name, _ in spec.parts if name.startswith(("helper ", "module "))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LIMIT = 1\n" + stub(head="x: int = LIMIT"), ["app.m.LIMIT"]),
        ("class C: pass\n" + stub(head="x: 'list[C]'"), ["app.m.C"]),
        ("from typing import Literal\nC = 1\n" + stub(head="x: Literal['C']"), []),
        ("def g(): pass\n" + stub("g()"), ["app.m.g"]),
        ("def g(): pass\n" + stub(doc="Like `g`."), ["app.m.g"]),
        ("def g(): pass\n" + stub(doc="Like ``g()``."), ["app.m.g"]),
        ("def g(): pass\n" + stub(doc="\n    >>> f(g())\n    1\n    "), ["app.m.g"]),
        ("def g(): pass\n" + stub(doc="\n    >>> f(1)\n    g\n    "), []),
        ("def g(): pass\n" + stub(doc="\n    >>> g = 1\n    >>> f(g)\n    1\n    "), []),
        ("L = 1\n" + stub(doc="\n    Ensures:\n        result < L\n    "), ["app.m.L"]),
        ("x = 1\n" + stub("x"), []),
        ("x = 1\n" + stub(doc="The `x`."), []),
        ("g = 1\n" + stub("g = 2\ng"), []),
        ("g = 1\n" + stub("[g for g in ()]"), []),
        ("g = 1\n" + stub("[x for x in g]"), ["app.m.g"]),
        ("g = 1\n" + stub("lambda g: g"), []),
        ("g = 1\n" + stub("lambda y=g: y"), ["app.m.g"]),
        ("g = 1\n" + stub("def h(g: int) -> int:\n    return g"), []),
        ("g = 1\n" + stub("def h() -> int:\n    return g"), ["app.m.g"]),
        ("def g(): return h()\ndef h(): return g()\n" + stub("g()"), ["app.m.g", "app.m.h"]),
        ("class A:\n    def m(self): return L\nL = 1\n" + stub("A()"), ["app.m.A", "app.m.L"]),
        ("g = h = 1\n" + stub("len(g)"), ["app.m.g"]),
        ("f = 1\n" + stub("f(1)"), []),
    ],
)
def test_names_of_the_own_module(spec_of: SpecOf, text: str, expected: list[str]) -> None:
    assert names(spec_of(text)) == expected


TEXT = "import re\nX = re.compile('x')\ndef slugify(s): return X.sub('', s)\n_own = 1\n"


@pytest.mark.parametrize(
    ("imports", "use"),
    [
        ("from app.text import slugify", "slugify(x)"),
        ("from app.text import slugify as s", "s(x)"),
        ("from .text import slugify", "slugify(x)"),
        ("from app import text", "text.slugify(x)"),
        ("from . import text as t", "t.slugify(x)"),
        ("import app.text", "app.text.slugify(x)"),
        ("import app.text as t", "t.slugify(x)"),
        ("from app.text import *", "slugify(x)"),
        ("from app.again import slugify", "slugify(x)"),
        ("from app.again import renamed", "renamed(x)"),
        ("from app import handed", "handed(x)"),
        ("import app", "app.handed(x)"),
        ("if TYPE_CHECKING:\n    from app.text import slugify", "slugify(x)"),
        ("", "from app.text import slugify\nslugify(x)"),
        ("", "from .text import slugify as s\ns(x)"),
    ],
)
def test_every_way_of_importing_leads_to_the_definition(spec_of: SpecOf, imports: str, use: str) -> None:
    others = {
        "text": TEXT,
        "again": "from .text import *\nfrom .text import slugify as renamed\n",
        "init": "from app.text import slugify as handed\n",
    }
    one = spec_of(f"{imports}\n{stub(use)}", **others)
    assert names(one) == ["app.text.X", "app.text.slugify"]
    others["text"] = TEXT.replace("'x'", "'y'")
    other = dict(spec_of(f"{imports}\n{stub(use)}", **others).parts)
    assert [name for name, digest in one.parts if other[name] != digest] == ["helper app.text.X"]


def test_a_full_name_in_backticks_needs_no_import(spec_of: SpecOf) -> None:
    assert names(spec_of(stub(doc="Uses `app.text.slugify`."), text=TEXT)) == ["app.text.X", "app.text.slugify"]


def test_a_module_as_a_value_counts_whole(spec_of: SpecOf) -> None:
    one = spec_of("from app import text\n" + stub("print(text)"), text=TEXT)
    assert "module app.text" in names(one)
    other = spec_of("from app import text\n" + stub("print(text)"), text=TEXT + "more = 1\n")
    assert one.spec_hash != other.spec_hash


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("T = {}\nT['a'] = 1", "T = {}\nT['a'] = 2"),
        ("T = {}\nT.update(a=1)", "T = {}\nT.update(a=2)"),
        ("T = {}\nfill(T)", "T = {}\nempty(T)"),
        ("T = 1\nT += 1", "T = 1\nT += 2"),
        ("T = C()\nT.a = 1", "T = C()\nT.a = 2"),
        ("T = C()\ndel T.a", "T = C()\ndel T.b"),
        ("for T in (1,): pass", "for T in (2,): pass"),
        ("with open('a') as T: pass", "with open('b') as T: pass"),
        ("T = {}\nfor k in 'ab':\n    T[k] = 1", "T = {}\nfor k in 'abc':\n    T[k] = 1"),
        ("if A:\n    T = 1\nelse:\n    T = 2", "if A:\n    T = 1\nelse:\n    T = 3"),
        ("if A:\n    T = 1\nelse:\n    T = 2", "if B:\n    T = 1\nelse:\n    T = 2"),
        ("if A:\n    T = 1\nelse:\n    T = 2", "if A:\n    T = 2\nelse:\n    T = 1"),
        ("try:\n    T = a\nexcept E:\n    T = 2", "try:\n    T = a\nexcept F:\n    T = 2"),
        ("try:\n    import a as T\nexcept E:\n    T = None", "try:\n    import b as T\nexcept E:\n    T = None"),
        ("T = 1\nT = 2", "T = 1\nT = 3"),
        ("T = 1\nT = 2", "T = 2\nT = 1"),
        ("if A:\n    pass\nelse:\n    T = 1", "if B:\n    pass\nelse:\n    T = 1"),
        ("match A:\n    case 1:\n        T = 1", "match A:\n    case 2:\n        T = 1"),
        ("class T:\n    a = 1", "class T:\n    a = 2"),
        ("def T(): pass\n@T.register\ndef _(x): return 1", "def T(): pass\n@T.register\ndef _(x): return 2"),
        ("import decimal as T\nT.getcontext().prec = 3", "import decimal as T\nT.getcontext().prec = 4"),
        ("(T := 1)", "(T := 2)"),
    ],
)
def test_every_statement_that_makes_or_changes_a_name_counts(spec_of: SpecOf, before: str, after: str) -> None:
    one, other = spec_of(f"{before}\n{stub('print(T)')}"), spec_of(f"{after}\n{stub('print(T)')}")
    assert one.spec_hash != other.spec_hash
    unrelated = spec_of(f"{before}\nOTHER = 1\n{stub('print(T)')}\nother = 2\ndef last(): pass\n")
    assert one.spec_hash == unrelated.spec_hash


def test_code_under_the_main_guard_does_not_count(spec_of: SpecOf) -> None:
    one = spec_of("T = 1\n" + stub("print(T)"))
    other = spec_of("T = 1\n" + stub("print(T)") + "if __name__ == '__main__':\n    T = 2\n    f(T)\n")
    assert one.spec_hash == other.spec_hash


def test_imports_that_change_places_change_the_hash(spec_of: SpecOf) -> None:
    text = "def a(): pass\ndef b(): pass\n"
    one = spec_of("from app.text import a as m, b as n\n" + stub("m(n())"), text=text)
    other = spec_of("from app.text import b as m, a as n\n" + stub("m(n())"), text=text)
    assert names(one) == names(other)
    assert one.spec_hash != other.spec_hash


def test_imports_of_a_helper_that_change_places_change_the_hash(spec_of: SpecOf) -> None:
    text = "def a(): pass\ndef b(): pass\n"
    helper = "def g(): return m(n())\n"
    one = spec_of("from app.text import a as m, b as n\n" + helper + stub("g()"), text=text)
    other = spec_of("from app.text import b as m, a as n\n" + helper + stub("g()"), text=text)
    assert one.spec_hash != other.spec_hash


@pytest.mark.parametrize("use", ["D(x)", "g()"])
def test_what_an_external_name_is_bound_to_counts(spec_of: SpecOf, use: str) -> None:
    tail = f"def g(): return D(1)\n{stub(use)}"
    one = spec_of(f"from decimal import Decimal as D\n{tail}")
    other = spec_of(f"from fractions import Fraction as D\n{tail}")
    same = spec_of(f"from decimal import (\n    Context, Decimal as D)\nimport os\n{tail}")
    assert one.spec_hash != other.spec_hash
    assert one.spec_hash == same.spec_hash


def test_a_definition_that_hides_a_builtin_counts(spec_of: SpecOf) -> None:
    assert spec_of(stub("len('')")).spec_hash != spec_of("def len(x): pass\n" + stub("len('')")).spec_hash


def test_a_unit_as_a_helper_counts_by_its_spec(spec_of: SpecOf) -> None:
    other = "from vibesafe_runtime import vibesafe, VibeCoded\nL = 1\n"
    other += "@vibesafe{}\ndef g({}) -> int:\n    '''{}'''\n    {}\n"
    text = "from app.other import g\n" + stub("g()")
    plain = spec_of(text, other=other.format("", "", "B.", "raise VibeCoded()"))
    assert names(plain) == ["app.other.g"]
    for change in [
        ("(model='m')", "", "B.", "..."),
        ("", "x: int", "B.", "..."),
        ("", "", "C.", "..."),
        ("", "", "B.", "print(1)\n    ..."),
    ]:
        assert spec_of(text, other=other.format(*change)).spec_hash != plain.spec_hash
    assert spec_of(text, other=other.format("()", "", "B.", "...")).spec_hash == plain.spec_hash
    assert names(spec_of(text, other=other.format("", "x: int = L", "B.", "..."))) == ["app.other.L", "app.other.g"]


def test_units_that_refer_to_each_other_across_modules(spec_of: SpecOf) -> None:
    other = "from vibesafe_runtime import vibesafe\nfrom app.m import f\n"
    other += "@vibesafe\ndef g() -> int:\n    '''As `f`.'''\n    ...\n"
    spec = spec_of("from app.other import g\n" + stub(doc="As `g`."), other=other)
    assert names(spec) == ["app.other.g"]


def test_a_decorator_above_counts_with_what_makes_it_but_not_with_all_its_routes(spec_of: SpecOf) -> None:
    router = "import web\nPREFIX = '/'\nrouter = web.Router(PREFIX)\n@router.get('/other')\ndef other(): return 1\n"
    one = spec_of(router + stub(above="@router.post('/x')\n"))
    assert names(one) == ["app.m.PREFIX", "app.m.router"]
    assert not any(item.direct for item in one.references if item.name != "other")
    assert (
        one.spec_hash == spec_of(router.replace("return 1", "return 2") + stub(above="@router.post('/x')\n")).spec_hash
    )
    assert one.spec_hash != spec_of(router.replace("'/'\n", "'/v2'\n") + stub(above="@router.post('/x')\n")).spec_hash
    assert one.spec_hash != spec_of(router + stub(above="@router.post('/y')\n")).spec_hash


def test_an_imported_decorator_elsewhere_is_no_change_of_the_import(spec_of: SpecOf) -> None:
    text = "import functools\n@functools.cache\ndef slow(): return {}\n" + stub("functools.reduce")
    assert spec_of(text.format(1)).spec_hash == spec_of(text.format(2)).spec_hash


def test_references_carry_their_text_and_whether_the_spec_names_them(spec_of: SpecOf) -> None:
    text = "from .text import slugify\n@d\ndef g(x):\n    return slugify(x)\n" + stub("g(x)")
    spec = spec_of(text, text=TEXT)
    assert [(item.module, item.name, item.direct) for item in spec.references] == [
        ("app.m", "g", True),
        ("app.text", "X", False),
        ("app.text", "slugify", False),
    ]
    assert spec.references[0].source == "@d\ndef g(x):\n    return slugify(x)"
    assert spec.references[1].source == "X = re.compile('x')"


def test_a_name_that_is_handed_on_is_in_scope_under_both_names(spec_of: SpecOf) -> None:
    spec = spec_of(
        "from app import handed\n" + stub("handed(x)"), text=TEXT, init="from app.text import slugify as handed\n"
    )
    assert [(item.module, item.name) for item in spec.references if item.direct] == [
        ("app", "handed"),
        ("app.text", "slugify"),
    ]


def test_import_cycles_and_relative_imports_that_lead_nowhere_do_no_harm(spec_of: SpecOf) -> None:
    spec = spec_of(
        "from .a import x\nfrom ....far import y\n" + stub("x, y"), a="from .b import x\n", b="from .a import x\n"
    )
    assert names(spec) == []


def test_the_last_of_two_star_imports_counts(spec_of: SpecOf) -> None:
    text = "from .one import *\nfrom .two import *\n" + stub("g()")
    assert names(spec_of(text, one="g = 1\n", two="g = 2\n")) == ["app.two.g"]
    assert names(spec_of(text, one="g = 1\n", two="g = 2\n__all__ = ['h']\n")) == ["app.one.g"]
    assert names(spec_of(text, one="_g = 1\n", two="_g = 2\n".replace("_g", "h"))) == []


def test_a_unit_of_another_module_may_be_imported_wherever_it_stands(spec_of: SpecOf) -> None:
    other = "from vibesafe_runtime import vibesafe\n" + "\n" * 50 + "@vibesafe\ndef g() -> int: ...\n"
    spec = spec_of("from app.other import g\n" + stub(doc="As `g`."), other=other)
    assert [item.direct for item in spec.references] == [True]
