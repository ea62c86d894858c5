"""Methods of generic classes, and those that return `Self`: judged with the types that their class gives them."""

import sys
import textwrap

import pytest

from hatch_vibesafe.gates.run import run_gates
from hatch_vibesafe.generate.compose import compose
from tests.gates.conftest import Bench, MakeBench

BOXES = '''
    from collections.abc import Hashable
    from typing import Generic, Self, TypeVar

    from vibesafe_runtime import VibeCoded, vibesafe

    T = TypeVar("T", bound=Hashable)


    class Box(Generic[T]):
        """A box."""

        def __init__(self, items: list[T]) -> None:
            self.items = items

        @vibesafe
        def first(self, default: T) -> T:
            """Return the first item.

            >>> Box([1, 2]).first(0)
            1
            >>> Box([]).first("a")
            'a'
            """
            raise VibeCoded()

        @vibesafe
        def size(self) -> int:
            """Return how many.

            >>> Box([1, 2]).size()
            2
            >>> Box([]).size()
            0
            """
            raise VibeCoded()

        @vibesafe
        def add(self, item: T) -> Self:
            """Add an item and return the box.

            >>> Box([1]).add(2).items
            [1, 2]
            >>> Box([]).add("a").items
            ['a']
            """
            raise VibeCoded()

        @classmethod
        @vibesafe
        def of(cls, *items: T) -> "Self":
            """Return a box of items.

            >>> Box.of(1, 2).items
            [1, 2]
            >>> Box.of().items
            []
            """
            raise VibeCoded()
'''
HONEST = {
    "first": "def first(self, default: T) -> T:\n    return self.items[0] if self.items else default\n",
    "size": "def size(self) -> int:\n    return len(self.items)\n",
    "add": "def add(self, item: T) -> Self:\n    self.items.append(item)\n    return self\n",
    "of": 'def of(cls, *items: T) -> "Self":\n    return cls(list(items))\n',
}
WRONG = [
    ("first", "self.items[0]", "self.items"),
    ("first", "else default", "else 1"),
    ("size", "len(self.items)", "self.items[0]"),
    ("add", "return self", "from bank.boxes import Box\n    return Box(self.items)"),
    ("of", "cls(list(items))", "cls(items)"),
    ("of", "return cls(list(items))", "return items"),
]
BRACKETS = (
    textwrap.dedent(BOXES)
    .replace("class Box(Generic[T])", "class Box[T: Hashable]")
    .replace('T = TypeVar("T", bound=Hashable)\n', "")
    .replace("Generic, Self, TypeVar", "Self")
)


def judged(made: Bench, sources: list[tuple[str, str]]) -> list[list[str]]:
    """What the gates have against each implementation, composed as a submitted one is, in one run."""
    candidates = []
    for name, source in sources:
        unit = f"bank.boxes/Box.{name}"
        composed = compose(made.spec(unit), source, markdown=False)
        candidates.append(made.candidate(unit, composed.implementation.decode()))
    return [
        [f"{each.gate}: {each.message}" for each in verdict.findings]
        for verdict in run_gates(candidates, made.context())
    ]


@pytest.mark.parametrize(
    "source",
    [
        BOXES,
        pytest.param(
            BRACKETS, marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is new in Python 3.12")
        ),
    ],
    ids=["Generic", "brackets"],
)
def test_methods_of_a_generic_class_are_judged_by_its_types(bench: MakeBench, source: str) -> None:
    made = bench({"bank/__init__.py": "", "bank/boxes.py": source})
    wrong = [(name, HONEST[name].replace(old, new)) for name, old, new in WRONG]
    found = judged(made, [*HONEST.items(), *wrong])
    assert found[: len(HONEST)] == [[]] * len(HONEST)
    assert [each for each in found[len(HONEST) :] if not any(said.startswith("types: ") for said in each)] == []


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is new in Python 3.12")
def test_a_type_parameter_in_brackets_is_declared_for_an_implementation_and_by_nothing_else(bench: MakeBench) -> None:
    made = bench({"bank/__init__.py": "", "bank/boxes.py": BRACKETS})
    header = made.spec("bank.boxes/Box.first").header
    assert header[-1] == "T = TypeVar('T', bound=Hashable)"
    assert "from collections.abc import Hashable" in header
    assert made.spec("bank.boxes/Box.size").header == ()
    again = HONEST["first"].replace("def ", 'from typing import TypeVar\n\nT = TypeVar("T", bound=int)\n\n\ndef ')
    assert any("binds `T`" in each for each in judged(made, [("first", again)])[0])
