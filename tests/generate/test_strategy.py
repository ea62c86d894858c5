"""The ladder: every way to ask once, in order, and none of them a repetition of another."""

import json

from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.events import Asked, Event
from hatch_vibesafe.generate.feedback import Feedback, normalised_error
from hatch_vibesafe.generate.strategy import Abilities, Question, follow_up, is_stuck, ladder, sent_with
from hatch_vibesafe.store.checkpoints import read_checkpoint
from tests.generate.test_compile import Make, Reply, Server, make_project, right, run, serve, wrong

__all__ = ["make_project"]  # a fixture

REFUSAL = Feedback("code", (Finding("doctests", 0, "wrong"),))
ABILITIES = st.builds(Abilities, continues=st.booleans(), temperature=st.none() | st.floats(0, 2))


def test_a_chat_model_climbs_from_the_counterexample_to_another_draw() -> None:
    assert ladder(Abilities(continues=False, temperature=0.2)) == (
        "first",
        "counterexample",
        "fresh",
        "helpers",
        "hotter",
    )
    assert ladder(Abilities(continues=False, temperature=None))[-1] == "helpers"


def test_a_small_model_that_varies_is_only_asked_for_other_samples() -> None:
    assert ladder(Abilities(continues=True, temperature=0.7)) == ("first",)
    assert ladder(Abilities(continues=True, temperature=None)) == ("first",)


def test_where_draws_are_alike_no_question_is_repeated_and_the_other_form_is_tried() -> None:
    assert ladder(Abilities(continues=True, temperature=0)) == ("first", "counterexample", "chat", "helpers", "hotter")


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


def test_errors_that_differ_in_values_and_lines_alone_are_alike() -> None:
    first = normalised_error([Finding("types", 3, "got 'list[int]' on 5"), Finding("doctests", 0, "a\n  b 1.5")])
    assert first == normalised_error([Finding("doctests", 9, "a b 2"), Finding("types", 1, "got 'str' on 77")])
    assert first != normalised_error([Finding("lint", 3, "got 'list[int]' on 5")])


def test_only_a_whole_ladder_of_the_same_error_is_stuck() -> None:
    rungs = ladder(Abilities(continues=False, temperature=None))
    assert is_stuck(["x", "a", "a", "a", "a"], rungs)
    assert not is_stuck(["a", "a", "a"], rungs)
    assert not is_stuck(["a", "b", "a", "a"], rungs)
    assert not is_stuck(["a"] * 9, ("first",)), "a model that is only asked for samples goes on"


def test_the_loop_climbs_the_ladder_and_says_in_the_provenance_which_rung_it_was(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(provider="attempts = 5\ntemperature = 0.2\nseed = 1")
    answers = iter(range(100))

    def answer(prompt: str) -> str:
        asked = model_server.asked[-1].body
        return right(prompt) if asked["temperature"] == 0.6 else wrong(prompt).replace("x -", f"x - {next(answers)} -")

    serve(model_server, reply, answer)
    result = run(project)["f1"]
    assert (result.outcome, result.calls) == ("passed", 5)
    prompts = [asked.body["messages"][0]["content"] for asked in model_server.asked]
    assert ["was refused" in prompt for prompt in prompts] == [False, True, False, False, False]
    assert ["helper functions" in prompt for prompt in prompts] == [False, False, False, True, False]
    assert prompts[2] == prompts[0] == prompts[4]
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
    assert (result.outcome, result.calls) == ("failed", 4)
    assert sum(isinstance(event, Asked) for event in events) == 4


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
        (False, True),
    ]
