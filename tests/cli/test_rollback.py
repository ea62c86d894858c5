from pathlib import Path

import pytest

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.store.index import read_index
from tests.cli.conftest import DOUBLE, Command

UNIT = "app.math/double"
OTHER = "def double(a: int) -> int:\n    return a + a\n"


@pytest.fixture
def twice(project: Path, command: Command) -> tuple[str, str]:
    """Return the names of two checkpoints of one spec, the second of which is active."""
    names = []
    for code in (DOUBLE, OTHER):
        (project / "double.py").write_text(code)
        document = command("submit", UNIT, "double.py", "--author", "Ada", "--json").document
        names.append(str(document["checkpoint"]))
        assert command("save", "--target", UNIT).code == 0
    return names[0], names[1]


def active(project: Path) -> tuple[str, str]:
    entry = read_index(project / ".vibesafe" / "index.toml").units[UnitId.parse(UNIT)]
    return entry.active, entry.approver


def test_an_earlier_checkpoint_becomes_active_and_stays(
    project: Path, command: Command, twice: tuple[str, str]
) -> None:
    first, second = twice
    done = command("rollback", UNIT, first[:8], "--approver", "Zoë")
    assert (done.code, done.error) == (0, "")
    assert done.out == f"active  {UNIT}  {first[:12]} (was {second[:12]}), approved by Zoë\n"
    assert active(project) == (first, "Zoë")
    assert command("status", "--json").document["units"][UNIT] == "active"  # type: ignore[index] # JSON
    assert command("save", "--target", UNIT).code == 0
    assert active(project) == (first, "Zoë")
    assert command("rollback", UNIT, second).code == 0
    assert active(project)[0] == second


def test_without_a_checkpoint_all_are_listed(command: Command, twice: tuple[str, str]) -> None:
    first, second = twice
    lines = command("rollback", UNIT).out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [second[:12], first[:12]]
    assert lines[1].endswith("submitted by Ada  active")
    assert lines[2].endswith("submitted by Ada  could be active")
    document = command("rollback", UNIT, "--json").document
    assert [each["active"] for each in document["checkpoints"]] == [True, False]  # type: ignore[attr-defined] # JSON


def test_what_drifted_is_refused_with_the_reason(project: Path, command: Command, twice: tuple[str, str]) -> None:
    path = project / "app" / "math.py"
    path.write_text(path.read_text().replace('"""Double.', '"""Double it.'))
    done = command("rollback", UNIT, twice[0])
    assert done.code == 1
    assert "the spec moved since checkpoint" in done.error
    assert "docstring" in done.error
    assert active(project)[0] == twice[1]
    assert "the spec moved" in command("rollback", UNIT).out


def test_what_has_no_evidence_or_was_edited_is_refused(project: Path, command: Command, twice: tuple[str, str]) -> None:
    place = project / ".vibesafe" / "checkpoints" / "app.math" / "double" / twice[0]
    evidence = (place / "evidence.toml").read_bytes()
    (place / "evidence.toml").unlink()
    assert "no gate has judged it" in command("rollback", UNIT, twice[0]).error
    (place / "evidence.toml").write_bytes(evidence.replace(b"passed = true", b"passed = false", 1))
    assert command("rollback", UNIT, twice[0]).code == 1
    (place / "evidence.toml").write_bytes(evidence)
    (place / "impl.py").write_text(OTHER)
    assert command("rollback", UNIT, twice[0]).code == 1
    assert active(project)[0] == twice[1]


def test_evidence_for_other_settings_is_refused(project: Path, command: Command, twice: tuple[str, str]) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.vibesafe.policy]\ndeny_imports = ["pickle"]\n')
    assert "gate settings changed" in command("rollback", UNIT, twice[0]).error


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((UNIT, "zz"), "begins the name of no checkpoint"),
        ((UNIT, "../../x"), "begins the name of no checkpoint"),
        (("app.math/nobody",), "names no unit"),
        (("app.math", "00"), "means 2 units"),
        ((UNIT, "", "--approver", "two\nlines"), ""),
    ],
)
@pytest.mark.usefixtures("twice")
def test_bad_input(project: Path, command: Command, arguments: tuple[str, ...], told: str) -> None:
    before = active(project)
    done = command("rollback", *arguments)
    assert told in done.error
    assert done.code == (2 if told else 0)
    assert active(project) == before


def test_the_log_of_a_unit_tells_its_checkpoints_on_every_clone(
    project: Path, command: Command, twice: tuple[str, str]
) -> None:
    for file in (project / ".vibesafe").glob("runs.db*"):
        file.unlink()
    lines = command("log", UNIT).out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == [twice[1][:12], twice[0][:12]]
    assert lines[1].endswith("active")
    document = command("log", UNIT, "--json").document
    assert len(document["checkpoints"]) == 2  # type: ignore[arg-type] # JSON
    assert command("log", "app.math/nobody").code == 2


@pytest.mark.usefixtures("project")
def test_a_unit_without_checkpoints(command: Command) -> None:
    done = command("rollback", UNIT)
    assert done.code == 1
    assert "vibesafe compile" in done.out


def test_what_is_active_already_is_told_as_a_document_too(command: Command, twice: tuple[str, str]) -> None:
    active = twice[1]
    assert "is the active one already" in command("rollback", "app.math/double", active).out
    document = command("rollback", "app.math/double", active, "--json").document
    assert (document["active"], document["previous"]) == (active, active)


def test_going_back_to_what_does_other_things_needs_a_reason_that_is_kept(
    project: Path, command: Command, twice: tuple[str, str]
) -> None:
    (project / "double.py").write_text("def double(a: int) -> int:\n    return 2 * a if a < 9 else a\n")
    third = str(command("submit", UNIT, "double.py", "--json").document["checkpoint"])
    assert command("save", "--target", UNIT, "--acknowledge", "large ones are whole already").code == 0
    before = active(project)
    refused = command("rollback", UNIT, twice[0])
    assert (refused.code, active(project)) == (1, before)
    assert "`double(9)` gave 9, and gives 18" in refused.error
    assert f'vibesafe rollback {UNIT} {twice[0][:12]} --acknowledge "REASON"' in " ".join(refused.error.split())
    assert command("rollback", UNIT, twice[0], "--acknowledge", "two\nlines").code == 2
    assert command("rollback", UNIT, twice[0], "--json").document["problems"]
    done = command("rollback", UNIT, twice[0], "--acknowledge", "the shop was wrong")
    assert done.code == 0
    assert done.out.splitlines()[1] == f"acknowledged  {UNIT}  the shop was wrong"
    assert active(project)[0] == twice[0]
    assert "the shop was wrong" in command("explain", UNIT).out
    assert command("check", "--target", UNIT).code == 0
    # The way forward has its reason already, and between two that do the same none is asked for, nor kept.
    assert command("rollback", UNIT, third, "--json").document["acknowledged"] is None
    assert command("rollback", UNIT, twice[0]).code == 0
    assert (
        command("rollback", UNIT, twice[1], "--acknowledge", "for nothing", "--json").document["acknowledged"] is None
    )
