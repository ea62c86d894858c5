"""The `hypothesis` fences: tried on what is drawn, judged where no candidate runs, shown as lines to paste."""

from collections.abc import Callable

import pytest

from hatch_vibesafe.gates import properties
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.verdict import Fault, Opinion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

UNITS = '''
    import enum
    from collections.abc import Iterator
    from decimal import Decimal

    from vibesafe_runtime import VibeCoded, vibesafe


    class Side(enum.Enum):
        LEFT = 1
        RIGHT = 2


    def twice(n: int) -> int:
        return 2 * n


    @vibesafe
    def total(numbers: list[int]) -> int:
        """The sum.

        ```hypothesis
        numbers = st.lists(st.integers())
        extra = st.integers(-5, 5).map(twice)

        assert total([*numbers, extra]) == total(numbers) + extra
        ```

        >>> total([1])
        1
        """
        raise VibeCoded()


    @vibesafe
    def push(items: list[int], item: int) -> None:
        """Put an item at the end.

        ```hypothesis
        items = st.lists(st.integers(), max_size=3)
        item = st.integers()

        count = len(items)
        push(items, item)
        assert len(items) == count + 1
        assert items[-1] == item
        ```

        >>> push([], 2)
        """
        raise VibeCoded()


    @vibesafe
    def part(whole: Decimal, by: int) -> Decimal:
        """A part.

        Requires:
            by != 0
        Raises:
            ValueError: whole < 0

        ```hypothesis
        whole = st.decimals(places=2)
        by = st.integers(-3, 3)

        try:
            found = part(whole, by)
        except ValueError:
            assert whole < 0
        else:
            assert abs(found * by - whole) < 1
        ```

        >>> part(Decimal(1), 1)
        Decimal('1')
        """
        raise VibeCoded()


    @vibesafe
    def upto(n: int, side: Side = Side.LEFT) -> Iterator[int]:
        """Numbers.

        ```hypothesis
        n = st.integers(0, 5)
        side = st.sampled_from([Side.LEFT, Side.RIGHT])
        assert sorted(upto(n, side)) == list(range(n))
        ```

        >>> list(upto(1))
        [0]
        """
        raise VibeCoded()


    @vibesafe
    async def later(n: int) -> int:
        """Later.

        ```hypothesis
        n = st.integers()
        assert await later(n) == n
        ```

        >>> import asyncio
        >>> asyncio.run(later(1))
        1
        """
        raise VibeCoded()


    @vibesafe
    def never(n: int) -> int:
        """What is never tried.

        ```hypothesis
        n = st.integers(0, 3)
        assume(n > 3)
        assert never(n) == n
        ```

        >>> never(1)
        1
        """
        raise VibeCoded()


    @vibesafe
    def broken(n: int) -> int:
        """What cannot hold.

        ```hypothesis
        n = st.integers(1, 3)
        assert n < 1
        assert broken(n) == n
        ```

        >>> broken(1)
        1
        """
        raise VibeCoded()
'''

RIGHT = {
    "total": "def total(numbers: list[int]) -> int:\n    return sum(numbers)\n",
    "push": "def push(items: list[int], item: int) -> None:\n    items.append(item)\n",
    "part": """
from decimal import Decimal

def part(whole: Decimal, by: int) -> Decimal:
    if whole < 0:
        raise ValueError("negative")
    return whole / by
""",
    "upto": """
from collections.abc import Iterator
from app.m import Side

def upto(n: int, side: Side = Side.LEFT) -> Iterator[int]:
    numbers = range(n)
    yield from numbers if side is Side.LEFT else reversed(numbers)
""",
    "later": "async def later(n: int) -> int:\n    return n\n",
}

Judge = Callable[[str, str], Opinion]


@pytest.fixture
def units(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/m.py": UNITS}, "[sandbox]\ntimeout = 3\n")


@pytest.fixture
def judge(units: "Bench") -> Judge:
    def check(unit: str, source: str) -> Opinion:
        sandbox = Sandbox(units.project.config.sandbox)
        candidate = units.candidate(f"app.m/{unit}", source)
        (opinion,) = properties.check([candidate], units.context(), units.surroundings(), sandbox)
        return opinion

    return check


@pytest.mark.parametrize("unit", RIGHT)
def test_a_right_implementation_passes(unit: str, judge: Judge) -> None:
    assert judge(unit, RIGHT[unit]) == ()


@pytest.mark.parametrize(
    ("unit", "right", "wrong"),
    [
        ("total", "sum(numbers)", "sum(set(numbers))"),
        ("push", "items.append(item)", "items.insert(0, item)"),
        ("part", "whole / by", "whole * by"),
        ("part", "whole < 0", "whole < 1"),
        ("upto", "reversed(numbers)", "reversed(numbers[1:])"),
        ("later", "return n", "return n or 1"),
    ],
)
def test_a_wrong_one_is_refused(unit: str, right: str, wrong: str, judge: Judge) -> None:
    assert right in RIGHT[unit]
    opinion = judge(unit, RIGHT[unit].replace(right, wrong))
    assert not isinstance(opinion, Fault)
    assert opinion[0].gate == "properties"
    assert ">>> " in opinion[0].message


def test_what_fails_is_simple_and_can_be_pasted(judge: Judge) -> None:
    opinion = judge("total", RIGHT["total"].replace("sum(numbers)", "sum(numbers[:2])"))
    assert not isinstance(opinion, Fault)
    line, expected, why, *calls = opinion[0].message.split("\n")
    assert (line, expected) == (">>> total([*[0, 0], twice(1)]) == total([0, 0]) + twice(1)", "True")
    assert why == "does not hold (the property of app/m.py:21)"
    assert calls == ["total([0, 0, 2]) returned 0", "total([0, 0]) returned 0"]
    assert total_holds(line.removeprefix(">>> "), lambda numbers: sum(numbers[:2])) is False
    assert total_holds(line.removeprefix(">>> "), sum) is True


def total_holds(line: str, total: Callable[[list[int]], int]) -> object:
    return eval(line, {"total": total, "twice": lambda n: 2 * n})  # noqa: S307 - the line that was shown


def test_several_statements_are_shown_as_several_lines(judge: Judge) -> None:
    opinion = judge("push", RIGHT["push"].replace("items.append(item)", "pass"))
    assert not isinstance(opinion, Fault)
    assert opinion[0].message.split("\n")[:5] == [
        ">>> items, item = [], 0",
        ">>> count = len(items)",
        ">>> push(items, item)",
        ">>> assert len(items) == count + 1",
        ">>> assert items[-1] == item",
    ]


def test_whoever_reaches_for_the_verdict_is_judged_all_the_same(judge: Judge) -> None:
    hostile = """
        import builtins

        class Anything(int):
            def __eq__(self, other: object) -> bool:
                return True

            def __hash__(self) -> int:
                return 0

        builtins.AssertionError = KeyboardInterrupt
        builtins.sum = lambda items: 0

        def total(numbers: list[int]) -> int:
            return Anything(1)
        """
    opinion = judge("total", hostile)
    assert not isinstance(opinion, Fault)
    assert opinion != ()


@pytest.mark.parametrize(
    ("unit", "why"),
    [
        ("never", "meets its assumptions, so it proves nothing"),
        ("broken", "does not hold before it calls broken"),
    ],
)
def test_a_property_that_says_nothing_is_nobodys_refusal(unit: str, why: str, judge: Judge) -> None:
    opinion = judge(unit, f"def {unit}(n: int) -> int:\n    return n\n")
    assert isinstance(opinion, Fault)
    assert why in opinion.problems[0].what


def test_the_evidence_holds_the_seed(units: "Bench") -> None:
    record = properties.record(units.spec("app.m/total"), ())
    assert dict(record.counts) == {"draws": record.counts[0][1], "seed": 0, "stated": 1}
    assert dict(record.counts)["draws"] > 20


def test_all_gates_try_what_a_fence_states(units: "Bench") -> None:
    right, wrong = units.gates("app.m/total", RIGHT["total"], RIGHT["total"].replace("sum(numbers)", "max(numbers)"))
    assert right.passed, right
    assert [record.gate for record in right.records][-1] == "properties"
    assert "properties" in {finding.gate for finding in wrong.findings}
