"""What the text says of the edges: read where it is plain, held against implementations, passed over elsewhere."""

from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.stated_edges import stated_edges

if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

STUB = """
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def {head}:
    \'\'\'{text}

    >>> {example}
    \'\'\'
    raise VibeCoded()
"""
TOTAL, CLAMP = "total(values: list[int]) -> int", "clamp(n: int, most: int) -> int | None"
NAME = "named(text: str, code: str) -> str"
SAID = [
    (TOTAL, "Add up. Return 0 if the list is empty.", [("[]",), "0"]),
    (TOTAL, "If values is empty, the function should return -1.", [("[]",), "-1"]),
    (TOTAL, "Add up; for an empty array the result should be zero", [("[]",), "0"]),
    (TOTAL, "Add up. Raises ValueError if `values` is empty.", [("[]",), "ValueError"]),
    (CLAMP, "Returns None if n is negative.", [("-1", "9"), "None"]),
    (CLAMP, "Raises ValueError where n is less than 3 or most is not from 1 to 20.", [("2", "9"), "ValueError"]),
    (CLAMP, "If n is greater than 100, return None.", [("101", "9"), "None"]),
    (NAME, "Return an empty string if text or code are not valid names.", [("'Qxz'", "'a'"), "''"]),
]
UNSAID = [
    (TOTAL, "Add up. Return 0 if the list is not empty."),
    (TOTAL, "Add up a non-empty list."),
    (TOTAL, "Return 0 if the list is empty. Returns 1 if values is empty."),
    (TOTAL, "Return None if the list is empty."),
    (CLAMP, "Return 0 if n is negative and most is positive."),
    (CLAMP, "Return None if it is negative."),
    (NAME, "Return '' if the string is empty."),
]
EXAMPLES = {TOTAL: "total([1, 2])\n    3", CLAMP: "clamp(5, 9)\n    5", NAME: "named('b', 'a')\n    'ba'"}


def spec_of(bench: "MakeBench", head: str, text: str) -> "Bench":
    return bench({"app/__init__.py": "", "app/m.py": STUB.format(head=head, text=text, example=EXAMPLES[head])})


@pytest.mark.parametrize(("head", "text", "wanted"), SAID)
def test_a_plain_edge_is_read(bench: "MakeBench", head: str, text: str, wanted: list[object]) -> None:
    first, *_ = stated_edges(spec_of(bench, head, text).spec(f"app.m/{head.partition('(')[0]}"))
    assert [first.call.values, first.value or first.exception] == wanted


@pytest.mark.parametrize(("head", "text"), UNSAID)
def test_what_is_not_plain_is_passed_over(bench: "MakeBench", head: str, text: str) -> None:
    assert stated_edges(spec_of(bench, head, text).spec(f"app.m/{head.partition('(')[0]}")) == ()


def test_an_implementation_that_forgets_an_edge_is_refused(bench: "MakeBench") -> None:
    project = spec_of(bench, CLAMP, "Return the smaller number. Returns None if n is negative.")
    right = f"def {CLAMP}:\n    return None if n < 0 else min(n, most)\n"
    wrong = f"def {CLAMP}:\n    return min(n, most)\n"
    passed, refused = project.doctests("app.m/clamp", right, wrong)
    assert passed == ()
    assert "the text of the docstring says None, it gives -1" in refused[0].message


def test_an_implementation_that_raises_otherwise_is_refused(bench: "MakeBench") -> None:
    project = spec_of(bench, TOTAL, "Add up. Raises LookupError if `values` is empty.")
    lines = ("if not values:\n        raise {}('none')\n    return sum(values)", "return sum(values)")
    sources = [f"def {TOTAL}:\n    {line}\n" for line in (lines[0].format("IndexError"), lines[1])]
    sources.append(f"def {TOTAL}:\n    {lines[0].format('ValueError')}\n")
    passed, silent, other = project.doctests("app.m/total", *sources)
    assert passed == ()
    assert "says that it raises LookupError, it gives 0" in silent[0].message
    assert "says that it raises LookupError, it gives ValueError: none" in other[0].message


CLOSE = "close(numbers: list[float], threshold: float) -> bool"
EXAMPLES[CLOSE] = "close([1.0, 2.8, 3.0, 4.0, 5.0, 2.0], 0.3)\n    True\n    >>> close([1.0, 2.0, 3.0], 0.5)\n    False"
CLOSEST, CLOSE_TO = CLOSE.replace("bool", "int"), "close(numbers: list[float], others: list[float]) -> bool"
EXAMPLES |= {CLOSEST: EXAMPLES[CLOSE], CLOSE_TO: "close([1.0, 2.0, 3.0], [0.5])\n    False"}
ANY_TWO = "Tell whether any two numbers are closer to each other than the threshold."


def test_where_any_two_items_are_asked_for_another_order_changes_nothing(bench: "MakeBench") -> None:
    project = spec_of(bench, CLOSE, ANY_TWO)
    pairs = "any(abs(a - b) < threshold for i, a in enumerate(numbers) for b in numbers[:i])"
    neighbours = "any(abs(a - b) < threshold for a, b in zip(numbers, numbers[1:], strict=False))"
    passed, refused = project.doctests(
        "app.m/close", *(f"def {CLOSE}:\n    return {each}\n" for each in (pairs, neighbours))
    )
    assert passed == ()
    assert "the text of the docstring says True, it gives False" in refused[0].message


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (CLOSE, "Tell whether any two adjacent numbers are closer to each other than the threshold."),
        (CLOSE, "Tell whether any two numbers are closer than the threshold; they are sorted."),
        (CLOSE, "Tell whether the numbers are closer to each other than the threshold."),
        (CLOSEST, ANY_TWO),
        (CLOSE_TO, ANY_TWO),
    ],
)
def test_what_may_hang_on_the_order_is_passed_over(bench: "MakeBench", head: str, text: str) -> None:
    assert stated_edges(spec_of(bench, head, text).spec("app.m/close")) == ()


def test_of_two_calls_in_one_example_neither_is_asked_with_what_the_other_gives(
    bench: "MakeBench", monkeypatch: pytest.MonkeyPatch
) -> None:
    example = "close([1.0, 1.1, 9.0], 0.3), close([1.0, 5.0, 9.0], 0.3)\n    (True, False)"
    monkeypatch.setitem(EXAMPLES, CLOSE, example)
    assert stated_edges(spec_of(bench, CLOSE, ANY_TWO).spec("app.m/close")) == ()
