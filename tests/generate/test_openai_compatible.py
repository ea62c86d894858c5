"""A real client, a real server that misbehaves: a clear error or a bounded retry, and never a key in anything."""

import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from hatch_vibesafe.budget_config import UNLIMITED
from hatch_vibesafe.generate.gateway.account import Account
from hatch_vibesafe.generate.gateway.gateway import Gateway
from hatch_vibesafe.generate.gateway.member import Member
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.openai_compatible import OpenAICompatible
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import VibesafeConfigurationError, VibesafeProviderError
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer

KEY = 'sk-canary-0123456789-"quoted\\'
QUESTION = Request((Message("user", "Write f."),), (("model", "asked-model"),))


class Server(Protocol):
    replies: list[Any]
    asked: list[Any]
    base_url: str


Reply = Callable[..., object]


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def config(model_server: Server, monkeypatch: pytest.MonkeyPatch) -> ProviderConfig:
    monkeypatch.setenv("CANARY_KEY", KEY)
    return ProviderConfig(
        "default",
        "openai-compatible",
        "asked-model",
        base_url=model_server.base_url,
        api_key_env="CANARY_KEY",
        timeout=5,
    )


@dataclass
class Waiting:
    """A clock that waits for nobody: asleep, its time passes at once."""

    slept: list[float]
    stopped: bool = False
    time: float = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


class Retried:
    """The provider as a run asks it: behind the gateway."""

    def __init__(self, config: ProviderConfig, slept: list[float]) -> None:
        clock = Waiting(slept)
        self._gateway = Gateway([Member(config, OpenAICompatible(config), Account(UNLIMITED, clock.now), clock)])
        self.tries: list[Try] = []

    def ask(self, request: Request) -> Answer:
        return replace(self._gateway.ask(request, UnitId("app", "f"), self.tries.append), provider="")


@pytest.fixture
def provider(config: ProviderConfig, slept: list[float]) -> Retried:
    return Retried(config, slept)


def test_an_answer_comes_with_the_model_that_gave_it(provider: Retried, model_server: Server, reply: Reply) -> None:
    model_server.replies = [reply("Hello.")]
    assert provider.ask(QUESTION) == Answer("Hello.", "answering-model", 7, 5, "stop")


def test_only_what_is_set_is_sent(provider: Retried, model_server: Server, reply: Reply) -> None:
    model_server.replies = [reply("Hello.")]
    provider.ask(QUESTION)
    provider.ask(
        replace(
            QUESTION,
            sent=(("max_tokens", 9), ("model", "m"), ("reasoning_effort", "low"), ("seed", 3), ("temperature", 0.0)),
        )
    )
    bare, full = (asked.body for asked in model_server.asked)
    assert bare == {"model": "asked-model", "messages": [{"role": "user", "content": "Write f."}]}
    assert {name: value for name, value in full.items() if name != "messages"} == {
        "model": "m",
        "max_tokens": 9,
        "reasoning_effort": "low",
        "seed": 3,
        "temperature": 0.0,
    }
    assert model_server.asked[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("failing", "waits"),
    [
        ({"status": 500}, [0.5, 1.0]),
        ({"status": 503, "headers": {"Retry-After": "2"}}, [2.0, 2.0]),
        ({"status": 429, "headers": {"Retry-After": "3"}}, [3.0, 3.0]),
        ({"behaviour": "reset"}, [0.5, 1.0]),
        ({"body": b"{garbage"}, [0.5, 1.0]),
        ({"body": b"<html>busy</html>", "headers": {"Content-Type": "text/html"}}, [0.5, 1.0]),
        ({"body": b'{"choices": []}'}, [0.5, 1.0]),
        ({"body": b'{"error": {"message": "overloaded"}}'}, [0.5, 1.0]),
    ],
)
def test_what_may_pass_is_asked_again_and_not_for_ever(
    config: ProviderConfig, model_server: Server, reply: Reply, failing: dict[str, Any], waits: list[float]
) -> None:
    slept: list[float] = []
    provider = Retried(config, slept)
    bad = reply(**failing)
    model_server.replies = [bad, bad, reply("Hello.")]
    assert provider.ask(QUESTION).text == "Hello."
    assert slept == waits
    model_server.replies = [bad]
    model_server.asked.clear()
    with pytest.raises(VibesafeProviderError) as failure:
        provider.ask(QUESTION)
    assert len(model_server.asked) == 3
    assert len(failure.value.problems) == 1
    assert failure.value.__cause__ is None


@pytest.mark.parametrize(
    ("refusal", "unusable"),
    [
        ((400, b'{"error": {"message": "temperature is not accepted"}}'), False),
        ((401, b'{"error": {"message": "bad key"}}'), True),
        ((403, b""), True),
        ((404, b'{"error": "no such model"}'), True),
        ((429, b'{"error": {"code": "insufficient_quota", "message": "no credit"}}'), True),
        ((422, b"not even JSON"), False),
    ],
)
def test_what_will_not_pass_is_asked_once(
    provider: Retried, model_server: Server, reply: Reply, refusal: tuple[int, bytes], unusable: bool
) -> None:
    status, body = refusal
    model_server.replies = [reply(status=status, body=body)]
    with pytest.raises(VibesafeProviderError) as failure:
        provider.ask(QUESTION)
    assert len(model_server.asked) == 1
    assert isinstance(failure.value, ProviderUnusableError) is unusable
    assert str(status) in failure.value.problems[0].what


def test_a_server_that_asks_to_wait_long_gets_no_second_request(
    provider: Retried, model_server: Server, reply: Reply, slept: list[float]
) -> None:
    model_server.replies = [reply(status=429, headers={"Retry-After": "3600"})]
    with pytest.raises(VibesafeProviderError, match="3600 s"):
        provider.ask(QUESTION)
    assert (len(model_server.asked), slept) == (1, [])


@pytest.mark.parametrize("behaviour", ["hang", "drip"])
def test_a_slow_server_is_left(config: ProviderConfig, model_server: Server, reply: Reply, behaviour: str) -> None:
    model_server.replies = [reply("Hello.", behaviour=behaviour)]
    provider = Retried(replace(config, timeout=0.2, attempts=2), [])
    with pytest.raises(VibesafeProviderError, match=r"0\.2 s"):
        provider.ask(QUESTION)
    assert len(model_server.asked) == 2


@pytest.mark.parametrize("behaviour", ["hang", "drip"])
def test_silence_is_measured_apart_from_the_whole_time(
    config: ProviderConfig, model_server: Server, reply: Reply, behaviour: str
) -> None:
    # The slow one sends a byte every 0.05 s, so that it is never silent for long.
    model_server.replies = [reply(body=b'{"choices": []}', behaviour=behaviour)]
    silent = replace(config, timeout=30, read_timeout=1.5, attempts=1)
    what = r"silent for 1\.5 s" if behaviour == "hang" else "holds no message"
    with pytest.raises(VibesafeProviderError, match=what):
        Retried(silent, []).ask(QUESTION)


def test_a_server_that_takes_no_connection_is_left_after_the_time_for_that(config: ProviderConfig) -> None:
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(8):  # more than it queues: who comes next waits until its connection times out
            client = waiting.enter_context(socket.socket())
            client.settimeout(0)
            client.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        provider = Retried(
            replace(config, base_url=f"http://127.0.0.1:{port}/v1", connect_timeout=0.2, timeout=60, attempts=1), []
        )
        with pytest.raises(ProviderUnusableError, match=r"no connection within 0\.2 s"):
            provider.ask(QUESTION)


def test_a_server_that_is_not_there_is_named(config: ProviderConfig) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    provider = Retried(replace(config, base_url=f"http://127.0.0.1:{port}/v1"), [])
    with pytest.raises(ProviderUnusableError, match="cannot be reached") as failure:
        provider.ask(QUESTION)
    assert "[provider.default]" in failure.value.problems[0].remedy


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_empty_and_truncated_answers_are_answers_that_say_so(
    provider: Retried, model_server: Server, reply: Reply, finish: str
) -> None:
    model_server.replies = [reply(None, finish=finish)]
    assert provider.ask(QUESTION) == Answer("", "answering-model", 7, 5, finish)


ECHO = f'{{"error": {{"message": "you sent Authorization: Bearer {KEY}"}}}}'


@pytest.mark.parametrize(
    "echo",
    [
        {"status": 401, "body": ECHO.encode()},
        {"status": 500, "body": f"Bearer {KEY}".encode()},
        {"body": f"Bearer {KEY}".encode()},
        {"body": ECHO.encode()},
        {"status": 400, "body": ("x" * 290 + KEY).encode()},
    ],
)
def test_no_key_is_in_any_error_or_log(
    provider: Retried,
    model_server: Server,
    reply: Reply,
    caplog: pytest.LogCaptureFixture,
    echo: dict[str, Any],
) -> None:
    caplog.set_level(logging.DEBUG)
    model_server.replies = [reply(**echo)]
    with pytest.raises(VibesafeProviderError) as failure:
        provider.ask(QUESTION)
    said = (
        f"{failure.value} {failure.value!r} {failure.value.__context__!r} {provider!r} {vars(provider)!r} {caplog.text}"
    )
    assert "canary" not in said.replace("CANARY_KEY", "")


def test_a_key_that_a_server_echoes_as_its_answer_is_not_kept(
    provider: Retried, model_server: Server, reply: Reply
) -> None:
    model_server.replies = [reply(f"your key is {KEY}, and {KEY}")]
    assert provider.ask(QUESTION).text == "your key is [key], and [key]"


@pytest.mark.parametrize(
    ("refusal", "unusable"),
    [
        ({"status": 402, "body": b'{"error": {"message": "Insufficient Balance"}}'}, True),
        ({"status": 400, "body": b'{"error": {"message": "Your credit balance is too low to access it."}}'}, True),
        ({"status": 429, "body": b'{"error": {"message": "Quota.", "code": "insufficient_quota"}}'}, True),
        ({"status": 400, "body": b'{"error": {"message": "max_tokens is too large."}}'}, False),
        ({"status": 429, "body": b'{"error": {"message": "Slow down."}}'}, False),
    ],
)
def test_who_has_no_credit_is_not_asked_for_the_next_unit(
    provider: Retried, model_server: Server, reply: Reply, refusal: dict[str, Any], unusable: bool
) -> None:
    model_server.replies = [reply(**refusal)]
    for _ in range(2):
        with pytest.raises(VibesafeProviderError, match=r"no credit left" if unusable else "HTTP"):
            provider.ask(QUESTION)
    assert (len(model_server.asked) == 1) is unusable


@pytest.mark.parametrize("dummy", ["x", "test", "ollama", "EMPTY"])
def test_what_a_server_on_this_machine_is_given_for_a_key_stays_in_its_code(
    provider: Retried, model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch, dummy: str
) -> None:
    monkeypatch.setenv("CANARY_KEY", dummy)
    model_server.replies = [reply(f"def f(x):\n    return '{dummy}', x")]
    assert provider.ask(QUESTION).text == f"def f(x):\n    return '{dummy}', x"
    assert model_server.asked[0].headers["authorization"] == f"Bearer {dummy}"


def test_a_missing_key_is_named_before_anything_is_sent(
    config: ProviderConfig, model_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CANARY_KEY")
    provider = OpenAICompatible(replace(config, base_url="https://models.invalid/v1"))
    with pytest.raises(ProviderUnusableError) as failure:
        provider.ask(QUESTION)
    assert failure.value.problems[0].remedy == "set CANARY_KEY, or name another in api_key_env"
    assert model_server.asked == []


def test_a_server_on_this_machine_needs_no_key(
    config: ProviderConfig, model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CANARY_KEY")
    model_server.replies = [reply("Hello.")]
    assert OpenAICompatible(config).ask(QUESTION).text == "Hello."
    assert "authorization" not in model_server.asked[0].headers


@pytest.mark.parametrize("key", ["line\nbreak", "ключ"])
def test_what_cannot_be_a_key_is_refused_without_being_shown(
    config: ProviderConfig, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("CANARY_KEY", key)
    with pytest.raises(ProviderUnusableError) as failure:
        OpenAICompatible(config).ask(QUESTION)
    assert key not in str(failure.value)


def test_no_other_variable_of_the_environment_is_sent(
    provider: Retried, model_server: Server, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "http://leaked.invalid")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer leaked")
    model_server.replies = [reply("Hello.")]
    provider.ask(QUESTION)
    assert "leaked" not in str(model_server.asked)


def test_a_kind_opens_its_provider_and_an_unknown_one_is_refused(config: ProviderConfig) -> None:
    assert [open_provider(config, Path()).kind, open_provider(replace(config, kind="local"), Path()).kind] == [
        "openai-compatible",
        "local",
    ]
    with pytest.raises(VibesafeConfigurationError):
        open_provider(replace(config, kind="oracle"), Path())
