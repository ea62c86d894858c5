"""Helpers beside a unit: usable though the spec does not name them, and in no hash until they are used."""

from collections.abc import Callable

import pytest

from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.uses import used_beside

SpecOf = Callable[..., Spec]

HELPER = """\
def mirrored(text: str) -> str:
    return turned(text)


def turned(text: str) -> str:
    return text[::-1]
"""
UNIT = '\n\n@vibesafe\ndef f(x: int) -> int:\n    """A."""\n    raise VibeCoded()\n'
CALLER = "\n\ndef caller() -> int:\n    return f(1)\n"


def test_helpers_of_the_own_module_are_offered_and_in_no_hash(spec_of: SpecOf) -> None:
    spec = spec_of(HELPER + UNIT)
    assert [name for name, _ in spec.beside] == ["helper app.m.mirrored", "helper app.m.turned"]
    assert {(item.name, item.direct) for item in spec.references} == {("mirrored", True), ("turned", True)}
    edited = spec_of(HELPER.replace("[::-1]", "[::1]") + UNIT)
    assert edited.spec_hash == spec.spec_hash == spec_of(UNIT).spec_hash
    changed = {one[0] for one, other in zip(spec.beside, edited.beside, strict=True) if one != other}
    assert changed == {"helper app.m.mirrored", "helper app.m.turned"}


def test_what_calls_a_unit_is_no_helper_of_it(spec_of: SpecOf) -> None:
    assert spec_of(UNIT + CALLER).beside == ()


def test_where_a_helper_stands_and_how_it_is_formatted_changes_nothing(spec_of: SpecOf) -> None:
    below = spec_of(UNIT + "\n\n" + HELPER.replace("return turned(text)", "return (turned( text ))  # turned"))
    assert below.beside == spec_of(HELPER + UNIT).beside


def test_a_helper_that_the_spec_names_is_in_the_hash_and_not_beside(spec_of: SpecOf) -> None:
    spec = spec_of(HELPER + UNIT.replace("A.", "Like `turned`."))
    assert [name for name, _ in spec.beside] == ["helper app.m.mirrored"]
    assert "helper app.m.turned" in dict(spec.parts)


def test_only_what_an_implementation_imports_counts_as_used(spec_of: SpecOf) -> None:
    spec = spec_of(HELPER + UNIT)
    (used,) = used_beside(spec, b"from app.m import mirrored as m\n\n\ndef f(x: int) -> int:\n    return len(m('a'))\n")
    assert used[0] == "helper app.m.mirrored"
    assert used_beside(spec, b"def f(x: int) -> int:\n    return x\n") == ()
    assert used_beside(spec, b"def f(") == ()


@pytest.mark.parametrize(
    ("imports", "use", "expected"),
    [
        ("import app.m as m", "m.turned('a')", ["turned"]),
        ("import app.m", "app.m.turned('a')", ["turned"]),
        ("import app", "app.m.turned('a')", ["turned"]),
        ("import app as a", "a.m.turned('a')", ["turned"]),
        ("from app import m", "m.turned('a')", ["turned"]),
        ("from app import m as n", "n.mirrored(n.turned('a'))", ["mirrored", "turned"]),
        ("from app.m import *", "turned('a')", ["mirrored", "turned"]),
        ("import app.m as m", "getattr(m, 'turned')('a')", ["mirrored", "turned"]),
        ("import app", "vars(app)", ["mirrored", "turned"]),
        ("import app.m as m", "m.other('a')", []),
        ("import app.other as m", "m.turned('a')", []),
        ("from app.other import turned", "turned('a')", []),
        ("from other import m", "m.turned('a')", []),
    ],
)
def test_helpers_that_are_reached_through_their_module_count_as_used(
    spec_of: SpecOf, imports: str, use: str, expected: list[str]
) -> None:
    spec = spec_of(HELPER + UNIT)
    inside = imports.replace("import *", "import mirrored, turned")
    alone = f"{imports}\n\n\ndef f(x: int) -> int:\n    return len({use})\n"
    for code in [alone, f"def f(x: int) -> int:\n    {inside}\n    return len({use})\n"]:
        used = [name for name, _ in used_beside(spec, code.encode())]
        assert used == [f"helper app.m.{name}" for name in expected], code
