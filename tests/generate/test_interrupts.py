"""Ctrl-C: what is being judged ends and is kept, and the command that goes on is printed."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hatch_vibesafe.generate.interrupts import Interrupts
from tests.generate.test_compile import Make, Reply, Server, make_project, right, run

__all__ = ["make_project"]  # a fixture
MAIN = "from hatch_vibesafe.cli.main import main; main()"


def interrupted(interrupts: Interrupts, times: int, done: list[str]) -> None:
    with interrupts.finishing():
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)
        done.append("finished")


def test_an_interrupt_while_something_is_finished_comes_after_it() -> None:
    done: list[str] = []
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            interrupted(interrupts, 1, done)
        interrupted(interrupts, 0, done)
    assert done == ["finished", "finished"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_interrupt_is_not_held_back_and_neither_is_one_while_nothing_is_finished() -> None:
    done: list[str] = []
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            interrupted(interrupts, 2, done)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert done == []


def test_another_handler_stays() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts, interrupts.finishing():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_gates_that_run_are_let_run_and_the_command_that_goes_on_is_printed(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(units=4, gates="")

    def answer(prompt: str) -> object:
        if "def f1" not in prompt:
            model_server.released.wait(20)
        return reply(right(prompt))

    model_server.answer = answer
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "compile", "--target", "app.*", "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,  # Ctrl-C reaches the whole group, tools and workers too
    )
    answers = project.cache_path
    while len(model_server.asked) < 3 or not any(len(path.stem) == 64 for path in answers.rglob("*.json")):
        time.sleep(0.01)
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    assert process.stdout is not None
    before = ""
    for line in iter(process.stdout.readline, ""):
        before += line
        if line.startswith("interrupted"):
            break
    model_server.released.set()
    after, _ = process.communicate(timeout=60)
    printed = before + after
    assert process.returncode == 130
    assert "passed   app.unit1/f1" in printed
    assert "interrupted; 2 answers are on the way, and kept when they come" in printed, "and not the queued one"
    assert "this goes on: vibesafe compile --target 'app.*' --jobs 2" in printed
    asked = len(model_server.asked)
    with contextlib.closing(sqlite3.connect(project.root / ".vibesafe" / "runs.db")) as ledger:
        tries = ledger.execute("SELECT unit, outcome FROM tries ORDER BY unit").fetchall()
        exchanges = ledger.execute("SELECT unit, outcome FROM exchanges ORDER BY unit").fetchall()
    late = ("app.unit2/f2", "app.unit3/f3")
    assert tries == [(unit, "answered") for unit in ("app.unit1/f1", *late)], "what came late is told too"
    assert exchanges == [("app.unit1/f1", "passed"), *((unit, None) for unit in late)]
    results = run(project)
    assert [result.outcome for result in results.values()] == ["up to date", "passed", "passed", "passed"]
    assert [result.recorded for result in results.values()] == [0, 1, 1, 0]
    assert len(model_server.asked) == asked + 1
