"""What every provider behind an HTTP API has in common: its key, its client, its time, and what its failures mean."""

import contextlib
import importlib
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from hatch_vibesafe.generate.providers.completion import UnreadableCompletionError
from hatch_vibesafe.generate.providers.failures import (
    Failure,
    ProviderUnusableError,
    RequestFailedError,
    failure_of_status,
)
from hatch_vibesafe.generate.providers.key import read_key
from hatch_vibesafe.generate.providers.protocol import Request
from hatch_vibesafe.generate.providers.redact import Secret, one_line
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.provider_config import ProviderConfig
from hatch_vibesafe.store.records import Answer
from hatch_vibesafe.unexpected import reason

_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_LARGEST_ANSWER = 16 * 1024 * 1024
_SLOW = frozenset({"ReadTimeout", "PoolTimeout", "WriteTimeout", "TimeoutError"})
_UNREACHABLE = frozenset({"ConnectError", "ConnectTimeout", "UnsupportedProtocol", "InvalidURL"})
_Client = TypeVar("_Client")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply that is no answer: its status, its headers, looked up without regard to case, and its text."""

    status: int
    headers: Mapping[str, str]
    text: str


class Hosted(ABC, Generic[_Client]):
    """Asks one model of one server. Nothing is read from the environment but the key."""

    kind: ClassVar[str]
    package: ClassVar[str]
    extra: ClassVar[str]
    usual_address: ClassVar[str]

    def __init__(self, config: ProviderConfig) -> None:
        self._config = config
        self._base_url = config.base_url or self.usual_address
        self._opening = threading.Lock()
        self._opened: tuple[_Client, Secret] | None = None

    @property
    def continues(self) -> bool:
        """Whether a last message of role "assistant" is continued."""
        return False

    def load(self) -> None:
        """Load the client's package and make the client; what is wrong with it is said of the first question.

        Not where a keyring would be unlocked: what is answered from the cache needs no key.
        """
        with contextlib.suppress(ImportError, ProviderUnusableError):
            importlib.import_module(self.package)
            if self._config.keyring is None:
                self._client()

    def ask(self, request: Request) -> Answer:
        """Return the answer to one request.

        Raises:
            RequestFailedError: when there is none.
            ProviderUnusableError: if there is no key, or nothing to ask with; then nothing was sent.
        """
        return self.ask_for_several(request, 1)[0]

    def ask_for_several(self, request: Request, count: int) -> tuple[Answer, ...]:
        """Return at least one answer and at most `count` to one request; raises as `ask` does."""
        client, secret = self._client()
        outcome = self._ask_once(client, secret, request, count)
        if isinstance(outcome, Failure):
            raise self._error(outcome, secret)
        return tuple(secret.redacted_answer(answer) for answer in outcome[:count])

    @abstractmethod
    def _open(self, secret: Secret) -> _Client:
        """Return the client, which retries nothing and waits no longer than the configuration says."""

    @abstractmethod
    def _send(
        self, client: _Client, secret: Secret, request: Request, count: int, deadline: float
    ) -> tuple[Answer, ...]:
        """Return what a request brings; raises what the client does, `TimeoutError` or `UnreadableCompletionError`."""

    @abstractmethod
    def _refusal(self, error: Exception) -> Refusal | None:
        """Return the reply that an exception of the client is about, or None where there was no reply."""

    def _ask_once(self, client: _Client, secret: Secret, request: Request, count: int) -> tuple[Answer, ...] | Failure:
        try:
            return self._send(client, secret, request, count, time.monotonic() + self._config.timeout)
        except UnreadableCompletionError as error:
            return Failure(
                f"sent what cannot be read: {error}",
                f"check base_url in {self._settings}",
                again=True,
                reason="unreadable",
            )
        except Exception as error:  # noqa: BLE001 - each client lets other errors through, with no common base
            refusal = self._refusal(error)
            if refusal is None:
                return self._broken_connection(error, secret)
            return failure_of_status(
                refusal.status,
                refusal.headers,
                refusal.text,
                settings=self._settings,
                key=self._config.key_place,
                keyless=not secret,
                now=datetime.now(UTC),
            )

    def _broken_connection(self, error: Exception, secret: Secret) -> Failure:
        causes = [error]
        while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and isinstance(cause, Exception):
            causes.append(cause)
        names = {type(cause).__name__ for cause in causes}
        said = secret.redacted(str(causes[-1]) or type(causes[-1]).__name__)
        if names & _SLOW and "ConnectTimeout" not in names:
            what = f"did not answer within {self._config.timeout:g} s"
            if self._config.read_timeout is not None:
                what += f", or was silent for {self._config.read_timeout:g} s"
            return Failure(what, f"raise timeout or read_timeout in {self._settings}", again=True, reason="timeout")
        unreachable = bool(names & _UNREACHABLE)
        if "ConnectTimeout" in names:
            said = f"no connection within {self._config.connect_timeout:g} s"
        return Failure(
            f"cannot be reached ({said})" if unreachable else f"broke the connection ({said})",
            f"start the server, or mend base_url in {self._settings}",
            again=True,
            unusable=unreachable,
            reason="unreachable" if unreachable else "connection",
        )

    def _client(self) -> tuple[_Client, Secret]:
        """Return the client, made with the first question: what is answered from the cache needs no key."""
        with self._opening:
            if self._opened is None:
                self._opened = self._opened_with(read_key(self._config, needed=self._host not in _LOCAL_HOSTS))
            return self._opened

    def _opened_with(self, secret: Secret) -> tuple[_Client, Secret]:
        try:
            return self._open(secret), secret
        except ImportError:
            what = f"needs the package {self.package}, which is not installed"
            remedy = f"pip install 'hatch-vibesafe[{self.extra}]'"
            raise ProviderUnusableError(Problem(self._settings, what, remedy)) from None
        except Exception as error:  # noqa: BLE001 - each client lets other errors through, with no common base
            what = one_line(secret.redacted(f"base_url {self._base_url!r} cannot be used: {reason(error)}"))
            raise ProviderUnusableError(Problem(self._settings, what, f"mend base_url in {self._settings}")) from None

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


def read_body(response: _Body, deadline: float) -> bytes:
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
