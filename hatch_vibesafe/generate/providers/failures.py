"""What a failed request means: whether asking again can help, after what time, and what the user can do."""

import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hatch_vibesafe.problems import Problem, VibesafeProviderError

LONGEST_WAIT = 60.0
"""Seconds that a server may ask us to wait; whoever asks for longer gets no second request in this run."""

_FIRST_WAIT = 0.5
_LONGEST_OWN_WAIT = 8.0
_UNPROCESSABLE = frozenset({400, 413, 415, 422})
_TRANSIENT = frozenset({408, 409, 425, 429})
_HASTY = frozenset({429, 503, 529})
_EXHAUSTED = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_UNPAID = 402
_NO_CREDIT = "credit balance is too low"
"""What Anthropic's API says with status 400."""


class ProviderUnusableError(VibesafeProviderError):
    """The provider will refuse every request in the same way: wrong key, wrong address, unknown model, no credit."""


class RequestFailedError(VibesafeProviderError):
    """One request brought no answer; `failure` says whether another may."""

    def __init__(self, *problems: Problem, failure: "Failure") -> None:
        super().__init__(*problems)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one request brought no answer.

    Attributes:
        what: What happened, in one sentence without a subject.
        remedy: What the user can do.
        again: Whether asking again can help.
        wait: Seconds that the server asks us to wait before; None where it does not say.
        unusable: Whether every other request will fail alike.
        refused: Whether the provider refused the request, so that it certainly wrote no answer.
        hasty: Whether the provider is asked too often or too much.
        reason: The same as `what` in one word, to be counted: an HTTP status, `timeout`, `connection` (it broke off),
            `unreachable`, `unreadable` (no whole answer came), `failed` for anything else.
    """

    what: str
    remedy: str
    again: bool = False
    wait: float | None = None
    unusable: bool = False
    refused: bool = False
    hasty: bool = False
    reason: str = "failed"


def failure_of_status(
    status: int, headers: Mapping[str, str], body: str, *, settings: str, key: str, keyless: bool, now: datetime
) -> Failure:
    """Return what an HTTP status means.

    Args:
        status: The status.
        headers: The headers, looked up without regard to case.
        body: What the server said; shown in part.
        settings: The configuration table to mend, for people.
        key: The name of the variable that holds the key.
        keyless: Whether there was none to send.
        now: The time, against which a date in Retry-After is read (RFC 9110, section 10.2.3).
    """
    failure = _failure_of_status(status, headers, body, settings=settings, key=key, keyless=keyless, now=now)
    return replace(failure, refused=True, hasty=status in _HASTY, reason=str(status))


def _failure_of_status(  # noqa: PLR0911 - one answer for each class of status
    status: int, headers: Mapping[str, str], body: str, *, settings: str, key: str, keyless: bool, now: datetime
) -> Failure:
    said = f"HTTP {status}: {_message(body)}" if _message(body) else f"HTTP {status}"
    if 300 <= status < 400:  # noqa: PLR2004 - where an address stands, and where else a key must not go
        said = f"HTTP {status} to {headers['location']}" if "location" in headers else said
        return Failure(f"points elsewhere ({said})", f"mend base_url in {settings}", unusable=True)
    if status in {401, 403} and keyless:
        return Failure(f"asks for a key ({said})", f"set {key}, or name another in api_key_env", unusable=True)
    if status in {401, 403}:
        return Failure(f"refused the key ({said})", f"check the key in {key}", unusable=True)
    if status == 404:  # noqa: PLR2004 - a status
        return Failure(
            f"knows no such address or model ({said})", f"mend base_url or model in {settings}", unusable=True
        )
    if status == _UNPAID or _code(body) in _EXHAUSTED or _NO_CREDIT in _message(body):
        return Failure(
            f"has no credit left for this key ({said})", f"add credit, or another key in {key}", unusable=True
        )
    if status in _TRANSIENT or status >= 500:  # noqa: PLR2004 - server errors begin here
        wait = _retry_after(headers, now)
        if wait is not None and wait > LONGEST_WAIT:
            return Failure(
                f"asks to wait {wait:.0f} s ({said})", "run the command again after that time", unusable=True
            )
        return Failure(f"failed ({said})", "run the command again later", again=True, wait=wait)
    if status in _UNPROCESSABLE:
        return Failure(f"does not accept the request ({said})", f"mend what the server names in {settings}")
    return Failure(f"failed ({said})", f"check {settings}")


def wait_before(attempt: int, failure: Failure) -> float:
    """Return the seconds to wait before the attempt of that number (from 2)."""
    if failure.wait is not None:
        return failure.wait
    return float(min(_LONGEST_OWN_WAIT, _FIRST_WAIT * 2 ** (attempt - 2)))


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            date = email.utils.parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds()
    return max(0.0, seconds) if seconds == seconds else None  # noqa: PLR0124 - "nan" is a float too


def _error(body: str) -> Mapping[str, object]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = document.get("error", document) if isinstance(document, dict) else {}
    return error if isinstance(error, dict) else {"message": error}


def _message(body: str) -> str:
    message = _error(body).get("message")
    return message if isinstance(message, str) else body.strip()


def _code(body: str) -> str:
    return str(_error(body).get("code") or _error(body).get("type") or "")
