"""Weak specs are named by `scan` and by `compile`, before anybody is asked, and refused by neither."""

from pathlib import Path

from hatch_vibesafe.cli.output import MOST_ALIKE
from tests.cli.conftest import Command

WEAK = "warning: app/math.py:21  app.math/double: the spec has only 1 example of double"
THIRD = "    >>> double(4)\n    8\n    >>> double(0)\n    0\n    >>> double(-1)\n    -2\n"


def test_scan_names_them_and_does_not_refuse(project: Path, command: Command) -> None:
    scanned = command("scan")
    assert scanned.code == 0
    assert WEAK in scanned.error
    warnings = command("scan", "--target", "app.math/double", "--json").document["warnings"]
    assert isinstance(warnings, list)
    assert [warning["where"] for warning in warnings] == ["app/math.py:21  app.math/double"]
    source = project / "app" / "math.py"
    source.write_text(source.read_text("utf-8").replace("    >>> double(4)\n    8\n", THIRD), encoding="utf-8")
    assert "app.math/double" not in command("scan").error


def test_compile_names_those_that_wait_before_it_asks(project: Path, command: Command) -> None:  # noqa: ARG001 - where it runs
    assert WEAK in command("compile", "--offline").error
    assert command("submit", "app.math/double", "double.py").code == 0
    assert WEAK not in command("compile", "--offline").error


def test_of_many_that_are_mended_alike_the_first_are_shown_and_the_others_counted(
    project: Path, command: Command
) -> None:
    source = project / "app" / "math.py"
    text = source.read_text("utf-8")
    double = text[text.index("@vibesafe\ndef double") :]
    more = [double.replace("double", f"double_{number}") for number in range(9)]
    source.write_text("\n\n".join([text, *more]), encoding="utf-8")
    scanned = command("scan")
    assert scanned.error.count("add examples until there are 3 at least") == MOST_ALIKE + 1
    assert f"warning: {11 - MOST_ALIKE} more that are mended so" in scanned.error
    warnings = command("scan", "--json").document["warnings"]
    assert isinstance(warnings, list)
    assert len(warnings) == 11
