#: honest: a regular expression, a handler that says more, and a chained comparison
import re

_DIGITS = re.compile("[0-9]+")
LOWEST, HIGHEST = 1, 65535


def parse_port(text: str) -> int:
    if _DIGITS.fullmatch(text) is None:
        raise ValueError(f"not a number: {text!r}")
    port = int(text, 10)
    if port < LOWEST or port > HIGHEST:
        raise OverflowError(f"not a port: {port}")
    return port
