"""The doctest gate: what the parent believes, and what the worker lets an example be."""

import importlib.util
import py_compile
import textwrap

import pytest

from hatch_vibesafe.gates.doctests import disagreement, judge
from hatch_vibesafe.gates.sandbox import Result
from hatch_vibesafe.gates.values import Outcome, Raised
from hatch_vibesafe.spec.model import Example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench


HONEST = "def double(n: int) -> int:\n    return n * 2\n"
RIGHT = [["example", [["value", ["int", "4"]]], None, []], ["example", [["value", ["bool", True]]], None, []]]


def raised(module: str, qualname: str, message: str, *, made_up: bool = False) -> Raised:
    return Raised(module, qualname, message, made_up, 3)


def example(want: str, *options: str, exception: str | None = None) -> Example:
    return Example("f()\n", want, 1, exception, options)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (example("4\n"), Outcome("4\n")),
        (example(""), Outcome("")),
        (example("[0, ..., 9]\n", "ELLIPSIS"), Outcome("[0, 1, 2, 9]\n")),
        (example("[0,\n 1]\n", "NORMALIZE_WHITESPACE"), Outcome("[0, 1]\n")),
        (example("a\n<BLANKLINE>\nb\n"), Outcome("a\n\nb\n")),
        (example("{'b', 'a'}\n"), Outcome("{'a', 'b'}\n", has_set=True)),
        (example("", exception="ValueError: no\n"), Outcome("", raised("builtins", "ValueError", "no"))),
        (example("", exception="ValueError\n"), Outcome("", raised("builtins", "ValueError", ""))),
        (example("", exception="app.Bad: no\n"), Outcome("", raised("app", "Bad", "no"))),
        (
            example("", "IGNORE_EXCEPTION_DETAIL", exception="Bad: other\n"),
            Outcome("", raised("app", "Bad", "no")),
        ),
        (example("4\n", "REPORT_NDIFF"), Outcome("4\n")),
    ],
)
def test_what_the_spec_says_is_accepted(said: Example, shown: Outcome) -> None:
    assert disagreement(said, shown) == ""


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (example("4\n"), Outcome("5\n")),
        (example("4\n"), Outcome("")),
        (example(""), Outcome("4\n")),
        (example("1\n"), Outcome("True\n")),
        (example("True\n"), Outcome("1\n")),
        (example("4\n"), Outcome("4.0\n")),
        (example("[0, ..., 9]\n"), Outcome("[0, 1, 2, 9]\n")),
        (example("4\n", "SKIP"), Outcome("4\n")),
        (example("4\n"), Outcome("4\n", refusals=("it lies",))),
        (example("{1}\n"), Outcome("{1.0}\n", has_set=True)),
        (example("4\n"), Outcome("", raised("builtins", "ValueError", "no"))),
        (example("4\n"), Outcome("4\n", raised("builtins", "ValueError", "no"))),
        (example("", exception="ValueError: no\n"), Outcome("")),
        (example("", exception="ValueError: no\n"), Outcome("ValueError: no\n")),
        (example("", exception="ValueError: no\n"), Outcome("", raised("builtins", "ValueError", "yes"))),
        (example("", exception="ValueError: no\n"), Outcome("", raised("builtins", "TypeError", "no"))),
        (
            example("", "IGNORE_EXCEPTION_DETAIL", exception="Bad: no\n"),
            Outcome("", raised("app", "Good", "no")),
        ),
        (
            example("", "IGNORE_EXCEPTION_DETAIL", exception="ValueError: no\n"),
            Outcome("", raised("app._vibesafe.f", "ValueError", "no", made_up=True)),
        ),
    ],
)
def test_anything_else_is_refused(said: Example, shown: Outcome) -> None:
    assert disagreement(said, shown)


def test_every_example_needs_its_answer(double: "Bench") -> None:
    spec = double.spec("app.numbers/double")
    assert judge(spec, Result((*RIGHT, ["done"]), "")) == ()
    for answers, ending in [
        ((), ""),
        ((["done"],), ""),
        ((RIGHT[0], ["done"]), ""),
        ((RIGHT[0],), "was killed"),
        (tuple(RIGHT), ""),
        ((*RIGHT, ["done"]), "was killed"),
        ((*RIGHT, ["done"], ["done"]), ""),
        ((*RIGHT, RIGHT[0], ["done"]), ""),
        ((RIGHT[1], RIGHT[0], ["done"]), ""),
        (("PASS",), ""),
    ]:
        assert judge(spec, Result(answers, ending))


def test_wrong_values_are_refused_and_the_right_one_passes(double: "Bench") -> None:
    honest, none, printed, text, real, truth, wrong = double.doctests(
        "app.numbers/double",
        HONEST,
        "def double(n: int) -> int:\n    n * 2\n",
        "def double(n: int) -> int:\n    print(4 if n == 2 else True)\n    return None\n",
        "def double(n: int) -> int:\n    return str(n * 2)\n",
        "def double(n: int) -> int:\n    return n * 2.0\n",
        "class Yes(int):\n    def __eq__(self, other): return True\n    def __repr__(self): return '4'\n"
        "def double(n: int) -> int:\n    return Yes(n)\n",
        "def double(n: int) -> int:\n    return n + 2\n",
    )
    assert honest == ()
    for refused in (none, printed, text, real, truth, wrong):
        assert refused
    assert "example 1 (app/numbers.py:8)" in none[0].message
    assert "expected\n    4\ngot\n    (nothing)" in none[0].message
    assert "class that the implementation derives from int" in truth[0].message


def test_an_exception_names_the_line_of_the_implementation(double: "Bench") -> None:
    (found,) = double.doctests("app.numbers/double", "def double(n: int) -> int:\n    return n // 0\n")
    assert found[0].line == 2
    assert "ZeroDivisionError" in found[0].message


def test_an_implementation_that_cannot_be_imported_is_refused(double: "Bench") -> None:
    honest, broken, missing = double.doctests(
        "app.numbers/double", HONEST, "import no_such_module\n" + HONEST, "def other() -> int:\n    return 1\n"
    )
    assert honest == ()
    assert "no_such_module" in broken[0].message
    assert broken[0].line == 1
    assert "cannot be imported" in missing[0].message


KINDS = '''
    from __future__ import annotations

    import asyncio
    import enum
    from collections.abc import Iterator
    from dataclasses import dataclass

    from vibesafe_runtime import VibeCoded, vibesafe


    class Bad(Exception):
        """Ours."""


    class Colour(enum.Enum):
        RED = 1


    @dataclass
    class Point:
        x: int


    @vibesafe
    async def later(n: int) -> int:
        """Later.

        >>> asyncio.run(later(1))
        1
        """
        raise VibeCoded()


    @vibesafe.func
    def count(n: int) -> Iterator[int]:
        """Counts.

        >>> list(count(3))
        [0, 1, 2]
        >>> for number in count(2):
        ...     number
        0
        1
        """
        raise VibeCoded()


    @vibesafe(tags=("x",))
    def things(n: int) -> object:
        """Any of `Bad`, `Colour`, `Point`.

        >>> things(0)
        Point(x=1)
        >>> things(1)
        <Colour.RED: 1>
        >>> things(2)
        Traceback (most recent call last):
            ...
        app.kinds.Bad: two
        >>> value = things(3)
        >>> sorted(value)
        ['a', 'b']
        >>> value
        {'b', 'a'}
        >>> print("shown"); things(4)
        shown
        (1.0, None, b'x', {'k': frozenset()})
        >>> class Local:
        ...     def __repr__(self) -> str:
        ...         return "local"
        >>> Local()
        local
        """
        raise VibeCoded()

'''
THINGS = """
    from app.kinds import Bad, Colour, Point


    def things(n: int) -> object:
        if n == 2:
            raise Bad("two")
        return [Point(1), Colour.RED, None, {"a", "b"}, (1.0, None, b"x", {"k": frozenset()})][n]
"""


@pytest.mark.parametrize(
    ("unit", "honest", "wrong"),
    [
        ("later", "async def later(n: int) -> int:\n    return n\n", "async def later(n: int) -> int:\n    return 2\n"),
        (
            "count",
            "def count(n: int) -> Iterator[int]:\n    yield from range(n)\n",
            "def count(n: int) -> Iterator[int]:\n    yield from range(n + 1)\n",
        ),
        ("things", THINGS, THINGS.replace("Point(1)", "Point(2)")),
    ],
)
def test_every_kind_of_unit_has_its_examples_run(bench: "MakeBench", unit: str, honest: str, wrong: str) -> None:
    made = bench({"app/__init__.py": "from app import kinds", "app/kinds.py": KINDS})
    imports = "from __future__ import annotations\n"
    passed, refused = made.doctests(
        f"app.kinds/{unit}", imports + textwrap.dedent(honest), imports + textwrap.dedent(wrong)
    )
    assert passed == ()
    assert refused


OTHER = '''
    from app.text import twice
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def first(n: int) -> int:
        """Uses `second` and `twice`.

        >>> first(1)
        3
        """
        raise VibeCoded()


    @vibesafe
    def second(n: int) -> int:
        """Uses nothing.

        >>> second(1)
        2
        """
        raise VibeCoded()
'''


def test_other_units_are_their_active_implementations_and_nothing_is_generated(bench: "MakeBench") -> None:
    made = bench(
        {
            "src/app/__init__.py": "import app.calc\n",
            "src/app/calc.py": OTHER,
            "src/app/text.py": "import app.calc\n\n\ndef twice(n: int) -> int:\n    return app.calc.second(n)\n",
        }
    )
    source = "from app.text import twice\n\n\ndef first(n: int) -> int:\n    return twice(n) + 1\n"
    active = {"app.calc/second": "def second(n: int) -> int:\n    return n * 2\n"}
    (with_other,) = made.doctests("app.calc/first", source, active=active)
    (without,) = made.doctests("app.calc/first", source)
    assert with_other == ()
    assert "VibesafeCheckpointMissing" in without[0].message


def test_a_planted_bytecode_file_is_not_run(double: "Bench") -> None:
    source = double.project.root / "app" / "numbers.py"
    honest = source.read_text(encoding="utf-8")
    source.write_text("raise SystemExit('planted')\n" + " " * len(honest), encoding="utf-8")
    cache = importlib.util.cache_from_source(str(source))
    py_compile.compile(str(source), cache, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    source.write_text(honest, encoding="utf-8")
    assert double.doctests("app.numbers/double", HONEST) == ((),)


def test_a_spec_without_an_example_passes_this_gate_and_says_so(bench: "MakeBench") -> None:
    stub = "from vibesafe_runtime import VibeCoded, vibesafe\n\n\n@vibesafe\ndef f() -> int:\n    raise VibeCoded()\n"
    made = bench({"calc.py": stub})
    (verdict,) = made.gates("calc/f", "def f() -> int:\n    return 1\n")
    assert verdict.passed
    assert verdict.records[-1].counts == (("examples", 0),)
