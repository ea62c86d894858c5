"""The property gate: what the examples do not show is held against the contract too."""

from collections.abc import Callable

import pytest

from hatch_vibesafe.gates import properties
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.verdict import Fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

UNITS = '''
    from decimal import Decimal

    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def clamp(n: int, low: int = 0, *, high: int = 9) -> int:
        """Keep a number within limits.

        Requires:
            low <= high
        Ensures:
            low <= result <= high
            implies(low <= n <= high, result == n)

        >>> clamp(3)
        3
        """
        raise VibeCoded()


    @vibesafe
    def mean(numbers: list[Decimal]) -> Decimal:
        """The mean.

        Ensures:
            min(numbers) <= result <= max(numbers)
        Raises:
            ValueError: not numbers

        >>> mean([Decimal("1.0"), Decimal("3.0")])
        Decimal('2.0')
        """
        raise VibeCoded()


    @vibesafe
    def first(text: str) -> str:
        """The first letter.

        Ensures:
            text.startswith(result)

        >>> first("ab")
        'a'
        """
        raise VibeCoded()


    @vibesafe
    def push(items: list[int], item: int) -> None:
        """Put an item at the end.

        Ensures:
            items == old(items) + [item]

        >>> stack = [1]
        >>> push(stack, 2)
        >>> push(stack, 3)
        >>> stack
        [1, 2, 3]
        """
        raise VibeCoded()
'''

CLAMP = "def clamp(n: int, low: int = 0, *, high: int = 9) -> int:\n    return max(low, min(n, high))\n"
MEAN = """
from decimal import Decimal

def mean(numbers: list[Decimal]) -> Decimal:
    if not numbers:
        raise ValueError("nothing")
    return max(min(numbers), min(max(numbers), sum(numbers, Decimal(0)) / len(numbers)))
"""


@pytest.fixture
def units(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/m.py": UNITS}, "[sandbox]\ntimeout = 3\n")


@pytest.fixture
def gated(units: "Bench") -> Callable[[str, str], list[str]]:
    """Return what the property gate says of an implementation."""

    def check(unit: str, source: str) -> list[str]:
        sandbox = Sandbox(units.project.config.sandbox)
        candidate = units.candidate(f"app.m/{unit}", source)
        (opinion,) = properties.check([candidate], units.context(), units.surroundings(), sandbox)
        assert not isinstance(opinion, Fault)
        return [finding.message for finding in opinion]

    return check


@pytest.mark.parametrize(
    ("unit", "source"),
    [
        ("clamp", CLAMP),
        ("mean", MEAN),
        ("push", "def push(items: list[int], item: int) -> None:\n    items.append(item)\n"),
    ],
)
def test_a_right_implementation_passes(unit: str, source: str, gated: Callable[[str, str], list[str]]) -> None:
    assert gated(unit, source) == []


def test_the_simplest_call_is_shown_as_a_doctest(gated: Callable[[str, str], list[str]]) -> None:
    (found,) = gated("clamp", CLAMP.replace("min(n, high)", "n"))
    assert found.startswith(">>> clamp(")
    line = found.partition("\n")[0].removeprefix(">>> ")
    assert len(line) <= len("clamp(10, high=-1)"), found
    wrong = eval(line, {"clamp": lambda n, low=0, *, high=9: (max(low, n), low, high)})  # noqa: S307 - it can be pasted
    assert not wrong[1] <= wrong[0] <= wrong[2]


def test_only_what_is_named_may_be_raised_within_requires(gated: Callable[[str, str], list[str]]) -> None:
    (found,) = gated("mean", MEAN.replace('raise ValueError("nothing")', "return Decimal(0)"))
    assert found.startswith(">>> mean([])\nbreaks `Raises ValueError: not numbers`: nothing was raised")
    crash = "    if len(numbers) > 2:\n        raise KeyError(1)\n    return max"
    (found,) = gated("mean", MEAN.replace("    return max", crash))
    assert "raises what the contract does not name" in found


def test_without_requires_and_raises_a_crash_is_no_refusal(gated: Callable[[str, str], list[str]]) -> None:
    assert gated("first", "def first(text: str) -> str:\n    return text[0]\n") == []
    (found,) = gated("first", "def first(text: str) -> str:\n    return text[-1:]\n")
    assert "breaks `Ensures text.startswith(result)`" in found


@pytest.mark.parametrize(
    ("change", "line", "why"),
    [
        (
            ("    return", "    if n == 77:\n        raise KeyError(n)\n    return"),
            "clamp(77",
            "raises what the contract does",
        ),
        (
            ("    return", "    if low == -512:\n        return 99\n    return"),
            "-512",
            "breaks `Ensures low <= result",
        ),
    ],
)
def test_a_contract_is_tried_at_the_borders_that_an_implementation_draws(
    gated: Callable[[str, str], list[str]], change: tuple[str, str], line: str, why: str
) -> None:
    (found,) = gated("clamp", CLAMP.replace(*change))
    assert line in found.partition("\n")[0]
    assert why in found


def test_a_cheat_that_knows_the_examples_is_refused(gated: Callable[[str, str], list[str]]) -> None:
    assert len(gated("clamp", CLAMP.replace("max(low, min(n, high))", "{3: 3}[n]"))) == 1


def test_what_does_not_end_is_refused_where_an_example_is_no_smaller(gated: Callable[[str, str], list[str]]) -> None:
    endless = CLAMP.replace("    return", "    while n == 2:\n        pass\n    return")
    (found,) = gated("clamp", endless)
    assert "has no answer: the worker did not end" in found
    assert found.startswith(">>> clamp(2")
    assert gated("clamp", endless.replace("n == 2", "n > 50")) == []


def test_calls_behind_one_that_does_not_end_are_judged_too(gated: Callable[[str, str], list[str]]) -> None:
    endless = CLAMP.replace("    return", "    while n == -70:\n        pass\n    return")
    assert gated("clamp", endless) == []
    (found,) = gated("clamp", endless.replace("    return", "    if n == 98:\n        return n\n    return"))
    assert "breaks `Ensures low <= result <= high`" in found


def test_a_contract_that_takes_all_the_time_is_nobodys_fault(bench: "MakeBench") -> None:
    slow = UNITS.replace("low <= high\n", "low <= high and min(range(10**9)) == 0\n", 1)
    units = bench({"app/__init__.py": "", "app/m.py": slow}, "[sandbox]\ntimeout = 0.3\n")
    sandbox = Sandbox(units.project.config.sandbox)
    asked = [units.candidate("app.m/clamp", CLAMP)], units.context(), units.surroundings(), sandbox
    (opinion,) = properties.check(*asked)
    assert isinstance(opinion, Fault)
    assert "nothing could be judged by the contract" in opinion.problems[0].what
    assert "sandbox.timeout" in opinion.problems[0].remedy


def test_the_evidence_says_how_many_inputs_and_which_seed(units: "Bench") -> None:
    spec = units.spec("app.m/clamp")
    counts = dict(properties.record(spec, ()).counts)
    assert counts == {"inputs": len(properties.generated_cases(spec)), "seed": 0}
    assert counts["inputs"] > 40
    assert properties.generated_cases(spec) == properties.generated_cases(spec)


def test_a_unit_with_a_contract_passes_every_gate(units: "Bench") -> None:
    (verdict,) = units.gates("app.m/clamp", CLAMP)
    assert verdict.passed, verdict.findings
    assert [record.gate for record in verdict.records][-2:] == ["contracts", "properties"]
