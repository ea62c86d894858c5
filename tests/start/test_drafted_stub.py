import re

import pytest

from hatch_vibesafe.start.drafted_stub import LONGEST, DraftedStub, read_draft

GOOD = '''\
from __future__ import annotations
from datetime import timedelta
from typing import Literal
import math
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def seconds(text: str, *, unit: Literal["s", "ms"] = "s", limit: int = -1) -> float | timedelta:
    """Return the seconds of an ISO 8601 duration.

    >>> seconds("P1D")
    86400.0

    Raises:
        ValueError: if text is no duration.
    """
    if not text or len(text) > 100:
        raise ValueError(f"no duration: {text!r}")
    raise VibeCoded()
'''


def faults(code: str, name: str = "") -> tuple[str, ...]:
    found = read_draft(code, name, frozenset())
    assert isinstance(found, tuple), found
    return found


def test_a_stub_is_let_through_and_written_anew() -> None:
    code = GOOD.replace("from __future__ import annotations\n", "")
    found = read_draft(code, "seconds", frozenset())
    assert isinstance(found, DraftedStub), found
    assert found.name == "seconds"
    assert found.imports == (("datetime", "timedelta"), ("typing", "Literal"), ("math", ""))
    assert found.source.startswith("@vibesafe\ndef seconds(text: str, *, unit: Literal['s', 'ms']='s'")
    assert '    """Return the seconds of an ISO 8601 duration.\n\n    >>> seconds("P1D")\n    86400.0\n' in found.source
    assert found.source.endswith("    raise VibeCoded()\n")


@pytest.mark.parametrize("hole", ["...", "pass", "raise VibeCoded()", ""])
def test_whatever_stands_for_the_hole_becomes_the_hole(hole: str) -> None:
    found = read_draft(f'def f(a: int) -> int:\n    """Do."""\n    {hole}\n', "", frozenset())
    assert isinstance(found, DraftedStub)
    assert found.source == '@vibesafe\ndef f(a: int) -> int:\n    """Do."""\n    raise VibeCoded()\n'


def test_names_of_the_module_may_be_types() -> None:
    code = 'def f(a: Point) -> int:\n    """Do."""\n'
    assert "nothing brings" in faults(code)[0]
    assert isinstance(read_draft(code, "", frozenset({"Point"})), DraftedStub)


BODY = '    """Do."""\n'
REFUSED = {
    "import os\ndef f(a: int) -> int:\n" + BODY: "imports os",
    "from os import path\ndef f(a: int) -> int:\n" + BODY: "imports path from os",
    "from typing import *\ndef f(a: int) -> int:\n" + BODY: "imports * from typing",
    "from datetime import date as d\ndef f(a: int) -> int:\n" + BODY: "not allowed",
    "from . import x\ndef f(a: int) -> int:\n" + BODY: "code beside",
    "print(1)\ndef f(a: int) -> int:\n" + BODY: "code beside",
    "X = 1\ndef f(a: int) -> int:\n" + BODY: "code beside",
    "def f(a: int) -> int:\n" + BODY + "def g(a: int) -> int:\n" + BODY: "defines 2 functions",
    "x = 1\n": "defines 0 functions",
    "class A:\n    pass\ndef f(a: int) -> int:\n" + BODY: "code beside",
    "def f(a: int = print(1)) -> int:\n" + BODY: "no plain literal",
    "def f(a: int = [].append) -> int:\n" + BODY: "no plain literal",
    "def f(a: print(1)) -> int:\n" + BODY: "more than types",
    "def f(a: (lambda: 1)) -> int:\n" + BODY: "more than types",
    "def f(a: '__import__(\"os\")') -> int:\n" + BODY: "more than types",
    "def f(a) -> int:\n" + BODY: "a has no annotation",
    "def f(a: int):\n" + BODY: "return has no annotation",
    "def f(*args, a: int) -> int:\n" + BODY: "args has no annotation",
    "@app.route('/')\ndef f(a: int) -> int:\n" + BODY: "decorated with more",
    "@vibesafe(capabilities=['network'])\ndef f(a: int) -> int:\n" + BODY: "decorated with more",
    "def f(a: int) -> int:\n    return a\n": "no docstring",
    "def f(a: int) -> int:\n" + BODY + "    return a\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    print(a)\n    raise VibeCoded()\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if a:\n        return 1\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if a:\n        print(1)\n        raise ValueError('x')\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if open('/etc/passwd'):\n        raise ValueError('x')\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if a.pop():\n        raise ValueError('x')\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if a.__class__:\n        raise ValueError('x')\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if 9 ** 9 ** 9 ** 9 > a:\n        raise ValueError('x')\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if a:\n        raise SystemExit('x')\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if a:\n        raise ValueError(print(a))\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if a:\n        raise ValueError(f'{a:>999999999}')\n": "no guard",
    "def f(a: int) -> int:\n" + BODY + "    if (b := a):\n        raise ValueError('x')\n": "no guard",
    "def print(a: int) -> int:\n" + BODY: "Python's own name",
    "def __init__(a: int) -> int:\n" + BODY: "Python's own name",
    "def f(a: int) -> int:\n    'Do \u202e this.'\n": "reordering",
    "def f(a: int) -> int:\n    'Do \x1b[31m this.'\n": "invisible",
    "def f(:\n": "no Python",
    "(" * 5000: "no Python",
    "#" * (LONGEST + 1): "longer than",
}  # fmt: skip


@pytest.mark.parametrize(("code", "told"), REFUSED.items())
def test_everything_else_is_refused(code: str, told: str) -> None:
    assert any(told in fault for fault in faults(code)), faults(code)


def test_the_name_that_is_asked_for_is_the_only_one() -> None:
    assert "where g is asked for" in faults("def f(a: int) -> int:\n" + BODY, "g")[0]


def test_every_fault_is_told_at_once() -> None:
    assert len(faults("import os\nprint(1)\n@other\ndef f(a) -> int:\n    return 1\n")) >= 5


def test_a_draft_that_no_parser_takes_is_refused_with_a_reason() -> None:
    faults = read_draft("-" * 19_000 + "1", "", frozenset())
    assert isinstance(faults, tuple)
    (fault,) = faults
    assert re.fullmatch(r"it is no Python: \w.+|it defines 0 functions.*", fault), "newer parsers take it"
