"""Inputs as source text: drawn from types, changed, made simpler."""

import ast
import sys
import textwrap
import types
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.gates.input_changes import changed, simpler
from hatch_vibesafe.gates.input_types import draws

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import MakeBench

TYPES = '''
    import datetime
    import enum
    from collections.abc import Sequence
    from dataclasses import dataclass
    from decimal import Decimal
    from fractions import Fraction
    from typing import Annotated, Literal, NamedTuple, NewType, Optional, TypedDict, Union

    from vibesafe_runtime import VibeCoded, vibesafe


    class Colour(enum.Enum):
        RED = 1
        BLUE = 2


    @dataclass(frozen=True)
    class Point:
        x: int
        colour: "Colour" = Colour.RED


    class Pair(NamedTuple):
        left: int
        right: str


    class Row(TypedDict):
        name: str


    class Node:
        pass


    Id = NewType("Id", int)
    Ids = list[Id]


    @vibesafe
    def f(value: {type}) -> None:
        """Take `Point`, `Pair`, `Row`, `Node`, `Ids`.

        >>> f(1)
        """
        raise VibeCoded()
'''

KNOWN = [
    *("int", "float", "str", "bytes", "bool", "None", "complex", "'int'"),
    *("Decimal", "Fraction", "datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta"),
    *("list[int]", "tuple[int, str]", "tuple[int, ...]", "dict[str, list[int]]", "set[int]", "frozenset[str]"),
    *("Sequence[int]", "list", "dict", "Optional[int]", "Union[int, str]", "int | None", "Literal[1, 'a']"),
    *("Annotated[int, 'x']", "Colour", "Point", "list[Point]", "Pair", "Row", "Id", "Ids", "tuple[()]"),
]


def drawn(bench: "MakeBench", annotation: str) -> list[str]:
    project = bench({"app/__init__.py": "", "app/m.py": TYPES.replace("{type}", annotation)})
    draw = draws(ast.parse(annotation, mode="eval").body, project.spec("app.m/f"))
    if draw is None:
        return []
    random = Random(0)  # noqa: S311 - the same every time
    return [draw(random) for _ in range(30)]


def test_values_are_expressions_that_make_something(bench: "MakeBench", monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("drawn_types")
    monkeypatch.setitem(sys.modules, "drawn_types", module)
    source = TYPES.partition("    @vibesafe")[0]
    exec(textwrap.dedent(source), vars(module))  # noqa: S102 - what the values are to be made of
    for annotation in KNOWN:
        values = drawn(bench, annotation)
        assert values, annotation
        for value in values:
            eval(value, vars(module))  # noqa: S307 - that they are expressions is what is tested


@pytest.mark.parametrize("annotation", ["Node", "object", "list[Node]", "Callable[[int], int]", "T", "1", "dict[int]"])
def test_an_unknown_type_gives_nothing(bench: "MakeBench", annotation: str) -> None:
    assert drawn(bench, annotation) == []


def test_the_same_seed_gives_the_same_values(bench: "MakeBench") -> None:
    assert drawn(bench, "dict[str, list[Point]]") == drawn(bench, "dict[str, list[Point]]")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


@given(VALUES, st.integers(0, 100))
def test_a_changed_value_is_a_value(value: object, seed: int) -> None:
    ast.literal_eval(changed(repr(value), Random(seed)))  # noqa: S311 - the same every time


@given(VALUES)
def test_a_simpler_value_is_another_value_and_no_longer(value: object) -> None:
    source = ast.unparse(ast.parse(repr(value)))
    for other in simpler(source):
        assert other != source
        ast.literal_eval(other)


def test_simpler_values_reach_the_simplest() -> None:
    value = "f([1, 2], {'a': -3}, Decimal('4.50'))"
    while following := min(simpler(value), key=len, default=""):
        value = following
    assert value in {"f([], {}, Decimal('0'))", "f([], {}, Decimal(''))"}
