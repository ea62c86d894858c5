"""mypy that was started while answers were waited for: it judges what a new one would, and none is left behind."""

import signal
import subprocess
from dataclasses import replace

import pytest

from hatch_vibesafe.gates import started, types
from hatch_vibesafe.gates.ready import begin_tools, making_ready
from hatch_vibesafe.gates.started import StartedMypy
from hatch_vibesafe.gates.tools import start
from tests.gates.conftest import Bench, MakeDouble, refusals

UNIT = "app.numbers/double"
HEAD = "def double(n: int) -> int:\n"
HONEST, WRONG = HEAD + "    return n * 2\n", HEAD + "    return str(n)\n"
NO_TYPES = '[gates]\nrequired = ["structure", "doctests"]\n'

Begun = list["subprocess.Popen[bytes]"]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Begun:
    """Return the processes that were started beforehand."""
    processes: Begun = []

    def starting(arguments: list[str], stdin: int) -> "subprocess.Popen[bytes]":
        processes.append(start(arguments, stdin))
        return processes[-1]

    monkeypatch.setattr(started, "start", starting)
    return processes


def messages(made: Bench, mypy: StartedMypy | None) -> list[list[str]]:
    candidates = [made.candidate(UNIT, source) for source in (HONEST, WRONG)]
    found = types.check(candidates, made.surroundings(), made.project.cache_path, (), mypy)
    return [[finding.message for finding in findings] for findings in refusals(found)]


def test_who_waits_says_what_a_new_one_says_and_is_asked_once(double: Bench, begun: Begun) -> None:
    mypy = StartedMypy()
    mypy.begin()
    mypy.begin()
    assert len(begun) == 1
    said = messages(double, mypy)
    assert begun[0].returncode == 1
    assert [bool(each) for each in said] == [False, True]
    assert messages(double, mypy) == messages(double, None) == said
    assert len(begun) == 1


def test_who_died_waiting_is_asked_nothing(double: Bench, begun: Begun) -> None:
    mypy = StartedMypy()
    mypy.begin()
    begun[0].kill()
    begun[0].wait()
    assert [bool(each) for each in messages(double, mypy)] == [False, True]


def test_who_was_replaced_while_it_waited_is_asked_nothing(
    double: Bench, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    mypy = StartedMypy()
    with monkeypatch.context() as patched:
        patched.setattr(started, "version", lambda *_: "0.1")
        mypy.begin()
    assert [bool(each) for each in messages(double, mypy)] == [False, True]
    assert begun[0].returncode == -signal.SIGKILL


def test_who_is_not_asked_is_ended(make_double: MakeDouble, begun: Begun) -> None:
    made = make_double("")
    context = replace(made.context(), started=StartedMypy())
    with making_ready(context, [made.spec(UNIT)]):
        begin_tools(context, [made.spec(UNIT)])
        assert begun[0].poll() is None
    assert begun[0].returncode == -signal.SIGKILL


def test_none_is_started_where_no_gate_asks_it(make_double: MakeDouble, begun: Begun) -> None:
    made = make_double(NO_TYPES)
    begin_tools(replace(made.context(), started=StartedMypy()), [made.spec(UNIT)])
    assert not begun
