"""The loop over real projects, a real server and the real gates: what is asked, what is paid, what is kept."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.generate.compile import CompileOptions, CompileResult, compile_units
from hatch_vibesafe.generate.escalation import escalation_path
from hatch_vibesafe.generate.events import Answered, Asked, Event, Failed, Judged, Passed, Refused, Requested, Started
from hatch_vibesafe.generate.submit import submit
from hatch_vibesafe.identity import UnitId, digest
from hatch_vibesafe.problems import VibesafeProviderError, VibesafeValidationError
from hatch_vibesafe.project import Project, open_project, scan_project
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.evidence import read_evidence
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.save import save_units
from tests.canary import CANARY_KEY, leaking

STUB = '''
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def {name}(x: int) -> int:
    """Return x with {k} added.

    >>> {name}(1)
    {result}
    """
    raise VibeCoded()
'''
CALLER = '''
from vibesafe_runtime import VibeCoded, vibesafe

from app.first import f1


@vibesafe
def twice(x: int) -> int:
    """Return `f1` of `f1` of x.

    >>> twice(1)
    3
    """
    raise VibeCoded()
'''
BOX = '''
from vibesafe_runtime import VibeCoded, vibesafe


class Box:
    def __init__(self, items: list[int]) -> None:
        self.items = items

    @vibesafe
    def add(self, n: int) -> int:
        """Append n to the items and return how many there are.

        >>> Box([3, 4]).add(1)
        3
        """
        raise VibeCoded()

    @vibesafe
    def largest(self) -> int:
        """Return the largest item.

        >>> box = Box([1])
        >>> box.add(3)
        2
        >>> box.largest()
        3
        """
        raise VibeCoded()

    @vibesafe
    def number(self) -> int:
        """Return how many items there are.

        >>> Box([3, 3]).number()
        2
        """
        raise VibeCoded()


@vibesafe
def double(n: int) -> int:
    """Return n twice.

    >>> double(2)
    4
    """
    raise VibeCoded()
'''
METHODS = {
    "add": "def add(self, n: int) -> int:\n    self.items.append(n)\n    return len(self.items)",
    "largest": "def largest(self) -> int:\n    return max(self.items)",
    "number": "def number(self) -> int:\n    return len(self.items)",
    "double": "def double(n: int) -> int:\n    return 2 * n",
}
FAST = '[gates]\nrequired = ["structure", "doctests"]\n'
PLAIN = CompileOptions()
Make = Callable[..., Project]
Reply = Callable[..., object]


class Server(Protocol):
    replies: list[Any]
    answer: Callable[[str], object] | None
    asked: list[Any]
    base_url: str
    released: threading.Event


def right(prompt: str) -> str:
    name, number = re.findall(r"def (f(\d+))", prompt)[-1]
    return f"```python\ndef {name}(x: int) -> int:\n    return x + {number}\n```"


def wrong(prompt: str) -> str:
    return right(prompt).replace("x +", "x -")


def other(prompt: str) -> str:
    return right(prompt).replace("return", "y = 0\n    return y +")


@pytest.fixture
def make_project(tmp_path: Path, model_server: Server, monkeypatch: pytest.MonkeyPatch) -> Make:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / "no models here"))

    def make(units: int = 1, gates: str = FAST, provider: str = "", modules: dict[str, str] | None = None) -> Project:
        (tmp_path / "app").mkdir()
        (tmp_path / "app" / "__init__.py").write_text("")
        (tmp_path / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
            '[project]\nname = "app"\nversion = "1"\n'
        )
        (tmp_path / "vibesafe.toml").write_text(
            f'[provider.default]\nkind = "openai-compatible"\nmodel = "m"\nbase_url = "{model_server.base_url}"\n'
            f'api_key_env = "CANARY_KEY"\n{provider}\n{gates}'
        )
        sources = {f"unit{k}": STUB.format(name=f"f{k}", k=k, result=1 + k) for k in range(1, units + 1)}
        for module, source in (sources if modules is None else modules).items():
            (tmp_path / "app" / f"{module}.py").write_text(source)
        return open_project(tmp_path)

    return make


def run(
    project: Project, events: list[Event] | None = None, options: CompileOptions = PLAIN
) -> dict[str, CompileResult]:
    scan = scan_project(project)
    assert not scan.all_problems
    seen: list[Event] = [] if events is None else events
    results = compile_units(project, scan, scan.specs, options, seen.append)
    assert [result.unit for result in results] == [spec.unit for spec in scan.specs]
    return {result.unit.name: result for result in results}


def serve(model_server: Server, reply: Reply, answer: Callable[[str], str]) -> None:
    model_server.answer = lambda prompt: reply(answer(prompt))


def test_a_unit_is_written_gated_with_every_gate_and_stored_with_its_provenance(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(gates="", provider="temperature = 0.5\nseed = 3\n")
    serve(model_server, reply, right)
    events: list[Event] = []
    result = run(project, events)["f1"]
    assert (result.outcome, result.calls, result.error) == ("passed", 1, None)
    assert [type(event) for event in events] == [Started, Asked, Requested, Answered, Judged, Passed]
    assert result.checkpoint is not None
    checkpoint = read_checkpoint(project.checkpoints_path, result.unit, result.checkpoint)
    evidence, _ = read_evidence(project.checkpoints_path, result.unit, result.checkpoint)
    assert [(gate.gate, gate.passed) for gate in evidence.gates] == [
        ("structure", True),
        ("lint", True),
        ("types", True),
        ("doctests", True),
    ]
    provenance = checkpoint.provenance
    assert (provenance.origin, provenance.provider, provenance.provider_kind) == (
        "generated",
        "default",
        "openai-compatible",
    )
    assert (provenance.model_answered, provenance.attempt, provenance.parent) == ("answering-model", 1, None)
    assert provenance.sent == (("model", "m"), ("seed", 3), ("temperature", 0.5))
    assert provenance.repairs == ("put the spec's docstring in place",)
    assert b">>> f1(1)" in checkpoint.implementation


def test_an_answer_of_a_fallback_says_so_in_its_provenance_and_when_it_is_replayed(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    backup = f'[provider.backup]\nkind = "openai-compatible"\nmodel = "b"\nbase_url = "{model_server.base_url}"\n'
    project = make_project(
        provider=f'fallback = ["backup"]\nattempts = 1\n{backup}api_key_env = "CANARY_KEY"\ntemperature = 0.9\n'
    )
    configured = scan_project(project).specs[0].settings.sent
    assert dict(configured)["model"] == "m"
    answers = [reply(status=500), reply(right("def f1"))]
    model_server.answer = lambda _: answers.pop(0)
    results = [run(project)["f1"], run(project, options=CompileOptions(force=True, offline=True))["f1"]]
    for result, origin in zip(results, ("generated", "recorded"), strict=True):
        assert result.checkpoint is not None
        provenance = read_checkpoint(project.checkpoints_path, result.unit, result.checkpoint).provenance
        assert (provenance.provider, provenance.sent) == ("backup", (("model", "b"), ("temperature", 0.9)))
        assert provenance.origin in {"generated", origin}
    assert answers == []


def test_a_unit_is_written_by_a_raw_completion_of_its_begun_answer(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(provider='api = "completions"\n')
    text = json.dumps({"model": "raw", "choices": [{"text": "\n    return x + 1\n", "finish_reason": "stop"}]}).encode()
    model_server.answer = lambda _: reply(body=text)
    result = run(project)["f1"]
    assert (result.outcome, result.calls) == ("passed", 1)
    [asked] = model_server.asked
    assert asked.path.endswith("/completions")
    assert "chat" not in asked.path
    assert asked.body["prompt"].endswith('>>> f1(1)\n    2\n    """')
    assert dict(scan_project(project).specs[0].settings.sent)["api"] == "completions"


def test_a_server_that_repeats_the_key_leaves_it_nowhere(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project()
    texts: list[str] = []

    def answer(prompt: str) -> object:
        key = model_server.asked[-1].headers["authorization"]
        texts.append(key)
        return reply(
            f"{wrong(prompt)}\n{key}" if len(texts) == 1 else right(prompt).replace("return", f"# {key}\n    return")
        )

    model_server.answer = answer
    result = run(project)["f1"]
    assert (result.outcome, result.calls) == ("passed", 2)
    assert texts == [f"Bearer {CANARY_KEY}"] * 2
    assert list(leaking(project.root)) == []
    (project.root / "control.txt").write_text(texts[0], encoding="utf-8")
    assert list(leaking(project.root)) == [project.root / "control.txt"]
    (project.root / "control.txt").unlink()


def test_a_budget_in_the_configuration_stops_the_asking_and_not_the_units_that_were_answered(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(units=3, gates=f"{FAST}\n[budget]\ncalls = 2\n")
    serve(model_server, reply, right)
    results = run(project)
    assert sorted(result.outcome for result in results.values()) == ["failed", "passed", "passed"]
    assert len(model_server.asked) == 2
    told = [problem for result in results.values() for problem in result.problems]
    assert [problem.where for problem in told] == ["[budget] calls"]


def test_what_is_up_to_date_costs_nothing_and_needs_no_key(
    make_project: Make, model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(units=2)
    serve(model_server, reply, right)
    first = run(project)
    monkeypatch.delenv("CANARY_KEY")
    model_server.asked.clear()
    for _ in range(2):  # unsaved with complete evidence, then active
        again = run(project)
        assert {result.outcome for result in again.values()} == {"up to date"}
        assert again["f1"].checkpoint == first["f1"].checkpoint
        save(project)
    assert model_server.asked == []


def save(project: Project) -> None:
    plan = save_units(
        scan_project(project).specs,
        project.index_path,
        project.checkpoints_path,
        gate_settings_digest(project.config),
        project.config.gates.required,
    )
    assert not plan.refuse


def test_a_refusal_goes_back_to_the_model(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project()
    serve(model_server, reply, lambda prompt: right(prompt) if "was refused" in prompt else wrong(prompt))
    events: list[Event] = []
    result = run(project, events)["f1"]
    assert (result.outcome, result.calls) == ("passed", 2)
    (refused,) = (event for event in events if isinstance(event, Refused))
    assert refused.findings[0].gate == "doctests"
    prompt = model_server.asked[1].body["messages"][0]["content"]
    assert "return x - 1" in prompt
    assert "doctests" in prompt


def test_attempts_are_bounded_and_the_next_run_goes_on_where_this_one_ended(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project()
    answers = iter(range(100))
    serve(model_server, reply, lambda prompt: wrong(prompt).replace("x -", f"x - {next(answers)} -"))
    result = run(project)["f1"]
    assert (result.outcome, result.calls, result.recorded) == ("failed", 3, 0)
    assert isinstance(result.error, VibesafeValidationError)
    assert "none of 3 answers passed" in result.problems[0].what
    assert result.problems[0].remedy == "vibesafe compile --target app.unit1/f1"
    serve(model_server, reply, right)
    again = run(project)["f1"]
    assert (again.outcome, again.calls, again.recorded) == ("passed", 1, 0)
    assert len(model_server.asked) == 4


def test_what_is_refused_once_is_not_gated_again_in_the_same_run(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project()
    serve(model_server, reply, wrong)
    events: list[Event] = []
    run(project, events)
    assert [event.repeated for event in events if isinstance(event, Refused)] == [False, True, True]


def test_recorded_answers_are_replayed_offline_and_say_what_is_missing(
    make_project: Make, model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(units=2)
    serve(model_server, reply, right)
    scan = scan_project(project)
    compile_units(project, scan, scan.specs[:1], CompileOptions(), lambda _: None)
    monkeypatch.delenv("CANARY_KEY")
    model_server.asked.clear()
    for directory in project.checkpoints_path.iterdir():
        directory.rename(project.root / f"away-{directory.name}")
    results = run(project, options=CompileOptions(offline=True))
    assert (results["f1"].outcome, results["f1"].calls, results["f1"].recorded) == ("passed", 0, 1)
    assert results["f1"].checkpoint is not None
    stored = read_checkpoint(project.checkpoints_path, results["f1"].unit, results["f1"].checkpoint)
    assert stored.provenance.origin == "recorded"
    assert isinstance(results["f2"].error, VibesafeProviderError)
    assert "no recorded answer" in results["f2"].problems[0].what
    assert model_server.asked == []


def test_force_asks_again_whatever_is_recorded_or_up_to_date(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project()
    serve(model_server, reply, right)
    first = run(project)["f1"]
    again = run(project, options=CompileOptions(force=True))["f1"]
    assert (again.outcome, again.calls, again.recorded) == ("passed", 1, 0)
    assert again.checkpoint == first.checkpoint
    assert len(model_server.asked) == 2
    assert run(project)["f1"].outcome == "up to date"


def test_a_checkpoint_without_complete_evidence_is_gated_and_nobody_is_asked(
    make_project: Make, model_server: Server
) -> None:
    project = make_project()
    scan = scan_project(project)
    handed = submit(project, scan, scan.specs[0], "def f1(x: int) -> int:\n    return x + 1\n", "me")
    stricter = replace(
        project, config=replace(project.config, gates=replace(project.config.gates, ruff=("--select", "E")))
    )
    events: list[Event] = []
    result = run(stricter, events)["f1"]
    assert (result.outcome, result.calls, result.checkpoint) == ("passed", 0, handed.checkpoint)
    assert run(stricter)["f1"].outcome == "up to date"
    assert model_server.asked == []


@pytest.mark.parametrize("content", [None, "", "I am sorry.", "```python\n```"])
def test_answers_without_code_are_bounded_and_end_in_a_provider_error(
    make_project: Make, model_server: Server, reply: Reply, content: str | None
) -> None:
    project = make_project()
    model_server.replies = [reply(content)]
    result = run(project)["f1"]
    assert (result.outcome, result.calls) == ("failed", 3)
    assert isinstance(result.error, VibesafeProviderError)
    assert result.problems[0].remedy == (
        "name another model in [provider.default] in vibesafe.toml, or vibesafe submit app.unit1/f1 FILE"
    )


def test_truncated_answers_say_which_limit_to_raise(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project()
    model_server.replies = [reply("```python\ndef f1(x: int) -> int:\n    retu", finish="length")]
    result = run(project)["f1"]
    assert isinstance(result.error, VibesafeProviderError)
    assert result.problems[0].remedy.startswith("raise max_tokens in [provider.default]")


def test_one_failure_stops_no_other_unit(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project(units=4)
    model_server.answer = lambda prompt: reply(status=400) if "f2" in prompt else reply(right(prompt))
    results = run(project)
    assert {name: result.outcome for name, result in results.items()} == {
        "f1": "passed",
        "f2": "failed",
        "f3": "passed",
        "f4": "passed",
    }
    assert isinstance(results["f2"].error, VibesafeProviderError)


def test_a_wrong_key_is_tried_once_and_not_once_a_unit(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project(units=8)
    model_server.replies = [reply(status=401, body=f"Bearer {CANARY_KEY}".encode())]
    events: list[Event] = []
    results = run(project, events, CompileOptions(jobs=1))
    assert {result.outcome for result in results.values()} == {"failed"}
    assert len(model_server.asked) == 1
    assert sum(isinstance(event, Failed) for event in events) == 8
    assert CANARY_KEY not in str([str(result.error) for result in results.values()])


def test_of_several_samples_the_first_that_passes_wins(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project(provider="seed = 10")
    answers = iter((wrong, right, other))

    def answer(prompt: str) -> str:
        return next(answers)(prompt)

    serve(model_server, reply, answer)
    events: list[Event] = []
    result = run(project, events, CompileOptions(samples=3, jobs=1))["f1"]
    assert (result.outcome, result.calls) == ("passed", 3)
    assert sorted(asked.body["seed"] for asked in model_server.asked) == [10, 11, 12]
    assert result.checkpoint is not None
    stored = read_checkpoint(project.checkpoints_path, result.unit, result.checkpoint)
    assert stored.provenance.sent == (("model", "m"), ("seed", 11))


def test_each_line_of_samples_has_its_own_attempts(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project(provider="attempts = 2")
    serve(model_server, reply, wrong)
    assert run(project, options=CompileOptions(samples=2))["f1"].calls == 4


def test_a_unit_is_judged_with_the_new_implementation_of_the_unit_that_it_calls(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(modules={"first": STUB.format(name="f1", k=1, result=2), "caller": CALLER})

    def answer(prompt: str) -> str:
        if "def twice" in prompt:
            return "```python\ndef twice(x: int) -> int:\n    return f1(f1(x))\n```"
        time.sleep(0.3)  # the caller's answer is there first, and waits
        return right(prompt)

    serve(model_server, reply, answer)
    results = run(project)
    assert {name: (result.outcome, result.calls) for name, result in results.items()} == {
        "f1": ("passed", 1),
        "twice": ("passed", 1),
    }


def test_a_unit_that_calls_one_without_implementation_is_asked_for_once(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(modules={"first": STUB.format(name="f1", k=1, result=2), "caller": CALLER})
    code = "```python\ndef twice(x: int) -> int:\n    return f1(f1(x))\n```"
    serve(model_server, reply, lambda prompt: code if "def twice" in prompt else wrong(prompt))
    results = run(project)
    assert (results["f1"].calls, results["twice"].calls) == (3, 1)
    assert "refers to app.first/f1" in results["twice"].problems[0].what
    assert results["twice"].problems[0].remedy == "vibesafe compile --target app.first/f1"


def a_box(without: str, refusals: int = 1) -> Callable[[str], str]:
    """Return what answers with the methods: for one of them wrongly, and for `number` only after some refusals."""
    asked: Counter[str] = Counter()

    def answer(prompt: str) -> str:
        name = re.findall(r"def (\w+)", prompt)[-1]
        asked[name] += 1
        right = name != without and (name != "number" or asked[name] > refusals)
        return f"```python\n{METHODS[name] if right else METHODS[name] + ' - 1'}\n```"

    return answer


def test_a_unit_waits_for_what_its_spec_names_and_not_for_all_that_stands_beside_it(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project(provider="attempts = 2", modules={"box": BOX})
    serve(model_server, reply, a_box(without="add"))
    results = run(project)
    assert {name: (result.outcome, result.calls) for name, result in results.items()} == {
        "add": ("failed", 2),
        "largest": ("failed", 1),
        "number": ("passed", 2),
        "double": ("passed", 1),
    }
    assert "refers to app.box/Box.add" in results["largest"].problems[0].what
    escalation = escalation_path(project, results["largest"].unit).read_text(encoding="utf-8")
    assert "Nothing more was asked: it refers to app.box/Box.add, which has no implementation" in escalation
    assert "too little to tell a cause" in escalation


def test_an_answer_that_calls_a_unit_without_implementation_is_followed_by_no_other(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    given_up_at_once = BOX.replace("@vibesafe\n    def add", "@vibesafe(provider='once')\n    def add")
    once = f'[provider.once]\nkind = "openai-compatible"\nmodel = "m"\nbase_url = "{model_server.base_url}"\n'
    project = make_project(
        provider=f'attempts = 6\n{once}api_key_env = "CANARY_KEY"\nattempts = 1', modules={"box": given_up_at_once}
    )
    answer = a_box(without="add", refusals=9)
    serve(model_server, reply, lambda prompt: answer(prompt).replace("len(self.items) - 1", "self.add(0) - 1"))
    results = run(project)
    assert results["add"].calls == 1
    assert results["number"].calls < 6
    assert "refers to app.box/Box.add" in results["number"].problems[0].what


def test_every_method_of_a_class_is_there_for_the_others(make_project: Make) -> None:
    project = make_project(modules={"box": BOX})
    scan = scan_project(project)
    specs = {spec.unit.name: spec for spec in scan.specs}
    for name in ("add", "number", "largest"):
        result = submit(project, scan, specs[name], METHODS[name], "Ada")
        assert result.verdict.passed, (name, result.verdict)


def test_without_a_provider_the_problem_says_what_to_add(make_project: Make) -> None:
    project = make_project()
    bare = replace(project, config=replace(project.config, providers=()))
    result = run(bare)["f1"]
    assert isinstance(result.error, VibesafeProviderError)
    assert "[provider.default] in vibesafe.toml" in result.problems[0].remedy


def test_no_key_and_no_path_is_kept_or_sent(make_project: Make, model_server: Server, reply: Reply) -> None:
    project = make_project()
    serve(model_server, reply, lambda prompt: wrong(prompt) + f"\nYour key is {CANARY_KEY}.")
    run(project)
    bodies = json.dumps([asked.body for asked in model_server.asked])
    assert str(project.root) not in bodies
    assert "canary" not in bodies
    written = b"".join(path.read_bytes() for path in (project.root / ".vibesafe").rglob("*") if path.is_file())
    assert CANARY_KEY.encode() not in written
    assert b"[key]" in written, "the control: answers are written"


SCRIPT = """
import sys
from pathlib import Path
from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.generate.compile import CompileOptions, compile_units
from hatch_vibesafe.generate.events import Asked
from hatch_vibesafe.project import open_project, scan_project

def tell(event):
    print(type(event).__name__, getattr(event, "unit", ""), flush=True)

project = open_project(Path(sys.argv[1]))
scan = scan_project(project)
for result in compile_units(project, scan, scan.specs, CompileOptions(jobs=1), tell):
    print(result.unit, result.outcome, flush=True)
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_keeps_what_is_finished_and_the_next_goes_on(
    make_project: Make, model_server: Server, reply: Reply, stop: signal.Signals
) -> None:
    project = make_project(units=3)

    def answer(prompt: str) -> str:
        time.sleep(0.1 if "f1" in prompt else 1.0)
        return right(prompt)

    serve(model_server, reply, answer)
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(project.root)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Passed app.unit1/f1"):
            break
    process.send_signal(stop)
    rest = process.stdout.read()
    process.stdout.close()
    process.wait()
    if stop == signal.SIGINT:
        assert process.returncode == 0
        assert "app.unit1/f1 passed" in rest
        assert "app.unit3/f3 interrupted" in rest
    asked = len(model_server.asked)
    results = run(project)
    assert results["f1"].outcome == "up to date"
    assert {results["f2"].outcome, results["f3"].outcome} == {"passed"}
    if stop == signal.SIGINT:
        assert len(model_server.asked) == 3, "the answer that was on its way was kept"
    assert len(model_server.asked) <= asked + 2


def test_a_submitted_module_goes_through_the_same_gates(make_project: Make) -> None:
    project = make_project()
    scan = scan_project(project)
    (spec,) = scan.specs
    refused = submit(project, scan, spec, "def f1(x: int) -> int:\n    return x\n", "me")
    assert (refused.checkpoint, refused.verdict.passed) == (None, False)
    assert not project.checkpoints_path.exists()
    passed = submit(project, scan, spec, "def f1(x: int) -> int:\n    return x + 1\n", "me")
    assert passed.checkpoint is not None
    stored = read_checkpoint(project.checkpoints_path, UnitId("app.unit1", "f1"), passed.checkpoint)
    assert (stored.provenance.origin, stored.provenance.author, stored.prompt) == ("submitted", "me", digest(b""))
    assert stored.implementation == passed.implementation
    again = submit(project, scan, spec, passed.implementation.decode(), "you")
    assert again.checkpoint == passed.checkpoint
    read_evidence(project.checkpoints_path, spec.unit, passed.checkpoint)  # raises if it is not that of what is stored
    assert run(project)["f1"].outcome == "up to date"


def test_what_was_accepted_last_is_what_save_activates(make_project: Make) -> None:
    project = make_project()
    scan = scan_project(project)
    (spec,) = scan.specs

    def hand_in(body: str) -> str:
        checkpoint = submit(project, scan, spec, f"def f1(x: int) -> int:\n    {body}\n", "me").checkpoint
        assert checkpoint is not None
        return checkpoint

    def active() -> str:
        return read_index(project.index_path).units[spec.unit].active

    older = hand_in("return x + 1")
    save(project)
    tree = {path: path.read_bytes() for path in project.checkpoints_path.rglob("*") if path.is_file()}
    assert hand_in("return x + 1") == older
    assert tree == {path: path.read_bytes() for path in project.checkpoints_path.rglob("*") if path.is_file()}
    newer = hand_in("return 1 + x")
    assert newer != older
    assert hand_in("return x + 1") == older
    assert all(path.read_bytes() == content for path, content in tree.items()), "what the index pins stays as it is"
    save(project)
    assert active() == older
    assert hand_in("return 1 + x") == newer
    save(project)
    assert active() == newer
    assert hand_in("return x + 1 - 0") not in {older, newer}
    save(project)
    assert active() not in {older, newer}
    (said,) = project.checkpoints_path.rglob("accepted.toml")
    said.write_text("no TOML [")
    save(project)
    assert active() not in {older, newer}
