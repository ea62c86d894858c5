"""Requests stand on disk before they are sent; what a dead command left behind is adopted once, and nothing else is."""

import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hatch_vibesafe.store.ledger.entries import LOST, RequestBegan, RunBegan, StepBegan, TryMade
from hatch_vibesafe.store.ledger.journal import Journal, left_behind
from hatch_vibesafe.store.ledger.opening import open_for_reading
from hatch_vibesafe.store.ledger.reading import read_runs, read_steps, read_tries
from hatch_vibesafe.store.ledger.writing import LedgerWriter

AT = "2026-01-01T00:00:00.000000Z"
REQUEST = RequestBegan(
    step=StepBegan("app.m/f", "0" * 64, "function.j2"),
    request="a" * 64,
    number=1,
    at=AT,
    strategy="first",
    provider="default",
    kind="openai-compatible",
    model="m",
)


def run(name: str) -> RunBegan:
    return RunBegan(name, "project", "compile", AT, "0.1")


def ended(request: RequestBegan) -> TryMade:
    return TryMade(
        unit=request.step.unit,
        request=request.request,
        number=request.number,
        at=AT,
        strategy="first",
        provider="default",
        kind="openai-compatible",
        model="m",
        outcome="answered",
        reason=None,
        what=None,
        seconds=1.0,
        input_tokens=1,
        output_tokens=1,
        cost=None,
    )


def kept(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.glob("*.begun"))


def killed(directory: Path, name: str, *requests: RequestBegan) -> None:
    """Leave behind what a killed command leaves: the operating system gives up its lock."""
    journal = Journal(directory, run(name))
    for request in requests:
        journal.begin(request)
    journal.close(())


def test_what_a_dead_command_left_behind_is_told_once(tmp_path: Path) -> None:
    place = tmp_path / "runs.db"
    second = replace(REQUEST, number=2)
    killed(tmp_path, "r1", REQUEST, second, REQUEST)
    assert kept(tmp_path) == ["runs.db-r1.begun"]
    writer = LedgerWriter(place, run("r2"), tmp_path)
    assert writer.close() is None
    (told,) = writer.adopted
    assert told.where == "run r1"
    assert told.what.startswith("was killed, or could not write, with 2 requests on the way")
    assert told.remedy == "vibesafe log r1"
    engine = open_for_reading(place)
    assert engine is not None
    assert [each.id for each in read_runs(engine, last=5)] == ["r2", "r1"]
    assert [(each.unit, each.outcome) for each in read_steps(engine, run="r1")] == [("app.m/f", None)]
    tries = read_tries(engine, run="r1")
    assert [(each.number, each.outcome, each.seconds, each.cost) for each in tries] == [
        (1, LOST, None, None),
        (2, LOST, None, None),
    ]
    assert [each.template for each in tries] == ["function.j2", "function.j2"]
    engine.dispose()
    again = LedgerWriter(place, run("r3"), tmp_path)
    assert again.close() is None
    assert again.adopted == ()
    assert kept(tmp_path) == []


def test_what_the_ledger_tells_of_is_not_lost_and_what_was_not_sent_neither(tmp_path: Path) -> None:
    place = tmp_path / "runs.db"
    other = replace(REQUEST, number=2)
    writer = LedgerWriter(place, run("r1"), tmp_path)
    writer.begin(REQUEST)
    assert kept(tmp_path) == ["runs.db-r1.begun"], "it is there before anything is sent"
    writer.begin(other)
    writer.withdraw(other)
    writer.put(REQUEST.step)
    writer.put(ended(REQUEST))
    assert writer.close() is None
    assert kept(tmp_path) == []
    # The control: the same where its end came too late for the ledger.
    killed(tmp_path, "r1", REQUEST)
    with left_behind(tmp_path) as found:
        assert [each.requests for each in found] == [(REQUEST,)]
    killed(tmp_path, "r1", REQUEST)
    later = LedgerWriter(place, run("r2"), tmp_path)
    assert later.close() is None
    assert later.adopted == (), "the ledger told of it already"


def test_a_command_that_lives_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, run("r1"))
    journal.begin(REQUEST)
    with left_behind(tmp_path) as found:
        assert found == ()
    assert kept(tmp_path) == ["runs.db-r1.begun"]
    journal.close({REQUEST.key})
    assert kept(tmp_path) == []


def test_a_request_that_nobody_told_the_end_of_is_left_to_the_next_command(tmp_path: Path) -> None:
    writer = LedgerWriter(tmp_path / "runs.db", run("r1"), tmp_path)
    writer.begin(REQUEST)
    assert writer.close() is None
    assert kept(tmp_path) == ["runs.db-r1.begun"]


def test_a_line_that_is_not_whole_tells_nothing_and_neither_does_a_file_without_its_run(tmp_path: Path) -> None:
    killed(tmp_path, "r1", REQUEST)
    with (tmp_path / "runs.db-r1.begun").open("ab") as stream:
        stream.write(b'{"step": {"unit": "app.m/g", "spec_ha')
    (tmp_path / "runs.db-r0.begun").write_bytes(b'[1]\n{"step": 3}\nnull\n')
    with left_behind(tmp_path) as found:
        assert [(each.run.id, each.requests) for each in found] == [("r1", (REQUEST,))]


def test_a_ledger_that_cannot_be_written_loses_nothing_of_it(tmp_path: Path) -> None:
    place = tmp_path / "runs.db"
    place.write_bytes(b"not a database at all, and long enough to be told so")
    writer = LedgerWriter(place, run("r1"), tmp_path)
    writer.begin(REQUEST)
    writer.put(ended(REQUEST))
    assert writer.close() is not None
    place.unlink()
    later = LedgerWriter(place, run("r2"), tmp_path)
    assert later.close() is None
    assert len(later.adopted) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of resources")
def test_a_line_that_found_no_room_takes_no_other_with_it(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - not on every platform

    cut, whole = replace(REQUEST, number=2), replace(REQUEST, number=3)
    journal = Journal(tmp_path, run("r1"))
    journal.begin(REQUEST)
    (path,) = tmp_path.glob("*.begun")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, hard))
    try:
        with pytest.raises(OSError, match="No space"):
            journal.begin(cut)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    journal.begin(whole)
    journal.close(())
    with left_behind(tmp_path) as found:
        assert [each.requests for each in found] == [(REQUEST, whole)]


def test_what_a_newer_release_left_behind_is_told_too(tmp_path: Path) -> None:
    killed(tmp_path, "r1", REQUEST)
    (path,) = tmp_path.glob("*.begun")
    path.write_text(path.read_text(encoding="ascii").replace('"number": 1', '"number": 1, "newer": [2]'), "ascii")
    with left_behind(tmp_path) as found:
        assert [each.requests for each in found] == [(REQUEST,)]
