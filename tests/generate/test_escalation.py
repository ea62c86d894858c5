"""What a person is left with where a unit was given up."""

import json

import pytest

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.causes import likely_cause
from hatch_vibesafe.generate.compile import CompileOptions
from hatch_vibesafe.generate.escalation import escalation_path, smallest_input
from hatch_vibesafe.generate.unit_run import Tried
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from tests.generate.test_compile import STUB, Make, Reply, Server, make_project, right, run, serve, wrong

__all__ = ["make_project"]  # a fixture

UNIT = UnitId("app.unit1", "f1")


def tried(*findings: Finding) -> Tried:
    return Tried("first", "m", recorded=False, code="def f(): ...", findings=findings)


def test_who_gives_up_says_what_was_tried_and_where_it_is_told(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project()
    bodies = iter(["return x - 1", "return 'no'  # ``` | <b>", "return"])
    serve(model_server, reply, lambda _: f"````python\ndef f1(x: int) -> int:\n    {next(bodies)}\n````")
    result = run(project)["f1"]
    path = escalation_path(project, UNIT)
    assert path == project.root / ".vibesafe" / "escalations" / "app.unit1" / "f1.md"
    assert ".vibesafe/escalations/app.unit1/f1.md" in result.problems[0].what
    text = path.read_text(encoding="utf-8")
    for line in (
        "# app.unit1/f1 was given up",
        "## Likely cause",
        ">>> f1(1)",
        "| 1 | first | answering-model | doctests:",
        "| 2 | counterexample | answering-model |",
        "| 3 | fresh | answering-model |",
        "## The best candidate",
        "The smallest input on which it fails:\n\n```python\nf1(1)\n```",
        "vibesafe submit app.unit1/f1 FILE",
    ):
        assert line in text, line
    serve(model_server, reply, right)
    run(project)
    assert not path.exists(), "it goes away with the first checkpoint"


def test_one_that_passes_leaves_nothing_behind(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project()
    serve(model_server, reply, lambda prompt: right(prompt) if "was refused" in prompt else wrong(prompt))
    assert run(project)["f1"].outcome == "passed"
    assert not (project.root / ".vibesafe" / "escalations").exists()


def test_a_spec_that_contradicts_itself_costs_no_call(make_project: Make, model_server: Server, reply: Reply) -> None:
    stub = STUB.format(name="f1", k=1, result=2).replace("    2\n", "    2\n    >>> f1(1)\n    3\n")
    project = make_project(modules={"unit1": stub, "unit2": STUB.format(name="f2", k=2, result=3)})
    serve(model_server, reply, right)
    results = run(project)
    assert (results["f1"].outcome, results["f1"].calls, results["f2"].outcome) == ("failed", 0, "passed")
    assert not any("f1" in json.dumps(asked.body) for asked in model_server.asked)
    assert results["f1"].problems[0].remedy == "correct one of the two"
    assert "example 2 expects 3" in escalation_path(project, UNIT).read_text()
    assert run(project, options=CompileOptions(offline=True))["f1"].calls == 0


def test_an_example_that_no_implementation_can_fulfil_costs_no_call(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    stub = STUB.format(name="f1", k=1, result=2).replace(">>> f1(1)", ">>> f1(1, 2)")
    project = make_project(modules={"unit1": stub})
    serve(model_server, reply, right)
    result = run(project)["f1"]
    assert (result.outcome, result.calls, model_server.asked) == ("failed", 0, [])
    assert result.problems[0].what == "example 1 calls f1(1, 2), which takes 1 by place, with 2"


@pytest.mark.parametrize(
    ("answers", "held", "expected"),
    [
        ([tried(Finding("answer", 0, "empty"))], (), "No answer held code"),
        ([tried(Finding("doctests", 0, "example 2 (a.py:1)\n    f(1)"))], (2,), "fail an example that was not"),
        ([tried(Finding("doctests", 0, "example 2 (a.py:1)\n    f(1)"))], (3,), "one answer alone"),
        ([tried(Finding("types", n, f"line {n}")) for n in range(3)], (), "the same reason"),
        ([tried(Finding("types", 0, "a")), tried(Finding("lint", 0, "b"))], (), "(lint, types)"),
        ([], (), "Nothing could be judged"),
    ],
)
def test_the_likely_cause_follows_from_what_was_tried(
    answers: list[Tried], held: tuple[int, ...], expected: str
) -> None:
    assert expected in likely_cause(answers, held, ())


def test_a_contradiction_is_the_cause_whatever_else_was_wrong() -> None:
    problem = Problem("a.py:1", "example 2 expects 3 of f(1) and example 1 expects 2", "correct one of the two")
    assert "example 2 expects 3" in likely_cause([tried(Finding("types", 0, "a"))], (), [problem])


def test_the_smallest_input_is_found_in_examples_and_counterexamples() -> None:
    example = Finding("doctests", 0, "example 1 (app/m.py:3)\n    f([1, 2, 3])\nexpected\n    1\ngot\n    2")
    counterexample = Finding("contracts", 0, ">>> f([0])\nEnsures result == 1")
    assert smallest_input([example]) == "f([1, 2, 3])"
    assert smallest_input([counterexample]) == "f([0])"
    assert smallest_input([Finding("types", 1, "no")]) == ""
