"""Google's Gemini models, through the `google-genai` package. Source: Google's API reference, "Generating content"."""

import json
import re
from typing import TYPE_CHECKING, ClassVar

from hatch_vibesafe.generate.providers.completion import UnreadableCompletionError
from hatch_vibesafe.generate.providers.hosted import Hosted, Refusal
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.generate.providers.redact import Secret
from hatch_vibesafe.store.records import Answer

if TYPE_CHECKING:
    from google import genai

_FINISHES = {"STOP": "stop", "MAX_TOKENS": "length"}
_BAD_KEY = "API_KEY_INVALID"
_DELAY = re.compile(r"([0-9.]+)s")


class Gemini(Hosted["genai.Client"]):
    """Asks for generated content."""

    kind: ClassVar[str] = "gemini"
    package: ClassVar[str] = "google-genai"
    extra: ClassVar[str] = "gemini"
    usual_address: ClassVar[str] = "https://generativelanguage.googleapis.com"

    def _open(self, secret: Secret) -> "genai.Client":
        from hatch_vibesafe.generate.providers.gemini_client import open_client  # noqa: PLC0415 - an extra

        return open_client(self, self._config, self._base_url, secret)

    def _send(
        self, client: "genai.Client", secret: Secret, request: Request, count: int, deadline: float
    ) -> tuple[Answer, ...]:
        from hatch_vibesafe.generate.providers.gemini_client import generate  # noqa: PLC0415 - as above

        del secret, count, deadline  # the client holds the key and keeps the time; one answer to one request
        try:
            said = generate(client, request, self._config.model)
        except ValueError as error:
            raise UnreadableCompletionError(
                f"the answer is not what the API promises: {type(error).__name__}"
            ) from None
        if not said.candidates:
            raise UnreadableCompletionError("the answer holds no candidate")
        first = said.candidates[0]
        parts = (first.content.parts if first.content is not None else None) or []
        usage = said.usage_metadata
        written = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0) if usage is not None else 0
        reason = first.finish_reason.value if first.finish_reason is not None else "STOP"
        return (
            Answer(
                text="".join(part.text or "" for part in parts if not part.thought),
                model=said.model_version or str(dict(request.sent).get("model", self._config.model)),
                input_tokens=(usage.prompt_token_count or 0) if usage is not None else 0,
                output_tokens=written,
                finish=_FINISHES.get(reason, reason.lower()),
            ),
        )

    def _refusal(self, error: Exception) -> Refusal | None:
        from google.genai import errors  # noqa: PLC0415 - as above

        if not isinstance(error, errors.APIError):
            return None
        text = json.dumps(error.details) if isinstance(error.details, dict) else str(error.message or "")
        headers = {str(name).lower(): str(value) for name, value in getattr(error.response, "headers", {}).items()}
        if "retry-after" not in headers and (found := re.search(rf'"retryDelay": "{_DELAY.pattern}"', text)):
            headers["retry-after"] = found[1]
        # The API answers a wrong key as if the request were wrong.
        return Refusal(401 if _BAD_KEY in text else error.code, headers, text)
