"""What is known before anybody is asked costs no answer: whom to ask, and whether an answer could be judged at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from hatch_vibesafe.generate.compile import CompileOptions, compile_units
from hatch_vibesafe.generate.events import Asked, Event
from hatch_vibesafe.generate.providers.at_hand import called, provider_at_hand
from hatch_vibesafe.generate.submit import submit
from hatch_vibesafe.problems import VibesafeProviderError, VibesafeValidationError
from hatch_vibesafe.project import Project, open_project, scan_project
from tests.generate.test_compile import FAST, STUB, Make, Reply, Server, make_project, right, run, serve

__all__ = ["make_project"]  # a fixture

TWO = STUB.format(name="f1", k=1, result=2) + STUB.format(name="f2", k=2, result=3).partition("vibesafe\n")[2]


def test_a_module_that_cannot_be_imported_costs_no_answer_and_is_one_problem(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(
        modules={"both": "import not_installed_pkg\n" + TWO, "third": STUB.format(name="f3", k=3, result=4)}
    )
    serve(model_server, reply, right)
    results = run(project)
    assert {name: (each.outcome, each.calls) for name, each in results.items()} == {
        "f1": ("failed", 0),
        "f2": ("failed", 0),
        "f3": ("passed", 1),
    }
    (problem,) = (problem for each in results.values() for problem in each.problems)
    assert problem.where == "app/both.py:1"
    assert "not_installed_pkg" in problem.what
    assert isinstance(results["f2"].error, VibesafeValidationError)
    assert results["f2"].error.problems == (problem,)
    (project.root / "app" / "both.py").write_text(TWO)
    assert {each.outcome for each in run(project).values()} == {"passed", "up to date"}


def test_what_cannot_be_judged_offline_or_handed_in_is_said_as_that(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project()
    serve(model_server, reply, right)
    run(project)
    source = project.root / "app" / "unit1.py"
    source.write_text("import not_installed_pkg\n" + source.read_text())
    scan = scan_project(project)
    with pytest.raises(VibesafeValidationError, match="not_installed_pkg"):
        submit(project, scan, scan.specs[0], "def f1(x: int) -> int:\n    return x + 1\n", "me")
    offline = run(project, options=CompileOptions(offline=True, force=True))["f1"]
    assert (offline.outcome, offline.findings) == ("failed", ())
    assert offline.problems[0].where == "app/unit1.py:1"


def test_an_example_that_proves_nothing_costs_no_answer(make_project: Make, model_server: Server, reply: Reply) -> None:
    skipped = STUB.format(name="f1", k=1, result=2).replace("f1(1)", "f1(1)  # doctest: +SKIP")
    project = make_project(modules={"skipped": skipped})
    serve(model_server, reply, right)
    result = run(project)["f1"]
    assert result.calls == 0
    assert result.problems[0].where == "app/skipped.py:9  app.skipped/f1"
    assert result.problems[0].remedy.startswith("edit the example")


def test_gates_whose_tool_cannot_run_stop_after_the_first_answer(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(gates='[gates]\nmypy = ["--no-such-option"]\n')
    serve(model_server, reply, right)
    result = run(project)["f1"]
    assert (result.outcome, result.calls, result.findings) == ("failed", 1, ())
    assert "gates.mypy" in result.problems[0].remedy
    mended = replace(project, config=replace(project.config, gates=replace(project.config.gates, mypy=())))
    again = run(mended)["f1"]
    assert (again.outcome, again.calls, again.recorded) == ("passed", 0, 1)


@pytest.fixture
def bare(make_project: Make) -> Project:
    """A project of three units, configured in pyproject.toml, without a provider."""
    project = make_project(units=3)
    (project.root / "vibesafe.toml").unlink()
    with (project.root / "pyproject.toml").open("a") as file:
        file.write('[tool.vibesafe.gates]\nrequired = ["structure", "doctests"]\n')
    return open_project(project.root)


def test_no_provider_is_one_problem_that_names_all_units_and_the_place_that_is_configured(bare: Project) -> None:
    results = run(bare)
    (problem,) = (problem for each in results.values() for problem in each.problems)
    assert all(f"app.unit{k}/f{k}" in problem.what for k in (1, 2, 3))
    assert "[tool.vibesafe.provider.default] in pyproject.toml" in problem.remedy
    assert "vibesafe.toml" not in problem.remedy
    assert "vibesafe model install" in problem.remedy
    assert all(isinstance(each.error, VibesafeProviderError) for each in results.values())


def test_the_provider_at_hand_is_asked_where_none_is_configured_and_moves_no_spec(
    bare: Project, model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(model_server, reply, right)
    before = [spec.spec_hash for spec in scan_project(bare).specs]
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.base_url)
    events: list[Event] = []
    assert {each.outcome for each in run(bare, events).values()} == {"passed"}
    asked = [event.provider for event in events if isinstance(event, Asked)]
    assert asked == ["gpt-4o-mini at 127.0.0.1, for OPENAI_API_KEY is set (no provider is configured)"] * 3
    assert {each.body["model"] for each in model_server.asked} == {"gpt-4o-mini"}
    assert [spec.spec_hash for spec in scan_project(bare).specs] == before
    monkeypatch.delenv("OPENAI_API_KEY")
    assert {each.outcome for each in run(bare).values()} == {"up to date"}


def test_an_installed_model_is_at_hand(bare: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert provider_at_hand({}) is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    model = tmp_path / "cache" / "vibesafe" / "models" / "SmolLM2-135M-Instruct.gguf"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"GGUF")
    found = provider_at_hand({})
    assert found is not None
    assert called(bare, found) == "SmolLM2-135M-Instruct, which is installed here (no provider is configured)"


def test_an_address_at_hand_that_is_none_is_a_problem(bare: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://[::1")
    results = run(bare)
    (problem,) = (problem for each in results.values() for problem in each.problems)
    assert "base_url 'http://[::1' cannot be used" in problem.what
    assert "sk-canary" not in str(problem)


def test_the_units_of_other_failures_keep_their_problems(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(units=2)
    model_server.replies = [reply("```python\nno\n```")]
    scan = scan_project(project)
    results = compile_units(project, scan, scan.specs, CompileOptions(), lambda _: None)
    assert [len(each.problems) for each in results] == [1, 1]
    assert FAST
