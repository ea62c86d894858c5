"""Weak specs, each kind with one that is not."""

import textwrap
from collections.abc import Callable, Mapping

import pytest

from hatch_vibesafe.spec.weakness import contradictions, weaknesses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hatch_vibesafe.spec.model import Scan

Scanned = Callable[[Mapping[str, str | bytes]], "Scan"]
Weak = Callable[..., list[str]]


@pytest.fixture
def weak(scanned: Scanned) -> Weak:
    def find(*examples: str, returns: str = "int", head: str = "def") -> list[str]:
        lines = "\n".join(examples)
        text = (
            "from vibesafe_runtime import VibeCoded, vibesafe\n\n\n@vibesafe\n"
            f'{head} unit(n: int) -> {returns}:\n    """Do it.\n\n{textwrap.indent(lines, "    ")}\n    """\n'
            "    raise VibeCoded()\n"
        )
        (spec,) = scanned({"app": "", "app.m": text}).specs
        found = weaknesses(spec)
        assert all(problem.where.startswith("app/m.py:") and problem.remedy for problem in found)
        return [problem.what for problem in found]

    return find


STRONG = (
    ">>> unit(1)",
    "2",
    ">>> unit(2)",
    "4",
    ">>> unit(-1)",
    "Traceback (most recent call last):",
    "ValueError: no",
)


def test_three_examples_that_differ_are_enough(weak: Weak) -> None:
    assert weak(*STRONG) == []


def test_fewer_than_three_examples_are_weak(weak: Weak) -> None:
    (what,) = weak(*STRONG[:4])
    assert "only 2 examples of unit" in what
    (what,) = weak(*STRONG[:2])
    assert "only 1 example of unit" in what


def test_none_at_all_is_told_elsewhere(weak: Weak) -> None:
    assert weak() == []


@pytest.mark.parametrize("last", ["True", "  True"])
def test_examples_that_all_expect_the_same_are_weak(weak: Weak, last: str) -> None:
    first = (">>> unit(1)", "True", ">>> unit(2)", "True", ">>> unit(3)")
    (what,) = weak(*first, last, returns="bool")
    assert "all 3 examples expect the same, True" in what
    assert weak(*first, "False", returns="bool") == []


def test_an_exception_is_another_answer(weak: Weak) -> None:
    assert weak(">>> unit(1)", "2", ">>> unit(3)", "2", *STRONG[4:]) == []


def test_examples_that_contradict_each_other_are_named_both(weak: Weak) -> None:
    (what,) = weak(*STRONG, ">>> unit( 1 )", "3")
    assert what == "example 4 expects 3 of unit(1) and example 1 expects 2"


def test_what_happens_between_may_change_an_answer(weak: Weak) -> None:
    assert weak(*STRONG, ">>> n = 5", ">>> unit(1)", "3") == []


@pytest.mark.parametrize(
    ("returns", "value"),
    [("int", "'2'"), ("int", "True"), ("str", "2"), ("list[int]", "(2,)"), ("int | None", "'x'"), ("bool", "2")],
)
def test_an_example_of_another_type_is_named(weak: Weak, returns: str, value: str) -> None:
    found = weak(">>> unit(1)", value, ">>> unit(2)", value, ">>> unit(3)", value, returns=returns)
    assert f"example 1 expects {value}, and the spec is to return {returns}" in found


@pytest.mark.parametrize(
    ("returns", "value"),
    [("float", "2"), ("int | None", "2"), ("object", "'x'"), ("T", "2"), ("list[int]", "[2]"), ("set[int]", "{2}")],
)
def test_an_example_of_its_type_is_not(weak: Weak, returns: str, value: str) -> None:
    found = weak(">>> unit(1)", value, ">>> unit(2)", value, ">>> unit(3)", value, returns=returns)
    assert not [what for what in found if "is to return" in what]


@pytest.fixture
def contradicted(scanned: Scanned) -> Weak:
    def find(*examples: str, returns: str = "int", before: str = "", takes: str = "n: object") -> list[str]:
        text = (
            f"from vibesafe_runtime import VibeCoded, vibesafe\n{before}\n\n"
            f"@vibesafe\ndef unit({takes}) -> {returns}:\n"
            f'    """Do it.\n\n{textwrap.indent(chr(10).join(examples), "    ")}\n    """\n    raise VibeCoded()\n'
        )
        (spec,) = scanned({"app": "", "app.m": text}).specs
        return [problem.what for problem in contradictions(spec)]

    return find


def test_two_results_of_one_call_of_literals_cannot_both_be_right(contradicted: Weak) -> None:
    (what,) = contradicted(">>> unit(1)", "2", ">>> unit( 1 )", "3")
    assert what == "example 2 expects 3 of unit(1) and example 1 expects 2"
    assert contradicted(">>> unit([1])", "2", ">>> unit([1])", "Traceback (most recent call last):", "ValueError: no")


@pytest.mark.parametrize(
    ("examples", "before"),
    [
        ((">>> unit(1)", "2", ">>> unit(2)", "3"), ""),
        ((">>> unit([1])", "2", ">>> unit([1])", "2"), ""),
        ((">>> unit(QUEUE)", "2", ">>> unit(QUEUE)", "3"), "QUEUE = [2, 3]\n"),
        ((">>> unit(1)", "2", ">>> xs = 2", ">>> unit(1)", "3"), ""),
        ((">>> unit(1)  # doctest: +ELLIPSIS", "1...", ">>> unit(1)", "12"), ""),
    ],
)
def test_what_may_have_changed_in_between_is_no_contradiction(
    contradicted: Weak, examples: tuple[str, ...], before: str
) -> None:
    assert contradicted(*examples, before=before) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("unit(1)", "unit(n=1)"),
        ("unit(1)", "unit(1, 2)"),
        ("unit(1, m=2)", "unit(m=2, n=1)"),
        ("unit(1)", "unit(1, k=3)"),
    ],
)
def test_the_same_arguments_in_another_spelling_are_the_same_call(contradicted: Weak, one: str, other: str) -> None:
    takes = "n: object, m: int = 2, *, k: int = 3"
    (what,) = contradicted(f">>> {one}", "2", f">>> {other}", "3", takes=takes)
    assert what == f"example 2 expects 3 of {other} and example 1 expects 2 of {one}, which is the same call"
    assert contradicted(f">>> {one}", "2", f">>> {other}", "2", takes=takes) == [], "the control"


@pytest.mark.parametrize(
    ("one", "other", "takes"),
    [
        ("unit(1)", "unit(2)", "n: object, m: int = 2"),
        ("unit(1)", "unit(1, 3)", "n: object, m: int = 2"),
        ("unit(1)", "unit(1, 2)", "n: object, m: int = int()"),
        ("unit(1)", "unit(1, 1)", "*n: object"),
        ("unit(n=1)", "unit(1)", "*n: object, **more: object"),
        ("unit(*[1])", "unit(1)", "n: object"),
    ],
)
def test_other_arguments_are_another_call(contradicted: Weak, one: str, other: str, takes: str) -> None:
    assert contradicted(f">>> {one}", "2", f">>> {other}", "3", takes=takes) == []


def test_the_elements_of_a_set_have_no_order_and_those_of_a_list_have(contradicted: Weak) -> None:
    letters = [repr(letter) for letter in "abcdefgh"]
    sets = [f"[{{{', '.join(each)}}}]" for each in (letters, letters[::-1])]
    assert contradicted(">>> unit(1)", sets[0], ">>> unit(1)", sets[1], returns="list[set[str]]") == []
    assert contradicted(">>> unit(1)", "[1, 2]", ">>> unit(1)", "[2, 1]", returns="list[int]")


def test_a_result_that_the_type_forbids_is_certain_but_a_flag_may_be_a_number(contradicted: Weak) -> None:
    (what,) = contradicted(">>> unit(1)", "'2'")
    assert what == "example 1 expects '2', and the spec is to return int"
    assert contradicted(">>> unit(1)", "True") == []
    assert contradicted(">>> unit(1)", "5", returns="None") == [], "it may print that"
