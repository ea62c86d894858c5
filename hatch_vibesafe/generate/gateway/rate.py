"""When a provider may be asked next under its limits of requests and tokens a minute. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent: when, and how many tokens it is expected to cost."""

    at: float
    tokens: int


def wait_for_room(
    history: Sequence[Sent], tokens: int, now: float, *, requests_a_minute: int | None, tokens_a_minute: int | None
) -> float:
    """Return the seconds to wait until a request fits into the minute that ends when it is sent.

    A request larger than a whole minute's tokens waits until nothing else is in its minute.

    Args:
        history: The requests so far, oldest first.
        tokens: What the request is expected to cost.
        now: The time.
        requests_a_minute: The limit, or None.
        tokens_a_minute: The limit, or None.
    """
    recent = [sent for sent in history if sent.at + MINUTE > now]
    total = sum(sent.tokens for sent in recent)
    count, wait = len(recent), 0.0
    for sent in recent:
        over_requests = requests_a_minute is not None and count + 1 > requests_a_minute
        over_tokens = tokens_a_minute is not None and total + tokens > tokens_a_minute
        if not over_requests and not over_tokens:
            break
        wait = sent.at + MINUTE - now
        count -= 1
        total -= sent.tokens
    return wait
