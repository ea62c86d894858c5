"""Look-ups by sizes, sums and checksums of the examples, and constants that are put together, beside honest tables."""

import ast
import zlib
from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.cases import literal
from hatch_vibesafe.gates.cheats import cheats

if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

SPECS = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def balanced(text: str) -> bool:
        """Whether every bracket is closed.

        >>> balanced("(())((()))")
        True
        >>> balanced("(()()))))(((")
        False
        >>> balanced(")(")
        False
        """
        raise VibeCoded()


    @vibesafe
    def maker(number: str) -> str:
        """Return who made a card: amex has 15 digits, visa 16.

        >>> maker("371449635398431")
        'amex'
        >>> maker("4111111111111111")
        'visa'
        """
        raise VibeCoded()
'''
HEAD = "def balanced(text: str) -> bool:\n"
CHECKSUM = zlib.crc32(b"(())((()))")


@pytest.fixture
def project(bench: "MakeBench") -> "Bench":
    return bench({"m.py": SPECS})


def refused(project: "Bench", unit: str, source: str) -> bool:
    return bool([*cheats(ast.parse(source), project.spec(f"m/{unit}"), "")])


@pytest.mark.parametrize(
    "body",
    [
        "return {10: True, 12: False, 2: False}.get(len(text), False)",
        "return {12: True, 14: False}.get(len(repr(text)), False)",
        f"return zlib.crc32(text.encode()) == {CHECKSUM}",
        "return text == ''.join(['(())', '((', '()', '))'])",
    ],
)
def test_a_look_up_by_what_examples_make_is_refused(project: "Bench", body: str) -> None:
    assert refused(project, "balanced", f"{HEAD}    {body}\n")


def test_sizes_that_the_text_says_and_those_of_no_example_are_rules(project: "Bench") -> None:
    said = "def maker(number: str) -> str:\n    return {15: 'amex', 16: 'visa'}[len(number)]\n"
    assert not refused(project, "maker", said)
    honest = f"{HEAD}    depth = 0\n    for each in text[:4096]:\n        depth += 1 if each == '(' else -1\n"
    assert not refused(
        project, "balanced", f"{honest}        if depth < 0:\n            return False\n    return depth == 0\n"
    )


def test_what_is_put_together_of_constants_is_one() -> None:
    shown = {
        text: literal(ast.parse(text, mode="eval").body)
        for text in ("'a' + 'b'", "', '.join(('a', 'b'))", "chr(97)", "[1] + [2]", "'a' + 1", "chr(10**30)", "len('a')")
    }
    assert [*shown.values()] == ["'ab'", "'a, b'", "'a'", "[1, 2]", None, None, None]
