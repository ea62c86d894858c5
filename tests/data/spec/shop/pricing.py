"""Prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import vibesafe_runtime as vr
from vibesafe_runtime import VibeCoded, vibesafe as unit

from . import Price, money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIMIT: int = 3


def clean(values: Iterable[int]) -> list[int]:
    return [value for value in values if value < LIMIT]


@overload
def total(prices: list[int]) -> int: ...
@overload
def total(prices: list[Price]) -> Price: ...
@unit(kind="function", model="m", tags=["sum", "price"])
def total(prices: list[int] | list[Price], /, *rest: int, start: int = 0x_0, **more: "money.Money") -> int | Price:
    """Sum `clean` prices.

    Uses ``money.convert()``.

    Ensures:
        - result >= LIMIT

    >>> total([1, 2])
    3
    >>> total([])  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ValueError: nothing

    """
    if not prices:
        pass

    def guard() -> None:
        raise VibeCoded()

    if start < 0:
        raise ValueError(f"{start=} is {'negative'!r}")
    raise VibeCoded()


@vr.vibesafe.http(method="GET", path="/walk")
async def walk(prices: Iterator[Price] = iter(())) -> Price:
    ...
