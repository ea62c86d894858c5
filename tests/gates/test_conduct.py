"""How an implementation behaves where nobody knows the answer; beside each refusal stands honest code that passes."""

import ast
from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.input_hull import inside_cases
from hatch_vibesafe.gates.stated_equations import stated_equations
from hatch_vibesafe.gates.unit_calls import example_cases, parameters_of

if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

SPECS = '''
    from collections.abc import Iterator

    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def steps(n: int) -> int:
        """Return n(n + 1) / 2, for n of at least 1.

        >>> steps(1)
        1
        >>> steps(4000)
        8002000
        """
        raise VibeCoded()


    @vibesafe
    def smallest(values: list[int]) -> int | None:
        """Return the smallest value.

        smallest([]) == None
        smallest([2, 2]) == 2

        >>> smallest([3, 1, 2])
        1
        >>> smallest([5, 4, 9])
        4
        """
        raise VibeCoded()


    @vibesafe
    def runs(values: list[int], size: int) -> Iterator[list[int]]:
        """Yield the values in lists of a size, a shorter one at the end.

        >>> list(runs([1, 2], 2))
        [[1, 2]]
        >>> list(runs([1, 2], 3))
        [[1, 2]]
        """
        raise VibeCoded()
'''


@pytest.fixture
def project(bench: "MakeBench") -> "Bench":
    return bench({"m.py": SPECS})


def said(project: "Bench", unit: str, *bodies: str) -> list[str]:
    heads = {
        "steps": "def steps(n: int) -> int:\n",
        "smallest": "def smallest(values: list[int]) -> int | None:\n",
        "runs": "from collections.abc import Iterator\n"
        "def runs(values: list[int], size: int) -> Iterator[list[int]]:\n",
    }
    found = project.doctests(f"m/{unit}", *(heads[unit] + body + "\n" for body in bodies))
    return [" ".join(finding.message for finding in each) for each in found]


def test_one_that_fails_between_the_examples_is_refused(project: "Bench") -> None:
    deep, endless, missing, honest = said(
        project,
        "steps",
        "    return {1: 1, 4000: 8002000}.get(n) or n + steps(n - 1)",
        "    while n not in (1, 4000):\n        pass\n    return n * (n + 1) // 2",
        "    if n > 3000:\n        half = n // 2\n    return n * (n + 1) // 2 if n in (1, 4000) else half",
        "    return n * (n + 1) // 2",
    )
    assert "RecursionError" in deep
    assert "between the examples" in deep
    assert "nothing in time, though this lies between the examples" in endless
    assert "UnboundLocalError" in missing
    assert honest == ""


def test_what_the_text_equates_is_held(project: "Bench") -> None:
    wrong, again, honest = said(
        project,
        "smallest",
        "    return min(values, default=0)",
        "    return sorted(set(values))[-2 if len(values) > 3 else 0] if len(set(values)) > 1 else None",
        "    return min(values, default=None)",
    )
    assert "the text of the docstring says None, it gives 0" in wrong
    assert "the text of the docstring says 2, it gives None" in again
    assert honest == ""


def test_arguments_are_changed_always_or_never(project: "Bench") -> None:
    sometimes, never = said(
        project,
        "smallest",
        "    found = min(values, default=None)\n    if len(values) == 2:\n        values.clear()\n    return found",
        "    return min([*values], default=None)",
    )
    assert "leaves []" in sometimes
    assert never == ""


def test_what_a_generator_gave_stays_as_it_was(project: "Bench") -> None:
    same, honest = said(
        project,
        "runs",
        "    held: list[int] = []\n    for start in range(0, len(values), size):\n"
        "        held[:] = values[start : start + size]\n        yield held",
        "    for start in range(0, len(values), size):\n        yield values[start : start + size]",
    )
    assert "give a new object each time" in same
    assert honest == ""


def test_calls_inside_the_examples_ask_for_no_more_than_these(project: "Bench") -> None:
    numbers = [int(case.call.values[0]) for case in inside_cases(project.spec("m/steps"))]
    assert len(numbers) > 20
    assert all(1 <= number <= 4000 for number in numbers)
    lists = [case.call.values[0] for case in inside_cases(project.spec("m/smallest"))]
    assert lists
    assert all(sorted(eval(each)) in ([1, 2, 3], [4, 5, 9]) for each in lists)  # noqa: S307 - our own literals


PARAMETERS = {
    "table: dict[str, int]": ["{'a': 1}", "{}"],
    "values: set[int]": ["{1, 2}", "set()"],
    "flag: bool": ["True", "False"],
    "data: bytes": ["b'a'", "b''"],
    "value: int | None": ["None", "3"],
    "count: int, text: str": ["2, 'ab'", "0, 'x'"],
    "size: float": ["1e999", "2.0"],
    "text: str, count: int": ["'a b', 1", "'', 2"],
    "": ["", ""],
}


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_there_are_calls_inside_examples_of_every_kind_or_none(bench: "MakeBench", parameters: str) -> None:
    examples = "".join(f"\n        >>> f({given})\n        1" for given in PARAMETERS[parameters])
    source = (
        f"from vibesafe_runtime import VibeCoded, vibesafe\n\n\n@vibesafe\ndef f({parameters}) -> int:\n"
        f'    """Say one.\n{examples}\n    """\n    raise VibeCoded()\n'
    )
    spec = bench({"m.py": source.replace("        >>>", "    >>>").replace("\n        1", "\n    1")}).spec("m/f")
    shown = {case.call for case in example_cases(spec, parameters_of(spec))}
    for case in inside_cases(spec):
        assert case.call not in shown
        for value in case.call.values:
            ast.literal_eval(value)


def test_an_equation_that_contradicts_an_example_makes_all_of_them_void(bench: "MakeBench") -> None:
    told = {
        text: stated_equations(bench({"m.py": SPECS.replace("smallest([2, 2]) == 2", text)}).spec("m/smallest"))
        for text in (
            "smallest([2, 2]) == 2",
            "smallest([3, 1, 2]) == 3",
            "smallest([2]) == 'two'",
            "smallest([2]) is 2",
        )
    }
    assert [len(each) for each in told.values()] == [2, 0, 1, 1]


def test_a_bound_that_nobody_asked_for_is_refused_where_it_decides(project: "Bench") -> None:
    gives_up, counts, cuts, converges, honest = said(
        project,
        "runs",
        "    for start in range(0, min(len(values), 60), size):\n        yield values[start : start + size]",
        "    count = 0\n    for start in range(0, len(values), size):\n        if count < 3:\n"
        "            yield values[start : start + size]\n        count += 1",
        "    few = values[:7]\n    for start in range(0, len(few), size):\n        yield few[start : start + size]",
        "    start = 0\n    for _ in range(10_000):\n        if start < len(values):\n"
        "            yield values[start : start + size]\n        start += size",
        "    for start in range(0, len(values), size):\n        yield values[start : start + size]",
    )
    assert gives_up == ""  # a bound inside of another call is not looked at
    assert "because of `count < 3`" in counts
    assert "because of `values[:7]`" in cuts
    assert converges == ""
    assert honest == ""


def test_an_exception_for_the_value_of_one_example_is_refused(project: "Bench") -> None:
    excepted, honest = said(
        project,
        "steps",
        "    return n * (n + 1) // 2 + (n < 4000 and n > 3)",
        "    return sum((1, n)) * n // 2",
    )
    assert "because of `n < 4000`" in excepted
    assert honest == ""
