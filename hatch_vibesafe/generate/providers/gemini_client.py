"""The client of `google-genai`, held to our time limits. Imported only where that extra is."""

import time
import weakref
from collections.abc import Callable, Iterator

import httpx2
from google import genai
from google.genai import types

from hatch_vibesafe.generate.json_answer import ANSWER_SCHEMA
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.generate.providers.redact import Secret
from hatch_vibesafe.provider_config import JSON, SCHEMA, ProviderConfig

_LARGEST_ANSWER = 16 * 1024 * 1024
_NO_KEY = "none"


def open_client(owner: object, config: ProviderConfig, base_url: str, secret: Secret) -> genai.Client:
    """Return a client that asks only `base_url`, with only this key, and keeps the limits of the configuration.

    Its connections are closed with `owner`.
    """

    def begin(request: httpx2.Request) -> None:
        # The package's own time limit is one for everything, and is told to the server, which refuses short ones.
        silence = config.read_timeout or config.timeout
        limits = {"connect": config.connect_timeout, "read": silence, "write": silence, "pool": config.timeout}
        request.extensions["timeout"] = limits
        request.extensions["deadline"] = time.monotonic() + config.timeout

    def bound(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _Bounded(response.stream, response.request)

    hooks: dict[str, list[Callable[..., None]]] = {"request": [begin], "response": [bound]}
    http = httpx2.Client(event_hooks=hooks, follow_redirects=False)
    options = types.HttpOptions(base_url=base_url, api_version="v1beta", httpx_client=http)
    weakref.finalize(owner, http.close)
    return genai.Client(api_key=secret.reveal() or _NO_KEY, vertexai=False, http_options=options)


def generate(client: genai.Client, request: Request, model: str) -> types.GenerateContentResponse:
    """Return what one request brings; raises what the client raises."""
    sent = dict(request.sent)
    effort, seed, temperature, most, form = (
        sent.get(name) for name in ("reasoning_effort", "seed", "temperature", "max_tokens", JSON)
    )
    system = [message.content for message in request.messages if message.role == "system"]
    config = types.GenerateContentConfig(
        temperature=None if temperature is None else float(temperature),
        seed=None if seed is None else int(seed),
        max_output_tokens=None if most is None else int(most),
        stop_sequences=list(request.stop) or None,
        system_instruction="\n\n".join(system) or None,
        thinking_config=None if effort is None else types.ThinkingConfig(thinking_level=types.ThinkingLevel(effort)),
        response_mime_type=None if form is None else "application/json",
        response_json_schema=ANSWER_SCHEMA if form == SCHEMA else None,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    contents: list[types.ContentUnion] = [
        types.Content(role="model" if message.role == "assistant" else "user", parts=[types.Part(text=message.content)])
        for message in request.messages
        if message.role != "system"
    ]
    return client.models.generate_content(model=str(sent.get("model", model)), contents=contents, config=config)


class _Bounded(httpx2.SyncByteStream):
    """A body that ends in time: a server that sends a byte now and then never times out by itself."""

    def __init__(self, stream: httpx2.SyncByteStream, request: httpx2.Request) -> None:
        self._stream = stream
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            if time.monotonic() > self._request.extensions["deadline"]:
                raise httpx2.ReadTimeout("the answer took too long", request=self._request)
            if size > _LARGEST_ANSWER:
                raise ValueError("the answer is larger than 16 MiB")
            yield chunk

    def close(self) -> None:
        self._stream.close()
