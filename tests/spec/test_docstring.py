import ast

import pytest

from hatch_vibesafe.spec.docstring import Docstring, MalformedDocstring, mentioned_names, read_docstring
from hatch_vibesafe.spec.normalise import normalise_docstring


def constant(text: str) -> ast.Constant:
    (statement,) = ast.parse(text).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Constant)
    return statement.value


def read(text: str) -> Docstring:
    found = read_docstring(constant(text))
    assert isinstance(found, Docstring)
    return found


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("", ""),
        ("  A. ", "A."),
        ("A.\n\n    B\n      c  \n    ", "A.\n\nB\n  c"),
        ("\n\n    A.\n    B\n\n\n", "A.\nB"),
        ("A.\n\tb\n\t    c", "A.\nb\n    c"),
        ("A.\r\n    b\r\n", "A.\nb"),
        ("A.\n    b\n  c", "A.\n  b\nc"),
    ],
)
def test_indentation_and_white_space_are_normalised(text: str, normalised: str) -> None:
    assert normalise_docstring(text) == normalised
    assert normalise_docstring(normalised) == normalised


def test_examples_have_their_line_in_the_file_their_flags_and_their_exception() -> None:
    docstring = read(
        "'''\n"
        "    Add.\n\n"
        "    >>> f(1)  # doctest: +ELLIPSIS, -SKIP\n"
        "    1...\n\n"
        "    >>> f(\n"
        "    ...     2)\n"
        "    Traceback (most recent call last):\n"
        "        ...\n"
        "    ValueError: no\n"
        "    '''"
    )
    first, second = docstring.examples
    assert (first.line, first.source, first.want, first.options) == (
        4,
        "f(1)  # doctest: +ELLIPSIS, -SKIP\n",
        "1...\n",
        ("ELLIPSIS",),
    )
    assert (second.line, second.source, second.exception) == (7, "f(\n    2)\n", "ValueError: no")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("'''A.\n\n    >>>f(1)\n    1\n    '''", 3, "lacks blank"),
        ("'''A.\n\n    >>> f(1)\n  1\n    '''", 4, "inconsistent leading whitespace"),
        ("'''A.\n    >>> f(1)  # doctest: +WHATEVER\n    1\n    '''", 2, "invalid option"),
        ("'''A.\n    >>> f(1\n    1\n    '''", 2, "not Python"),
        (r"'A \ud800'", 1, "surrogate"),
    ],
)
def test_malformed_doctests_are_told_with_their_line(text: str, line: int, message: str) -> None:
    found = read_docstring(constant(text))
    assert isinstance(found, MalformedDocstring)
    assert found.line == line
    assert message in found.what


def test_an_example_may_show_a_syntax_error() -> None:
    text = "'''A.\n    >>> f(1\n    Traceback (most recent call last):\n    SyntaxError: no\n    '''"
    assert len(read(text).examples) == 1


def test_names_in_backticks_and_contracts_are_mentioned() -> None:
    text = "See `slugify`, ``app.text.shout()`` and `not a name`, `1`, ```x```.\n\n"
    text += "Ensures:\n    - result <= LIMIT\n    words, words\n\nNotes:\n    other"
    chains = mentioned_names(text).chains
    assert {("slugify",), ("app", "text", "shout"), ("LIMIT",)} <= chains
    assert not chains & {("x",), ("other",), ("not",)}


@pytest.mark.parametrize(
    ("text", "chains"),
    [
        ("`g(n)`", {("g",)}),
        ("``g(n, key='a')``", {("g",)}),
        ("`shop.text.slugify(x)` of it", {("shop", "text", "slugify")}),
        ("`g(h(n), (1, 2))`, then `k`", {("g",), ("k",)}),
        ("`g(n,\n  m)`", {("g",)}),
        ("`g(n`, `g)`, `g(n)!`, ```g(n)```, `(n)`", set()),
        ("`a`g(n)`b`", {("a",), ("b",)}),
    ],
)
def test_a_call_in_backticks_mentions_what_it_calls(text: str, chains: set[tuple[str, ...]]) -> None:
    assert mentioned_names(text).chains == chains


def test_a_new_example_changes_no_other_part() -> None:
    one = read("'''A.\n\n    >>> f(1)\n    1\n\n    >>> f(3)\n    3\n    '''")
    more = read("'''A.\n\n    >>> f(1)\n    1\n\n    >>> f(3)\n    3\n\n    >>> f(4)\n    4\n    '''")
    assert more.prose == one.prose
    assert more.cases[:2] == one.cases


def test_text_around_the_examples_is_no_part_of_them() -> None:
    one = read("'''A.\n\n    >>> f(1)\n    1\n\n    B.\n    '''")
    other = read("'''A.\n\n    >>> f(1)\n    1\n\n    C.\n    '''")
    assert one.cases == other.cases
    assert one.prose != other.prose
