"""Answers that were refused, those without code among them, are passed over in later runs and never paid for twice."""

import json
from pathlib import Path

import pytest

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.compile import CompileOptions
from hatch_vibesafe.generate.events import Answered, Event, Refused
from hatch_vibesafe.generate.feedback import Feedback
from hatch_vibesafe.generate.refusals import Refusals, read_refusals
from hatch_vibesafe.identity import digest
from hatch_vibesafe.project import Project
from hatch_vibesafe.store.records import Answer
from tests.generate.test_compile import CALLER, STUB, Make, Reply, Server, make_project, right, run, serve, wrong

__all__ = ["make_project"]  # a fixture


def answers(project: Project) -> list[Path]:
    others = {"refused", "candidates"}
    return [path for path in project.cache_path.rglob("*.json") if not others.intersection(path.parts)]


def memories(project: Project) -> list[Path]:
    return list((project.cache_path / "refused").glob("*.json"))


def never_right(model_server: Server, reply: Reply) -> None:
    serve(model_server, reply, lambda prompt: wrong(prompt).replace("x -", f"x - {len(model_server.asked)} -"))


def test_refused_answers_do_not_pile_up_from_run_to_run(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project()
    never_right(model_server, reply)
    sizes = []
    for number in range(1, 6):
        events: list[Event] = []
        result = run(project, events)["f1"]
        assert (result.calls, result.recorded, len(model_server.asked)) == (3, 0, 3 * number)
        assert "none of 3 answers passed in this run" in result.problems[0].what
        assert sum(isinstance(event, Refused) for event in events) == 3, "none was judged again"
        (memory,) = memories(project)
        sizes.append(len(memory.read_bytes()))
    assert sizes[-1] < 200, "every ladder of questions is over, and needs no memory of its answers"
    assert max(sizes) < 4000
    serve(model_server, reply, right)
    assert (run(project)["f1"].outcome, len(model_server.asked)) == ("passed", 16)


def test_a_conversation_that_ended_early_goes_on_where_it_was(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(provider="attempts = 1")
    never_right(model_server, reply)
    run(project)
    events: list[Event] = []
    assert run(project, events)["f1"].calls == 1
    prompts = [asked.body["messages"] for asked in model_server.asked]
    assert "x - 1 - 1" in json.dumps(prompts[1]), "the refusal of the first answer is what the second is told"
    assert not any(isinstance(event, Answered) and event.recorded for event in events)


def test_an_answer_that_was_never_judged_is_judged_though_it_is_recorded(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(provider="attempts = 1")
    serve(model_server, reply, wrong)
    run(project)
    (memory,) = memories(project)
    for damage in (None, b"{", b'{"format": 1, "samples": [[]], "answers": {}}', b"[]", b"\xff"):
        memory.unlink()
        if damage is not None:
            memory.write_bytes(damage)
        result = run(project)["f1"]
        assert result.recorded >= 1
    assert memories(project) == [memory]


def test_what_was_refused_beside_another_implementation_is_judged_again(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(modules={"first": STUB.format(name="f1", k=1, result=2), "caller": CALLER})
    code = "```python\ndef twice(x: int) -> int:\n    return f1(f1(x))\n```"
    serve(model_server, reply, lambda prompt: code if "def twice" in prompt else wrong(prompt))
    assert {each.outcome for each in run(project).values()} == {"failed"}
    serve(model_server, reply, lambda prompt: code if "def twice" in prompt else right(prompt))
    again = run(project)["twice"]
    assert (again.outcome, again.calls, again.recorded) == ("passed", 0, 1)


@pytest.mark.parametrize(
    ("content", "finish"),
    [("", "stop"), ("I am sorry.", "stop"), ("```python\ndef f1(x: int) -> int:\n    re", "length")],
)
def test_answers_without_code_are_recorded_and_refused_like_others(
    make_project: Make, model_server: Server, reply: Reply, content: str, finish: str
) -> None:
    project = make_project(provider="seed = 1\nattempts = 2")
    model_server.replies = [reply(content, finish=finish)]
    assert run(project)["f1"].calls == 2
    assert len(answers(project)) == 2
    first = [json.dumps(asked.body) for asked in model_server.asked]
    assert run(project)["f1"].calls == 2, "the next run asks what comes behind them"
    assert not {json.dumps(asked.body) for asked in model_server.asked[2:]}.intersection(first)
    (memory,) = memories(project)
    memory.unlink()  # as if killed before it was written
    serve(model_server, reply, right)
    again = run(project)["f1"]
    assert (again.outcome, again.calls) == ("passed", 1)
    bodies = [json.dumps(asked.body) for asked in model_server.asked]
    assert len(set(bodies)) == len(bodies) == 5, "no question was put twice"


def test_offline_wins_over_force_and_judges_recorded_answers_again(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(units=2)
    serve(model_server, reply, lambda prompt: right(prompt) if "f1" in prompt else wrong(prompt))
    run(project)
    model_server.asked.clear()
    events: list[Event] = []
    results = run(project, events, CompileOptions(force=True, offline=True))
    assert model_server.asked == []
    assert (results["f1"].outcome, results["f1"].recorded) == ("passed", 1)
    assert (results["f2"].outcome, results["f2"].recorded) == ("failed", 3)
    assert "no recorded answer passes (3 refused)" in results["f2"].problems[0].what
    plain = run(project, options=CompileOptions(offline=True))
    assert (plain["f1"].outcome, plain["f2"].outcome) == ("up to date", "failed")


def test_what_is_kept_is_read_back_and_belongs_to_one_answer(tmp_path: Path) -> None:
    name, answer = digest(b"request"), Answer("text", "m")
    feedback = Feedback("code", (Finding("doctests", 3, "wrong"),))
    refusals = Refusals(tmp_path / "refused.json")
    refusals.add(name, answer, 1, feedback)
    refusals.close(0)
    refusals.write()
    read = read_refusals(tmp_path / "refused.json")
    assert read == refusals
    assert read.feedback(name, answer) == feedback
    assert read.feedback(name, Answer("another", "m")) is None
    assert (read.first_open(0, 1), read.first_open(0, 2)) == (1, 2)
    read.close(1)
    assert read.entries == {}
