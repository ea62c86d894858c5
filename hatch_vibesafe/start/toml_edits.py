"""Additions to a TOML text that leave everything else in it as it was. Pure.

Each addition is tried in one form after the other, and the first is taken with which the text says exactly what it said
before and the addition: a TOML parser decides that, not the look of a line.
"""

import copy
import tomllib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array

Keys = tuple[str, ...]

_ABSENT: Final = object()
_MOST_ATTEMPTS = 40  # lines of one table: each is judged by a parse of the whole text


class UneditableError(ValueError):
    """Nothing that we know to write makes this text say what it should."""


def value_at(document: object, keys: Sequence[str]) -> object | None:
    """Return what stands at a key of parsed TOML; None where nothing does, or where something above is no table."""
    found = _found(document, keys)
    return None if found is _ABSENT else found


def with_item(text: str, keys: Keys, item: str) -> str:
    """Return the text with one more string at the end of an array, which is made where there is none.

    Raises:
        UneditableError: if it cannot be added.
    """
    document = tomllib.loads(text)
    present = _found(document, keys)
    if present is _ABSENT:
        written = f"{keys[-1]} = [{tomlkit.string(item).as_string()}]"
        return _first(_with_line(text, keys[:-1], written), _expected(document, keys, [item]))
    if not isinstance(present, list):
        raise UneditableError
    return _first(_appended(text, keys, item), _expected(document, keys, [*present, item]))


def with_text(text: str, keys: Keys, lines: Sequence[str]) -> str:
    """Return the text with a table that is not there yet and the lines in it, at its end.

    Raises:
        UneditableError: if it cannot be added.
    """
    added = "\n".join((f"[{_header(keys)}]", *lines))
    holds = value_at(tomllib.loads(added), keys)
    return _first(iter([_at_the_end(text, added)]), _expected(tomllib.loads(text), keys, holds))


def with_table(text: str, keys: Keys) -> str:
    """Return the text with an empty table, at its end.

    Raises:
        UneditableError: if it cannot be added.
    """
    document = tomllib.loads(text)
    wanted = _expected(document, keys, {})
    if _found(document, keys) is not _ABSENT:
        raise UneditableError
    return _first(_with_table(text, keys), wanted)


def _first(candidates: Iterator[str], wanted: object) -> str:
    for candidate in candidates:
        try:
            if tomllib.loads(candidate) == wanted:
                return candidate
        except tomllib.TOMLDecodeError:
            continue
    raise UneditableError


def _with_table(text: str, keys: Keys) -> Iterator[str]:
    yield _at_the_end(text, f"[{_header(keys)}]")
    # Where a table above it is written inline, or with dotted keys.
    for depth in range(len(keys) - 1, 0, -1):
        yield from _with_line(text, keys[:depth], f"{_header(keys[depth:])} = {{}}")
        yield from _inline(text, keys[:depth], keys[depth:])


def _with_line(text: str, table: Keys, line: str) -> Iterator[str]:
    """Yield the text with a line in a table: behind the last line that says something there, else in a new table."""
    lines = text.split("\n")
    headers = [place for place, each in enumerate(lines) if _table_of(each) is not None]
    for first, behind in reversed([*pairwise([*headers, len(lines)])]):
        if value_at(_table_of(lines[first]), table) == {}:
            says = [
                place for place in range(first + 1, behind) if lines[place].strip() and not _is_comment(lines[place])
            ]
            for place in (*reversed(says[-_MOST_ATTEMPTS:]), first):
                yield "\n".join((*lines[: place + 1], line, *lines[place + 1 :]))
    yield _at_the_end(text, f"[{_header(table)}]\n{line}")


def _table_of(line: str) -> dict[str, object] | None:
    """Return what a line says by itself that looks like the header of a table; None for any other line."""
    if not line.lstrip().startswith("["):
        return None
    try:
        return tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _inline(text: str, table: Keys, keys: Keys) -> Iterator[str]:
    try:
        document = tomlkit.parse(text)
        inside = document.unwrap()
        holder: object = document
        for key in table:
            holder = holder[key] if isinstance(holder, dict) else None
        if isinstance(holder, dict) and inside:
            value: dict[str, object] = {}
            for key in reversed(keys[1:]):
                value = {key: value}
            made = tomlkit.inline_table()
            made.update(value)
            holder[keys[0]] = made
            yield tomlkit.dumps(document)
    except (TOMLKitError, KeyError, ValueError):
        return


def _appended(text: str, keys: Keys, item: str) -> Iterator[str]:
    try:
        document = tomlkit.parse(text)
        holder: object = document
        for key in keys:
            holder = holder[key] if isinstance(holder, dict) else None
        if isinstance(holder, Array):
            holder.append(item)
            yield tomlkit.dumps(document)
    except (TOMLKitError, KeyError, ValueError):
        return


def _at_the_end(text: str, added: str) -> str:
    if text and not text.endswith("\n"):
        text += "\n"
    return f"{text}\n{added}\n" if text else f"{added}\n"


def _found(document: object, keys: Sequence[str]) -> object:
    for key in keys:
        if not isinstance(document, dict) or key not in document:
            return _ABSENT
        document = document[key]
    return document


def _expected(document: dict[str, object], keys: Keys, value: object) -> dict[str, object]:
    wanted = copy.deepcopy(document)
    inside = wanted
    for key in keys[:-1]:
        below = inside.setdefault(key, {})
        if not isinstance(below, dict):
            raise UneditableError
        inside = below
    inside[keys[-1]] = value
    return wanted


def _header(keys: Keys) -> str:
    return ".".join(tomlkit.key(key).as_string() for key in keys)
