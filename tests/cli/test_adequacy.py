"""How much a spec decides, from the command line: measured, stored, shown, required."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Command

MATH = '''\
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def compare(a: int, b: int) -> bool:
    """Whether a is at least b.

    Ensures:
        result == result

    >>> compare(1, 2)
    False
    >>> compare(7, 2)
    True
    """
    raise VibeCoded()
'''
COMPARE = "def compare(a: int, b: int) -> bool:\n    return a >= b\n"
QUESTION = "`compare(0, 0)`: this implementation says True, a mutant False, no example decides"


@pytest.fixture
def compared(project: Path, command: "Command") -> Path:
    """Return a project of one unit, whose examples leave something open, submitted and saved."""
    (project / "app" / "math.py").write_text(MATH, encoding="utf-8")
    (project / "compare.py").write_text(COMPARE, encoding="utf-8")
    submitted = command("submit", "app.math/compare", "compare.py")
    assert submitted.code == 0
    assert "`Ensures result == result` rejects none of the wrong implementations" in submitted.error
    assert command("save").code == 0
    return project


def decided(project: Path) -> None:
    text = MATH.replace("    >>> compare(7, 2)", "    >>> compare(2, 2)\n    True\n    >>> compare(7, 2)")
    (project / "app" / "math.py").write_text(text, encoding="utf-8")


def require(project: Path, least: float) -> None:
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[tool.vibesafe.gates]\nmin_adequacy = {least}\n")


@pytest.mark.usefixtures("compared")
def test_what_is_open_is_asked_stored_and_shown(command: "Command") -> None:
    assert "adequacy" not in command("test").out
    found = command("test", "--adequacy")
    assert found.code == 0
    assert "67% (2 of 3 mutants refused)" in found.out
    assert QUESTION in found.out
    assert "`Ensures result == result` rejects none of the wrong implementations" in found.error
    assert command("save").code == 0
    assert command("check").code == 0
    status = command("status")
    assert "67% (2 of 3 mutants refused)" in status.out
    assert "rejects none" in status.error
    measured = {"score": 0.6667, "killed": 2, "equivalent": 0, "survivors": 1, "vacuous": [1]}
    assert command("status", "--json").document["adequacy"] == {"app.math/compare": measured}
    assert command("test").code == 0
    assert command("status").code == 0, "a test without --adequacy keeps what was measured"


@pytest.mark.usefixtures("compared")
def test_the_questions_are_data(command: "Command") -> None:
    match command("test", "--adequacy", "--json").document["units"]:
        case [{"adequacy": {"score": score, "survivors": [survivor], "vacuous": vacuous}}]:
            assert score == 0.6667
            assert vacuous == ["Ensures result == result"]
            assert survivor == {
                "call": "compare(0, 0)",
                "ours": "True",
                "theirs": "False",
                "change": "comparison",
                "line": survivor["line"],
                "mutation": "`return a >= b` became `return a > b`",
            }
        case other:
            pytest.fail(f"{other}")


def test_a_spec_that_decides_too_little_is_refused_where_the_project_says_so(
    compared: Path, command: "Command"
) -> None:
    require(compared, 0.9)
    assert "gate adequacy missing in evidence" in command("check", "--no-gates").error
    tested = command("test")
    assert tested.code == 1
    assert "the spec refuses 2 of 3 mutants, 67%, and gates.min_adequacy is 0.9" in tested.error
    saved = command("save")
    assert saved.code == 1
    assert "lets more mutants live than gates.min_adequacy allows" in saved.error
    assert "vibesafe test --adequacy --target app.math/compare" in saved.error

    decided(compared)
    assert command("submit", "app.math/compare", "compare.py").code == 0
    assert command("save").code == 0
    assert command("test").code == 0
    assert command("check").code == 0


def test_a_part_that_cannot_be_is_a_problem(compared: Path, command: "Command") -> None:
    require(compared, 1.5)
    found = command("status")
    assert found.code == 2
    assert "gates.min_adequacy" in found.error
