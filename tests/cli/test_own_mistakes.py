"""An exception that nobody foresaw is a problem, of one unit where it can be, and takes nothing else with it."""

import json
from pathlib import Path

import pytest

from hatch_vibesafe.gates import doctests, lint, structure
from hatch_vibesafe.generate import judging, questions, storing
from hatch_vibesafe.generate.gateway.gateway import Gateway
from hatch_vibesafe.unexpected import reason, unexpected
from tests.cli.conftest import ADD, DOUBLE, Command
from tests.generate.conftest import ModelServer, Reply

FAST = '[gates]\nrequired = ["structure", "lint", "doctests"]\n'


class OddError(Exception):
    """Nobody knows it."""


def answer(prompt: str) -> Reply:
    return Reply(content=f"```python\n{ADD if 'def add' in prompt else DOUBLE}```")


def of_add(text: str) -> bool:
    return "def add" in text or "qualname='add'" in text


@pytest.fixture
def quick(asking: Path, server: ModelServer) -> Path:
    server.answer = answer
    with (asking / "vibesafe.toml").open("a", encoding="utf-8") as file:
        file.write(FAST)
    return asking


@pytest.mark.parametrize(
    ("owner", "name", "said"),
    [
        (structure, "check", "the gate structure"),
        (lint, "check", "the gate lint"),
        (doctests, "record", "judging it"),
        (judging, "answer_text", "judging its answer"),
        (storing, "accept", "storing what passed"),
        (questions, "build_prompt", "its next question"),
        (Gateway, "ask_for_several", "asking for it"),
    ],
)
def test_our_own_mistake_is_one_units_failure_and_the_others_are_stored(
    owner: object, name: str, said: str, *, quick: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = getattr(owner, name)

    def broken(*given: object, **named: object) -> object:
        if of_add(repr((given, named))):
            raise OddError
        return works(*given, **named)

    monkeypatch.setattr(owner, name, broken)
    done = command("compile", "--events", "run.jsonl", "--json")
    assert done.code == 1
    units, problems = done.document["units"], done.document["problems"]
    assert isinstance(units, list)
    assert isinstance(problems, list)
    assert {each["unit"]: each["outcome"] for each in units} == {"app.math/add": "failed", "app.math/double": "passed"}
    (problem,) = problems
    assert problem["where"].startswith("app/math.py:")
    assert f"{said} met what it does not know: OddError (" in problem["what"]
    assert "report it" in problem["remedy"]
    told = [json.loads(line) for line in (quick / "run.jsonl").read_text(encoding="ascii").splitlines()]
    assert (told[-1]["event"], told[-1]["exit_code"]) == ("ended", 1)
    assert [each["unit"] for each in told if each["event"] == "failed"] == ["app.math/add"]


@pytest.mark.parametrize(("error", "code"), [(OddError("odd\nand more"), 1), (KeyboardInterrupt(), 130)])
def test_a_run_that_breaks_off_ends_its_events_and_shows_no_traceback(
    error: BaseException, code: int, quick: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr("hatch_vibesafe.cli.compiling.compile_units", broken)
    done = command("compile", "--events", "run.jsonl")
    assert done.code == code
    assert "Traceback" not in done.error
    assert ("OddError: odd and more" in done.error) == (code == 1)
    told = [json.loads(line) for line in (quick / "run.jsonl").read_text(encoding="ascii").splitlines()]
    assert [(each["event"], each["exit_code"]) for each in told] == [("ended", code)]


def test_the_rest_is_printed_where_it_is_asked_for(
    quick: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert quick.is_dir()

    def broken(*_: object, **__: object) -> object:
        raise OddError

    monkeypatch.setattr("hatch_vibesafe.cli.compiling.compile_units", broken)
    assert "Traceback" in command("compile", "--verbose").error


def test_a_reason_is_never_empty() -> None:
    assert reason(MemoryError()) == "MemoryError"
    assert reason(ValueError("a\nb")) == "a b"
    assert (
        unexpected("here", "it", MemoryError()).what == "it met what it does not know: MemoryError (nobody knows where)"
    )
