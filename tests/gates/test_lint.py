"""The lint gate: bugs, not style, whatever the user's own ruff is told."""

from pathlib import Path

import pytest

from hatch_vibesafe.gates import lint
from hatch_vibesafe.gates.verdict import Fault
from hatch_vibesafe.problems import VibesafeConfigurationError
from tests.gates.conftest import refusals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench


UNIT = "app.numbers/double"
HEAD = "def double(n: int) -> int:\n"


def messages(double: "Bench", *bodies: str, options: tuple[str, ...] = ()) -> list[str]:
    candidates = [double.candidate(UNIT, HEAD + body) for body in bodies]
    return ["\n".join(finding.message for finding in found) for found in refusals(lint.check(candidates, options))]


def test_bugs_are_found_each_in_its_own_candidate(double: "Bench") -> None:
    honest, undefined, compared, reused, silenced = messages(
        double,
        "    l = n * 2\n    unused = 1\n    return l\n",
        "    return m * 2\n",
        "    n == 2\n    return n\n",
        "    for x in [1]:\n        for x in [2]:\n            return x\n    return {1, 1}.pop()\n",
        "    return m * 2  # noqa\n",
    )
    assert honest == ""
    assert "F821" in undefined
    assert "B015" in compared
    assert "B033" in reused
    assert "F821" in silenced


def test_the_users_own_configuration_has_no_say(
    double: "Bench", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theirs = tmp_path / ".config" / "ruff" / "ruff.toml"
    theirs.parent.mkdir(parents=True)
    theirs.write_text('exclude = ["*.py"]\n', encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    honest, undefined = messages(double, "    return n * 2\n", "    return m\n")
    assert honest == ""
    assert undefined


def test_the_projects_options_are_added(double: "Bench") -> None:
    assert messages(double, "    return n * 2\n    # x = 1\n", options=("--extend-select=ERA",)) != [""]
    assert messages(double, "    return n * 2\n    # x = 1\n") == [""]


def test_options_that_ruff_refuses_are_no_candidates_fault(double: "Bench") -> None:
    (fault,) = lint.check([double.candidate(UNIT, HEAD + "    return n * 2\n")], ("--no-such-option",))
    assert isinstance(fault, Fault)
    assert "could not judge: ruff" in fault.problems[0].what
    assert "gates.ruff" in fault.problems[0].remedy


def test_a_missing_ruff_is_said_and_not_skipped(double: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(VibesafeConfigurationError, match="needs ruff, which is not installed"):
        messages(double, "    return n * 2\n")
