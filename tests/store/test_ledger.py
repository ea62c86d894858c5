"""The ledger's file: made once, whole whatever happens to its writers, and the same however it was made."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.ledger.collecting import remove_transcripts
from hatch_vibesafe.store.ledger.entries import ExchangeJudged, ExchangeMade, GatesSaid, RunBegan, StepBegan, StepEnded
from hatch_vibesafe.store.ledger.opening import open_for_reading, open_for_writing
from hatch_vibesafe.store.ledger.reading import read_exchanges, read_gates, read_runs, read_steps, read_tries
from hatch_vibesafe.store.ledger.schema import VERSION, metadata
from hatch_vibesafe.store.ledger.writing import LedgerWriter
from hatch_vibesafe.store.records import GateRecord

WRITER = """
import sys
from pathlib import Path
from hatch_vibesafe.store.ledger.entries import RunBegan, StepBegan
from hatch_vibesafe.store.ledger.writing import LedgerWriter
for number in range(int(sys.argv[3])):
    run = f"{sys.argv[2]}-{number}"
    writer = LedgerWriter(Path(sys.argv[1]), RunBegan(run, "p", "compile", run, "1"))
    for unit in range(20):
        writer.put(StepBegan(f"app.m/f{unit}", "0" * 64, "function.j2"))
    problem = writer.close()
    if problem is not None:
        sys.exit(str(problem))
    print(run, flush=True)
"""


def run_began(name: str = "r1") -> RunBegan:
    return RunBegan(name, "project", "compile", "2026-01-01T00:00:00.000000Z", "0.1")


def exchange(number: int, at: str = "2026-01-01T00:00:00.000000Z") -> ExchangeMade:
    return ExchangeMade(
        unit="app.m/f",
        number=number,
        at=at,
        request=f"{number:064x}",
        prompt="1" * 64,
        answer="2" * 64,
        strategy="first",
        provider="default",
        model="m",
        recorded=False,
        input_tokens=3,
        output_tokens=None,
        cost=None,
        seconds=None,
        transcript=b"words",
    )


def fill(place: Path | str) -> None:
    writer = LedgerWriter(place, run_began())
    writer.put(StepBegan("app.m/f", "3" * 64, "function.j2"))
    writer.put(exchange(1))
    writer.put(GatesSaid("app.m/f", f"{1:064x}", (GateRecord("lint", "ruff", "1", passed=False),)))
    writer.put(ExchangeJudged("app.m/f", f"{1:064x}", "refused", "lint: long"))
    writer.put(exchange(2, at="2026-06-01T00:00:00.000000Z"))
    writer.put(StepEnded("app.m/f", "failed", None, "2026-06-01T00:00:00.000000Z"))
    assert writer.close() is None


def check(place: Path | str) -> None:
    engine = open_for_reading(place)
    assert engine is not None
    (run,) = read_runs(engine, last=5)
    assert (run.id, run.ended, run.units, dict(run.outcomes)) == ("r1", None, 1, {"failed": 1})
    assert [step.outcome for step in read_steps(engine, unit="app.m/f")] == ["failed"]
    first, second = read_exchanges(engine, run="r1")
    assert (first.outcome, first.why, first.template, first.tokens) == ("refused", "lint: long", "function.j2", None)
    assert (second.outcome, second.cost) == (None, None)
    assert [(gate.gate, gate.passed) for gate in read_gates(engine)] == [("lint", False)]
    cutoff = "2026-03-01T00:00:00.000000Z"
    engine.dispose()
    engine = open_for_writing(place)
    assert remove_transcripts(engine, cutoff, dry_run=True).transcripts == 1
    assert remove_transcripts(engine, cutoff, dry_run=False).size == 5
    assert remove_transcripts(engine, cutoff, dry_run=False).transcripts == 0
    assert len(read_exchanges(engine)) == 2
    assert read_exchanges(engine)[0].prompt == "1" * 64
    engine.dispose()


def test_what_is_written_is_read_and_old_words_are_removed(tmp_path: Path) -> None:
    fill(tmp_path / "new" / "runs.db")
    check(tmp_path / "new" / "runs.db")


def test_there_is_nothing_to_read_before_something_is_written(tmp_path: Path) -> None:
    assert open_for_reading(tmp_path / "runs.db") is None
    assert list(tmp_path.iterdir()) == []


def test_the_migrations_make_what_a_fresh_ledger_has(tmp_path: Path) -> None:
    def shape(path: Path) -> list[tuple[str, str, list[tuple[object, ...]]]]:
        with sqlite3.connect(path) as connection:
            names = connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
            tables = [
                (kind, name, sorted(map(tuple, connection.execute(f"PRAGMA table_info({name})"))))
                for kind, name in sorted(names)
            ]
        connection.close()
        return tables

    open_for_writing(tmp_path / "fresh.db").dispose()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", "hatch_vibesafe.store.ledger:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == VERSION
    engine.dispose()
    assert shape(tmp_path / "fresh.db") == shape(tmp_path / "migrated.db")
    assert len(shape(tmp_path / "fresh.db")) > len(metadata.tables)


def test_a_ledger_of_the_first_release_is_brought_up_and_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    fill(path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE tries")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    with pytest.raises(VibesafeError, match="0001"):
        open_for_reading(path)
    open_for_writing(path).dispose()
    engine = open_for_reading(path)
    assert engine is not None
    assert read_tries(engine) == ()
    engine.dispose()
    check(path)


def test_a_ledger_of_another_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    fill(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(VibesafeError, match="9999"):
        open_for_reading(path)
    with pytest.raises(VibesafeError, match="update vibesafe"):
        open_for_writing(path)
    problem = LedgerWriter(path, run_began("r2")).close()
    assert problem is not None


@pytest.mark.parametrize("content", [b"not a database at all, and long enough to be told so", b"x" * 5000])
def test_a_file_that_is_no_ledger_is_a_problem_and_not_a_crash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "runs.db"
    path.write_bytes(content)
    problem = LedgerWriter(path, run_began()).close()
    assert problem is not None
    assert "cannot be used" in problem.what
    assert path.read_bytes() == content


def test_what_no_database_can_hold_is_one_problem_and_no_traceback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "runs.db"
    writer = LedgerWriter(path, run_began())
    writer.put(StepBegan("app.m/\ud800", None, "function.j2"))
    problem = writer.close()
    assert problem is not None
    assert (problem.where, "UnicodeEncodeError" in problem.what) == ("the ledger", True)
    assert capfd.readouterr() == ("", "")
    assert LedgerWriter(path, run_began("r2")).close() is None, "the control: the ledger goes on"


def test_many_commands_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    arguments = [sys.executable, "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*arguments, f"w{number}", "3"], stdout=subprocess.DEVNULL) for number in range(4)]
    assert [writer.wait(300) for writer in writers] == [0, 0, 0, 0]
    engine = open_for_reading(path)
    assert engine is not None
    assert len(read_steps(engine)) == 4 * 3 * 20
    engine.dispose()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_writer_leaves_the_ledger_whole(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), "killed", "100000"], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    told = [writer.stdout.readline().strip() for _ in range(3)]
    time.sleep(0.01)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    engine = open_for_reading(path)
    assert engine is not None
    assert all(len(read_steps(engine, run=run)) == 20 for run in told)
    engine.dispose()
    assert LedgerWriter(path, run_began()).close() is None


@pytest.mark.postgresql
def test_the_same_on_postgresql(postgresql: str) -> None:
    assert open_for_reading(postgresql) is None
    fill(postgresql)
    check(postgresql)
