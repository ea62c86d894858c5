"""Anthropic's messages, through the `anthropic` package. Source: Anthropic's API reference, "Create a Message"."""

import weakref
from typing import TYPE_CHECKING, ClassVar

from hatch_vibesafe import __version__
from hatch_vibesafe.generate.json_answer import ANSWER_SCHEMA
from hatch_vibesafe.generate.providers.completion import UnreadableCompletionError, count_in, parsed
from hatch_vibesafe.generate.providers.hosted import Hosted, Refusal, read_body
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.generate.providers.redact import Secret
from hatch_vibesafe.provider_config import JSON
from hatch_vibesafe.store.records import Answer

if TYPE_CHECKING:
    import anthropic
    import httpx2
    from anthropic.types import MessageParam

_MOST_TOKENS = 4096
"""Sent where `max_tokens` is unset: the API asks for a number, and every model takes this one."""

_TRANSPORT = frozenset(
    {"host", "connection", "content-type", "content-length", "transfer-encoding", "accept-encoding"}
    | {"x-stainless-raw-response"}  # by which the client tells its answers apart
)
_HEADERS = {
    "Accept": "application/json",
    "Anthropic-Version": "2023-06-01",
    "User-Agent": f"hatch-vibesafe/{__version__}",
}
_FINISHES = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length"}


class Anthropic(Hosted["anthropic.Anthropic"]):
    """Asks for one message."""

    kind: ClassVar[str] = "anthropic"
    package: ClassVar[str] = "anthropic"
    extra: ClassVar[str] = "anthropic"
    usual_address: ClassVar[str] = "https://api.anthropic.com"

    def _open(self, secret: Secret) -> "anthropic.Anthropic":
        import anthropic  # noqa: PLC0415 - an extra

        def put_key(request: "httpx2.Request") -> None:
            # As late as can be: the client logs the headers that it knows, and reads others from the environment.
            for name in {name.lower() for name in request.headers} - _TRANSPORT:
                del request.headers[name]
            request.headers.update(_HEADERS)
            if secret:
                request.headers["X-Api-Key"] = secret.reveal()

        silence = self._config.read_timeout or self._config.timeout
        http = anthropic.DefaultHttpxClient(event_hooks={"request": [put_key]}, follow_redirects=False)
        weakref.finalize(self, http.close)
        return anthropic.Anthropic(
            api_key="in the request",
            base_url=self._base_url,
            timeout=anthropic.Timeout(silence, connect=self._config.connect_timeout),
            max_retries=0,
            http_client=http,
        )

    def _send(
        self, client: "anthropic.Anthropic", secret: Secret, request: Request, count: int, deadline: float
    ) -> tuple[Answer, ...]:
        del secret, count  # the client holds the key; the API gives one answer to one request
        settings: dict[str, object] = dict(request.sent)
        model = str(settings.pop("model", self._config.model))
        most = settings.pop("max_tokens", _MOST_TOKENS)
        output: dict[str, object] = {}
        if "reasoning_effort" in settings:
            output["effort"] = settings.pop("reasoning_effort")
        if settings.pop(JSON, None) is not None:
            output["format"] = {"type": "json_schema", "schema": ANSWER_SCHEMA}
        if output:
            settings["output_config"] = output
        if request.stop:
            settings["stop_sequences"] = list(request.stop)
        if system := [message.content for message in request.messages if message.role == "system"]:
            settings["system"] = "\n\n".join(system)
        with client.messages.with_streaming_response.create(
            model=model,
            max_tokens=most if isinstance(most, int) else _MOST_TOKENS,
            messages=[_message(message) for message in request.messages if message.role != "system"],
            extra_body=settings,
        ) as response:
            body = read_body(response, deadline)
        return (read_message(body, model),)

    def _refusal(self, error: Exception) -> Refusal | None:
        import anthropic  # noqa: PLC0415 - as above

        if not isinstance(error, anthropic.APIStatusError):
            return None
        return Refusal(error.status_code, error.response.headers, error.response.text)


def read_message(body: bytes, asked: str) -> Answer:
    """Return the answer that a message holds; `asked` is recorded where it does not name its model.

    Raises:
        UnreadableCompletionError: if it is not JSON, no message, or a refusal to write one.
    """
    document = parsed(body)
    if not isinstance(document, dict):
        raise UnreadableCompletionError("the answer is not a JSON object")
    match document:
        case {"type": "error", "error": error}:
            raise UnreadableCompletionError(f"the answer is an error: {error}")
        case {"stop_reason": "refusal"}:
            raise UnreadableCompletionError("the model declined")
        case {"content": [*parts]}:
            texts = [str(part.get("text", "")) for part in parts if isinstance(part, dict)]
        case _:
            raise UnreadableCompletionError("the answer holds no message")
    usage = document.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    read = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    reason = str(document.get("stop_reason") or "stop")
    return Answer(
        text="".join(texts),
        model=str(document.get("model") or asked),
        input_tokens=sum(count_in(counts, name) for name in read),
        output_tokens=count_in(counts, "output_tokens"),
        finish=_FINISHES.get(reason, reason),
    )


def _message(message: Message) -> "MessageParam":
    if message.role == "assistant":
        return {"role": "assistant", "content": message.content}
    return {"role": "user", "content": message.content}
