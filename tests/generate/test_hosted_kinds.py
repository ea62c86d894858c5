"""Anthropic and Gemini: their real clients against a real server that speaks their APIs, well and badly."""

import contextlib
import json
import logging
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from hatch_vibesafe.generate.gateway.gateway import sent_to
from hatch_vibesafe.generate.providers.failures import Failure, ProviderUnusableError, RequestFailedError
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.problems import VibesafeConfigurationError
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer

KEY = "sk-canary-0123456789"
QUESTION = Request(
    (Message("system", "Be short."), Message("user", "Write f."), Message("assistant", "Why?"), Message("user", "So.")),
    (("max_tokens", 9), ("model", "a-model")),
    ("\nclass ",),
)
KINDS = ("anthropic", "gemini")
Reply = Callable[..., object]


class Server(Protocol):
    replies: list[Any]
    asked: list[Any]
    base_url: str


def message(kind: str, *texts: str, finish: str = "") -> bytes:
    """Return an answer as the API of a kind sends it."""
    if kind == "anthropic":
        content = [{"type": "text", "text": text} for text in texts]
        usage = {"input_tokens": 4, "cache_read_input_tokens": 3, "output_tokens": 5}
        return json.dumps(
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": "answering-model",
                "content": content,
                "stop_reason": finish or "end_turn",
                "usage": usage,
            }
        ).encode()
    parts = [{"text": "Let me think.", "thought": True}, *({"text": text} for text in texts)]
    return json.dumps(
        {
            "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish or "STOP"}],
            "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3, "thoughtsTokenCount": 2},
            "modelVersion": "answering-model",
        }
    ).encode()


def config_of(kind: str, address: str) -> ProviderConfig:
    return ProviderConfig(
        "default", kind, "a-model", base_url=address.removesuffix("/v1"), api_key_env="CANARY_KEY", timeout=20
    )


@pytest.fixture(params=KINDS)
def config(request: pytest.FixtureRequest, model_server: Server, monkeypatch: pytest.MonkeyPatch) -> ProviderConfig:
    monkeypatch.setenv("CANARY_KEY", KEY)
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return config_of(request.param, model_server.base_url)


def failure(config: ProviderConfig) -> Failure:
    with pytest.raises(RequestFailedError) as raised:
        open_provider(config, Path()).ask(QUESTION)
    assert len(raised.value.problems) == 1
    assert "[provider.default]" in raised.value.problems[0].where
    return raised.value.failure


def test_an_answer_comes_with_its_tokens_and_the_model_that_gave_it(
    config: ProviderConfig, model_server: Server, reply: Reply
) -> None:
    model_server.replies = [reply(body=message(config.kind, "Hello", "."))]
    provider = open_provider(config, Path())
    assert provider.ask(QUESTION) == Answer("Hello.", "answering-model", 7, 5, "stop")
    assert provider.kind == config.kind
    assert not provider.continues


def test_an_answer_that_was_cut_off_says_so(config: ProviderConfig, model_server: Server, reply: Reply) -> None:
    cut = {"anthropic": "max_tokens", "gemini": "MAX_TOKENS"}[config.kind]
    model_server.replies = [reply(body=message(config.kind, "Hel", finish=cut))]
    assert open_provider(config, Path()).ask(QUESTION).finish == "length"


def test_what_is_sent_is_what_the_messages_api_takes(
    model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_KEY", KEY)
    model_server.replies = [reply(body=message("anthropic", "Hello."))]
    config = replace(config_of("anthropic", model_server.base_url), model="claude-sonnet-4-6")
    sent = (("max_tokens", 9), ("model", "claude-sonnet-4-6"), ("reasoning_effort", "low"), ("temperature", 0.5))
    provider = open_provider(config, Path())
    provider.ask(replace(QUESTION, sent=sent))
    provider.ask(Request((Message("user", "Write f."),), ()))
    full, bare = model_server.asked
    assert full.path == "/v1/messages"
    assert full.headers["x-api-key"] == KEY
    assert "authorization" not in full.headers
    assert full.headers["anthropic-version"] == "2023-06-01"
    assert full.body == {
        "model": "claude-sonnet-4-6",
        "max_tokens": 9,
        "temperature": 0.5,
        "output_config": {"effort": "low"},
        "stop_sequences": ["\nclass "],
        "system": "Be short.",
        "messages": [
            {"role": "user", "content": "Write f."},
            {"role": "assistant", "content": "Why?"},
            {"role": "user", "content": "So."},
        ],
    }
    assert set(bare.body) == {"model", "max_tokens", "messages"}


def test_what_is_sent_is_what_the_gemini_api_takes(
    model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_KEY", KEY)
    model_server.replies = [reply(body=message("gemini", "Hello."))]
    config = replace(config_of("gemini", model_server.base_url), model="gemini-3-pro")
    sent = (
        ("max_tokens", 9),
        ("model", "gemini-3-pro"),
        ("reasoning_effort", "low"),
        ("seed", 3),
        ("temperature", 0.5),
    )
    provider = open_provider(config, Path())
    provider.ask(replace(QUESTION, sent=sent))
    provider.ask(Request((Message("user", "Write f."),), ()))
    full, bare = model_server.asked
    assert full.path == "/v1beta/models/gemini-3-pro:generateContent"
    assert full.headers["x-goog-api-key"] == KEY
    generation = full.body["generationConfig"]
    [(name, effort)] = generation.pop("thinkingConfig").items()
    assert (name.replace("_", "").lower(), effort.lower()) == ("thinkinglevel", "low")
    assert generation == {"maxOutputTokens": 9, "seed": 3, "temperature": 0.5, "stopSequences": ["\nclass "]}
    assert [(each["role"], each["parts"]) for each in full.body["contents"]] == [
        ("user", [{"text": "Write f."}]),
        ("model", [{"text": "Why?"}]),
        ("user", [{"text": "So."}]),
    ]
    assert full.body["systemInstruction"]["parts"] == [{"text": "Be short."}]
    assert bare.body.get("generationConfig", {}) == {}


def error(kind: str, name: str, what: str) -> bytes:
    """Return an error as the API of a kind sends it."""
    if kind == "anthropic":
        return json.dumps({"type": "error", "error": {"type": name, "message": what}}).encode()
    return json.dumps({"error": {"code": 0, "status": name.upper(), "message": what}}).encode()


LATER = Failure("", "run the command again later", again=True, refused=True, hasty=True)


@pytest.mark.parametrize(
    "refusal",
    [
        (401, {}, Failure("", "check the key in CANARY_KEY", unusable=True, refused=True)),
        (404, {}, Failure("", "mend base_url or model in [provider.default]", unusable=True, refused=True)),
        (400, {}, Failure("", "mend what the server names in [provider.default]", refused=True)),
        (429, {"Retry-After": "7"}, replace(LATER, wait=7.0)),
        (503, {}, LATER),
        (529, {}, LATER),
        (402, {}, Failure("", "add credit, or another key in CANARY_KEY", unusable=True, refused=True)),
        (
            429,
            {"Retry-After": "3600"},
            Failure("", "run the command again after that time", unusable=True, refused=True, hasty=True),
        ),
    ],
)
def test_a_refusal_is_read_and_asked_again_by_nobody_but_the_gateway(
    config: ProviderConfig,
    model_server: Server,
    reply: Reply,
    refusal: tuple[int, dict[str, str], Failure],
) -> None:
    status, headers, expected = refusal
    body = error(config.kind, "some_error", "that was wrong")
    model_server.replies = [reply(status=status, headers=headers, body=body)]
    failed = failure(config)
    assert "that was wrong" in failed.what
    assert replace(failed, what="", reason=expected.reason) == expected
    assert len(model_server.asked) == 1


def test_who_asks_for_a_key_and_was_sent_none_says_which_to_set(
    config: ProviderConfig, model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CANARY_KEY")
    model_server.replies = [reply(status=401, body=error(config.kind, "some_error", "who are you"))]
    failed = failure(config)
    assert failed.what == "asks for a key (HTTP 401: who are you)"
    assert failed.remedy == "set CANARY_KEY, or name another in api_key_env"


def test_gemini_says_in_the_body_that_a_key_is_wrong_and_how_long_to_wait(
    model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_KEY", KEY)
    config = config_of("gemini", model_server.base_url)
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    wrong = {"error": {"code": 400, "message": "API key not valid.", "status": "INVALID", "details": details}}
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}]
    busy = {"error": {"code": 429, "message": "Quota.", "status": "RESOURCE_EXHAUSTED", "details": details}}
    model_server.replies = [
        reply(status=400, body=json.dumps(wrong).encode()),
        reply(status=429, body=json.dumps(busy).encode()),
    ]
    assert failure(config).unusable
    waiting = failure(config)
    assert (waiting.wait, waiting.again) == (34.5, True)


@pytest.mark.parametrize(
    "broken",
    [
        {"body": b"{garbage"},
        {"body": b"[]"},
        {"body": b"{}"},
        {"body": b"<html>busy</html>", "headers": {"Content-Type": "text/html"}},
        {"behaviour": "reset"},
        {"body": b'{"candidates": [], "content": 3}'},
    ],
)
def test_what_is_no_answer_may_be_asked_again(
    config: ProviderConfig, model_server: Server, reply: Reply, broken: dict[str, Any]
) -> None:
    model_server.replies = [reply(**broken)]
    failed = failure(config)
    assert failed.again
    assert not failed.refused
    assert len(model_server.asked) == 1


def test_a_declined_answer_says_so(model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_KEY", KEY)
    model_server.replies = [reply(body=message("anthropic", "", finish="refusal"))]
    assert "declined" in failure(config_of("anthropic", model_server.base_url)).what
    model_server.replies = [reply(body=b'{"promptFeedback": {"blockReason": "SAFETY"}}')]
    assert "no candidate" in failure(config_of("gemini", model_server.base_url)).what


@pytest.mark.parametrize("behaviour", ["hang", "drip"])
def test_a_slow_server_is_left(config: ProviderConfig, model_server: Server, reply: Reply, behaviour: str) -> None:
    model_server.replies = [reply(body=message(config.kind, "Hello."), behaviour=behaviour)]
    failed = failure(replace(config, timeout=0.5))
    assert "did not answer within 0.5 s" in failed.what
    assert failed.again


def test_a_server_that_is_not_there_or_takes_no_connection_is_named(config: ProviderConfig) -> None:
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(8):
            client = waiting.enter_context(socket.socket())
            client.settimeout(0)
            client.connect_ex(full.getsockname())
        address = f"http://127.0.0.1:{full.getsockname()[1]}"
        failed = failure(replace(config, base_url=address, connect_timeout=0.2))
        assert "no connection within 0.2 s" in failed.what
        assert failed.unusable
    failed = failure(replace(config, base_url=address))
    assert "cannot be reached" in failed.what


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_a_key_that_a_server_echoes_comes_back_in_nothing(
    config: ProviderConfig, model_server: Server, reply: Reply, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    body = message(config.kind, KEY) if status == 200 else error(config.kind, "echo", f"you sent {KEY}")
    model_server.replies = [reply(status=status, body=body)]
    provider = open_provider(config, Path())
    try:
        said = repr(provider.ask(QUESTION))
    except RequestFailedError as raised:
        said = f"{raised} {raised!r} {raised.failure!r} {raised.__context__!r}"
    assert "[key]" in said
    assert KEY not in said + caplog.text + repr(vars(provider))


def test_without_a_key_nothing_is_sent(config: ProviderConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CANARY_KEY")
    with pytest.raises(ProviderUnusableError) as raised:
        open_provider(replace(config, base_url=None), Path()).ask(QUESTION)
    assert raised.value.problems[0].remedy == "set CANARY_KEY, or name another in api_key_env"


def test_a_server_on_this_machine_needs_no_key(
    config: ProviderConfig, model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CANARY_KEY")
    model_server.replies = [reply(body=message(config.kind, "Hello."))]
    assert open_provider(config, Path()).ask(QUESTION).text == "Hello."


def test_no_other_variable_of_the_environment_is_sent(
    config: ProviderConfig, model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaked = "http://leaked.invalid"
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, leaked)
    for name in ("GOOGLE_GEMINI_BASE_URL", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION"):
        monkeypatch.setenv(name, leaked)
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "Authorization: Bearer leaked\nX-Other: leaked\nUser-Agent: leaked")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    model_server.replies = [reply(body=message(config.kind, "Hello."))]
    open_provider(config, Path()).ask(QUESTION)
    assert "leaked" not in str(model_server.asked)


def test_without_the_package_the_extra_is_named(config: ProviderConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    package = {"anthropic": "anthropic", "gemini": "google.genai"}[config.kind]
    for name in [name for name in sys.modules if name.startswith("hatch_vibesafe.generate.providers.gemini_client")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    if config.kind == "gemini":
        monkeypatch.delattr(sys.modules["google"], "genai", raising=False)
    with pytest.raises(ProviderUnusableError) as raised:
        open_provider(config, Path()).ask(QUESTION)
    assert raised.value.problems[0].remedy == f"pip install 'hatch-vibesafe[{config.kind}]'"


@pytest.mark.parametrize(
    ("model", "settings", "refused"),
    [
        ("claude-3-5-haiku-latest", {"temperature": 0.5}, ""),
        ("claude-sonnet-4-5-20250929", {"temperature": 1.0}, ""),
        ("claude-sonnet-4-5-20250929", {"temperature": 1.2}, "temperature"),
        ("claude-sonnet-4-5", {"reasoning_effort": "low"}, "reasoning_effort"),
        ("claude-opus-4-7", {"temperature": 0.5}, "temperature"),
        ("claude-opus-4-7", {"reasoning_effort": "low"}, ""),
        ("claude-sonnet-4-6", {"seed": 1}, "seed"),
        ("claude-of-next-year", {"temperature": 0.5}, "temperature"),
        ("gemini-2.5-flash", {"temperature": 1.5, "seed": 1}, ""),
        ("gemini-2.5-flash", {"reasoning_effort": "low"}, "reasoning_effort"),
        ("gemma-of-next-year", {"seed": 1}, "seed"),
    ],
)
def test_a_model_takes_what_is_known_of_it(model: str, settings: dict[str, Any], refused: str) -> None:
    kind = "anthropic" if model.startswith("claude") else "gemini"
    config = ProviderConfig("default", kind, model, **settings)
    if not refused:
        assert open_provider(config, Path()).kind == kind
        return
    with pytest.raises(VibesafeConfigurationError) as raised:
        open_provider(config, Path())
    assert [problem.where for problem in raised.value.problems] == [f"[provider.default] {refused}"]


def test_a_hotter_question_is_never_hotter_than_the_models_can_be() -> None:
    claude = ProviderConfig("default", "anthropic", "claude-3-opus", temperature=0.8)
    hotter = (("model", "m"), ("temperature", 1.2))
    assert sent_to(claude, claude, hotter) == (("model", "m"), ("temperature", 1.0))
    gemini = replace(claude, kind="gemini")
    assert sent_to(gemini, gemini, hotter) == hotter
