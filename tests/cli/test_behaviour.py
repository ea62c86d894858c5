"""Two checkpoints run on the same calls from the command line, and divergences that nobody gave a reason for."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Command

UNIT = "app.math/double"
OTHER = "def double(a: int) -> int:\n    return 2 * a if a < 9 else a\n"
SAME = "def double(a: int) -> int:\n    return a + a\n"


@pytest.fixture
def submitted(saved: Path, command: "Command") -> Path:
    """Return the project with both units saved, and another `double` submitted that does other things."""
    (saved / "double.py").write_text(OTHER, encoding="utf-8")
    assert command("submit", UNIT, "double.py").code == 0
    return saved


def test_the_smallest_calls_are_shown(submitted: Path, command: "Command") -> None:
    found = command("diff", "--behaviour", UNIT)
    assert found.code == 1
    assert ">>> double(9)\n  - 18\n  + 9\n" in found.out
    document = command("diff", "--behaviour", UNIT, "--json").document
    before, after = document["before"], document["after"]
    match document["divergences"]:
        case [first, *_]:
            assert first == {"call": "double(9)", "before": "18", "after": "9"}
        case found_instead:
            pytest.fail(repr(found_instead))
    named = command("diff", "--behaviour", UNIT, str(after)[:10], str(before)[:10])
    assert "- 9\n  + 18\n" in named.out
    assert command("diff", "--behaviour", UNIT, str(after), str(after)).code == 0
    assert not list(submitted.glob("**/acknowledged.toml"))


@pytest.mark.usefixtures("submitted")
def test_names_that_are_none_are_refused(command: "Command") -> None:
    assert "no checkpoint" in command("diff", "--behaviour", UNIT, "zz", "yy").error
    assert "begins the name of 2 checkpoints" not in command("diff", "--behaviour", UNIT).error
    assert command("diff", "--behaviour", UNIT, "aa").code == 2
    assert command("diff", "aa", "bb").code == 2
    assert command("diff", "--behaviour", UNIT, "--target", UNIT).code == 2
    assert command("diff", "--behaviour", "app.math").code == 2
    assert "none is named" in command("diff", "--crosshair").error
    assert "no two checkpoints" in command("diff", "--behaviour", "app.math/add").error


def test_a_divergence_is_saved_with_a_reason_alone(submitted: Path, command: "Command") -> None:
    refused = command("save")
    assert refused.code == 1
    assert "`double(9)` gave 18, and gives 9" in refused.error
    assert "1 refused" in refused.out
    assert command("save", "--dry-run", "--acknowledge", "large ones are whole already").code == 0
    assert not list(submitted.glob("**/acknowledged.toml"))
    assert command("save", "--acknowledge", "two\nlines").code == 2
    accepted = command("save", "--acknowledge", "large ones are whole already")
    assert accepted.code == 0
    assert "acknowledged  app.math/double  large ones are whole already" in accepted.out
    assert command("check").code == 0
    assert command("save").code == 0
    assert "Somebody acknowledged that: large ones are whole already" in " ".join(command("explain", UNIT).out.split())
    names = sorted(path.parent.name for path in submitted.glob(".vibesafe/checkpoints/app.math/double/*/impl.py"))
    assert "acknowledged: large ones are whole already" in command("diff", "--behaviour", UNIT, *names).out + "".join(
        command("diff", "--behaviour", UNIT, *reversed(names)).out
    )


def test_ci_refuses_what_nobody_acknowledged(submitted: Path, command: "Command") -> None:
    assert command("save", "--acknowledge", "wanted").code == 0
    assert command("check").code == 0
    (kept,) = submitted.glob("**/acknowledged.toml")
    kept.unlink()
    refused = command("check")
    assert refused.code == 1
    assert "does other things than" in refused.error


def test_another_way_to_write_the_same_needs_no_reason(saved: Path, command: "Command") -> None:
    (saved / "double.py").write_text(SAME, encoding="utf-8")
    assert command("submit", UNIT, "double.py").code == 0
    assert command("diff", "--behaviour", UNIT).code == 0
    assert command("save").code == 0
    assert command("check").code == 0


def test_under_a_spec_that_changed_a_difference_is_information(saved: Path, command: "Command") -> None:
    path = saved / "app" / "math.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    >>> double(4)", "    >>> double(9)\n    9\n    >>> double(4)"), encoding="utf-8")
    (saved / "double.py").write_text(OTHER, encoding="utf-8")
    assert command("submit", UNIT, "double.py").code == 0
    assert command("diff", "--behaviour", UNIT).code == 1
    assert command("save").code == 0
    assert command("check").code == 0
