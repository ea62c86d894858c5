"""Plain values of strategies, as source text: numbers, texts, days and times. Pure."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from hatch_vibesafe.gates.choices import Choices
from hatch_vibesafe.spec.strategies import Plain

LONGEST = 8
_LETTERS = "abcxyzABC019 _-.,/:é\n"
_FARTHEST = 10_000
_SPANS = (3, 20, 1000, _FARTHEST)
_DAY_ZERO = dt.date(2000, 1, 1)

Item = TypeVar("Item")


class UnsatisfiedError(ValueError):
    """These choices give no value."""


def one_of(choices: Choices, items: tuple[Item, ...]) -> Item:
    """Return one of several items."""
    return items[choices.up_to(len(items) - 1)]


def whole(value: Plain, default: int) -> int:
    """Return a whole number, or the default where there is none."""
    return value if isinstance(value, int) else default


def _between(choices: Choices, low: Plain, high: Plain) -> int:
    """Return a whole number that is as near to zero as its choices are simple."""
    least = low if isinstance(low, int) else None
    most = high if isinstance(high, int) else None
    origin = max(least or 0, 0) if least is not None else 0
    origin = min(origin, most) if most is not None else origin
    span = _SPANS[choices.up_to(len(_SPANS) - 1)]
    above = span if most is None else most - origin if span == _FARTHEST else min(span, most - origin)
    below = span if least is None else origin - least if span == _FARTHEST else min(span, origin - least)
    if above and below:
        return origin - choices.up_to(below) if choices.up_to(1) else origin + choices.up_to(above)
    return origin + choices.up_to(above) if above else origin - choices.up_to(below)


def _integer(choices: Choices, bounds: dict[str, Plain]) -> str:
    return str(_between(choices, bounds.get("min_value"), bounds.get("max_value")))


def _float(choices: Choices, bounds: dict[str, Plain]) -> str:
    low, high = (_number(bounds.get(name)) for name in ("min_value", "max_value"))
    special = [f"float({name!r})" for name, key in (("nan", "allow_nan"), ("inf", "allow_infinity")) if bounds.get(key)]
    if special and choices.up_to(9) == 9:  # noqa: PLR2004 - seldom
        return one_of(choices, tuple(special))
    scale = (1, 4, 10, 1000)[choices.up_to(3)]
    value = _between(choices, None, None) / scale
    if low is not None and value < low:
        value = low + abs(value - int(value)) if high is None or low + 1 <= high else low
    if high is not None and value > high:
        value = high - abs(value - int(value)) if low is None or high - 1 >= low else high
    return repr(float(value))


def _number(value: Plain) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal | Fraction) else None


def _exact(bounds: dict[str, Plain], name: str) -> Fraction | None:
    value = bounds.get(name)
    return Fraction(value) if isinstance(value, int | float | Decimal | Fraction) else None


def _scaled(choices: Choices, bounds: dict[str, Plain], scale: int) -> int:
    """Return how many parts of a whole to take, so that the quotient is between the bounds."""
    low, high = _exact(bounds, "min_value"), _exact(bounds, "max_value")
    least = None if low is None else -(-low * scale // 1)
    most = None if high is None else high * scale // 1
    if least is not None and most is not None and most < least:
        raise UnsatisfiedError
    return _between(choices, least, most)


def _decimal(choices: Choices, bounds: dict[str, Plain]) -> str:
    special = [name for name, key in (("NaN", "allow_nan"), ("Infinity", "allow_infinity")) if bounds.get(key)]
    if special and choices.up_to(9) == 9:  # noqa: PLR2004 - seldom
        return f"{_DECIMAL}({one_of(choices, tuple(special))!r})"
    places = whole(bounds.get("places"), -1)
    places = choices.up_to(3) if places < 0 else places
    value = Decimal(_scaled(choices, bounds, 10**places)).scaleb(-places)
    return f"{_DECIMAL}({str(value)!r})"


def _fraction(choices: Choices, bounds: dict[str, Plain]) -> str:
    scale = 1 + choices.up_to(11)
    return f"{_FRACTION}({_scaled(choices, bounds, scale)}, {scale})"


def _text(choices: Choices, bounds: dict[str, Plain]) -> str:
    alphabet = bounds.get("alphabet")
    letters = tuple(alphabet if isinstance(alphabet, str) else _LETTERS)
    return repr("".join(_several(choices, bounds, lambda: one_of(choices, letters))))


def _binary(choices: Choices, bounds: dict[str, Plain]) -> str:
    return repr(bytes(_several(choices, bounds, lambda: choices.up_to(255))))


def _several(choices: Choices, bounds: dict[str, Plain], item: Callable[[], Item]) -> list[Item]:
    least = whole(bounds.get("min_size"), 0)
    most = whole(bounds.get("max_size"), least + LONGEST)
    items: list[Item] = []
    while len(items) < most and (len(items) < least or choices.up_to(4)):
        items.append(item())
    return items


def _days(choices: Choices, bounds: dict[str, Plain]) -> dt.date:
    low, high = (_day_number(bounds.get(name)) for name in ("min_value", "max_value"))
    first, last = dt.date.min.toordinal() - _DAY_ZERO.toordinal(), dt.date.max.toordinal() - _DAY_ZERO.toordinal()
    number = _between(choices, first if low is None else low, last if high is None else high)
    return dt.date.fromordinal(_DAY_ZERO.toordinal() + number)


def _day_number(value: Plain) -> int | None:
    return value.toordinal() - _DAY_ZERO.toordinal() if isinstance(value, dt.date) else None


def _date(choices: Choices, bounds: dict[str, Plain]) -> str:
    day = _days(choices, bounds)
    return f"{_DATETIME}.date({day.year}, {day.month}, {day.day})"


def _datetime(choices: Choices, bounds: dict[str, Plain]) -> str:
    day = _days(choices, bounds)
    value = dt.datetime(day.year, day.month, day.day, choices.up_to(23), choices.up_to(59), choices.up_to(59))  # noqa: DTZ001 - as drawn by default
    low, high = bounds.get("min_value"), bounds.get("max_value")
    value = max(value, low) if isinstance(low, dt.datetime) else value
    value = min(value, high) if isinstance(high, dt.datetime) else value
    return f"{_DATETIME}.{repr(value).removeprefix('datetime.')}"


def _time(choices: Choices, bounds: dict[str, Plain]) -> str:
    value = dt.time(choices.up_to(23), choices.up_to(59), choices.up_to(59))
    low, high = bounds.get("min_value"), bounds.get("max_value")
    value = max(value, low) if isinstance(low, dt.time) else value
    value = min(value, high) if isinstance(high, dt.time) else value
    return f"{_DATETIME}.{repr(value).removeprefix('datetime.')}"


def _duration(choices: Choices, bounds: dict[str, Plain]) -> str:
    low, high = (_seconds(bounds.get(name)) for name in ("min_value", "max_value"))
    return f"{_DATETIME}.timedelta(seconds={_between(choices, low, high)})"


def _seconds(value: Plain) -> int | None:
    return int(value.total_seconds()) if isinstance(value, dt.timedelta) else None


_DECIMAL = "__import__('decimal').Decimal"
_FRACTION = "__import__('fractions').Fraction"
_DATETIME = "__import__('datetime')"
SCALARS: dict[str, Callable[[Choices, dict[str, Plain]], str]] = {
    "none": lambda _choices, _bounds: "None",
    "booleans": lambda choices, _bounds: str(bool(choices.up_to(1))),
    "integers": _integer,
    "floats": _float,
    "decimals": _decimal,
    "fractions": _fraction,
    "text": _text,
    "binary": _binary,
    "dates": _date,
    "datetimes": _datetime,
    "times": _time,
    "timedeltas": _duration,
}
