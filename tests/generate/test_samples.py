"""Several answers to one request: asked for at once where the provider can, and each kept under its own name."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pytest

from hatch_vibesafe.config import Config
from hatch_vibesafe.generate.asking import Asking
from hatch_vibesafe.generate.gateway.tries import Try
from hatch_vibesafe.generate.inquiry import Inquiry
from hatch_vibesafe.generate.providers.failures import ProviderUnusableError
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.identity import Digest, UnitId
from hatch_vibesafe.problems import VibesafeProviderError
from hatch_vibesafe.project import Project
from hatch_vibesafe.provider_config import ProviderConfig

UNIT = UnitId("app", "f")
QUESTION = Request((Message("user", "Write f."),), (("max_tokens", 50), ("model", "m")))
Reply = Callable[..., object]


class Server(Protocol):
    replies: list[Any]
    asked: list[Any]
    base_url: str


def several(*texts: str) -> bytes:
    choices = [{"index": k, "finish_reason": "stop", "message": {"content": text}} for k, text in enumerate(texts)]
    usage = {"prompt_tokens": 10, "completion_tokens": 5 * len(texts)}
    return json.dumps({"model": "answering", "choices": choices, "usage": usage}).encode()


class Asked:
    """Four lines of questions of one unit, asked together."""

    def __init__(self, root: Path, address: str, accepts: tuple[str, ...]) -> None:
        price = Decimal(1)
        self.config = ProviderConfig(
            "default",
            "openai-compatible",
            "m",
            base_url=address,
            api_key_env="NO_SUCH_KEY",
            attempts=1,
            accepts=accepts,
            input_price=price,
            output_price=price,
        )
        self.asking = Asking(Project(root, Config(providers=(self.config,))), jobs=1)
        self.tries: list[list[Try]] = [[] for _ in range(4)]

    def texts(self, questions: list[Request]) -> list[str]:
        provider = self.asking.provider(self.config)
        with self.asking.together():
            futures = [
                self.asking.ask(provider, Inquiry(UNIT, request, Digest(f"{number:064x}"), self.tries[number].append))
                for number, request in enumerate(questions)
            ]
        texts = [future.result(10).text for future in futures]
        self.asking.close(wait=True)
        return texts


@pytest.fixture
def asked(tmp_path: Path, model_server: Server) -> Callable[..., Asked]:
    return lambda *accepts: Asked(tmp_path, model_server.base_url, accepts)


def test_the_same_request_for_four_samples_is_sent_once_and_paid_once(
    asked: Callable[..., Asked], model_server: Server, reply: Reply
) -> None:
    model_server.replies = [reply(body=several("a", "b", "c", "d"))]
    four = asked("max_tokens", "samples")
    assert four.texts([QUESTION] * 4) == ["a", "b", "c", "d"]
    assert [request.body["n"] for request in model_server.asked] == [4]
    [paid], *others = four.tries
    assert others == [[], [], []]
    assert (paid.input_tokens, paid.output_tokens, paid.cost) == (10, 20, Decimal(30) / 1_000_000)
    kept = [four.asking.recorded(Digest(f"{number:064x}")) for number in range(4)]
    assert [None if answer is None else answer.text for answer in kept] == ["a", "b", "c", "d"]


def test_fewer_answers_than_were_asked_for_are_asked_for_again(
    asked: Callable[..., Asked], model_server: Server, reply: Reply
) -> None:
    model_server.replies = [reply(body=several("a", "b", "c")), reply(body=several("d"))]
    assert asked("max_tokens", "samples").texts([QUESTION] * 4) == ["a", "b", "c", "d"]
    assert [request.body.get("n", 1) for request in model_server.asked] == [4, 1]


def test_more_answers_than_were_asked_for_are_left(
    asked: Callable[..., Asked], model_server: Server, reply: Reply
) -> None:
    model_server.replies = [reply(body=several(*"abcdefgh"))]
    assert asked("max_tokens", "samples").texts([QUESTION] * 4) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("different", [False, True])
def test_where_the_model_gives_one_or_the_requests_differ_each_is_sent(
    asked: Callable[..., Asked], model_server: Server, reply: Reply, different: bool
) -> None:
    model_server.replies = [reply(body=several("a"))]
    accepts = ("max_tokens", "samples") if different else ("max_tokens",)
    other = Request(QUESTION.messages, (("max_tokens", 51), ("model", "m")))
    questions = [QUESTION, other] if different else [QUESTION] * 2
    assert asked(*accepts).texts(questions) == ["a", "a"]
    assert ["n" in request.body for request in model_server.asked] == [False, False]


def test_a_failure_is_the_answer_to_every_sample(
    asked: Callable[..., Asked], model_server: Server, reply: Reply
) -> None:
    model_server.replies = [reply(status=401)]
    four = asked("max_tokens", "samples")
    provider = four.asking.provider(four.config)
    with four.asking.together():
        futures = [
            four.asking.ask(provider, Inquiry(UNIT, QUESTION, Digest(f"{number:064x}"), four.tries[number].append))
            for number in range(4)
        ]
    for future in futures:
        with pytest.raises(ProviderUnusableError):
            future.result(10)
    four.asking.close(wait=True)
    assert len(model_server.asked) == 1


def test_what_breaks_off_asks_nobody(asked: Callable[..., Asked], model_server: Server, reply: Reply) -> None:
    model_server.replies = [reply("never asked for")]
    one = asked()
    provider = one.asking.provider(one.config)
    with pytest.raises(VibesafeProviderError), one.asking.together():  # noqa: PT012 - what is asked before it breaks off
        one.asking.ask(provider, Inquiry(UNIT, QUESTION, Digest("0" * 64), one.tries[0].append))
        raise VibesafeProviderError
    one.asking.close(wait=True)
    assert model_server.asked == []
