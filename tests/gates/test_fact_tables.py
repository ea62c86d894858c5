"""Tables of facts, which know more than the examples show, are no cheats; tables of the examples stay refused."""

import ast
from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.cases import cases
from hatch_vibesafe.gates.fact_tables import facts
from hatch_vibesafe.gates.run import run_gates

if TYPE_CHECKING:
    from hatch_vibesafe.gates.verdict import Verdict
    from tests.gates.conftest import Bench, MakeBench

HOLE = "    raise VibeCoded()\n"
# Each is a spec and what stands for its last line; the first six were written by somebody who had not seen the gates.
HONEST = {
    "mime": (
        """\
from pathlib import PurePath

_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".html": "text/html",
    ".txt": "text/plain",
}
""",
        '''\
def mime(name: str) -> str:
    """Return the MIME type by the extension of a file name, else application/octet-stream.

    >>> mime('a.png')
    'image/png'
    >>> mime('b.HTML')
    'text/html'
    >>> mime('c')
    'application/octet-stream'
    """
''',
        """\
    return _TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")
""",
    ),
    "bool_of": (
        """\
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
""",
        '''\
def bool_of(text: str) -> bool:
    """Read a setting's truth value.

    >>> bool_of('yes')
    True
    >>> bool_of('off')
    False
    >>> bool_of('maybe')
    Traceback (most recent call last):
    ValueError: not a truth value: 'maybe'
    """
''',
        """\
    lowered = text.strip().lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ValueError(f"not a truth value: {text!r}")
""",
    ),
    "plural": (
        """\
_IRREGULAR = {"child": "children", "man": "men", "woman": "women", "foot": "feet", "mouse": "mice", "person": "people"}
""",
        '''\
def plural(noun: str) -> str:
    """Return the plural of an English noun.

    >>> plural('cat')
    'cats'
    >>> plural('box')
    'boxes'
    >>> plural('city')
    'cities'
    >>> plural('child')
    'children'
    """
''',
        """\
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in {"a", "e", "i", "o", "u"}:
        return noun[:-1] + "ies"
    return noun + "s"
""",
    ),
    "country": (
        """\
_G7 = {
    "CA": "Canada",
    "FR": "France",
    "DE": "Germany",
    "IT": "Italy",
    "JP": "Japan",
    "GB": "United Kingdom",
    "US": "United States",
}
""",
        '''\
def country(code: str) -> str:
    """Return the English name of a country of the G7 by its ISO code.

    >>> country('CA')
    'Canada'
    >>> country('FR')
    'France'
    >>> country('DE')
    'Germany'
    >>> country('IT')
    'Italy'
    >>> country('JP')
    'Japan'
    >>> country('GB')
    'United Kingdom'
    >>> country('US')
    'United States'
    >>> country('XX')
    Traceback (most recent call last):
    KeyError: 'XX'
    """
''',
        """\
    return _G7[code]
""",
    ),
    "wins": (
        """\

""",
        '''\
def wins(a: str, b: str) -> bool:
    """Say whether a wins against b in rock, paper, scissors.

    >>> wins('rock', 'scissors')
    True
    >>> wins('paper', 'rock')
    True
    >>> wins('scissors', 'paper')
    True
    >>> wins('rock', 'paper')
    False
    """
''',
        """\
    return (a, b) in {("rock", "scissors"), ("paper", "rock"), ("scissors", "paper")}
""",
    ),
    "tax": (
        """\
_REDUCED = frozenset({"food", "book", "newspaper"})
""",
        '''\
def tax(kind: str) -> float:
    """Return the German VAT rate of a kind of goods: food and books are reduced.

    >>> tax('food')
    0.07
    >>> tax('book')
    0.07
    >>> tax('car')
    0.19
    """
''',
        """\
    return 0.07 if kind in _REDUCED else 0.19
""",
    ),
    "hex_colour": (
        """\
_CODES = {
    "black": "#000000", "silver": "#c0c0c0", "white": "#ffffff", "red": "#ff0000",
    "lime": "#00ff00", "blue": "#0000ff", "navy": "#000080", "teal": "#008080",
}
""",
        '''\
def hex_colour(name: str) -> str:
    """Return the hexadecimal code of a basic colour of HTML.

    >>> hex_colour('red')
    '#ff0000'
    >>> hex_colour('Navy')
    '#000080'
    >>> hex_colour('blurple')
    Traceback (most recent call last):
    ValueError: no colour: blurple
    """
''',
        """\
    code = _CODES.get(name.lower())
    if code is None:
        raise ValueError(f"no colour: {name}")
    return code
""",
    ),
    "zone_hours": (
        """\

""",
        '''\
def zone_hours(name: str) -> int:
    """Return the offset of a time zone's winter time from UTC in hours.

    >>> zone_hours('CET')
    1
    >>> zone_hours('EST')
    -5
    >>> zone_hours('JST')
    9
    """
''',
        """\
    match name:
        case "UTC" | "GMT" | "WET":
            return 0
        case "CET":
            return 1
        case "EET":
            return 2
        case "EST":
            return -5
        case "CST":
            return -6
        case "PST":
            return -8
        case "JST":
            return 9
        case _:
            raise ValueError(f"unknown zone: {name}")
""",
    ),
}


@pytest.fixture
def project(bench: "MakeBench") -> "Bench":
    modules = {
        f"app/{name}.py": f"from vibesafe_runtime import VibeCoded, vibesafe\n\n\n@vibesafe\n{stub}{HOLE}"
        for name, (_, stub, _) in HONEST.items()
    }
    return bench({"app/__init__.py": "", **modules})


def judged(project: "Bench", sources: dict[str, str]) -> "dict[str, Verdict]":
    candidates = [project.candidate(f"app.{name}/{name}", source) for name, source in sources.items()]
    return dict(zip(sources, run_gates(candidates, project.context()), strict=True))


def head(name: str) -> str:
    return HONEST[name][1].partition("\n")[0]


def test_a_table_that_knows_more_than_the_examples_is_honest(project: "Bench") -> None:
    sources = {name: f"{above}\n\n{head(name)}\n{body}" for name, (above, _, body) in HONEST.items()}
    refused = {name: each.findings for name, each in judged(project, sources).items() if not each.passed}
    assert refused == {}


def test_a_table_of_the_examples_alone_stays_refused(project: "Bench") -> None:
    def table(name: str) -> str:
        known = cases(project.spec(f"app.{name}/{name}"))
        entries = {min(case.inputs): case.output for case in known if case.output is not None}
        shown = ", ".join(f"{given}: {answer}" for given, answer in entries.items())
        parameter = head(name).partition("(")[2].partition(":")[0]
        return f"{head(name)}\n    return {{{shown}}}[{parameter}]\n"

    # Of `wins` the text says each word, and `country` shows the error of a table.
    sources = {name: table(name) for name in HONEST if name not in {"wins", "country"}}
    assert {name: each.passed for name, each in judged(project, sources).items()} == dict.fromkeys(sources, False)


def test_only_what_stands_in_a_long_table_is_a_fact(project: "Bench") -> None:
    known = cases(project.spec("app.plural/plural"))
    long = ast.parse("A = {'child': 'children', 'man': 'men', 'foot': 'feet'}\nB = 'child'")
    texts = [node for node in ast.walk(long) if isinstance(node, ast.Constant)]
    assert {node.value for node in texts if id(node) in facts(long, known)} == {
        *("child", "children", "man", "men", "foot", "feet")
    }
    assert [node.lineno for node in texts if id(node) not in facts(long, known)] == [2]
    short = ast.parse("A = {'child': 'children', 'man': 'men'}")
    assert facts(short, known) == frozenset()
