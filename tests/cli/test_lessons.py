"""`vibesafe lessons`: listed, approved by number, dropped again."""

from pathlib import Path

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.candidates import KeptCandidate, keep_candidate
from hatch_vibesafe.identity import SpecHash, UnitId
from hatch_vibesafe.project import open_project
from tests.cli.conftest import Command

TYPES = Finding("types", 1, "Missing return statement")
RULE = "Return a value on every path."


def refuse(root: Path) -> None:
    for number in range(3):
        unit, spec = UnitId("app.math", "add"), SpecHash("a" * 64)
        keep_candidate(open_project(root), KeptCandidate(unit, spec, f"x = {number}\n".encode(), (TYPES,)))


def test_a_proposal_is_approved_moves_its_unit_and_is_dropped_again(saved: Path, command: Command) -> None:
    assert "proposed: none" in command("lessons").out
    refuse(saved)
    listed = command("lessons", "--json").document
    assert listed == {
        "approved": [],
        "proposed": [{"text": RULE, "units": ["app.math/add"], "times": 3, "seen": "Missing return statement"}],
        "problems": [],
    }
    approved = command("lessons", "approve", "1")
    assert (approved.code, RULE in approved.out) == (0, True)
    assert f"1  {RULE}  (app.math/add)" in command("lessons").out
    status = command("status", "--json").document["units"]
    assert isinstance(status, dict)
    assert status["app.math/add"] != status["app.math/double"] == "active"
    assert "lessons" in command("diff").out
    assert command("lessons", "drop", "1").code == 0
    status = command("status", "--json").document["units"]
    assert status == {"app.math/add": "active", "app.math/double": "active"}


def test_other_words_for_other_units(project: Path, command: Command) -> None:
    refuse(project)
    hidden = command("lessons", "approve", "1", "--text", "two\nlines")
    assert (hidden.code, "--text" in hidden.error) == (2, True)
    assert command("lessons", "approve", "1", "--text", "Return always.", "--units", "app.*").code == 0
    assert "Return always.  (app.*)" in command("lessons").out


def test_a_number_that_is_none_is_a_problem(project: Path, command: Command) -> None:
    for words in (("approve", "1"), ("drop", "7")):
        outcome = command("lessons", *words)
        assert (outcome.code, "does not exist" in outcome.error) == (2, True)
    assert not (project / ".vibesafe" / "lessons.toml").exists()


def test_units_that_are_none_are_a_problem_and_more_units_are_added(project: Path, command: Command) -> None:
    refuse(project)
    nobody = command("lessons", "approve", "1", "--units", "app.nothing", "--units", "app.*")
    assert (nobody.code, "--units app.nothing" in nobody.error) == (2, True)
    assert not (project / ".vibesafe" / "lessons.toml").exists()
    assert command("lessons", "approve", "1").code == 0
    for number in range(3):
        unit, spec = UnitId("app.math", "double"), SpecHash("b" * 64)
        keep_candidate(open_project(project), KeptCandidate(unit, spec, f"y = {number}\n".encode(), (TYPES,)))
    assert command("lessons", "approve", "1").code == 0
    assert f"1  {RULE}  (app.math/add, app.math/double)" in command("lessons").out
    assert "proposed: none" in command("lessons").out


def test_a_rule_that_is_approved_in_other_words_is_not_proposed_again(project: Path, command: Command) -> None:
    refuse(project)
    assert command("lessons", "approve", "1", "--text", "Return always.").code == 0
    assert "proposed: none" in command("lessons").out
    file = project / ".vibesafe" / "lessons.toml"
    file.write_text(file.read_text("utf-8").replace("Return always.", "Return on each path."), "utf-8")
    listed = command("lessons").out
    assert "Return on each path.  (app.math/add)" in listed
    assert "proposed: none" in listed, "nor where a person changed the words in the file"
    for number in range(3):
        unit, spec = UnitId("app.math", "double"), SpecHash("b" * 64)
        keep_candidate(open_project(project), KeptCandidate(unit, spec, f"y = {number}\n".encode(), (TYPES,)))
    assert f"1  {RULE}  (3 refusals in app.math/double)" in command("lessons").out, "the control: units it is not for"
    assert command("lessons", "approve", "1").code == 0
    both = command("lessons", "--json").document["approved"]
    assert both == [
        {"text": "Return a value on every path.", "units": ["app.math/double"]},
        {"text": "Return on each path.", "units": ["app.math/add"]},
    ]
    assert "proposed: none" in command("lessons").out
    assert command("lessons", "drop", "1").code == 0
    assert f"1  {RULE}" in command("lessons").out
