"""Servers that send what no server should: the key stays here, and nothing that is written down can break."""

import json
from pathlib import Path
from typing import Any

import pytest

from hatch_vibesafe.generate.compile import CompileOptions
from hatch_vibesafe.generate.events import Event, Refused
from hatch_vibesafe.generate.extract import endless_finding
from hatch_vibesafe.generate.providers.failures import RequestFailedError
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer
from tests.canary import CANARY_KEY
from tests.generate.conftest import ModelServer, Reply
from tests.generate.test_compile import Make, make_project, right, run

__all__ = ["make_project"]  # a fixture
KINDS = ("openai-compatible", "anthropic", "gemini")
QUESTION = Request((Message("user", "Write f."),), (("max_tokens", 9), ("model", "m")))


def config_of(kind: str, server: ModelServer) -> ProviderConfig:
    address = server.base_url if kind == "openai-compatible" else server.base_url.removesuffix("/v1")
    return ProviderConfig("default", kind, "m", base_url=address, api_key_env="CANARY_KEY", timeout=20)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_followed_to_another_address(
    model_server: ModelServer, reply: type[Reply], kind: str, status: int
) -> None:
    elsewhere = model_server.base_url.replace("127.0.0.1", "localhost")
    model_server.replies = [reply("", status=status, headers={"Location": f"{elsewhere}/elsewhere"})]
    with pytest.raises(RequestFailedError) as refused:
        open_provider(config_of(kind, model_server), Path()).ask(QUESTION)
    [asked] = model_server.asked
    assert CANARY_KEY in str(asked.headers), "the control: the configured address gets the key"
    assert refused.value.failure.unusable
    [problem] = refused.value.problems
    assert f"HTTP {status} to {elsewhere}/elsewhere" in problem.what
    assert problem.remedy == "mend base_url in [provider.default]"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"model": "a\ud800\0\x1b[31m"}, Answer("x = 1", "a\\ud800\\x00\\x1b[31m", 7, 5, "stop")),
        ({"usage": {"prompt_tokens": 10**30, "completion_tokens": 5}}, Answer("x = 1", "m", 0, 5, "stop")),
        ({"usage": {"prompt_tokens": -1, "completion_tokens": 1.5}}, Answer("x = 1", "m", 0, 0, "stop")),
        ({"choices": [{"finish_reason": "\ud800", "text": "\ud800"}]}, Answer("\\ud800", "m", 7, 5, "\\ud800")),
    ],
)
def test_what_cannot_be_written_down_is_not_let_in(
    model_server: ModelServer, reply: type[Reply], sent: dict[str, Any], kept: Answer
) -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 5}
    whole = {"model": "m", "choices": [{"finish_reason": "stop", "text": "x = 1"}], "usage": usage}
    model_server.replies = [reply(body=json.dumps(whole | sent).encode())]
    assert open_provider(config_of("openai-compatible", model_server), Path()).ask(QUESTION) == kept


def test_what_a_server_complains_of_can_be_shown(model_server: ModelServer, reply: type[Reply]) -> None:
    said = json.dumps({"error": {"message": "no\ud800 \x1b[31mred\r\nline"}}).encode()
    model_server.replies = [reply(status=400, body=said)]
    with pytest.raises(RequestFailedError) as refused:
        open_provider(config_of("openai-compatible", model_server), Path()).ask(QUESTION)
    [problem] = refused.value.problems
    assert problem.what == refused.value.failure.what
    assert problem.what.endswith("no\\ud800 \\x1b[31mred line)")


def test_a_model_with_a_long_name_has_a_short_one(model_server: ModelServer, reply: type[Reply]) -> None:
    body = {"model": "m" * 1_000_000, "choices": [{"text": "x = 1"}]}
    model_server.replies = [reply(body=json.dumps(body).encode())]
    answer = open_provider(config_of("openai-compatible", model_server), Path()).ask(QUESTION)
    assert len(answer.model) < 400


def test_an_answer_of_megabytes_is_refused_and_told_why(
    make_project: Make, model_server: ModelServer, reply: type[Reply]
) -> None:
    project = make_project()
    long = [True, False]
    model_server.answer = lambda prompt: reply(f"{right(prompt)}\n{'# more' * 50_000 if long.pop(0) else ''}")
    events: list[Event] = []
    result = run(project, events, CompileOptions())["f1"]
    assert (result.outcome, result.calls) == ("passed", 2)
    [refused] = [event for event in events if isinstance(event, Refused)]
    assert refused.findings == (endless_finding("x" * 250_001),)
    assert endless_finding("x" * 250_000) is None
    assert len(str(model_server.asked[1].body)) < 20_000, "what goes back to the model is a part"
