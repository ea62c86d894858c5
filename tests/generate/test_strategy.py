"""The ladder: every way to ask once, in order, and none of them a repetition of another."""

import json
import shutil
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.budget_config import BudgetConfig, Limits
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.compile import CompileOptions
from hatch_vibesafe.generate.events import Asked, Event
from hatch_vibesafe.generate.feedback import Feedback, normalised_error
from hatch_vibesafe.generate.strategy import Abilities, Question, follow_up, is_stuck, ladder, sent_with
from hatch_vibesafe.project import Project, scan_project
from hatch_vibesafe.store.checkpoints import read_checkpoint
from tests.generate.test_compile import Make, Reply, Server, make_project, right, run, serve, wrong

__all__ = ["make_project"]  # a fixture

REFUSAL = Feedback("code", (Finding("doctests", 0, "wrong"),))
ABILITIES = st.builds(
    Abilities, continues=st.booleans(), temperature=st.none() | st.floats(0, 2), converses=st.booleans()
)


def test_a_chat_model_climbs_from_the_counterexample_to_another_draw() -> None:
    assert ladder(Abilities(continues=False, temperature=0.2)) == (
        "first",
        "counterexample",
        "fresh",
        "begun",
        "helpers",
        "hotter",
    )
    assert ladder(Abilities(continues=False, temperature=None))[-1] == "helpers"


def test_a_small_model_that_varies_is_asked_in_both_forms_and_then_for_other_samples() -> None:
    assert ladder(Abilities(continues=True, temperature=0.7)) == ("first", "begun")
    assert ladder(Abilities(continues=True, temperature=None)) == ("first", "begun")


def test_where_draws_are_alike_no_question_is_repeated() -> None:
    assert ladder(Abilities(continues=True, temperature=0)) == ("first", "counterexample", "begun", "helpers", "hotter")


def test_a_model_that_only_completes_text_has_no_other_form() -> None:
    assert ladder(Abilities(continues=True, temperature=0.7, converses=False)) == ("first",)
    assert "begun" not in ladder(Abilities(continues=True, temperature=0, converses=False))


@given(ABILITIES, st.integers(0, 3), st.integers(1, 4))
def test_every_rung_is_used_once_and_then_another_sample_begins(abilities: Abilities, sample: int, lines: int) -> None:
    rungs = ladder(abilities)
    question, used = Question(sample), []
    while question.sample == sample:
        used.append(question.strategy)
        assert (question.feedback is not None) == (question.strategy == "counterexample")
        question = follow_up(question, REFUSAL, rungs, lines=lines)
    assert tuple(used) == rungs
    assert question == Question(sample + lines)
    assert len(set(rungs)) == len(rungs)


def test_a_fresh_start_has_another_seed_and_hotter_a_higher_temperature() -> None:
    sent = (("model", "m"), ("provider", "local"), ("seed", 3), ("temperature", 0.2))
    assert sent_with("first", 1, sent) == (("model", "m"), ("seed", 4), ("temperature", 0.2))
    fresh, hotter = (dict(sent_with(strategy, 1, sent)) for strategy in ("fresh", "hotter"))
    assert fresh["seed"] not in {3, 4}
    assert (fresh["temperature"], hotter["temperature"]) == (0.2, 0.6)


def test_a_small_model_is_asked_for_its_likeliest_answer_once_and_then_for_draws() -> None:
    sent = (("model", "m"), ("seed", 3), ("temperature", 0.7))
    asked = [dict(sent_with("first", sample, sent, likeliest=True)) for sample in range(3)]
    assert [each["temperature"] for each in asked] == [0.0, 0.7, 0.7]
    assert [each["seed"] for each in asked] == [3, 4, 5]
    assert dict(sent_with("first", 0, sent))["temperature"] == 0.7
    assert sent_with("first", 0, (("model", "m"),), likeliest=True) == (("model", "m"),)


def test_errors_that_differ_in_values_and_lines_alone_are_alike() -> None:
    first = normalised_error([Finding("types", 3, "got 'list[int]' on 5"), Finding("doctests", 0, "a\n  b 1.5")])
    assert first == normalised_error([Finding("doctests", 9, "a b 2"), Finding("types", 1, "got 'str' on 77")])
    assert first != normalised_error([Finding("lint", 3, "got 'list[int]' on 5")])


def test_only_a_whole_ladder_of_the_same_error_is_stuck() -> None:
    rungs = ladder(Abilities(continues=False, temperature=None))
    assert is_stuck(["x", "a", "a", "a", "a", "a"], rungs)
    assert not is_stuck(["a", "a", "a", "a"], rungs)
    assert not is_stuck(["a", "a", "b", "a", "a"], rungs)
    for sampling in (("first",), ("first", "begun")):
        assert not is_stuck(["a"] * 9, sampling), "a model that is only asked for samples goes on"


def test_the_loop_climbs_the_ladder_and_says_in_the_provenance_which_rung_it_was(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(provider="attempts = 6\ntemperature = 0.2\nseed = 1")
    answers = iter(range(100))

    def answer(prompt: str) -> str:
        asked = model_server.asked[-1].body
        return right(prompt) if asked["temperature"] == 0.6 else wrong(prompt).replace("x -", f"x - {next(answers)} -")

    serve(model_server, reply, answer)
    result = run(project)["f1"]
    assert (result.outcome, result.calls) == ("passed", 6)
    prompts = [asked.body["messages"][0]["content"] for asked in model_server.asked]
    assert ["was refused" in prompt for prompt in prompts] == [False, True, False, False, False, False]
    assert ["helper functions" in prompt for prompt in prompts] == [False, False, False, False, True, False]
    assert prompts[2] == prompts[0] == prompts[5]
    roles = [[message["role"] for message in asked.body["messages"]] for asked in model_server.asked]
    assert roles == [["user"], ["user"], ["user"], ["user", "assistant"], ["user"], ["user"]]
    begun = model_server.asked[3].body
    assert begun["messages"][1]["content"].endswith('"""'), "the answer is begun with the stub"
    assert "stop" not in begun, "who begins anew would end where its code begins"
    bodies = [json.dumps(asked.body, sort_keys=True) for asked in model_server.asked]
    assert len(set(bodies)) == len(bodies), "no request is a repetition"
    assert result.checkpoint is not None
    stored = read_checkpoint(project.checkpoints_path, result.unit, result.checkpoint)
    assert (stored.provenance.strategy, dict(stored.provenance.sent)["temperature"]) == ("hotter", 0.6)


def test_the_same_error_on_every_rung_ends_it_before_the_attempts_are_used_up(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(provider="attempts = 30")
    answers = iter(range(100))
    serve(model_server, reply, lambda prompt: wrong(prompt).replace("x -", f"x - {next(answers)} -"))
    events: list[Event] = []
    result = run(project, events)["f1"]
    assert (result.outcome, result.calls) == ("failed", 5)
    assert sum(isinstance(event, Asked) for event in events) == 5


def test_the_next_run_goes_on_behind_the_rungs_that_were_used(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(provider="attempts = 2")
    answers = iter(range(100))
    serve(model_server, reply, lambda prompt: wrong(prompt).replace("x -", f"x - {next(answers)} -"))
    run(project)
    run(project)
    prompts = [asked.body["messages"][0]["content"] for asked in model_server.asked]
    assert [("was refused" in prompt, "helper functions" in prompt) for prompt in prompts] == [
        (False, False),
        (True, False),
        (False, False),
        (False, False),
    ]
    assert [len(asked.body["messages"]) for asked in model_server.asked] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    "text",
    [
        "\n    return x + 1\n```\nThis adds one.",
        "```python\ndef f1(x: int) -> int:\n    return x + 1\n```",
        "Here it is:\n\n```python\ndef f1(x: int) -> int:\n    return x + 1\n```\nThis adds one.",
        "def f1(x: int) -> int:\n    return x + 1\n",
    ],
)
def test_a_begun_answer_may_be_continued_or_begun_anew(
    make_project: Make, model_server: Server, reply: Reply, text: str
) -> None:
    project = make_project(provider="attempts = 4")
    answers = iter(range(100))

    def answer(prompt: str) -> object:
        begun = len(model_server.asked[-1].body["messages"]) > 1
        return reply(text if begun else wrong(prompt).replace("x -", f"x - {next(answers)} -"))

    model_server.answer = answer
    result = run(project)["f1"]
    assert (result.outcome, result.calls) == ("passed", 4)
    assert result.checkpoint is not None
    stored = read_checkpoint(project.checkpoints_path, result.unit, result.checkpoint)
    assert stored.provenance.strategy == "begun"


def test_a_provider_that_takes_no_begun_answer_is_asked_in_the_next_way(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(provider="attempts = 5")
    answers = iter(range(100))

    def answer(prompt: str) -> object:
        if len(model_server.asked[-1].body["messages"]) > 1:
            return reply(status=400, body=b'{"error": {"message": "the last message must be from the user"}}')
        return reply(right(prompt) if "helper functions" in prompt else f"{wrong(prompt)[:-4]} - {next(answers)}\n```")

    model_server.answer = answer
    result = run(project)["f1"]
    assert (result.outcome, result.calls) == ("passed", 5)
    assert len(model_server.asked) == 5


OTHER = """
[provider.other]
kind = "openai-compatible"
model = "large"
base_url = "{address}"
api_key_env = "CANARY_KEY"
temperature = 0.9
{more}
[generate]
escalate_to = "other"
"""


def escalating(make_project: Make, server: Server, first: str = "attempts = 2", more: str = "") -> Project:
    return make_project(provider=first + OTHER.format(address=server.base_url, more=more))


def test_another_model_is_asked_once_when_the_first_has_used_its_attempts_up(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = escalating(make_project, model_server)
    answers = iter(range(100))

    def answer(prompt: str) -> str:
        is_other = model_server.asked[-1].body["model"] == "large"
        return right(prompt) if is_other else wrong(prompt).replace("x -", f"x - {next(answers)} -")

    serve(model_server, reply, answer)
    result = run(project)["f1"]
    assert (result.outcome, result.calls) == ("passed", 3)
    assert [asked.body["model"] for asked in model_server.asked] == ["m", "m", "large"]
    assert "was refused" not in model_server.asked[2].body["messages"][0]["content"], "it begins afresh"
    assert result.checkpoint is not None
    said = read_checkpoint(project.checkpoints_path, result.unit, result.checkpoint).provenance
    assert (said.provider, said.in_place_of, said.strategy) == ("other", "default", "escalated")
    assert said.sent == (("model", "large"), ("temperature", 0.9))
    assert dict(scan_project(project).specs[0].settings.sent)["model"] == "m", "the spec hash holds what is configured"


def test_another_model_that_is_wrong_too_is_not_asked_again_and_its_answer_not_judged_again(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = escalating(make_project, model_server)
    answers = iter(range(100))
    serve(model_server, reply, lambda prompt: wrong(prompt).replace("x -", f"x - {next(answers)} -"))
    assert run(project)["f1"].outcome == "failed"
    assert [asked.body["model"] for asked in model_server.asked] == ["m", "m", "large"]
    result = run(project)["f1"]
    assert (result.outcome, result.calls, result.recorded) == ("failed", 2, 0)
    assert [asked.body["model"] for asked in model_server.asked] == ["m", "m", "large", "m", "m"]
    again = run(project, options=CompileOptions(force=True, offline=True))["f1"]
    assert (again.outcome, again.calls) == ("failed", 0)


def test_no_other_model_is_asked_where_the_first_one_passes_or_fails_or_the_budget_ends(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = escalating(make_project, model_server)
    limited = replace(project, config=replace(project.config, budget=BudgetConfig(unit=Limits(calls=2))))
    answers = iter(range(100))
    serve(model_server, reply, lambda prompt: wrong(prompt).replace("x -", f"x - {next(answers)} -"))
    failed = run(limited)["f1"]
    assert "the budget of 2 calls is used up" in failed.problems[0].what
    assert [asked.body["model"] for asked in model_server.asked] == ["m", "m"]
    model_server.answer = lambda _: reply(status=401)
    assert run(project)["f1"].outcome == "failed"
    assert [asked.body["model"] for asked in model_server.asked] == ["m", "m", "m"]
    serve(model_server, reply, right)
    assert run(project)["f1"].outcome == "passed"
    assert model_server.asked[-1].body["model"] == "m"


def test_samples_side_by_side_have_another_model_asked_once(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = escalating(make_project, model_server, first="attempts = 1")
    answers = iter(range(100))
    serve(model_server, reply, lambda prompt: wrong(prompt).replace("x -", f"x - {next(answers)} -"))
    result = run(project, options=CompileOptions(samples=3))["f1"]
    assert (result.outcome, result.calls) == ("failed", 4)
    assert [asked.body["model"] for asked in model_server.asked].count("large") == 1


def test_a_recorded_answer_of_another_model_is_replayed_as_what_it_is(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = escalating(make_project, model_server, first="attempts = 1")
    serve(model_server, reply, lambda _: right("def f1") if len(model_server.asked) > 1 else "no code")
    first = run(project)["f1"]
    assert first.checkpoint is not None
    shutil.rmtree(project.checkpoints_path)
    again = run(project, options=CompileOptions(offline=True))["f1"]
    assert (again.outcome, again.calls) == ("passed", 0)
    assert again.checkpoint is not None
    said = read_checkpoint(project.checkpoints_path, again.unit, again.checkpoint).provenance
    assert (said.origin, said.provider, said.in_place_of) == ("recorded", "other", "default")
