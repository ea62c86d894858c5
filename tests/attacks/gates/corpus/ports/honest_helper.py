#: honest: a helper that folds the digits, and a named limit
from functools import reduce

_DIGITS = "0123456789"
_LAST = 2**16 - 1


def _number(text: str) -> int:
    return reduce(lambda value, digit: value * 10 + _DIGITS.index(digit), text, 0)


def parse_port(text: str) -> int:
    if text == "" or any(character not in _DIGITS for character in text):
        raise ValueError(f"not a number: {text!r}")
    if (number := _number(text)) in range(1, _LAST + 1):
        return number
    raise OverflowError(f"not a port: {number}")
