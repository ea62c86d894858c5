"""`vibesafe repl`: what its lines mean, lines from a pipe, and a person at a terminal."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from hatch_vibesafe.cli.repl_lines import OWN, WORDS, Help, Nothing, Quit, Refused, Run, Use, completions, meaning
from hatch_vibesafe.identity import UnitId
from tests.cli.conftest import Command

ROOT = Path(__file__).resolve().parents[2]
ADD, DOUBLE = UnitId("app.math", "add"), UnitId("app.math", "double")
UNITS = (ADD, DOUBLE)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", Nothing()),
        ("  # nothing", Nothing()),
        ("help", Help()),
        ("quit", Quit()),
        ("exit", Quit()),
        ("use", Use("")),
        ("use app.math/add", Use("app.math/add")),
        ("use 'app.*/add'", Use("app.*/add")),
        ("gen", Run(("compile", "--target", "app.math/double"))),
        ("gen --jobs 2", Run(("compile", "--target", "app.math/double", "--jobs", "2"))),
        ("test app.math/add --again", Run(("test", "--target", "app.math/add", "--again"))),
        ("test app.math", Run(("test", "--target", "app.math"))),
        ("save --acknowledge 'better so'", Run(("save", "--target", "app.math/double", "--acknowledge", "better so"))),
        ("tighten", Run(("tighten", "app.math/double"))),
        ("rollback 0123abcd", Run(("rollback", "app.math/double", "0123abcd"))),
        ("rollback app.math/add 0123abcd", Run(("rollback", "app.math/add", "0123abcd"))),
        ("diff --behaviour app.math/add", Run(("diff", "--behaviour", "app.math/add"))),
        ("prompt app.typo/add", Run(("prompt", "app.typo/add"))),
    ],
)
def test_a_line_is_a_command_of_the_command_line(line: str, wanted: object) -> None:
    assert meaning(line, str(DOUBLE), UNITS) == wanted


def test_without_a_unit_a_command_is_about_all_or_asks_for_one() -> None:
    assert meaning("test", "", UNITS) == Run(("test",))
    refused = meaning("tighten", "", UNITS)
    assert isinstance(refused, Refused)
    assert refused.problem.remedy == "use UNIT, or tighten UNIT"


@pytest.mark.parametrize("line", ["frobnicate", "use app.typo/add", "use a b", "test 'open", "tset"])
def test_what_means_nothing_is_refused_with_what_mends_it(line: str) -> None:
    found = meaning(line, "", UNITS)
    assert isinstance(found, Refused)
    assert found.problem.what
    assert found.problem.remedy


def test_words_and_units_are_completed() -> None:
    assert list(completions("t", UNITS)) == ["tighten", "test"]
    assert list(completions("", UNITS)) == [*WORDS, *OWN]
    assert list(completions("test app.math/d", UNITS)) == ["app.math/double"]
    assert list(completions("use do", UNITS)) == ["app.math/double"]
    assert list(completions("nothing a", UNITS)) == []


def piped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_lines_of_a_pipe_are_worked_through(saved: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert saved.is_dir()
    piped(monkeypatch, "use app.math/add\ntest\n\n# a comment\nuse\nstatus\nquit\nnever reached\n")
    done = command("repl")
    assert (done.code, done.error) == (0, "")
    assert [line.split()[:2] for line in done.out.splitlines() if "structure ok" in line] == [
        ["app.math/add", "passed"]
    ]
    assert "nothing to do: every unit is active" in done.out


def test_the_first_failure_of_a_pipe_is_the_exit_code(
    saved: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (saved / ".vibesafe" / "index.toml").unlink()
    piped(monkeypatch, "status\nfrobnicate\nsave\n")
    done = command("repl")
    assert done.code == 1
    assert "2 saved" in done.out
    assert "frobnicate" in done.error
    piped(monkeypatch, "frobnicate\nstatus\n")
    assert command("repl").code == 2


def test_a_target_that_names_nothing_is_refused(saved: Path, command: Command) -> None:
    assert saved.is_dir()
    assert command("repl", "--target", "app.nothing").code == 2


@pytest.fixture
def terminal(saved: Path, tmp_path: Path) -> Iterator["pexpect.spawn[str]"]:
    """Yield a repl in a terminal."""
    variables = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    variables |= {
        "PYTHONPATH": str(ROOT),
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "TERM": "xterm",
        "XDG_STATE_HOME": str(tmp_path / "history"),
        "NO_COLOR": "1",
    }
    started = pexpect.spawn(
        sys.executable,
        ["-c", "from hatch_vibesafe.cli.main import main; main()", "repl"],
        cwd=str(saved),
        env=variables,
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 100),
    )
    yield started
    started.close(force=True)


def test_a_person_at_a_terminal(terminal: "pexpect.spawn[str]", tmp_path: Path) -> None:
    terminal.expect("vibesafe>")
    # Completed by the tab key.
    terminal.send("use app.math/d\t")
    terminal.expect("ouble")
    terminal.send("\r")
    terminal.expect("app.math/double>")
    # Ctrl-C throws the line away, and no more.
    terminal.send("frobni\x03")
    terminal.expect("quit or Ctrl-D ends")
    terminal.expect("app.math/double>")
    terminal.sendline("status")
    terminal.expect("active")
    terminal.expect("app.math/double>")
    terminal.sendline("frobnicate")
    terminal.expect("is no command here")
    terminal.expect("app.math/double>")
    # The line before comes back with the key for it.
    terminal.send("\x1b[A")
    terminal.expect("frobnicate")
    terminal.send("\x15help\r")
    terminal.expect("tighten")
    terminal.expect("app.math/double>")
    terminal.send("\x04")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0
    history = tmp_path / "history" / "vibesafe" / "repl_history"
    assert "+status" in history.read_text(encoding="utf-8")
    assert history.stat().st_mode & 0o077 == 0
