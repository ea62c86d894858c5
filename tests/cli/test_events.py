"""`compile --events`: the run told in JSON lines, to a program that may go away."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CANARY, Command
from tests.generate.conftest import ModelServer, Reply

ROOT = Path(__file__).resolve().parents[2]
DOUBLE = ("compile", "--target", "app.math/double")
ASKED = ["asked", "requested", "answered", "judged"]
KINDS = ["started", *ASKED, "refused", *ASKED, "passed", "ended"]


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def process(*words: str, cwd: Path) -> subprocess.Popen[bytes]:
    program = f"from hatch_vibesafe.cli.main import main\nmain({words!r})"
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", program], cwd=cwd, env=variables, stdout=pipe, stderr=pipe)


def test_a_run_is_told_event_by_event_without_secrets(asking: Path, command: Command) -> None:
    assert asking.is_dir()
    done = command(*DOUBLE, "--events")
    assert done.code == 0
    told = events(done.out)
    assert [each["event"] for each in told] == KINDS
    assert len({each["run"] for each in told}) == 1
    runs = command("log", "--json").document["runs"]
    assert isinstance(runs, list)
    assert told[0]["run"] == runs[0]["id"]
    moments = [str(each["at"]) for each in told]
    assert moments == sorted(moments)
    started, _, requested, answered, judged, refused = told[:6]
    assert started["to_compile"] == ["app.math/double"]
    assert (answered["strategy"], answered["model"], answered["input_tokens"]) == ("first", "answering-model", 7)
    assert (requested["outcome"], requested["input_tokens"]) == ("answered", 7)
    assert (answered["recorded"], answered["cost"]) == (False, None)
    assert judged["passed"] is False
    assert answered["request"] == judged["request"] == refused["request"]
    findings = refused["findings"]
    assert isinstance(findings, list)
    assert findings[0]["gate"] == "doctests"
    ended = told[-1]
    assert (ended["exit_code"], ended["problems"]) == (0, [])
    units = ended["units"]
    assert isinstance(units, list)
    assert units[0]["checkpoint"] == told[-2]["checkpoint"]
    assert "1 passed, 0 failed" in done.error


def test_a_file_holds_the_events_and_standard_output_what_it_always_does(asking: Path, command: Command) -> None:
    done = command(*DOUBLE, "--events", "run.jsonl", "--json")
    told = events((asking / "run.jsonl").read_text(encoding="ascii"))
    assert [each["event"] for each in told] == KINDS
    assert {name: told[-1][name] for name in done.document} == done.document
    again = command(*DOUBLE, "--events", "run.jsonl")
    assert "1 up to date" in again.out
    told = events((asking / "run.jsonl").read_text(encoding="ascii"))
    assert [each["event"] for each in told] == ["started", "ended"], "the file begins anew"
    assert told[0]["up_to_date"] == ["app.math/double"]


def test_a_secret_that_a_finding_repeats_is_not_told(asking: Path, command: Command, server: ModelServer) -> None:
    raising = f'```python\ndef double(a: int) -> int:\n    raise ValueError("{CANARY}")\n```'
    server.replies = [Reply(content=raising)]
    done = command(*DOUBLE, "--events", "run.jsonl")
    assert done.code == 1
    assert CANARY in done.error, "else the check below shows nothing"
    text = (asking / "run.jsonl").read_text(encoding="ascii")
    assert "[key]" in text
    assert CANARY not in text
    assert [each["event"] for each in events(text)][-2:] == ["failed", "ended"]


def test_a_reader_that_goes_away_stops_no_run(asking: Path) -> None:
    running = process(*DOUBLE, "--events", cwd=asking)
    assert running.stdout is not None
    assert running.stderr is not None
    first = json.loads(running.stdout.readline())
    assert first["event"] == "started", "it is there before the run has ended"
    running.stdout.close()
    error = running.stderr.read().decode()
    running.stderr.close()
    assert running.wait(timeout=120) == 0
    assert "1 passed" in error
    assert "BrokenPipe" not in error
    assert "Exception ignored" not in error
    assert list((asking / ".vibesafe" / "checkpoints").rglob("*.toml")), "the run ended as it would have"


def test_each_event_is_written_out_at_once(asking: Path, server: ModelServer) -> None:
    server.replies = [Reply(behaviour="hang")]
    running = process(*DOUBLE, "--events", cwd=asking)
    assert running.stdout is not None
    try:
        kinds = [json.loads(running.stdout.readline())["event"] for _ in range(2)]
        assert kinds == ["started", "asked"], "though no answer has come"
    finally:
        running.kill()
        running.communicate()
        server.released.set()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_is_one_warning(asking: Path, command: Command) -> None:
    assert asking.is_dir()
    done = command(*DOUBLE, "--events", "/dev/full")
    assert done.code == 0
    assert done.error.count("events cannot be written") == 1


def test_what_cannot_be_opened_and_two_documents_in_one_place_are_usage(asking: Path, command: Command) -> None:
    unusable = command(*DOUBLE, "--events", str(asking))
    assert unusable.code == 2
    assert "name a file that can be written" in unusable.error
    both = command(*DOUBLE, "--events", "--json")
    assert both.code == 2
    assert "name a file for the events" in both.error


def test_every_key_is_documented(asking: Path, command: Command) -> None:
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z_]+)`", text))
    assert command(*DOUBLE, "--events", "run.jsonl").code == 0
    told = events((asking / "run.jsonl").read_text(encoding="ascii"))
    assert {name for event in told for name in event} | {str(event["event"]) for event in told} <= documented
