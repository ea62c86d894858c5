"""Any server that speaks OpenAI's chat completions, through the `openai` package."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from hatch_vibesafe.generate.providers.completion import UnreadableCompletionError, read_completion
from hatch_vibesafe.generate.providers.failures import (
    Failure,
    ProviderUnusableError,
    RequestFailedError,
    failure_of_status,
)
from hatch_vibesafe.generate.providers.protocol import Message, Request
from hatch_vibesafe.generate.providers.redact import Secret, one_line
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionMessageParam

OPENAI: Final = "https://api.openai.com/v1"
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_LARGEST_ANSWER = 16 * 1024 * 1024


class OpenAICompatible:
    """Asks one model of one server. Nothing is read from the environment but the one variable that holds the key."""

    def __init__(self, config: ProviderConfig) -> None:
        self._config = config
        self._opening = threading.Lock()
        self._opened: tuple[openai.OpenAI, Secret] | None = None
        self._base_url = config.base_url or OPENAI

    @property
    def kind(self) -> str:
        """The configuration's word for this kind of provider."""
        return "openai-compatible"

    @property
    def continues(self) -> bool:
        """Chat completions begin a message of their own."""
        return False

    def ask(self, request: Request) -> Answer:
        """Return the answer to one request.

        Raises:
            RequestFailedError: when there is none.
            ProviderUnusableError: if there is no key, or nothing to ask with; then nothing was sent.
        """
        client, secret = self._client()
        outcome = self._ask_once(client, secret, request)
        if isinstance(outcome, Answer):
            return secret.redacted_answer(outcome)
        raise self._error(outcome, secret)

    def _ask_once(self, client: "openai.OpenAI", secret: Secret, request: Request) -> Answer | Failure:
        import openai  # noqa: PLC0415 - half a second, which only asking is worth

        settings: dict[str, object] = dict(request.sent)
        model = str(settings.pop("model", self._config.model))
        if self._base_url == OPENAI and "max_tokens" in settings:
            settings["max_completion_tokens"] = settings.pop("max_tokens")  # the newer models there know only this one
        if request.stop:
            settings["stop"] = list(request.stop)
        deadline = time.monotonic() + self._config.timeout
        try:
            with client.chat.completions.with_streaming_response.create(
                model=model,
                messages=[_message(message) for message in request.messages],
                extra_body=settings,
                # Here and nowhere else: no header of the client's own environment variables takes its place.
                extra_headers={"Authorization": f"Bearer {secret.reveal()}" if secret else openai.Omit()},
            ) as response:
                body = _read(response, deadline)
            return read_completion(body, model)
        except openai.APIStatusError as error:
            return failure_of_status(
                error.status_code,
                error.response.headers,
                error.response.text,
                settings=self._settings,
                key=self._config.api_key_env,
                now=datetime.now(UTC),
            )
        except (openai.APITimeoutError, TimeoutError):
            return Failure(
                f"did not answer within {self._config.timeout:g} s", f"raise timeout in {self._settings}", again=True
            )
        except UnreadableCompletionError as error:
            return Failure(f"sent what cannot be read: {error}", f"check base_url in {self._settings}", again=True)
        except Exception as error:  # noqa: BLE001 - openai 1 lets httpx's errors through, openai 3 httpx2's; no common base
            return self._broken_connection(error, secret)

    def _broken_connection(self, error: Exception, secret: Secret) -> Failure:
        causes = [error]
        while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and isinstance(cause, Exception):
            causes.append(cause)
        names = {type(cause).__name__ for cause in causes}
        said = secret.redacted(str(causes[-1]) or type(causes[-1]).__name__)
        if names & {"ReadTimeout", "PoolTimeout", "WriteTimeout"}:
            return Failure(
                f"did not answer within {self._config.timeout:g} s", f"raise timeout in {self._settings}", again=True
            )
        unreachable = bool(names & {"ConnectError", "ConnectTimeout", "UnsupportedProtocol", "InvalidURL"})
        return Failure(
            f"cannot be reached ({said})" if unreachable else f"broke the connection ({said})",
            f"start the server, or mend base_url in {self._settings}",
            again=True,
            unusable=unreachable,
        )

    def _client(self) -> "tuple[openai.OpenAI, Secret]":
        """Return the client, made with the first question: what is answered from the cache needs no key."""
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> "tuple[openai.OpenAI, Secret]":
        try:
            import openai  # noqa: PLC0415 - half a second, which only asking is worth
        except ImportError:
            what = "needs the package openai, which is not installed"
            raise ProviderUnusableError(Problem(self._settings, what, "pip install 'hatch-vibesafe[dev]'")) from None

        name = self._config.api_key_env
        key = os.environ.get(name, "").strip()
        if not key and self._host not in _LOCAL_HOSTS:
            what = f"needs a key, and the environment variable {name} is not set"
            raise ProviderUnusableError(Problem(self._settings, what, f"set {name}, or name another in api_key_env"))
        if not key.isascii() or not key.isprintable():
            what = f"the environment variable {name} holds what cannot be a key"
            raise ProviderUnusableError(Problem(self._settings, what, f"set {name} to the key alone"))
        try:
            client = openai.OpenAI(
                api_key="in the request",
                base_url=self._base_url,
                timeout=openai.Timeout(self._config.timeout, connect=self._config.connect_timeout),
                max_retries=0,
            )
        except Exception as error:  # noqa: BLE001 - openai 1 lets httpx's errors through, openai 3 httpx2's; no common base
            what = one_line(Secret(key).redacted(f"base_url {self._base_url!r} cannot be used: {error}"))
            raise ProviderUnusableError(Problem(self._settings, what, f"mend base_url in {self._settings}")) from None
        client.organization = client.project = None  # the client reads them from the environment
        return client, Secret(key)

    @property
    def _host(self) -> str:
        try:
            return urlsplit(self._base_url).hostname or ""
        except ValueError:
            return ""

    @property
    def _settings(self) -> str:
        return f"[provider.{self._config.name}]"

    def _error(self, failure: Failure, secret: Secret) -> RequestFailedError:
        where = f"{self._settings} {self._config.model} at {self._host or '?'}"
        what = one_line(secret.redacted(failure.what))
        return RequestFailedError(Problem(where, what, failure.remedy), failure=replace(failure, what=what))


class _Body(Protocol):
    def iter_bytes(self) -> Iterator[bytes]: ...


def _message(message: Message) -> "ChatCompletionMessageParam":
    match message.role:
        case "system":
            return {"role": "system", "content": message.content}
        case "user":
            return {"role": "user", "content": message.content}
        case "assistant":
            return {"role": "assistant", "content": message.content}


def _read(response: _Body, deadline: float) -> bytes:
    """Return a body. A server that sends a byte now and then never times out by itself: hence the deadline.

    Raises:
        TimeoutError: when it is not complete in time.
        UnreadableCompletionError: when it is larger than any answer.
    """
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if time.monotonic() > deadline:
            raise TimeoutError
        if len(body) > _LARGEST_ANSWER:
            raise UnreadableCompletionError("the answer is larger than 16 MiB")
    return bytes(body)
