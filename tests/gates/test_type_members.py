"""Which values a type allows, as far as that can be told from the text; and that no gate judges by any other."""

import ast
from collections.abc import Callable
from random import Random

import pytest

from hatch_vibesafe.gates import contracts, properties
from hatch_vibesafe.gates.input_types import draws
from hatch_vibesafe.gates.mutation import adequacy_of
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.type_members import Members
from tests.gates.conftest import refusals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

MODULE = '''
    from collections.abc import Mapping, Sequence
    from dataclasses import dataclass
    from decimal import Decimal
    from enum import Enum
    from typing import Annotated, Literal, NamedTuple, NewType, NotRequired, Optional, TypedDict, Union

    from vibesafe_runtime import VibeCoded, vibesafe

    Way = Literal["left", "right"]
    Number = NewType("Number", int)
    Pairs = dict[str, tuple[int, Way]]


    class Row(TypedDict):
        name: str
        n: NotRequired[int]


    class Loose(TypedDict, total=False):
        name: str


    class Colour(Enum):
        RED = 1


    @dataclass(frozen=True)
    class Move:
        way: Way
        steps: int = 1


    class Spot(NamedTuple):
        x: int
        move: Move


    @vibesafe
    def turn(point: tuple[int, int], way: Way) -> tuple[int, int]:
        """Turn a point by 90 degrees: `Number`, `Pairs`, `Row`, `Loose`, `Colour`, `Move`, `Spot`, `Decimal`.

        Requires:
            point[0] >= 0
        Ensures:
            len(result) == 2

        >>> turn((1, 2), "left")
        (-2, 1)
        >>> turn((1, 2), "right")
        (2, -1)
        >>> turn((0, 0), "right")
        (0, 0)
        """
        raise VibeCoded()
'''
TURN = """
    from app.m import Way


    def turn(point: tuple[int, int], way: Way) -> tuple[int, int]:
        x, y = point
        return {"left": (-y, x), "right": (y, -x)}[way]
"""


@pytest.fixture
def made(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/m.py": MODULE})


@pytest.fixture
def fits(made: "Bench") -> Callable[[str, str], bool]:
    members = Members(made.spec("app.m/turn"))
    return lambda value, annotation: members.fits(_parsed(value), _parsed(annotation))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("annotation", "values", "others"),
    [
        ("int", ("1", "-1", "True", "f(2)"), ("'1'", "1.0", "None", "[1]", "(1,)")),
        ("float", ("1", "-0.5", "float('nan')"), ("'1'", "None", "1j")),
        ("bool", ("True",), ("1", "''")),
        ("str", ("''", "'a' + 'b'"), ("b''", "1", "['a']")),
        ("None", ("None",), ("0", "''")),
        ("Way", ("'left'", "way"), ("''", "'LEFT'", "1", "None")),
        ("'Way'", ("'left'",), ("'up'",)),
        ("Literal[-1, None]", ("-1", "None"), ("1", "''")),
        ("Number", ("3",), ("'3'",)),
        ("tuple[int, int]", ("(1, 2)", "pair"), ("(1,)", "()", "(1, 2, 3)", "(1, 'a')", "[1, 2]", "1")),
        ("tuple[int, ...]", ("()", "(1, 2, 3)"), ("('a',)", "[1]")),
        ("tuple[()]", ("()",), ("(1,)",)),
        ("list[Way]", ("[]", "['left']", "[way]"), ("['up']", "('left',)", "'left'", "{}")),
        ("Sequence[int]", ("[1]", "(1,)", "'1'"), ("['a']", "('a',)")),
        ("set[int]", ("{1}", "set()", "set([1])"), ("{'a'}", "[1]", "{}")),
        ("Pairs", ("{}", "{'a': (1, 'left')}"), ("{'a': (1,)}", "{1: (1, 'left')}", "[]", "{'a': (1, 'up')}")),
        ("Mapping[str, int]", ("{'a': 1}", "{**other}"), ("{'a': 'b'}",)),
        ("Row", ("{'name': 'a'}", "{'name': 'a', 'n': 1}", "Row(name='a')"), ("{}", "{'n': 1}", "{'name': 1}", "[]")),
        ("Row", ("{'name': ''}",), ("{'name': 'a', 'x': 1}", "{1: 2}", "{**row}")),
        ("Loose", ("{}", "{'name': 'a'}"), ("{'n': 1}", "{'name': 1}")),
        ("Colour", ("Colour.RED", "Colour(1)"), ()),
        ("Optional[int]", ("None", "1"), ("'a'",)),
        ("Union[int, Way]", ("1", "'left'"), ("'up'",)),
        ("int | list[int]", ("1", "[1]"), ("'a'", "['a']")),
        ("Annotated[int, 'positive']", ("1",), ("'a'",)),
        ("Unknown[int]", ("1", "'a'", "[]"), ()),
        ("object", ("1", "[]"), ()),
    ],
)
def test_a_type_allows_its_own_values(
    fits: Callable[[str, str], bool], annotation: str, values: tuple[str, ...], others: tuple[str, ...]
) -> None:
    assert [value for value in values if not fits(value, annotation)] == []
    assert [value for value in others if fits(value, annotation)] == []


def test_whatever_is_drawn_of_a_type_is_allowed_by_it(made: "Bench", fits: Callable[[str, str], bool]) -> None:
    spec, random = made.spec("app.m/turn"), Random(0)  # noqa: S311 - the same every time
    for annotation in ("Pairs", "Row", "Move", "Spot", "list[Move | None]", "Colour", "set[Way]", "Decimal", "float"):
        draw = draws(_parsed(annotation), spec)
        assert draw is not None
        assert all(fits(draw(random), annotation) for _ in range(20)), annotation


def test_a_right_implementation_is_not_refused_for_calls_that_its_types_forbid(made: "Bench") -> None:
    right = made.candidate("app.m/turn", TURN)
    wrong = made.candidate("app.m/turn", TURN.replace("x, y = point", "x, y = point\n        {7: 1}[x % 9 or 7]"))
    sandbox = Sandbox(made.project.config.sandbox)
    for gate in (contracts, properties):
        assert gate.check([right], made.context(), made.surroundings(), sandbox) == ((),)
    ((finding,),) = refusals(properties.check([wrong], made.context(), made.surroundings(), sandbox))
    assert finding.message.startswith(">>> turn((")
    assert finding.message.splitlines()[0].endswith(("'left')", "'right')"))


def test_no_question_is_about_a_call_that_the_types_forbid(made: "Bench") -> None:
    (measured,) = adequacy_of([made.candidate("app.m/turn", TURN)], made.context())
    assert measured is not None
    assert all(survivor.call.endswith(("'left')", "'right')")) for survivor in measured.survivors)
