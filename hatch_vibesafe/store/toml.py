"""Write the part of TOML 1.0 that the store needs, deterministically; `plain_toml` and `tomllib` read it back.

Source: https://toml.io/en/v1.0.0. Strings are always basic strings with escapes, so that no content can end one early.
"""

import re
from collections.abc import Iterator, Mapping

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_TO_ESCAPE = re.compile('["\\\\\x00-\x1f\x7f-\x9f]')
_SHORT_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}


def dump(table: Mapping[str, object]) -> bytes:
    """Return a table as TOML: UTF-8, a line feed after each line on every platform, keys in the table's own order.

    Holds strings, integers, floats, booleans, lists or tuples, and tables. Plain values come before
    sub-tables, because TOML cannot come back to a table after one of its sub-tables.

    Raises:
        ValueError: for a value that TOML or UTF-8 cannot hold: None, another type, a lone surrogate.
    """
    lines = list(_table(table, ()))
    try:
        return "".join(f"{line}\n" for line in lines).lstrip("\n").encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"not writable as UTF-8: {error.object[error.start : error.end]!r}") from error


def _table(table: Mapping[str, object], path: tuple[str, ...]) -> Iterator[str]:
    plain = {key: value for key, value in table.items() if not _is_section(value)}
    for key, value in plain.items():
        yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        if key in plain:
            continue
        dotted = ".".join(_key(part) for part in (*path, key))
        if isinstance(value, Mapping):
            if not value or not all(map(_is_section, value.values())):
                yield from ("", f"[{dotted}]")
            yield from _table(value, (*path, key))
        elif isinstance(value, list | tuple):
            for item in value:
                yield from ("", f"[[{dotted}]]")
                yield from _table(item, (*path, key))


def _is_section(value: object) -> bool:
    """Whether a value is written under a header of its own: a table, or a list that holds tables alone."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping)


def _value(value: object) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        # Python's shortest spelling of a float is also TOML's, infinities and nan included.
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_key(key)} = {_value(item)}' for key, item in value.items())}}}"
    raise ValueError(f"TOML cannot hold {value!r}")


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    return f'"{_TO_ESCAPE.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _SHORT_ESCAPES.get(character) or f"\\u{ord(character):04x}"
