"""The contract gate: clauses are held against every call in the examples, where no candidate can reach them."""

from collections.abc import Callable

import pytest

from hatch_vibesafe.gates import contracts, properties
from hatch_vibesafe.gates.contract_verdict import Judged
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.unit_calls import Case, UnitCall
from hatch_vibesafe.gates.verdict import Fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

SPLIT = '''
    from dataclasses import dataclass
    from decimal import Decimal
    from enum import Enum
    from collections.abc import Iterator

    from vibesafe_runtime import VibeCoded, vibesafe

    CENT = Decimal("0.01")


    class Empty(ValueError):
        """Nothing to split."""


    class Colour(Enum):
        RED = 1
        BLUE = 2


    @dataclass(frozen=True)
    class Point:
        x: int
        colour: Colour = Colour.RED


    def whole(parts: list[Decimal]) -> Decimal:
        return sum(parts, Decimal(0))


    @vibesafe
    def split(total: Decimal, n: int) -> list[Decimal]:
        """Split an amount.

        Requires:
            total >= 0
        Ensures:
            whole(result) == total
            max(result) - min(result) <= CENT
            len(result) == n
        Raises:
            Empty: n < 1

        >>> split(Decimal("1.00"), 3)
        [Decimal('0.34'), Decimal('0.33'), Decimal('0.33')]
        >>> split(Decimal("1.00"), 0)
        Traceback (most recent call last):
        app.m.Empty: nothing
        >>> split(Decimal("-1.00"), 0)
        Traceback (most recent call last):
        TypeError: outside
        """
        raise VibeCoded()


    @vibesafe
    def push(items: list[int], item: int) -> None:
        """Put an item at the end.

        Ensures:
            result is None
            items == old(items) + [item]

        >>> stack = [1]
        >>> push(stack, 2)
        >>> stack
        [1, 2]
        """
        raise VibeCoded()


    @vibesafe
    def move(point: Point, by: int = 1) -> Point:
        """Move.

        Ensures:
            result == Point(point.x + by, point.colour)

        >>> move(Point(1, Colour.BLUE))
        Point(x=2, colour=<Colour.BLUE: 2>)
        """
        raise VibeCoded()


    @vibesafe
    async def later(n: int) -> int:
        """Wait.

        Ensures:
            result == n

        >>> import asyncio
        >>> asyncio.run(later(3))
        3
        """
        raise VibeCoded()


    @vibesafe
    def count(n: int) -> Iterator[int]:
        """Count.

        Ensures:
            len(result) == n

        >>> list(count(2))
        [0, 1]
        """
        raise VibeCoded()
'''

RIGHT_SPLIT = """
    from decimal import Decimal
    from app.m import CENT, Empty

    def split(total: Decimal, n: int) -> list[Decimal]:
        if total < 0:
            raise TypeError("outside")
        if n < 1:
            raise Empty("nothing")
        cents = int(total / CENT)
        return [CENT * (cents // n + (place < cents % n)) for place in range(n)]
"""


LATER = "async def later(n: int) -> int:\n    return n\n"

MOVE = """
from app.m import Point

def move(point: Point, by: int = 1) -> Point:
    return Point(point.x + by, point.colour)
"""


@pytest.fixture
def split(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/m.py": SPLIT})


@pytest.fixture
def gated(split: "Bench") -> Callable[[str, str], list[str]]:
    """Return what the contract gate says of an implementation."""

    def check(unit: str, source: str) -> list[str]:
        sandbox = Sandbox(split.project.config.sandbox)
        candidate = split.candidate(f"app.m/{unit}", source)
        (opinion,) = contracts.check([candidate], split.context(), split.surroundings(), sandbox)
        assert not isinstance(opinion, Fault)
        return [finding.message for finding in opinion]

    return check


def test_a_right_implementation_passes(gated: Callable[[str, str], list[str]]) -> None:
    assert gated("split", RIGHT_SPLIT) == []


UNSEEN = '''
    from typing import TYPE_CHECKING

    from vibesafe_runtime import VibeCoded, vibesafe

    if TYPE_CHECKING:
        from collections.abc import Sequence


    @vibesafe
    def pair(n: int) -> list[int]:
        """Return two numbers.

        Ensures:
            isinstance(result, Sequence)

        >>> pair(1)
        [1, 1]
        """
        raise VibeCoded()
'''


@pytest.mark.parametrize("guard", ["if TYPE_CHECKING:", "if True:"])
def test_a_clause_that_cannot_be_evaluated_lets_nothing_pass(bench: "MakeBench", guard: str) -> None:
    made = bench({"app/__init__.py": "", "app/m.py": UNSEEN.replace("if TYPE_CHECKING:", guard)})
    sandbox = Sandbox(made.project.config.sandbox)
    candidate = made.candidate("app.m/pair", "def pair(n: int) -> list[int]:\n    return [n, n]\n")
    (opinion,) = contracts.check([candidate], made.context(), made.surroundings(), sandbox)
    assert not isinstance(opinion, Fault)
    assert bool(opinion) == (guard == "if TYPE_CHECKING:")


def test_calls_of_which_none_could_be_judged_let_nothing_pass() -> None:
    case = Case(UnitCall(("1",)))
    silent = Judged(case, unjudged="the contract takes too long")
    (finding,) = contracts._nothing_judged([silent, silent])
    assert "none of the 2 calls" in finding.message
    assert contracts._nothing_judged([silent, Judged(case)]) == contracts._nothing_judged([]) == ()


def test_every_broken_clause_is_named_with_the_values(gated: Callable[[str, str], list[str]]) -> None:
    (found,) = gated("split", RIGHT_SPLIT.replace("(place < cents % n)", "0"))
    assert found.startswith(">>> split(Decimal('1.00'), 3)\nbreaks `Ensures whole(result) == total`\nit returned [")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("cents = int(", 'cents = {}["a"] or int('), "raises what the contract does not name"),
        (('Empty("nothing")', 'ValueError("nothing")'), "another exception was raised"),
        (("n < 1", "n < 9"), "breaks `Raises Empty: n < 1`: raised where this does not hold"),
        (('raise Empty("nothing")', "return []"), "breaks `Raises Empty: n < 1`: nothing was raised"),
        (("n < 1", "0 >= n"), None),
        (("    return [CENT", "    return 7 or [CENT"), "evaluating that raises TypeError"),
        (("    return [CENT", "    return [] and [CENT"), "<= CENT` raises ValueError: max() "),
        (("    return [CENT", "    import os; os._exit(0)\n        return [CENT"), "has no answer"),
    ],
)
def test_raises_means_if_and_only_if(
    change: tuple[str, str], what: str | None, gated: Callable[[str, str], list[str]]
) -> None:
    assert change[0] in RIGHT_SPLIT
    found = gated("split", RIGHT_SPLIT.replace(*change))
    assert (what is None) == (not found)
    assert what is None or what in found[0], found


def test_old_is_what_was_before_the_call(gated: Callable[[str, str], list[str]]) -> None:
    right = "def push(items: list[int], item: int) -> None:\n    items.append(item)\n"
    assert gated("push", right) == []
    (found,) = gated("push", right.replace("append(item)", "insert(0, item)"))
    assert "breaks `Ensures items == old(items) + [item]`" in found


@pytest.mark.parametrize(
    ("unit", "right", "wrong"),
    [
        (
            "move",
            MOVE,
            ("point.colour", ""),
        ),
        ("later", LATER, ("return n", "return n + 1")),
        (
            "count",
            "from collections.abc import Iterator\ndef count(n: int) -> Iterator[int]:\n    yield from range(n)\n",
            ("range(n)", "range(n + 1)"),
        ),
    ],
)
def test_values_of_many_kinds_are_carried(
    unit: str, right: str, wrong: tuple[str, str], gated: Callable[[str, str], list[str]]
) -> None:
    assert gated(unit, right) == []
    assert len(gated(unit, right.replace(*wrong))) == 1


def test_a_candidate_that_bends_what_clauses_use_is_refused_all_the_same(
    gated: Callable[[str, str], list[str]],
) -> None:
    wrong = RIGHT_SPLIT.replace("(place < cents % n)", "0").replace(
        "from app.m import CENT, Empty",
        "import app.m, builtins\n    from app.m import CENT, Empty\n"
        "    app.m.whole = lambda parts: Decimal('1.00')\n    builtins.max = min",
    )
    assert len(gated("split", wrong)) == 1


def test_a_contract_brings_its_gate_into_the_evidence(split: "Bench") -> None:
    right, wrong = split.gates("app.m/later", LATER, LATER.replace("return n", "return n * (n < 3)"))
    records = {record.gate: record for record in right.records}
    assert right.passed, right.findings
    assert dict(records["contracts"].counts) == {"clauses": 1, "examples": 1}
    assert "contracts" in {finding.gate for finding in wrong.findings}


DECORATED = '''
    import deal
    import icontract

    from vibesafe_runtime import VibeCoded, vibesafe


    def half(n: int) -> int:
        return n // 2


    @icontract.require(lambda n: n >= 0)
    @icontract.snapshot(lambda items: items[:])
    @icontract.ensure(lambda items, OLD: items[:-1] == OLD.items)
    @vibesafe
    def push(items: list[int], n: int) -> int:
        """Put a number at the end and return half of it.

        >>> push([], 4)
        2
        """
        raise VibeCoded()


    @deal.pre(lambda n: n >= 0)
    @deal.post(lambda result: result >= 0)
    @deal.ensure(lambda _: _.result == half(_.n))
    @deal.reason(ValueError, lambda n: n == 7)
    @vibesafe
    def halved(n: int) -> int:
        """Halve.

        >>> halved(4)
        2
        """
        raise VibeCoded()
'''
PUSH = "def push(items: list[int], n: int) -> int:\n    {}\n    return n // 2\n"
HALVED = "def halved(n: int) -> int:\n    if n == 7:\n        raise ValueError(n)\n    return {}\n"


@pytest.mark.parametrize(
    ("unit", "source", "broken"),
    [
        ("push", PUSH.format("items.append(n)"), ""),
        ("push", PUSH.format("items.insert(0, n + len(items))"), "breaks `Ensures items[:-1] == old(items[:])`"),
        ("halved", HALVED.format("n // 2"), ""),
        ("halved", HALVED.format("2"), "breaks `Ensures result == half(n)`"),
        ("halved", "def halved(n: int) -> int:\n    return n // 2\n", "breaks `Raises ValueError: n == 7`"),
    ],
)
def test_what_decorators_say_is_held_against_calls_that_no_example_shows(
    unit: str, source: str, broken: str, bench: "MakeBench"
) -> None:
    made = bench({"app/__init__.py": "", "app/m.py": DECORATED})
    sandbox = Sandbox(made.project.config.sandbox)
    candidates = [made.candidate(f"app.m/{unit}", source)]
    (opinion,) = properties.check(candidates, made.context(), made.surroundings(), sandbox)
    assert not isinstance(opinion, Fault)
    messages = [finding.message for finding in opinion]
    assert bool(messages) == bool(broken), messages
    # The call with its values, and what came of it.
    assert all(message.startswith(f">>> {unit}(") or broken in message for message in messages)
    if broken:
        assert any(broken in message and "it returned " in message for message in messages), messages
