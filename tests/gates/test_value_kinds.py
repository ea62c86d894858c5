"""Each kind of value that an example can show: the right one passes, and what looks much like it is refused."""

import pytest

from hatch_vibesafe.problems import VibesafeValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import MakeBench

HEAD = """\
import asyncio
import enum
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from vibesafe_runtime import VibeCoded, vibesafe


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True)
class Point:
    x: int
    y: float = 0.0
"""
NAN, INFINITE = "float('nan')", "float('inf')"
# The unit's annotation, its examples with what they show, what is right, and what only looks like it.
KINDS: dict[str, tuple[str, dict[str, str], str, tuple[str, ...]]] = {
    "nan": ("float", {"nan()": "nan"}, NAN, (INFINITE, "'nan'", "None", "__import__('decimal').Decimal('nan')")),
    "minus": ("float", {"minus()": "-0.0"}, "-0.0", ("0.0", "0", "'-0.0'")),
    "infinite": ("float", {"infinite()": "inf"}, INFINITE, ("-float('inf')", "1e308", "'inf'")),
    "third": ("float", {"third()": "0.3333333333333333"}, "1 / 3", ("0.333333333333333", "0.33333333333333337")),
    "whole": ("float", {"whole()": "2.0"}, "2.0", ("2", "True + 1", "2.0000000000000004")),
    "true": ("bool", {"true()": "True"}, "True", ("1", "'True'", "[1]")),
    "one": ("int", {"one()": "1"}, "1", ("True", "1.0", "'1'", "1 + 0j")),
    "both": ("set[int]", {"both()": "{1, 2}"}, "{2, 1}", ("[1, 2]", "frozenset({1, 2})", "{1}", "{1, 2, 3}")),
    "frozen": ("frozenset[int]", {"frozen()": "frozenset({1})"}, "frozenset({1})", ("{1}", "(1,)")),
    "order": ("dict[str, int]", {"order()": "{'b': 1, 'a': 2}"}, "{'b': 1, 'a': 2}", ("{'a': 2, 'b': 1}", "{'b': 1}")),
    "point": ("Point", {"point()": "Point(x=1, y=0.0)"}, "Point(1)", ("Point(1, 0)", "Point(2)", "(1, 0.0)")),
    "points": (
        "list[Point]",
        {"points()": "[Point(x=1, y=2.5)]"},
        "[Point(1, 2.5)]",
        ("(Point(1, 2.5),)", "Point(1, 2.5)"),
    ),
    "colour": ("Colour", {"colour()": "<Colour.RED: 1>"}, "Colour.RED", ("Colour.BLUE", "1", "'<Colour.RED: 1>'")),
    "money": ("Decimal", {"money()": "Decimal('0.10')"}, "Decimal('0.10')", ("Decimal('0.1')", "0.1", "'0.10'")),
    "day": (
        "date",
        {"day()": "datetime.date(2024, 2, 29)"},
        "date(2024, 2, 29)",
        ("datetime(2024, 2, 29)", "'2024-02-29'"),
    ),
    "moment": (
        "datetime",
        {"moment() == datetime(2024, 1, 1, tzinfo=UTC)": "True", "moment().utcoffset()": "datetime.timedelta(0)"},
        "datetime(2024, 1, 1, tzinfo=UTC)",
        ("datetime(2024, 1, 1)", "datetime(2024, 1, 1, 1, tzinfo=UTC)", "None"),
    ),
    "span": (
        "timedelta",
        {"span()": "datetime.timedelta(seconds=90)"},
        "timedelta(minutes=1.5)",
        ("90", "timedelta(0, 91)"),
    ),
    "raw": ("bytes", {"raw()": r"b'a\x00\xff'"}, r"b'a\x00\xff'", (r"bytearray(b'a\x00\xff')", r"'a\x00\xff'", "b'a'")),
    "text": ("str", {"text()": r"'ab\n'"}, r"'ab\n'", ("'ab'", r"b'ab\n'", r"list('ab\n')")),
    "nothing": ("None", {"nothing()": "", "nothing() is None": "True"}, "None", ("''", "0", "'None'", "[]")),
    "shown": ("list[None]", {"shown()": "[None]"}, "[None]", ("['None']", "[]", "None")),
    "pair": ("tuple[int, str]", {"pair()": "(1, 'a')"}, "(1, 'a')", ("[1, 'a']", "(1, 'a', None)", "('1', 'a')")),
}
NAMES = """\
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from app.kinds import Colour, Point
"""
RAISING = """
@vibesafe
def fails(n: int) -> int:
    \"\"\"
    >>> fails(1)
    Traceback (most recent call last):
    ValueError: not 1
    >>> fails(2)
    2
    \"\"\"
    raise VibeCoded()


@vibesafe
def counts(start: int) -> Iterator[int]:
    \"\"\"
    >>> list(islice(counts(3), 3))
    [3, 4, 5]
    >>> next(counts(-1))
    -1
    \"\"\"
    raise VibeCoded()


@vibesafe
async def later(n: int) -> float:
    \"\"\"
    >>> asyncio.run(later(2))
    1.0
    >>> asyncio.run(later(3))
    1.5
    \"\"\"
    raise VibeCoded()


async def _drained(items: AsyncIterator[int], most: int) -> list[int]:
    found: list[int] = []
    async for item in items:
        found.append(item)
        if len(found) == most:
            break
    return found


@vibesafe
async def ticks(start: int) -> AsyncIterator[int]:
    \"\"\"
    >>> asyncio.run(_drained(ticks(3), 3))
    [3, 4, 5]
    >>> asyncio.run(_drained(ticks(-1), 1))
    [-1]
    \"\"\"
    raise VibeCoded()
"""
COUNTS = "def counts(start: int):\n    while True:\n        yield start\n        start += 1\n"
TICKS = f"async {COUNTS}".replace("counts", "ticks")
FAILS = "def fails(n: int) -> int:\n    if n == 1:\n        raise ValueError('not 1')\n    return n\n"
LATER = "async def later(n: int) -> float:\n    return n / 2\n"
RUNNING = {
    "fails": (FAILS, ("ValueError('not 1')", "ValueError('no')"), ("ValueError", "KeyError"), ("raise", "return")),
    "counts": (
        COUNTS,
        ("start += 1", "start += 2"),
        ("while True", "while start < 5"),
        ("yield start", "yield float(start)"),
    ),
    "later": (LATER, ("n / 2", "n // 2"), ("async ", ""), ("n / 2", "str(n / 2)")),
    "ticks": (TICKS, ("start += 1", "start += 2"), ("while True", "while start < 5"), ("async ", "")),
}


FLAGGED = """
@vibesafe
def f() -> int:
    '''
    >>> f()  # doctest: +{}
    1
    '''
    raise VibeCoded()
"""


def stub(name: str, annotation: str, examples: dict[str, str]) -> str:
    lines = [f"    >>> {call}\n" + (f"    {shown}\n" if shown else "") for call, shown in examples.items()]
    return f'\n@vibesafe\ndef {name}() -> {annotation}:\n    r"""\n{"".join(lines)}    """\n    raise VibeCoded()\n'


def test_each_kind_of_value_is_told_from_its_likes(bench: "MakeBench") -> None:
    stubs = [stub(name, annotation, examples) for name, (annotation, examples, _, _) in KINDS.items()]
    made = bench({"app/__init__.py": "", "app/kinds.py": "\n".join([HEAD, *stubs, RAISING])})
    asked = [
        (name, f"{NAMES}\n\ndef {name}() -> {annotation}:\n    return {value}\n", value == right)
        for name, (annotation, _, right, wrong) in KINDS.items()
        for value in (right, *wrong)
    ]
    for name, (source, *changes) in RUNNING.items():
        asked += [(name, source, True), *((name, source.replace(*change), False) for change in changes)]
    findings = made.judged([made.candidate(f"app.kinds/{name}", source) for name, source, _ in asked])
    told = [
        (name, source)
        for (name, source, is_right), found in zip(asked, findings, strict=True)
        if is_right is bool(found)
    ]
    assert told == []


@pytest.mark.parametrize("flag", ["SKIP", "NO_SUCH_FLAG", "ELLIPSIS, +SKIP"])
def test_a_flag_that_is_not_on_the_list_is_a_problem(bench: "MakeBench", flag: str) -> None:
    text = HEAD + FLAGGED.format(flag)
    with pytest.raises((AssertionError, VibesafeValidationError)) as refused:
        bench({"app/__init__.py": "", "app/m.py": text}).gates("app.m/f", "def f() -> int:\n    return 1\n")
    assert flag.rpartition("+")[2] in str(refused.value)


@pytest.mark.parametrize("flag", ["ELLIPSIS", "NORMALIZE_WHITESPACE", "REPORT_UDIFF"])
def test_a_flag_on_the_list_is_no_problem(bench: "MakeBench", flag: str) -> None:
    text = HEAD + FLAGGED.format(flag)
    made = bench({"app/__init__.py": "", "app/m.py": text})
    assert made.doctests("app.m/f", "def f() -> int:\n    return 1\n") == ((),)


def test_an_asynchronous_generator_passes_every_gate_and_is_drained_to_a_bound(bench: "MakeBench") -> None:
    made = bench({"app/__init__.py": "", "app/kinds.py": HEAD + RAISING})
    head = "from collections.abc import AsyncIterator\n\n\n"
    honest = head + TICKS.replace("(start: int)", "(start: int) -> AsyncIterator[int]")
    last = honest.replace(
        "        yield start\n", "        if start == 2:\n            raise TypeError\n        yield start\n"
    )
    first, second = made.gates("app.kinds/ticks", honest, last)
    assert first.findings == ()
    assert [each.gate for each in second.findings] == ["doctests"]
