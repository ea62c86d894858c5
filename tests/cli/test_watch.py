"""`vibesafe watch`: what it sees on disk, what it makes of it, and a whole watch in a process of its own."""

import json
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.cli.watch import Watch
from hatch_vibesafe.cli.watching.changes import View, changes, kept, with_states
from hatch_vibesafe.cli.watching.files import changed_files, snapshot, wait_for_change
from hatch_vibesafe.cli.watching.telling import Teller
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import open_project
from tests.cli.conftest import MATH, Command
from tests.cli.test_commands import edit

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0


def view() -> View:
    session = open_session()
    return View(
        {spec.unit: spec for spec in session.specs},
        {unit.unit: unit for unit in session.invalid},
        session.statuses,
        session.scan.problems,
    )


def test_every_way_of_saving_is_seen(project: Path) -> None:
    opened = open_project(project)
    source = project / "app" / "math.py"

    known = [snapshot(opened)]

    def seen() -> tuple[str, ...]:
        known.append(snapshot(opened))
        return changed_files(*known[-2:])

    assert seen() == ()
    source.write_text(MATH + "\n", encoding="utf-8")
    assert seen() == ("app/math.py",)
    # Renamed over by a file of the same size and time, as some editors and all of git do.
    status = source.stat()
    beside = project / "app" / "math.py~"
    beside.write_bytes(source.read_bytes().replace(b"100", b"101"))
    os.utime(beside, ns=(status.st_atime_ns, status.st_mtime_ns))
    beside.replace(source)
    assert seen() == ("app/math.py",)
    source.rename(project / "app" / "sums.py")
    assert seen() == ("app/math.py", "app/sums.py")
    (project / "app" / "sums.py").unlink()
    (project / "vibesafe.toml").write_text("", encoding="utf-8")
    assert seen() == ("app/sums.py", "vibesafe.toml")
    (project / "app" / "more").mkdir()
    (project / "app" / "more" / "new.py").write_text("", encoding="utf-8")
    (project / ".vibesafe").mkdir()
    (project / ".vibesafe" / "index.toml").write_text("", encoding="utf-8")
    assert seen() == (".vibesafe/index.toml", "app/more/new.py")


def test_what_the_first_save_needs_is_loaded_before_it(project: Path) -> None:
    (project / "vibesafe.toml").write_text(
        '[provider.default]\nkind = "openai-compatible"\nmodel = "m"\n', encoding="utf-8"
    )
    program = (
        "import sys\n"
        "from hatch_vibesafe.cli.session import open_session\n"
        "from hatch_vibesafe.cli.loading import loading\n"
        "session = open_session()\n"
        "names = ('httpx2', 'sqlalchemy')\n"
        "print([name in sys.modules for name in names])\n"
        "loading(session.project, session.specs).join()\n"
        "print([name in sys.modules for name in names])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[False, False]", "[True, True]"]


@pytest.mark.parametrize(
    "place", [".git/hook.py", "__pycache__/math.py", "node_modules/a/b.py", "env/a.py", "notes.txt"]
)
def test_what_is_no_source_is_not_watched(project: Path, place: str) -> None:
    (project / "env").mkdir()
    (project / "env" / "pyvenv.cfg").write_text("", encoding="utf-8")
    opened = open_project(project)
    before = snapshot(opened)
    (project / place).parent.mkdir(parents=True, exist_ok=True)
    (project / place).write_text("x", encoding="utf-8")
    assert snapshot(opened) == before


def test_a_burst_of_saves_is_one_change(project: Path) -> None:
    opened = open_project(project)
    before = snapshot(opened)
    for number in range(20):
        (project / "app" / f"part_{number}.py").write_text("", encoding="utf-8")
    now = wait_for_change(opened, before)
    assert len(changed_files(before, now)) == 20


def test_each_unit_is_told_by_what_became_of_it(saved: Path) -> None:
    before = view()
    add, double = before.specs
    source = saved / "app" / "math.py"
    edit(source, ">>> add(99, 2)", ">>> add(98, 2)")
    edit(source, "def double(a: int) -> int:", "def double(a):")
    now = view()
    changed, invalid = changes(before, now)
    assert (changed.unit, changed.how, changed.state) == (add, "changed", "drift")
    assert "example 2" in changed.parts
    assert (invalid.unit, invalid.how, bool(invalid.problems)) == (double, "invalid", True)
    assert [change.how for change in changes(now, before)] == ["changed", "mended"]
    assert [change.how for change in changes(View({}, {}, {}), before)] == ["new", "new"]
    assert [change.how for change in changes(before, View({}, {}, {}))] == ["gone", "gone"]
    assert changes(before, before) == ()
    source.write_text(MATH, encoding="utf-8")
    (saved / ".vibesafe" / "index.toml").unlink()
    assert [(change.how, change.state) for change in changes(before, view())] == [("state", "unsaved")] * 2


def test_what_is_saved_while_a_change_is_worked_through_is_yet_to_be_told(saved: Path) -> None:
    before = view()
    source = saved / "app" / "math.py"
    (saved / ".vibesafe" / "index.toml").unlink()
    edit(source, "Double.", "Double it.")
    add, double = before.specs
    later = view()
    mixed = with_states(before, later)
    assert (mixed.states[add].state, mixed.states[double].state) == ("unsaved", "active")
    assert [(change.unit, change.how) for change in changes(mixed, later)] == [(double, "changed")]
    edit(source, "def double(", "def double((")
    broken = view()
    assert with_states(before, broken) == before
    assert changes(before, before) == ()


def test_units_of_a_file_that_is_half_written_are_kept(saved: Path) -> None:
    before = view()
    edit(saved / "app" / "math.py", "def double(a: int)", "def double(a: int")
    now = view()
    assert now.problems
    assert changes(before, now)
    assert changes(before, kept(before, now)) == ()
    elsewhere = replace(now, problems=(Problem("app/other.py:1", "the file is not Python", "mend it"),))
    assert [change.how for change in changes(before, kept(before, elsewhere))] == ["gone", "gone"]


def test_what_changed_is_written_where_a_provider_is_configured(
    asking: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def watch(*, compiles: bool) -> list[str]:
        watching = Watch(open_session(), (), Teller(as_json=False), compiles=compiles, allow_unsandboxed=False)
        edit(asking / "app" / "math.py", "Double", "Double, doubling")
        capsys.readouterr()
        watching.work_through(("app/math.py",))
        return capsys.readouterr().out.splitlines()

    assert [line.split()[:2] for line in watch(compiles=False)[1:2]] == [["changed", "app.math/double"]]
    told = watch(compiles=True)
    assert "make it active: vibesafe save --target app.math/double" in told[-2]
    assert "1 no checkpoint, 1 unsaved" in told[-1]
    assert not [line for line in told if "app.math/add" in line]


class Watching:
    """A watch in a process of its own, and the events that it tells."""

    def __init__(self, root: Path) -> None:
        variables = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}
        command = "from hatch_vibesafe.cli.main import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", command, "watch", "--json"],
            cwd=root,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def until(self, kind: str) -> dict[str, object]:
        """Return the next event of a kind."""
        while True:
            event: dict[str, object] = json.loads(self._lines.get(timeout=PATIENCE))
            if event["event"] == kind:
                return event


@pytest.fixture
def watching(saved: Path) -> Iterator[Watching]:
    started = Watching(saved)
    yield started
    started.process.kill()
    started.process.communicate()


def test_a_whole_watch(saved: Path, watching: Watching) -> None:
    source = saved / "app" / "math.py"
    assert watching.until("watching")["units"] == {"app.math/add": "active", "app.math/double": "active"}
    edit(source, ">>> double(4)\n    8", ">>> double(4)\n    9")
    changed = watching.until("changed")
    assert changed["files"] == ["app/math.py"]
    assert changed["units"] == [
        {"unit": "app.math/double", "how": "changed", "state": "drift", "parts": ["example 1"], "problems": []}
    ]
    judged = watching.until("judged")
    assert (judged["unit"], judged["passed"]) == ("app.math/double", False)
    assert "expected" in str(judged["findings"])
    assert watching.until("settled")["units"] == {"app.math/add": "active", "app.math/double": "drift"}
    edit(source, ">>> double(4)\n    9", ">>> double(5)\n    10")
    assert watching.until("judged")["passed"] is True
    edit(source, "def double(a: int)", "def double(a: int")
    assert "not Python" in str(watching.until("problems")["problems"])
    edit(source, "def double(a: int", "def double(a: int)")
    assert watching.until("problems")["problems"] == []
    source.unlink()
    gone = watching.until("changed")["units"]
    assert isinstance(gone, list)
    assert [each["how"] for each in gone] == ["gone", "gone"]
    watching.process.send_signal(signal.SIGINT)
    _, error = watching.process.communicate(timeout=PATIENCE)
    assert watching.process.returncode == 130
    assert "Traceback" not in error


def test_a_target_that_names_nothing_is_refused(saved: Path, command: Command) -> None:
    assert saved.is_dir()
    assert command("watch", "--target", "app.nothing").code == 2
