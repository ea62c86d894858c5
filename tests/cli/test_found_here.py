"""What was found on this machine is not found again while nothing changed; what came with it proves nothing."""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Command

RECORD = Path(".vibesafe") / "cache" / "gated"


def gated(command: Command, *arguments: str) -> object:
    """Return how many units a command gated, which has to find everything well."""
    outcome = command(*arguments, "--json")
    assert outcome.code == 0, outcome.error
    return outcome.document["gated"]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_one_command_found_no_command_gates_again_until_it_is_told_to(saved: Path, command: Command) -> None:
    assert saved.is_dir()
    assert [gated(command, "check"), gated(command, "check"), gated(command, "test")] == [2, 0, 0]
    assert [gated(command, "check", "--again"), gated(command, "test", "--again")] == [2, 2]
    assert [gated(command, "test"), gated(command, "check")] == [0, 0]


def test_the_table_says_the_same_of_what_was_found_before(saved: Path, command: Command) -> None:
    assert saved.is_dir()
    first, second = command("test"), command("test")
    assert first.code == second.code == 0
    assert second.out.startswith(first.out)
    assert "0 gated now, 2 as they were found here before" in second.out


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("app/math.py", "LIMIT = 100", "LIMIT = 100  # percent"),
        ("app/__init__.py", "", "NEW = 1\n"),
        ("pyproject.toml", 'version = "1"', 'version = "2"'),
    ],
)
def test_any_change_around_a_unit_has_it_gated_again(
    saved: Path, command: Command, name: str, old: str, new: str
) -> None:
    assert gated(command, "test") == 2
    edit(saved / name, old, new)
    assert gated(command, "test") == 2
    assert gated(command, "test") == 0


def test_data_of_a_package_and_other_tools_have_everything_gated_again(
    saved: Path, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [gated(command, "check"), gated(command, "check")] == [2, 0]
    (saved / "app" / "rates.json").write_text("{}", encoding="utf-8")
    assert [gated(command, "check"), gated(command, "check")] == [2, 0]
    planted = tmp_path / "installed" / "mypy-99.dist-info"
    planted.mkdir(parents=True)
    (planted / "METADATA").write_text("Metadata-Version: 2.1\nName: mypy\nVersion: 99\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    assert gated(command, "check") == 2


def test_edited_evidence_is_not_believed(saved: Path, command: Command) -> None:
    assert gated(command, "test") == 2
    for file in (saved / ".vibesafe").rglob("evidence.toml"):
        edit(file, 'sandbox = "L', 'sandbox = "L0')
    assert gated(command, "test") == 2


def test_what_was_found_on_another_machine_is_not_believed(
    saved: Path, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gated(command, "check") == 2
    here = (saved / RECORD).read_bytes()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    assert gated(command, "check") == 2
    assert (saved / RECORD).read_bytes() != here
    (saved / RECORD).write_bytes(here)
    assert gated(command, "check") == 2


def test_a_record_that_is_no_record_costs_time_only(saved: Path, command: Command) -> None:
    assert gated(command, "check") == 2
    (saved / RECORD).write_bytes(b"\xff\0 \n\n" + b"a" * 100)
    assert [gated(command, "check"), gated(command, "check")] == [2, 0]
    (saved / RECORD).unlink()
    (saved / RECORD).mkdir()
    assert [gated(command, "check"), gated(command, "check")] == [2, 2]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_secret_that_others_may_read_proves_nothing(saved: Path, command: Command, tmp_path: Path) -> None:
    assert saved.is_dir()
    assert [gated(command, "check"), gated(command, "check")] == [2, 0]
    secret = tmp_path / "state" / "vibesafe" / "secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    secret.chmod(0o644)
    assert gated(command, "check") == 2
    secret.chmod(0o600)
    assert gated(command, "check") == 0


def test_what_was_refused_is_gated_again(saved: Path, command: Command) -> None:
    assert gated(command, "test") == 2
    edit(saved / "app" / "math.py", ">>> double(4)\n    8", ">>> double(4)\n    9")
    wrong = command("submit", "app.math/double", "double.py")
    assert wrong.code == 1
    (saved / "nine.py").write_text("def double(a: int) -> int:\n    return a + 5\n", encoding="utf-8")
    assert command("submit", "app.math/double", "nine.py").code == 0
    assert gated(command, "test") == 2
    edit(saved / "pyproject.toml", "[tool.hatch", '[tool.vibesafe.gates]\nruff = ["--select=ALL"]\n[tool.hatch')
    for _ in range(2):
        outcome = command("test", "--json")
        assert (outcome.code, outcome.document["gated"]) == (1, 2)


def test_what_may_look_at_the_clock_is_gated_each_time(saved: Path, command: Command) -> None:
    edit(saved / "app" / "math.py", "@vibesafe\ndef double", '@vibesafe(capabilities=["clock"])\ndef double')
    assert command("submit", "app.math/double", "double.py").code == 0
    assert command("save").code == 0
    assert [gated(command, "check"), gated(command, "check")] == [2, 1]
