"""A command that runs generated code says first where it is confined less than it could be, in one line."""

import pytest
from click.testing import CliRunner

from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.check import command as check
from hatch_vibesafe.cli.compile import command as compile_
from hatch_vibesafe.cli.submit import command as submit
from hatch_vibesafe.cli.test import command as gate_again
from hatch_vibesafe.config import Config
from hatch_vibesafe.gates.ladder import Machine, Reach, not_there


def test_what_is_missing_is_said_once_and_nothing_where_nothing_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = not_there(Machine("linux", "x86_64", 7, None))
    for reached, said in ((Reach("L3"), ""), (Reach("L2", missing), "bubblewrap is not installed (apt-get install")):
        monkeypatch.setattr("hatch_vibesafe.cli.announcement.reach", lambda _, reached=reached: reached)
        announce(Config())
        printed = capsys.readouterr()
        assert printed.out == ""
        assert said in printed.err
        assert printed.err.count("\n") == bool(said)


def test_every_command_that_runs_generated_code_can_be_told_to_run_it_unconfined() -> None:
    for command in (check, compile_, submit, gate_again):
        assert "--allow-unsandboxed" in CliRunner().invoke(command, ["--help"]).output
