"""Calls with what the text names: its numbers, its words, texts as long as a number; the same ones every time."""

from typing import TYPE_CHECKING

import pytest

from hatch_vibesafe.gates.divergence import compared
from hatch_vibesafe.gates.named_cases import named_cases

if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench

SPECS = '''
    from vibesafe_runtime import VibeCoded, vibesafe


    @vibesafe
    def kind(name: str) -> str:
        """Return 'program' for a file's name that ends in '.exe' or '.dll' and has at most four digits, else 'other'.

        >>> kind("a.txt")
        'other'
        >>> kind("run.exe")
        'program'
        """
        raise VibeCoded()


    @vibesafe
    def grown(n: int) -> int:
        """Return a number from 1 to 1000, and one more for each hundred in it.

        >>> grown(7)
        7
        """
        raise VibeCoded()


    @vibesafe
    def plain(n: int) -> int:
        """Return a number as it is.

        >>> plain(7)
        7
        """
        raise VibeCoded()
'''


@pytest.fixture
def project(bench: "MakeBench") -> "Bench":
    return bench({"app/__init__.py": "", "app/m.py": SPECS})


def values(project: "Bench", name: str) -> list[str]:
    return [case.call.values[0] for case in named_cases(project.spec(f"app.m/{name}"))]


def test_words_and_lengths_that_the_text_names_come_into_calls(project: "Bench") -> None:
    found = values(project, "kind")
    assert any(value.endswith(".dll'") for value in found)
    digits = {sum(each.isdigit() for each in value) for value in found}
    assert {3, 4, 5} <= digits
    assert found == values(project, "kind")
    assert len(found) <= 160


def test_numbers_their_neighbours_and_what_lies_between_come_into_calls(project: "Bench") -> None:
    found = {*map(int, values(project, "grown"))}
    assert {1, 2, 999, 1000, 1001} <= found
    assert {number // 100 for number in found} >= {1, 2, 3, 4}
    assert values(project, "plain") == []


def test_a_slip_at_a_named_word_is_a_divergence(project: "Bench") -> None:
    right = "def kind(name: str) -> str:\n    return 'program' if name.endswith(('.exe', '.dll')) else 'other'\n"
    wrong = right.replace("('.exe', '.dll')", "('.exe', '.dl')")
    found = compared(project.spec("app.m/kind"), right.encode(), wrong.encode(), project.context())
    assert found.is_divergent
    assert not compared(
        project.spec("app.m/kind"), right.encode(), f"{right}\n".encode(), project.context()
    ).divergences
