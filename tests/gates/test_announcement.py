"""A command that runs generated code says first where it is confined less than it could be, in one line."""

import pytest
from click.testing import CliRunner

from hatch_vibesafe.cli.announcement import announce, trying
from hatch_vibesafe.cli.check import command as check
from hatch_vibesafe.cli.compile import command as compile_
from hatch_vibesafe.cli.submit import command as submit
from hatch_vibesafe.cli.test import command as gate_again
from hatch_vibesafe.config import Config
from hatch_vibesafe.gates import reach
from hatch_vibesafe.gates.ladder import Machine, Reach, not_there
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError


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


def test_the_sandbox_is_tried_once_beside_what_is_slow_to_load(monkeypatch: pytest.MonkeyPatch) -> None:
    reach.found_once.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(reach, "tried", lambda _level: ())
        with trying(Config()):
            pass
    monkeypatch.setattr(reach, "tried", lambda _level: pytest.fail("tried again"))
    announce(Config())
    reach.found_once.cache_clear()


def test_what_cannot_be_tried_is_said_where_it_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: object) -> Reach:
        raise VibesafeConfigurationError(Problem("sandbox", "cannot be made", "mend it"))

    monkeypatch.setattr("hatch_vibesafe.cli.announcement.reach", refused)
    with trying(Config()):
        pass
    with pytest.raises(VibesafeConfigurationError, match="cannot be made"):
        announce(Config())


def test_every_command_that_runs_generated_code_can_be_told_to_run_it_unconfined() -> None:
    for command in (check, compile_, submit, gate_again):
        assert "--allow-unsandboxed" in CliRunner().invoke(command, ["--help"]).output
