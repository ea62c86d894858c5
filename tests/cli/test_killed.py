"""Killing any command at any moment loses nothing that was finished, and the next run carries on."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from hatch_vibesafe.cli.termination import taken_for_an_interrupt
from tests.cli.conftest import PYPROJECT
from tests.generate.conftest import ModelServer, Reply

ROOT = Path(__file__).resolve().parents[2]
UNITS = 8
JOBS = 2


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """Yield a server that writes `u3` as `3 + x`, and takes a moment for it."""
    served = ModelServer()

    def answer(prompt: str) -> Reply:
        time.sleep(0.1)
        number = re.findall(r"def u(\d+)", prompt)[-1]
        return Reply(content=f"```python\ndef u{number}(x: int) -> int:\n    return x + {number}\n```")

    served.answer = answer

    Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield served
    served.shutdown()
    served.server_close()


@pytest.fixture
def many(tmp_path: Path, server: ModelServer) -> Path:
    """Return the root of a project of eight units and a provider."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("", encoding="utf-8")
    provider = f'kind = "openai-compatible"\nmodel = "m"\nbase_url = "{server.base_url}"\n'
    configuration = f"{PYPROJECT}[tool.vibesafe.provider.default]\n{provider}"
    (tmp_path / "pyproject.toml").write_text(configuration, encoding="utf-8")
    stubs = "".join(
        f'\n\n@vibesafe\ndef u{number}(x: int) -> int:\n    """Add {number}.\n\n'
        f'    >>> u{number}(1)\n    {number + 1}\n    """\n    raise VibeCoded()\n'
        for number in range(UNITS)
    )
    text = f"from vibesafe_runtime import VibeCoded, vibesafe\n{stubs}"
    (tmp_path / "app" / "units.py").write_text(text, encoding="utf-8")
    return tmp_path


def start(root: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    variables = os.environ | {"PYTHONPATH": str(ROOT), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.Popen(
        [sys.executable, "-c", "from hatch_vibesafe.cli import main; main()", *arguments],
        cwd=root,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(process: "subprocess.Popen[bytes]") -> int:
    out, error = process.communicate(timeout=120)
    assert b"Traceback" not in error, error.decode()
    assert process.returncode is not None, out
    return process.returncode


def kill_after(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def whole_index(root: Path) -> dict[str, object]:
    path = root / ".vibesafe" / "index.toml"
    units: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8")).get("units", {}) if path.exists() else {}
    return units


def test_a_killed_compile_and_a_killed_save_lose_nothing(many: Path, server: ModelServer) -> None:
    moments = (0.5, 0.8, 1.2, 1.8)
    for moment in moments:
        kill_after(start(many, "compile", "--jobs", str(JOBS)), moment)
    assert finish(start(many, "compile", "--jobs", str(JOBS))) == 0
    # What was on its way when the process died is asked again; what was answered is not.
    asked = Counter(re.findall(r"def u(\d+)", str(request.body))[-1] for request in server.asked)
    assert set(asked) == {str(number) for number in range(UNITS)}
    assert sum(asked.values()) <= UNITS + JOBS * len(moments)
    for moment in (0.3, 0.4, 0.5, 0.6):
        kill_after(start(many, "save"), moment)
        assert len(whole_index(many)) in {0, UNITS}
    assert finish(start(many, "save")) == 0
    assert len(whole_index(many)) == UNITS
    assert finish(start(many, "check")) == 0


def test_two_compiles_and_two_saves_at_once_end_with_everything_and_pay_once(many: Path, server: ModelServer) -> None:
    pair = [start(many, "compile", "--jobs", "2") for _ in range(2)]
    assert [finish(process) for process in pair] == [0, 0]
    asked = Counter(re.findall(r"def u(\d+)", str(request.body))[-1] for request in server.asked)
    assert asked == Counter({str(number): 1 for number in range(UNITS)})
    with closing(sqlite3.connect(many / ".vibesafe" / "runs.db")) as ledger:
        ((paid,),) = ledger.execute("select count(*) from exchanges where not recorded").fetchall()
        ((sent,),) = ledger.execute("select count(*) from tries").fetchall()
    assert (paid, sent) == (UNITS, UNITS)
    pair = [start(many, "save", "--target", f"*/u[{numbers}]") for numbers in ("0-3", "4-7")]
    assert [finish(process) for process in pair] == [0, 0]
    assert len(whole_index(many)) == UNITS
    assert finish(start(many, "check")) == 0


def test_an_interrupted_compile_says_so_and_the_next_carries_on(many: Path, server: ModelServer) -> None:
    process = start(many, "compile", "--jobs", "1")
    while not server.asked:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert finish(process) == 130
    assert finish(start(many, "compile")) == 0


def test_a_request_that_was_on_its_way_when_its_command_was_killed_is_in_the_ledger(
    many: Path, server: ModelServer
) -> None:
    answer, server.answer = server.answer, lambda _: Reply(behaviour="hang")
    process = start(many, "compile", "--jobs", str(JOBS))
    deadline = time.monotonic() + 60
    while len(server.asked) < JOBS and time.monotonic() < deadline:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    server.answer = answer
    server.released.set()
    process = start(many, "compile", "--jobs", str(JOBS))
    _, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    told = re.search(rf"run (\S+): was killed, or could not write, with {JOBS} requests on the way", error.decode())
    assert told, error
    out, _ = start(many, "log", told[1]).communicate(timeout=120)
    assert out.count(b"no answer: its command was killed, or could not write") == JOBS
    out, _ = start(many, "stats", "--by", "strategy").communicate(timeout=120)
    assert f"{JOBS} lost".encode() in out
    assert b">= " in out, "what it cost is at least that"
    assert not list((many / ".vibesafe").glob("*.begun"))


def test_who_is_told_to_end_keeps_what_was_paid_for_and_leaves_no_program_behind(
    many: Path, server: ModelServer
) -> None:
    pid = many / "program"
    program = f"import os, pathlib, time; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); time.sleep(60)"
    with (many / "pyproject.toml").open("a", encoding="utf-8") as file:
        command = (
            f'kind = "command"\nmodel = "m"\ncommand = [{json.dumps(sys.executable)}, "-c", {json.dumps(program)}]\n'
        )
        file.write(f"[tool.vibesafe.provider.slow]\n{command}")
    units = many / "app" / "units.py"
    text = units.read_text(encoding="utf-8")
    head, _, tail = text.rpartition("@vibesafe\n")
    units.write_text(f'{head}@vibesafe(provider="slow")\n{tail}', encoding="utf-8")
    process = start(many, "compile", "--jobs", str(UNITS))
    while not (pid.exists() and pid.read_text(encoding="ascii") and len(server.asked) == UNITS - 1):
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error.decode()
    assert b"this goes on: vibesafe compile" in error
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text(encoding="ascii")), 0)
    units.write_text(text, encoding="utf-8")
    assert finish(start(many, "compile")) == 0
    assert len(server.asked) == UNITS, "only the unit that the program was asked for was not answered"


def test_a_signal_that_ends_is_an_interrupt_also_where_interrupts_are_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt), taken_for_an_interrupt():
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with taken_for_an_interrupt():
            signal.raise_signal(signal.SIGTERM)  # who ignores it goes on ignoring it
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
