"""Units of less common shapes through all gates: nested classes, overloads, and values of the project's classes."""

from hatch_vibesafe.gates.run import run_gates
from hatch_vibesafe.generate.compose import compose
from tests.gates.conftest import MakeBench

SHOP = '''
from dataclasses import dataclass, field
from typing import overload

from vibesafe_runtime import VibeCoded, vibesafe


@dataclass(frozen=True)
class Line:
    name: str
    cents: int


@dataclass
class Basket:
    lines: list[Line] = field(default_factory=list)

    class Total:
        def __init__(self, cents: int = 0) -> None:
            self.cents = cents

        @vibesafe
        def plus(self, cents: int) -> "Basket.Total":
            """Return another total.

            >>> Basket.Total(1).plus(2).cents
            3
            >>> Basket.Total().plus(0).cents
            0
            """
            raise VibeCoded()

    @vibesafe
    def merged(self, other: "Basket") -> "Basket":
        """Return the lines of both.

        >>> Basket([Line("a", 1)]).merged(Basket([Line("b", 2)]))
        Basket(lines=[Line(name='a', cents=1), Line(name='b', cents=2)])
        >>> Basket().merged(Basket())
        Basket(lines=[])

        Ensures:
            len(result.lines) == len(self.lines) + len(other.lines)
        """
        raise VibeCoded()


@overload
def twice(value: int) -> int: ...
@overload
def twice(value: str) -> str: ...
@vibesafe
def twice(value: int | str) -> int | str:
    """Return it twice.

    >>> twice(2)
    4
    >>> twice("ab")
    'abab'
    """
    raise VibeCoded()


@vibesafe
def cheapest(lines: list[Line]) -> Line | None:
    """Return the cheapest line, the first of several.

    >>> cheapest([Line("a", 2), Line("b", 1), Line("c", 1)])
    Line(name='b', cents=1)
    >>> cheapest([]) is None
    True
    """
    raise VibeCoded()
'''
HONEST = {
    "Basket.Total.plus": """
def plus(self, cents: int) -> "Basket.Total":
    from app.shop import Basket

    return Basket.Total(self.cents + cents)
""",
    "Basket.merged": """
def merged(self, other: "Basket") -> "Basket":
    from app.shop import Basket

    return Basket([*self.lines, *other.lines])
""",
    "twice": """
def twice(value: int | str) -> int | str:
    return value * 2
""",
    "cheapest": """
def cheapest(lines: list[Line]) -> Line | None:
    return min(lines, key=lambda each: each.cents, default=None)
""",
}
WRONG = {
    "Basket.Total.plus": ("Basket.Total(self.cents + cents)", "Basket(self.cents + cents)", "types"),
    "Basket.merged": ("*other.lines", "*other.lines[:1]", "properties"),
    "twice": ("value * 2", "str(value) * 2", "doctests"),
    "cheapest": ("default=None", "default=lines", "types"),
}


def test_an_honest_implementation_passes_and_a_wrong_one_does_not(bench: MakeBench) -> None:
    made = bench({"app/__init__.py": "", "app/shop.py": SHOP})
    asked = [(name, source, "") for name, source in HONEST.items()]
    asked += [(name, HONEST[name].replace(old, new), gate) for name, (old, new, gate) in WRONG.items()]
    composed = [compose(made.spec(f"app.shop/{name}"), source, markdown=False) for name, source, _ in asked]
    candidates = [
        made.candidate(f"app.shop/{name}", each.implementation.decode())
        for (name, _, _), each in zip(asked, composed, strict=True)
    ]
    verdicts = run_gates(candidates, made.context())
    refused = [{finding.gate for finding in verdict.findings} for verdict in verdicts]
    assert refused[: len(HONEST)] == [set()] * len(HONEST)
    wanted = [gate for _, _, gate in asked[len(HONEST) :]]
    assert [gate in found for gate, found in zip(wanted, refused[len(HONEST) :], strict=True)] == [True] * len(WRONG)
