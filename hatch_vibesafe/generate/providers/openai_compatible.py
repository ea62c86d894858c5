"""Any server that speaks OpenAI's chat completions, or its raw completions, over HTTP.

Two requests of the API are all that is used: the `openai` package would take longer to load than a compile to ask.
"""

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from hatch_vibesafe import __version__
from hatch_vibesafe.generate.json_answer import response_format
from hatch_vibesafe.generate.providers.completion import read_completions
from hatch_vibesafe.generate.providers.hosted import Hosted, Refusal, read_body
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.generate.providers.raw import raw_prompt
from hatch_vibesafe.generate.providers.redact import Secret
from hatch_vibesafe.provider_config import COMPLETIONS, JSON
from hatch_vibesafe.store.records import Answer

if TYPE_CHECKING:
    import httpx2

OPENAI: Final = "https://api.openai.com/v1"
_MOST_TOKENS = 1024
"""Sent with a raw completion where `max_tokens` is unset: without it OpenAI's API ends after 16."""

_KEPT_CONNECTIONS = 100


class _StatusError(Exception):
    """A reply that is no answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status)
        self.refusal = refusal


class OpenAICompatible(Hosted["httpx2.Client"]):
    """Asks for chat completions, or where the configuration says so for raw completions of a begun answer."""

    kind: ClassVar[str] = "openai-compatible"
    package: ClassVar[str] = "httpx2"
    extra: ClassVar[str] = "dev"
    usual_address: ClassVar[str] = OPENAI

    @property
    def continues(self) -> bool:
        """Raw completions continue a text; chat completions begin a message of their own."""
        return self._config.api == COMPLETIONS

    def _open(self, secret: Secret) -> "httpx2.Client":  # noqa: ARG002 - it goes with each request
        import httpx2  # noqa: PLC0415 - a tenth of a second, which only asking is worth

        silence = self._config.read_timeout or self._config.timeout
        client = httpx2.Client(
            base_url=self._base_url,
            headers={"Accept": "application/json", "User-Agent": f"hatch-vibesafe/{__version__}"},
            timeout=httpx2.Timeout(silence, connect=self._config.connect_timeout),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=_KEPT_CONNECTIONS),
            follow_redirects=False,
        )
        weakref.finalize(self, client.close)
        return client

    def _send(
        self, client: "httpx2.Client", secret: Secret, request: Request, count: int, deadline: float
    ) -> tuple[Answer, ...]:
        settings: dict[str, object] = dict(request.sent)
        model = str(settings.setdefault("model", self._config.model))
        if count > 1:
            settings["n"] = count
        if self.continues:
            raw = raw_prompt(request)
            settings = {"max_tokens": _MOST_TOKENS, **settings, "stop": list(raw.stop)}
            settings["prompt"] = raw.text
            body = _reply(client, "completions", secret, settings, deadline)
            return tuple(raw.whole(answer) for answer in read_completions(body, model))
        if self._base_url == OPENAI and "max_tokens" in settings:
            settings["max_completion_tokens"] = settings.pop("max_tokens")  # the newer models there know only this one
        if (form := settings.pop(JSON, None)) is not None:
            settings["response_format"] = response_format(form)
        if request.stop:
            settings["stop"] = list(request.stop)
        settings["messages"] = [{"role": each.role, "content": each.content} for each in request.messages]
        return read_completions(_reply(client, "chat/completions", secret, settings, deadline), model)

    def _refusal(self, error: Exception) -> Refusal | None:
        return error.refusal if isinstance(error, _StatusError) else None


def _reply(
    client: "httpx2.Client", path: str, secret: Secret, settings: Mapping[str, object], deadline: float
) -> bytes:
    headers = {"Authorization": f"Bearer {secret.reveal()}"} if secret else {}
    with client.stream("POST", path, json=settings, headers=headers) as response:
        body = read_body(response, deadline)
        if not response.is_success:
            raise _StatusError(Refusal(response.status_code, response.headers, body.decode("utf-8", "replace")))
    return body
