"""Any server that speaks OpenAI's chat completions, or its raw completions, through the `openai` package."""

from typing import TYPE_CHECKING, ClassVar, Final

from hatch_vibesafe.generate.providers.completion import read_completions
from hatch_vibesafe.generate.providers.hosted import Hosted, Refusal, read_body
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.generate.providers.raw import raw_prompt
from hatch_vibesafe.generate.providers.redact import Secret
from hatch_vibesafe.provider_config import COMPLETIONS
from hatch_vibesafe.store.records import Answer

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionMessageParam

OPENAI: Final = "https://api.openai.com/v1"
_MOST_TOKENS = 1024
"""Sent with a raw completion where `max_tokens` is unset: without it OpenAI's API ends after 16."""


class OpenAICompatible(Hosted["openai.OpenAI"]):
    """Asks for chat completions, or where the configuration says so for raw completions of a begun answer."""

    kind: ClassVar[str] = "openai-compatible"
    package: ClassVar[str] = "openai"
    extra: ClassVar[str] = "dev"
    usual_address: ClassVar[str] = OPENAI

    @property
    def continues(self) -> bool:
        """Raw completions continue a text; chat completions begin a message of their own."""
        return self._config.api == COMPLETIONS

    def _open(self) -> "openai.OpenAI":
        import openai  # noqa: PLC0415 - half a second, which only asking is worth

        silence = self._config.read_timeout or self._config.timeout
        client = openai.OpenAI(
            api_key="in the request",
            base_url=self._base_url,
            timeout=openai.Timeout(silence, connect=self._config.connect_timeout),
            max_retries=0,
        )
        client.organization = client.project = None  # the client reads them from the environment
        return client

    def _send(
        self, client: "openai.OpenAI", secret: Secret, request: Request, count: int, deadline: float
    ) -> tuple[Answer, ...]:
        import openai  # noqa: PLC0415 - as above

        settings: dict[str, object] = dict(request.sent)
        model = str(settings.pop("model", self._config.model))
        if count > 1:
            settings["n"] = count
        # Here and nowhere else: no header of the client's own environment variables takes its place.
        headers = {"Authorization": f"Bearer {secret.reveal()}" if secret else openai.Omit()}
        if self.continues:
            raw = raw_prompt(request)
            settings = {"max_tokens": _MOST_TOKENS, **settings, "stop": list(raw.stop)}
            with client.completions.with_streaming_response.create(
                model=model, prompt=raw.text, extra_body=settings, extra_headers=headers
            ) as response:
                body = read_body(response, deadline)
            return tuple(raw.whole(answer) for answer in read_completions(body, model))
        if self._base_url == OPENAI and "max_tokens" in settings:
            settings["max_completion_tokens"] = settings.pop("max_tokens")  # the newer models there know only this one
        if request.stop:
            settings["stop"] = list(request.stop)
        messages = [_message(message) for message in request.messages]
        with client.chat.completions.with_streaming_response.create(
            model=model, messages=messages, extra_body=settings, extra_headers=headers
        ) as response:
            body = read_body(response, deadline)
        return read_completions(body, model)

    def _refusal(self, error: Exception) -> Refusal | None:
        import openai  # noqa: PLC0415 - as above

        if not isinstance(error, openai.APIStatusError):
            return None
        return Refusal(error.status_code, error.response.headers, error.response.text)


def _message(message: Message) -> "ChatCompletionMessageParam":
    match message.role:
        case "system":
            return {"role": "system", "content": message.content}
        case "user":
            return {"role": "user", "content": message.content}
        case "assistant":
            return {"role": "assistant", "content": message.content}
