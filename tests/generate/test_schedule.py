"""Units that others call come first, whatever order they are found in."""

from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.generate.schedule import callees_first
from hatch_vibesafe.identity import UnitId

A, B, C, D = (UnitId("app", name) for name in "abcd")
UNITS = [UnitId("app", f"f{number}") for number in range(8)]


def test_a_callee_comes_before_its_callers_however_far_away() -> None:
    calls = {A: frozenset({B}), B: frozenset({D}), D: frozenset({C})}
    assert callees_first([A, B, C, D], calls) == (C, D, B, A)
    assert callees_first([A, C], calls) == (C, A), "also over units that have no work"


def test_a_circle_ends() -> None:
    assert callees_first([B, A], {A: frozenset({B}), B: frozenset({A})}) == (B, A)


@given(
    st.permutations(UNITS), st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda it: it[0] > it[1]))
)
def test_the_order_depends_on_the_graph_alone_and_holds_every_unit_once(
    units: list[UnitId], edges: set[tuple[int, int]]
) -> None:
    calls = {unit: frozenset(UNITS[low] for high, low in edges if UNITS[high] == unit) for unit in UNITS}
    ordered = callees_first(units, calls)
    assert ordered == callees_first(UNITS, calls)
    assert sorted(ordered) == UNITS
    assert all(ordered.index(UNITS[low]) < ordered.index(UNITS[high]) for high, low in edges)
