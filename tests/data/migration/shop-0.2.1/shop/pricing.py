"""Prices."""

from vibesafe import (
    VibeCoded,  # the hole
    VibesafeError,
    vibesafe,
)

RATE = 2


@vibesafe
def total(price: int) -> int:
    """Return the price with tax.

    >>> total(1)
    3
    >>> total(4)
    9
    """
    if price < 0:
        raise ValueError("price must not be negative")
    raise VibeCoded()


def safe_total(price: int) -> int | None:
    try:
        return total(price)
    except VibesafeError:
        return None
