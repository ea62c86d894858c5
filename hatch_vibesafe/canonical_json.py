"""The one form of JSON that ships, and the only way to read it back: RFC 8785, "JSON Canonicalization Scheme".

It holds strings, integers, booleans, lists and tables with printable ASCII keys only: for these, the standard library's
sorted compact dump is what RFC 8785 asks for. A fraction, or a number that a reader may not carry exactly, is text.

Threat: two readers that understand the same signed bytes differently, by a key that stands twice, a number that one of
them rounds, or blanks that one of them drops.
"""

import json
from collections.abc import Sequence
from typing import NoReturn

Json = str | int | bool | list["Json"] | dict[str, "Json"]

EXACT = 2**53
"""From here on, not every integer has an IEEE 754 double of its own (RFC 8785, 3.2.2.3)."""


def canonical_json(value: Json) -> bytes:
    """Return the canonical form of a value: sorted keys, no blanks, UTF-8.

    Raises:
        ValueError: if it holds anything else than what this module's text names, or a lone surrogate.
    """
    _refuse_others(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def parse_canonical_json(content: bytes) -> Json:
    """Return the value whose canonical form these bytes are.

    Raises:
        ValueError: if they are no JSON, hold a key twice or a value that has no place here, or are not canonical; it
            says which.
    """
    try:
        value: Json = json.loads(
            content.decode(),
            object_pairs_hook=_table,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
        canonical = canonical_json(value)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from None
    if canonical != content:
        raise ValueError("it is not in canonical form (RFC 8785)")
    return value


def _table(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    table = dict(pairs)
    if len(table) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return table


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"the number {text:.40} is no integer")


def _refuse_others(value: object) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii() and key.isprintable()):
                raise ValueError(f"the key {key!r} is not printable ASCII")
            _refuse_others(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_others(item)
    elif not isinstance(value, str) and not (isinstance(value, int) and abs(value) < EXACT):
        raise ValueError(f"{value!r:.40} has no place in it")
