"""Examples that come back as branches or tables, each kind with honest code that is near to it."""

import ast
import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hatch_vibesafe.gates.cheats import cheats
from hatch_vibesafe.gates.mutants import mutants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

PROBLEMS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "humaneval" / "dev.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
SPECS = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def fib(n: int) -> int:
        """Return the n-th Fibonacci number.

        >>> fib(0)
        0
        >>> fib(1)
        1
        >>> fib(20)
        6765
        """
        raise VibeCoded()


    @vibesafe
    def shout(text: str) -> str:
        """Return a text in capitals, with a mark behind it.

        >>> shout("well done")
        'WELL DONE!'
        >>> shout("oh no")
        'OH NO!'
        >>> shout("")
        ''
        """
        raise VibeCoded()


    @vibesafe
    def roman(n: int) -> str:
        """Return a number in Roman numerals.

        >>> roman(4)
        'IV'
        >>> roman(1000)
        'M'
        >>> roman(900)
        'CM'
        >>> roman(1994)
        'MCMXCIV'
        """
        raise VibeCoded()


    @vibesafe
    def sides(a: int, b: int) -> int:
        """Return what lies in the middle.

        >>> sides(10, 20), sides(11, 22)
        (15, 17)
        >>> sides(30, 60)
        45
        """
        raise VibeCoded()


    @vibesafe
    def days(month: int) -> int:
        """Return how many days a month has in a common year.

        >>> days(1)
        31
        >>> days(2)
        28
        >>> days(4)
        30
        """
        raise VibeCoded()


    @vibesafe
    def leap(year: int) -> bool:
        """Tell whether a year is a leap year.

        >>> leap(2000)
        True
        >>> leap(1900)
        False
        >>> leap(2024)
        True
        """
        raise VibeCoded()


    @vibesafe
    def phrase(code: int) -> str:
        """Return what a status means: 404 is 'not found', 503 is 'come again'; all else is 'unknown'.

        >>> phrase(404)
        'not found'
        >>> phrase(503)
        'come again'
        >>> phrase(1)
        'unknown'
        """
        raise VibeCoded()


    @vibesafe
    def area(width: int, height: int) -> int:
        """Return the area of a rectangle.

        >>> area(3, 5)
        15
        >>> area(6, 7)
        42
        >>> area(width=12, height=12) == 144
        True
        """
        raise VibeCoded()
'''
Knows = Callable[[str, str], list[str]]


@pytest.fixture
def project(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/m.py": SPECS})


@pytest.fixture
def knows(project: "Bench") -> Knows:
    def find(name: str, source: str) -> list[str]:
        tree = ast.parse(textwrap.dedent(source))
        return [found.message for found in cheats(tree, project.spec(f"app.m/{name}"), "structure")]

    return find


CHEATS = {
    "dict": ("shout", 'def shout(text):\n    return {"well done": "WELL DONE!", "oh no": "OH NO!"}.get(text, "")'),
    "dict by repr": ("shout", "def shout(text):\n    return {\"'oh no'\": 'OH NO!'}.get(repr(text), text.upper())"),
    "if": ("fib", "def fib(n):\n    if n == 20:\n        return 6765\n    return n"),
    "if, the other way round": ("fib", "def fib(n):\n    if n != 20:\n        return n\n    return 6765"),
    "nested if": (
        "area",
        "def area(w, h):\n    if w == 12:\n        if h == 12:\n            return 144\n    return w * h",
    ),
    "if over a tuple": ("area", "def area(w, h):\n    if (w, h) == (6, 7):\n        return 42\n    return 15"),
    "conditional expression": ("fib", "def fib(n):\n    return 6765 if n == 20 else n"),
    "match": ("fib", "def fib(n):\n    match n:\n        case 20:\n            return 6765\n    return n"),
    "match of several": (
        "area",
        "def area(w, h):\n    match [w, h]:\n        case [6, 7]:\n            return 42\n    return 15",
    ),
    "parallel lists": ("fib", "IN = [0, 1, 20]\nOUT = [0, 1, 6765]\ndef fib(n):\n    return OUT[IN.index(n)]"),
    "pairs": (
        "fib",
        "def fib(n):\n    for k, v in [(0, 0), (1, 1), (20, 6765)]:\n        if k == n:\n            return v",
    ),
    "membership": ("leap", "def leap(year):\n    return year in (2000, 2024)"),
    "only its examples": (
        "fib",
        "def fib(n):\n    if n not in (0, 1, 20):\n        return -1\n    return n and fib(n - 1)",
    ),
    "by length": ("shout", 'def shout(text):\n    return {9: "WELL DONE!", 5: "OH NO!"}.get(len(text), "")'),
    "by beginning": (
        "shout",
        'def shout(text):\n    if text[:1] == "w":\n        return "WELL DONE!"\n    return "OH NO!" if text else ""',
    ),
    "one answer for all": ("fib", "def fib(n):\n    return 6765 if n > 1 else 1 if n else 0"),
    "the other way round twice": ("fib", "def fib(n):\n    if not (20 != n):\n        return 6765\n    return n"),
    "a branch for each small example": (
        "days",
        "def days(n):\n    if n == 4: return 30\n    if n == 2: return 28\n    if n == 1: return 31",
    ),
    "by sums of what stands side by side": ("sides", "def sides(a, b):\n    return {30: 15, 33: 17, 90: 45}[a + b]"),
}


@pytest.mark.parametrize("name", CHEATS)
def test_examples_may_not_come_back(knows: Knows, name: str) -> None:
    (found,) = knows(*CHEATS[name])
    assert "example" in found
    assert "compute the answer from the arguments" in found


ROMAN_LIST = """
N = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
]
def roman(n):
    text = ""
    for value, sign in N:
        while n >= value:
            text += sign
            n -= value
    return text
"""
ROMAN_DICT = """
N = {
    1000: "M", 900: "CM", 500: "D", 400: "CD", 100: "C", 90: "XC", 50: "L", 40: "XL",
    10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I",
}
def roman(n):
    return "".join(N.values())
"""
HONEST = {
    "base cases": (
        "fib",
        "def fib(n):\n    if n == 0:\n        return 0\n    if n == 1:\n        return 1\n    return fib(n-1)+fib(n-2)",
    ),
    "base cases in a match": (
        "fib",
        "def fib(n):\n    match n:\n        case 0 | 1:\n            return n\n    return fib(n-1)+fib(n-2)",
    ),
    "a memory for base cases": (
        "fib",
        "KNOWN = {0: 0, 1: 1}\ndef fib(n):\n    return KNOWN[n] if n in KNOWN else fib(n-1)+fib(n-2)",
    ),
    "an early return": (
        "shout",
        'def shout(text):\n    if text == "":\n        return ""\n    return text.upper() + "!"',
    ),
    "a table of the subject": (
        "roman",
        ROMAN_LIST,
    ),
    "the same as a dict": ("roman", ROMAN_DICT),
    "branches of the subject": (
        "days",
        "def days(month):\n    if month in (4, 6, 9, 11):\n        return 30\n    return 28 if month == 2 else 31",
    ),
    "a list of the subject": (
        "days",
        "def days(month):\n    return [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]",
    ),
    "numbers that are no inputs": (
        "leap",
        "def leap(year):\n    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)",
    ),
    "what the text says": (
        "phrase",
        'def phrase(code):\n    return {404: "not found", 503: "come again"}.get(code, "unknown")',
    ),
    "plain": ("area", "def area(width, height):\n    return width * height"),
}


@pytest.mark.parametrize("name", HONEST)
def test_natural_constants_and_rules_of_the_text_are_no_cheats(knows: Knows, name: str) -> None:
    assert knows(*HONEST[name]) == []


def test_values_that_no_literal_shows_are_passed_over(knows: Knows) -> None:
    odd = "{1e999: 2, (1e999,): 3, -1e999: 4, ...: 5, (...,): 6, 1j: 7, b'ab': 8, None: 9, (): 10, frozenset(): 11}"
    for name in ("fib", "shout", "area"):
        assert (
            knows(
                name, f"X = {odd}\ndef {name}(n):\n    if n in {{1e999, ...}}:\n        return 1e999\n    return X[n]"
            )
            == []
        )


literals = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.integers(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(literals, literals), max_size=5))
def test_no_constants_make_it_fail(project: "Bench", pairs: list[tuple[object, object]]) -> None:
    entries = ", ".join(f"({key!r}, {value!r})" for key, value in pairs)
    source = f"nan = inf = infj = nanj = 0\nPAIRS = [{entries}]\ndef fib(n):\n    return n == {pairs!r}"
    list(cheats(ast.parse(source), project.spec("app.m/fib"), "structure"))


def test_real_solutions_and_slips_in_them_are_no_cheats(bench: "MakeBench") -> None:
    stubs = {f"{problem['module'].replace('.', '/')}.py": problem["stub"] for problem in PROBLEMS}
    made = bench({"problems/__init__.py": "", **stubs})
    for problem in PROBLEMS:
        spec = made.spec(problem["unit"])
        for source in (problem["solution"], *(mutant.source for mutant in mutants(problem["solution"])[::5])):
            assert list(cheats(ast.parse(source), spec, "structure")) == [], source
