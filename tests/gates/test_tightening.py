"""Questions about a spec: the one that decides most is asked first, and every answer removes who disagrees with it."""

from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.gates.differences import ENDLESS, Shown
from hatch_vibesafe.gates.input_borders import border_cases
from hatch_vibesafe.gates.tightening import Rivals, condition_without, example_lines, tightened
from hatch_vibesafe.gates.unit_calls import Case, UnitCall
from hatch_vibesafe.spec.model import SourceFile, Spec, UnitSettings
from hatch_vibesafe.spec.scan import scan

MODULE = '''\
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
{word}def f(a: int, b: int = 0) -> int:
    """Say.

    >>> f(1)
    1
    """
    raise VibeCoded()
'''


def spec(word: str = "") -> Spec:
    text = MODULE.replace("{word}", word).encode()
    return scan([SourceFile("m", "m.py", text, is_package=False)], lambda _: UnitSettings("t", "")).specs[0]


def rivals(*rows: str) -> Rivals:
    """Rivals by what each shows for each call, a letter each; a blank is nothing."""
    cases = tuple(Case(UnitCall((str(number), "0"))) for number in range(len(rows[0])))
    shown = tuple(tuple(None if letter == " " else Shown(letter) for letter in row) for row in rows)
    return Rivals(spec(), rows, cases, shown)


def test_the_call_that_tells_most_apart_is_asked_first() -> None:
    found = rivals("xab", "xab", "xcb", "xdz")
    assert found.question(range(4)) == 1
    assert found.call(1) == "f(1)"
    assert [(shown.text, numbers) for shown, numbers in found.answers(1, range(4))] == [
        ("a", (0, 1)),
        ("c", (2,)),
        ("d", (3,)),
    ]
    assert found.after(1, Shown("a"), range(4)) == {0, 1}
    assert found.question({0, 1}) is None
    assert found.question(range(4), asked={1}) == 2


def test_what_cannot_stand_in_an_example_is_not_asked() -> None:
    row = (Shown(ENDLESS), Shown("<object at 0x7f>"), Shown("a\nb"), Shown("1"), Shown("{1, 2}", has_set=True))
    other = (Shown("1"), Shown("1"), Shown("1"), Shown("2"), Shown("{1}", has_set=True))
    cases = tuple(Case(UnitCall((str(number), "0"))) for number in range(5))
    found = Rivals(spec(), ("a", "b"), cases, (row, other))
    assert {place for place in range(5) if found.question({0, 1}, set(range(5)) - {place}) is not None} == {3, 4}


def test_an_oracle_is_asked_until_nothing_is_open_or_patience_ends() -> None:
    found = rivals("aaa", "abb", "bab", "cca")
    right = dict(zip(found.cases, "abb", strict=True))
    asked = tightened(found, lambda case: Shown(right[case]))
    living = frozenset(range(4))
    for place, answer in asked:
        assert answer is not None
        living = found.after(place, answer, living)
    assert living == {1}
    assert len(tightened(found, lambda _: None, most=2)) == 2


@given(st.lists(st.text("abc ", min_size=4, max_size=4), min_size=2, max_size=7), st.integers(0, 6))
def test_whoever_is_right_every_time_lives_to_the_end(rows: list[str], number: int) -> None:
    found = rivals(*rows)
    right = number % len(rows)
    living = frozenset(range(len(rows)))
    for place, answer in tightened(found, lambda case: found.shown[right][found.cases.index(case)], most=9):
        if answer is not None:
            living = found.after(place, answer, living)
    assert right in living


def test_an_answer_is_written_as_a_doctest_and_an_idle_call_as_a_condition() -> None:
    call = UnitCall(("3", "0"))
    assert example_lines(spec(), call, Shown("4")) == (">>> f(3)", "4")
    assert example_lines(spec(), call, Shown("None")) == (">>> f(3) is None", "True")
    raised = example_lines(spec(), call, Shown("ValueError: no", is_exception=True))
    assert raised == (">>> f(3)", "Traceback (most recent call last):", "ValueError: no")
    waited = example_lines(spec("async "), UnitCall(("3", "1")), Shown("4"))
    assert waited == (">>> import asyncio", ">>> asyncio.run(f(3, 1))", "4")
    assert condition_without(spec(), call) == "(a, b) != (3, 0)"


def test_borders_are_an_implementations_own_constants_and_what_lies_beside_them() -> None:
    source = 'def f(a, b, c):\n    """7."""\n    if a > 10:\n        return "seven"\n    return 0.5 < b\n'
    base = Case(UnitCall(("1", "2.0", "[True, 'x']")))
    calls = {case.call.values for case in border_cases([source], [base])}
    assert {values[0] for values in calls} == {"1", "9", "10", "11"}
    assert {values[1] for values in calls} >= {"2.0", "0.5", "10.0", "9.0"}
    assert {values[2] for values in calls} == {"[True, 'x']", "[False, 'x']", "[True, 'seven']"}
