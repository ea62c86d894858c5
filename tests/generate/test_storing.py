"""Of a round's answers the first that passes is stored, once for each unit, and a disk that refuses says so."""

from hatch_vibesafe.generate.compile import CompileOptions
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.store.checkpoints import list_checkpoints
from tests.generate.test_compile import Make, Reply, Server, make_project, other, right, run, serve

__all__ = ["make_project"]  # a fixture


def test_of_two_answers_that_pass_in_one_round_one_is_stored(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(units=3)

    def answer(prompt: str) -> str:
        return right(prompt) if len(model_server.asked) % 2 else other(prompt)

    serve(model_server, reply, answer)
    results = run(project, options=CompileOptions(samples=2, jobs=6))
    for result in results.values():
        assert list_checkpoints(project.checkpoints_path, result.unit) == (result.checkpoint,)


def test_a_unit_that_cannot_be_stored_fails_alone(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project(units=2)
    serve(model_server, reply, right)
    blocked = project.checkpoints_path / "app.unit1"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("", encoding="utf-8")
    results = run(project)
    assert (results["f1"].outcome, results["f2"].outcome) == ("failed", "passed")
    assert isinstance(results["f1"].error, VibesafeError)
    assert str(blocked) in str(results["f1"].problems[0].where)
    blocked.unlink()
    asked = len(model_server.asked)
    assert (run(project)["f1"].outcome, len(model_server.asked)) == ("passed", asked)
