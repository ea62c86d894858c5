"""What a call may leave behind for the next one: a remembered answer, and nothing else."""

import ast
import textwrap

import pytest

from hatch_vibesafe.gates.kept_state import kept_state


def changed(source: str) -> list[str]:
    return [finding.message.split("`")[1] for finding in kept_state(ast.parse(textwrap.dedent(source)), "structure")]


@pytest.mark.parametrize(
    ("bound", "body"),
    [
        ("X = []", "X.append(n)"),
        ("X = {}", "X.clear()"),
        ("X = {}", "X['n'] = n"),
        ("X = {}", "X[n] += 1"),
        ("X = {}", "X.setdefault(0, n)"),
        ("X = {}", "del X[n]"),
        ("X = 0", "global X; X += 1"),
        ("X: set[int] = set()", "X.add(n)"),
        ("X = iter([1])", "next(X)"),
        ("class X:\n    count = 0", "X.count += 1"),
        ("def X() -> None: ...", "X.calls = n"),
    ],
)
def test_what_the_next_call_would_see_is_refused(bound: str, body: str) -> None:
    assert set(changed(f"{bound}\ndef f(n):\n    {body}\n    return n\n")) == {"X"}
    assert changed(f"{bound}\ndef f(n):\n    def inner():\n        {body}\n    return inner()\n")


def test_a_memory_has_to_hold_every_parameter() -> None:
    source = "X = {}\ndef f(a, b):\n    X[a] = a + b\n    return X[a]\n"
    assert changed(source) == ["X"]
    assert changed(source.replace("X[a]", "X[a, b]")) == []
    assert changed(source.replace("X[a] = a + b", "X.setdefault((a, b), 1)")) == []


@pytest.mark.parametrize(
    "source",
    [
        "X = {0: 0, 1: 1}\ndef fib(n):\n    if n not in X:\n        X[n] = fib(n - 1) + fib(n - 2)\n    return X[n]\n",
        "X = {}\ndef f(a, b):\n    key = (a, b)\n    X[key] = a\n    return X[key]\n",
        "def f(n):\n    X = []\n    X.append(n)\n    X[0] = 1\n    return X\n",
        "X = [1]\ndef f(X):\n    X.append(1)\n    return X\n",
        "X = [1, 2]\ndef f(n):\n    return [*X, n, len(X), X[n], X.index(n), X.copy()]\n",
        "import re\nX = re.compile('a')\ndef f(text):\n    return X.sub('b', text)\n",
        "class A:\n    def __init__(self):\n        self.x = []\n    def add(self, n):\n        self.x.append(n)\n",
        "from functools import lru_cache\n@lru_cache\ndef f(n):\n    return n\n",
        "def f(n):\n    def inner(m):\n        nonlocal n\n        n += m\n    inner(1)\n    return n\n",
        "X = 1\ndef f(n):\n    X = []\n    def inner(m):\n        X.append(m)\n    inner(1)\n    return X\n",
    ],
)
def test_what_stays_within_a_call_or_remembers_an_answer_is_not(source: str) -> None:
    assert changed(source) == []
