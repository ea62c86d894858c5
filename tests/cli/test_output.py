"""How results look: in a window of any width, in colours or without, in a pipe, quietly, and where nobody reads."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from hatch_vibesafe.cli import terminal
from hatch_vibesafe.cli.main import EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_NOBODY_READS, EXIT_USAGE
from hatch_vibesafe.cli.output import print_table
from hatch_vibesafe.cli.tables import fits, print_rows
from tests.cli.conftest import Command
from tests.cli.test_commands import edit

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-c", "from hatch_vibesafe.cli.main import main; main()"]


class Watched(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what says how a terminal is."""
    for name in ("CI", "NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("name", "value", "watched", "coloured"),
    [
        ("TERM", "xterm", True, True),
        ("NO_COLOR", "1", True, False),
        ("NO_COLOR", "", True, True),
        ("CI", "true", False, False),
        ("TERM", "dumb", False, False),
    ],
)
def test_a_terminal_is_what_its_environment_says(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, watched: bool, coloured: bool
) -> None:
    monkeypatch.setenv(name, value)
    assert (terminal.is_watched(Watched()), terminal.has_colours(Watched())) == (watched, coloured)
    assert not terminal.is_watched(io.StringIO())
    assert (terminal.styled("x", "red", stream=Watched()) == "x") is not coloured


CELLS = st.text(st.characters(categories=("L", "N", "P"), max_codepoint=0x2FFF), min_size=1, max_size=60)


@settings(deadline=None)
@given(
    columns=st.lists(CELLS, min_size=1, max_size=6, unique=True),
    data=st.data(),
    width=st.integers(20, 120),
)
def test_nothing_is_lost_in_any_window(columns: list[str], data: st.DataObject, width: int) -> None:
    rows = data.draw(st.lists(st.tuples(*[CELLS for _ in columns]), min_size=1, max_size=3))
    shown = io.StringIO()
    print_rows(Console(file=shown, width=width, highlight=False, emoji=False), columns, rows, {})
    text = re.sub(r"\s", "", shown.getvalue())
    if fits(columns, rows, width):
        assert all(len(line.rstrip()) <= width for line in shown.getvalue().splitlines())
    for row in rows:
        assert all(re.sub(r"\s", "", cell) in text for cell in row)


def shown_in_a_terminal(root: Path, *arguments: str, **variables: str) -> str:
    named = {name: value for name, value in os.environ.items() if name not in {"CI", "NO_COLOR", "COLUMNS", "LINES"}}
    shell = pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], *arguments],
        cwd=str(root),
        env=named | {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | variables,
        encoding="utf-8",
        timeout=120,
        dimensions=(40, 40),
    )
    text: str = shell.read()
    shell.close()
    return text


def test_a_terminal_of_forty_columns(saved: Path) -> None:
    plain = shown_in_a_terminal(saved, "scan", NO_COLOR="1")
    assert "\x1b[3" not in plain
    # A warning is one line, which the terminal itself wraps.
    lines = [line for line in plain.replace("\r", "").splitlines() if not line.startswith("warning:")]
    assert "\x1b[1m" not in plain
    assert max(map(len, lines)) <= 40
    assert [line for line in lines if not line.startswith(" ")][:2] == ["app.math/add", "app.math/double"]
    assert "  state     active" in plain
    coloured = shown_in_a_terminal(saved, "scan")
    assert "\x1b[32mactive" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured).split() == plain.split()


def test_no_cell_steers_the_terminal_and_none_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("model", "units"), [("\x1b[31mred\x07", "1"), ("m" * 1000, "2"), ("plain", "3")])
    out = capsys.readouterr().out
    assert "\\x1b[31mred\\x07" in out
    assert "m" * 1000 in out
    assert "plain" in out
    assert not {"\x1b", "\x07"} & {*out}


def test_quiet_is_silent_but_for_what_is_wrong(saved: Path, command: Command) -> None:
    for line in (["--quiet", "status"], ["check", "-q"], ["save", "--quiet"]):
        done = command(*line)
        assert (done.code, done.out, done.error) == (0, "", ""), line
    assert command("status", "-q", "--json").document["counts"] == {"active": 2}
    edit(saved / "app" / "math.py", "Double.", "Double it.")
    found = command("check", "--quiet", "--no-gates")
    assert (found.code, found.out) == (1, "")
    assert "docstring changed" in found.error
    assert command("explain", "app.math/add", "-q").out.startswith("app.math/add")


@pytest.mark.parametrize(
    "line", [["report", "--html=-", "-q"], ["-q", "report", "--html", "-"], ["report", "--quiet", "--html", "-"]]
)
def test_quiet_prints_the_page_that_was_asked_for(saved: Path, command: Command, line: list[str]) -> None:
    assert saved.is_dir()
    assert command(*line).out.startswith("<!doctype html>")


def test_quiet_is_silent_where_code_is_read_from_standard_input(
    project: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (project / "add.py").read_bytes()
    for line, said in ((["submit", "app.math/add", "-"], True), (["submit", "app.math/add", "-", "-q"], False)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(code), encoding="utf-8"))
        done = command(*line)
        assert (done.code, "passed" in done.out, bool(done.out)) == (0, said, said), line
    assert command("report", "--html", str(project / "report.html"), "-q").out == ""


def test_verbose_says_more(saved: Path, command: Command) -> None:
    assert saved.is_dir()
    usual, verbose = command("status"), command("status", "--verbose")
    assert verbose.out == usual.out
    assert re.search(r"took \d+\.\d\d s\n$", verbose.error)
    assert "took" not in usual.error
    assert "took" not in command("status").error
    assert command("status", "-q", "-v").code == 2


@pytest.mark.parametrize(
    ("line", "what", "mend"),
    [
        (["comple"], "no such command 'comple'", "vibesafe compile"),
        (["status", "--targte", "x"], "no such option", "vibesafe status --help"),
        (["submit", "app.math/add"], "missing argument 'FILE'", "vibesafe submit --help"),
        (["compile", "--jobs", "none"], "'none' is not a valid integer range", "vibesafe compile --help"),
        (["key", "nwe"], "no such command 'nwe'", "vibesafe key --help"),
        (["status", "-q", "-v"], "leave one of them out", "vibesafe --help"),
    ],
)
def test_every_misused_command_ends_with_what_mends_it(
    project: Path, command: Command, line: list[str], what: str, mend: str
) -> None:
    assert project.is_dir()
    refused = command(*line)
    assert refused.code == 2
    assert what in refused.error
    assert refused.error.endswith(f"     mend {mend}\n")
    problems = command(*line, "--json").document["problems"]
    assert isinstance(problems, list)
    assert problems[0]["remedy"] == mend


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "--json"], ["frobnicate"]])
def test_a_reader_that_goes_away_hears_nothing_more(saved: Path, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    # Both streams go to nobody; what is said all the same would be found in the system's own.
    started = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=saved,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=writing,
        stderr=writing if arguments == ["frobnicate"] else subprocess.PIPE,
    )
    os.close(writing)
    _, error = started.communicate(timeout=120)
    assert started.returncode == EXIT_NOBODY_READS
    assert not error


def test_the_exit_codes_are_those_of_the_documents() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert told == {0, EXIT_FINDINGS, EXIT_USAGE, EXIT_INTERRUPTED, EXIT_NOBODY_READS}


def test_the_package_is_the_program_too(project: Path) -> None:
    command = [sys.executable, "-m", "hatch_vibesafe", "scan", "--quiet"]
    done = subprocess.run(
        command, cwd=project, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    refused = subprocess.run(
        [*command, "--frobnicate"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == EXIT_USAGE
    assert refused.stderr.endswith("     mend vibesafe scan --help\n")
