"""Answers in JSON: asked for in each API's own way where the model takes it, read as code, refused with a reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.generate.compile import CompileOptions, CompileResult, compile_units
from hatch_vibesafe.generate.events import Event, Refused
from hatch_vibesafe.generate.extract import extract
from hatch_vibesafe.generate.gateway.gateway import sent_to
from hatch_vibesafe.generate.json_answer import ANSWER_SCHEMA, IN_JSON, in_markdown
from hatch_vibesafe.generate.prompt import build_prompt
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.generate.strategy import Abilities, ladder
from hatch_vibesafe.problems import VibesafeConfigurationError
from hatch_vibesafe.project import Project, open_project, scan_project
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from tests.generate.conftest import ModelServer, Reply

CODE = '''def f(x: int) -> int:
    """Return x.

    ```hypothesis
    x: st.integers()
    ```
    """
    return x
'''
STUB = '''
from vibesafe_runtime import VibeCoded, vibesafe


@vibesafe
def f(x: int) -> int:
    """Return x with 1 added.

    >>> f(1)
    2
    """
    raise VibeCoded()
'''
RIGHT = json.dumps({"code": "def f(x: int) -> int:\n    return x + 1\n"})
ANY_OBJECT = {"type": "json_object"}
HELD_TO_SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "answer", "strict": True, "schema": ANSWER_SCHEMA},
}


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"code": CODE}),
        f"  \n{json.dumps({'code': CODE}, indent=1)}\n",
        f"```json\n{json.dumps({'code': CODE})}\n```",
        f"<think>An object {{.</think>\n{json.dumps({'code': CODE})}",
        json.dumps({"why": "because", "code": f"````python\n{CODE}````"}),
        f'{{"code": "{CODE.replace(chr(34), chr(92) + chr(34))}"}}',  # line ends as they are: not quite JSON, and plain
        f"````python\n{CODE}````",  # a server that holds the model to nothing
        CODE.replace("```", "..."),
    ],
)
def test_the_code_is_taken_out_of_the_object(answer: str) -> None:
    text, bad = in_markdown(answer, "stop", "f")
    assert bad is None
    assert extract(text, "f").replace("...", "```").rstrip() == CODE.rstrip()


@given(st.text(alphabet=st.sampled_from("`~\n {}\"\\x'"), max_size=30))
def test_whatever_the_code_holds_comes_back_whole(inside: str) -> None:
    code = f"def f():\n    return {inside!r}  #{inside.replace(chr(10), '')}\n"
    text, bad = in_markdown(json.dumps({"code": code}), "stop", "f")
    assert bad is None
    assert extract(text, "f").rstrip("\n") == code.rstrip("\n")


@pytest.mark.parametrize(
    ("answer", "finish", "said"),
    [
        ('{"code": "def f', "stop", "no whole JSON object (Unterminated string"),
        ('{"code": "def f', "length", "cut off by the token limit"),
        ('{"code": "x = 1"} And so on.', "stop", "no whole JSON object (Extra data"),
        ('{"code": ' * 3, "stop", "no whole JSON object"),
        ('{"code": ' + "[" * 100_000, "stop", "no whole JSON object"),
        ('{"answer": "x = 1"}', "stop", 'no text named "code"'),
        ('{"code": ["x = 1"]}', "stop", 'no text named "code"'),
        ('{"code": null}', "stop", 'no text named "code"'),
        ('{"code": " "}', "stop", "no Python code"),
        ('{"code": "Sure"}', "stop", ""),  # a fence says that it is code: the gates say what is wrong with it
        ("Sorry.", "stop", "no Python code"),
        ("", "stop", "empty"),
    ],
)
def test_what_is_no_object_with_code_is_refused_and_told_why(answer: str, finish: str, said: str) -> None:
    _, bad = in_markdown(answer, finish, "f")
    assert said in ("" if bad is None else bad.message)
    assert (bad is None) == (not said)


def test_the_prompt_says_the_form_last_and_only_where_it_is_asked_for(make_spec: Callable[..., Spec]) -> None:
    plain = build_prompt(make_spec(), None, continues=False, sample=0)
    asking = build_prompt(make_spec(sent=(("json", "schema"), ("model", "m"))), None, continues=False, sample=0)
    assert asking.request.messages[-1].content.endswith(f"\n{IN_JSON}\n")
    assert asking.request.messages[-1].content.startswith(plain.request.messages[-1].content)
    assert dict(asking.request.sent) == {"json": "schema", "model": "m"}


def test_no_answer_in_json_is_begun() -> None:
    assert "begun" in ladder(Abilities(continues=False, temperature=0.5))
    assert "begun" not in ladder(Abilities(continues=False, temperature=0.5, begins=False))


def test_who_stands_in_is_asked_in_its_own_way_and_only_where_the_question_is() -> None:
    asked = ProviderConfig("default", "openai-compatible", "m", json="schema")
    other = ProviderConfig("other", "gemini", "g", json="object")
    assert dict(sent_to(other, asked, asked.sent)) == {"json": "object", "model": "g"}
    assert dict(sent_to(replace(other, json=None), asked, asked.sent)) == {"model": "g"}
    assert dict(sent_to(other, replace(asked, json=None), (("model", "m"),))) == {"model": "g"}


@pytest.mark.parametrize(
    ("kind", "form", "path", "sent"),
    [
        ("openai-compatible", "schema", ("response_format",), HELD_TO_SCHEMA),
        ("openai-compatible", "object", ("response_format",), ANY_OBJECT),
        ("anthropic", "schema", ("output_config", "format"), {"type": "json_schema", "schema": ANSWER_SCHEMA}),
        ("gemini", "schema", ("generationConfig", "responseJsonSchema"), ANSWER_SCHEMA),
        ("gemini", "schema", ("generationConfig", "responseMimeType"), "application/json"),
        ("gemini", "object", ("generationConfig", "responseMimeType"), "application/json"),
        ("gemini", "object", ("generationConfig", "responseJsonSchema"), None),
        ("gemini", None, ("generationConfig", "responseMimeType"), None),
        ("openai-compatible", None, ("response_format",), None),
        ("anthropic", None, ("output_config",), None),
    ],
)
def test_each_api_is_asked_in_its_own_words(
    model_server: ModelServer, reply: type[Reply], *, kind: str, form: str | None, path: tuple[str, ...], sent: object
) -> None:
    message = {"type": "message", "content": [{"type": "text", "text": RIGHT}], "model": "m", "stop_reason": "end_turn"}
    candidates = {"candidates": [{"content": {"role": "model", "parts": [{"text": RIGHT}]}, "finishReason": "STOP"}]}
    bodies = {"anthropic": json.dumps(message).encode(), "gemini": json.dumps(candidates).encode()}
    model_server.replies = [reply(RIGHT, body=bodies.get(kind))]
    address = model_server.base_url if kind == "openai-compatible" else model_server.base_url.removesuffix("/v1")
    config = ProviderConfig(
        "default", kind, "m", base_url=address, api_key_env="CANARY_KEY", json=form, accepts=("json",)
    )
    answer = open_provider(config, Path()).ask(Request((Message("user", "Write f."),), config.sent))
    assert answer.text == RIGHT
    found: Any = model_server.asked[0].body
    assert "json" not in found
    for name in path:
        found = found.get(name, {}) if name != path[-1] else found.get(name)
    assert found == sent


def project_of(root: Path, server: ModelServer, provider: str) -> Project:
    (root / "app").mkdir(exist_ok=True)
    (root / "app" / "__init__.py").write_text("")
    (root / "app" / "unit.py").write_text(STUB)
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "app"\nversion = "1"\n'
    )
    (root / "vibesafe.toml").write_text(
        f'[provider.default]\nkind = "openai-compatible"\nmodel = "m"\nbase_url = "{server.base_url}"\n'
        f'api_key_env = "CANARY_KEY"\n{provider}\n[gates]\nrequired = ["structure", "doctests"]\n'
    )
    return open_project(root)


def run(project: Project, events: list[Event], *, offline: bool = False) -> CompileResult:
    scan = scan_project(project)
    options = CompileOptions(offline=offline, force=offline)
    [result] = compile_units(project, scan, scan.specs, options, events.append)
    return result


def test_a_unit_is_written_in_json_and_bad_json_is_told_to_the_model(
    tmp_path: Path, model_server: ModelServer, reply: type[Reply]
) -> None:
    project = project_of(tmp_path, model_server, 'json = "schema"\naccepts = ["json"]\n')
    model_server.replies = [reply('{"code": "def f'), reply(RIGHT)]
    events: list[Event] = []
    result = run(project, events)
    assert (result.outcome, result.calls) == ("passed", 2)
    [refused] = [event for event in events if isinstance(event, Refused)]
    assert "no whole JSON object" in refused.findings[0].message
    first, second = (asked.body for asked in model_server.asked)
    assert first["response_format"] == second["response_format"] == HELD_TO_SCHEMA
    words = [cast("list[dict[str, str]]", body["messages"])[0]["content"] for body in (first, second)]
    assert "no whole JSON object" in words[1]
    assert all(each.endswith(f"{IN_JSON}\n") for each in words)
    assert result.checkpoint is not None
    checkpoint = read_checkpoint(project.checkpoints_path, result.unit, result.checkpoint)
    assert checkpoint.provenance.sent == (("json", "schema"), ("model", "m"))
    assert b"return x + 1" in checkpoint.implementation
    again = run(project, [], offline=True)
    assert (again.outcome, again.checkpoint, again.calls) == ("passed", result.checkpoint, 0)


def test_the_form_is_part_of_the_spec_where_it_is_set(tmp_path: Path, model_server: ModelServer) -> None:
    hashes = [
        scan_project(project_of(tmp_path, model_server, f'accepts = ["json"]\n{form}')).specs[0].spec_hash
        for form in ("", 'json = "schema"\n', 'json = "object"\n', "")
    ]
    assert len({*hashes}) == 3
    assert hashes[0] == hashes[3]


def test_a_model_that_is_not_known_to_take_it_is_not_asked(tmp_path: Path, model_server: ModelServer) -> None:
    with pytest.raises(VibesafeConfigurationError) as refused:
        run(project_of(tmp_path, model_server, 'json = "schema"\n'), [])
    [problem] = refused.value.problems
    assert problem.where == "[provider.default] json"
    assert 'add "json" to accepts' in problem.remedy
    assert model_server.asked == []
