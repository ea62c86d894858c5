"""Raw completions: what is sent to a real server, and what an answer to a begun text becomes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from hatch_vibesafe.generate.providers.failures import RequestFailedError
from hatch_vibesafe.generate.providers.open import open_provider
from hatch_vibesafe.generate.providers.openai_compatible import OpenAICompatible
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.generate.providers.raw import raw_prompt
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer

BEGUN = Request(
    (Message("user", "Complete `f`.\n"), Message("assistant", "```python\ndef f() -> int:")),
    (("max_tokens", 9), ("model", "m"), ("seed", 3), ("temperature", 0.5)),
    ("\n```", "\ndef ", "\nclass ", "\nprint(", "\nassert "),
)
ASKED = Request((Message("user", "Write `f`.\n"),), (("model", "m"),))


class Server(Protocol):
    replies: list[Any]
    asked: list[Any]
    base_url: str


def completion(*texts: str, finish: str = "stop") -> bytes:
    choices = [{"index": number, "text": text, "finish_reason": finish} for number, text in enumerate(texts)]
    usage = {"prompt_tokens": 11, "completion_tokens": 7}
    return json.dumps({"object": "text_completion", "model": "answering", "choices": choices, "usage": usage}).encode()


@pytest.fixture
def config(model_server: Server) -> ProviderConfig:
    return ProviderConfig(
        "raw", "openai-compatible", "m", base_url=model_server.base_url, api_key_env="NO_SUCH_KEY", api="completions"
    )


def test_a_begun_answer_is_sent_as_one_text_and_its_continuation_comes_back(
    config: ProviderConfig, model_server: Server, reply: Callable[..., object]
) -> None:
    model_server.replies = [reply(body=completion("\n    return 1"))]
    provider = open_provider(config, Path())
    answer = provider.ask(BEGUN)
    assert provider.continues
    assert (answer.text, answer.model, answer.input_tokens, answer.output_tokens) == (
        "\n    return 1",
        "answering",
        11,
        7,
    )
    assert (model_server.asked[0].path, model_server.asked[0].body) == (
        "/v1/completions",
        {
            "model": "m",
            "prompt": "Complete `f`.\n\n```python\ndef f() -> int:",
            "max_tokens": 9,
            "seed": 3,
            "temperature": 0.5,
            "stop": ["\n```", "\ndef ", "\nclass ", "\nprint("],
        },
    )


def test_where_nothing_is_begun_a_fence_is_and_the_answer_is_whole(
    config: ProviderConfig, model_server: Server, reply: Callable[..., object]
) -> None:
    model_server.replies = [reply(body=completion("def f() -> int:\n    return 1"))]
    assert OpenAICompatible(config).ask(ASKED).text == "```python\ndef f() -> int:\n    return 1\n```\n"
    body = model_server.asked[0].body
    assert body == {"model": "m", "prompt": "Write `f`.\n\n```python\n", "max_tokens": 1024, "stop": ["\n```"]}


@pytest.mark.parametrize(
    ("text", "finish", "whole"),
    [("x = 1", "stop", "```python\nx = 1\n```\n"), ("x = 1", "length", "```python\nx = 1"), ("  ", "stop", "  ")],
)
def test_a_fence_is_closed_only_where_the_answer_ended(text: str, finish: str, whole: str) -> None:
    assert raw_prompt(ASKED).whole(Answer(text, "m", finish=finish)).text == whole


def test_the_chat_way_is_the_usual_one_and_begins_nothing(config: ProviderConfig) -> None:
    assert not open_provider(replace(config, api="chat"), Path()).continues


@pytest.mark.parametrize("body", [b'{"choices": [{"index": 0}]}', b'{"choices": []}', b"[]", b"<html>"])
def test_what_is_no_completion_is_said_to_be_none(
    config: ProviderConfig, model_server: Server, reply: Callable[..., object], body: bytes
) -> None:
    model_server.replies = [reply(body=body)]
    with pytest.raises(RequestFailedError, match="cannot be read"):
        OpenAICompatible(config).ask(BEGUN)


def test_several_answers_to_one_request_share_their_tokens(
    config: ProviderConfig, model_server: Server, reply: Callable[..., object]
) -> None:
    model_server.replies = [reply(body=completion("a", "b", "c"))]
    answers = OpenAICompatible(config).ask_for_several(BEGUN, 3)
    assert [answer.text for answer in answers] == ["a", "b", "c"]
    assert [(answer.input_tokens, answer.output_tokens) for answer in answers] == [(11, 3), (0, 2), (0, 2)]
    assert model_server.asked[0].body["n"] == 3
