"""How many requests may be on their way to a provider at once, learned from its refusals. Pure.

One more with each round that is answered, half with each that it refuses for going too fast: additive increase,
multiplicative decrease. Source: RFC 5681, section 3.1 (of `FlightSize`, and not of the window).
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Window:
    """How many requests may be on their way.

    Attributes:
        size: How many; a fraction of a request has to grow to a whole one before it counts.
        halved: When it was last halved.
    """

    size: float
    halved: float = float("-inf")

    @property
    def requests(self) -> int:
        """How many requests may be on their way now; at least one."""
        return max(1, int(self.size))


def widened(window: Window, most: int) -> Window:
    """Return the window after an answer."""
    return replace(window, size=min(float(most), window.size + 1 / window.size))


def narrowed(window: Window, sent: float, now: float, on_their_way: int) -> Window:
    """Return the window after a refusal: half of what was on its way, however much more might have been.

    Of requests that were on their way together the first narrows it, no other.
    """
    if sent <= window.halved:
        return window
    return Window(max(1.0, min(window.size, on_their_way) / 2), now)
