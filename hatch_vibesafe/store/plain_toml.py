"""Read the plain lines of which nearly all TOML that the store wrote consists; `tomllib` reads everything else.

A project of a thousand units has two thousand such files, and `tomllib` takes a quarter of a command's time over them.
What stands here reads a strict part of TOML 1.0 (https://toml.io/en/v1.0.0): one key a line, with a text without
escapes, a whole number, a truth value or a list of such texts; tables; lists of tables. Where one character goes
beyond that, or a name comes twice, `tomllib` reads the whole text, and says what is wrong with it.
"""

import re
import tomllib

_TEXT = r'"[^"\\\x00-\x1f\x7f]*"'
_KEY = rf"(?:[A-Za-z0-9_-]+|{_TEXT})"
_PATH = rf"{_KEY}(?:\.{_KEY})*"
_LINE = re.compile(
    rf"^(?:({_KEY}) = (?:({_TEXT})|(0|-?[1-9][0-9]{{0,17}})|(true|false)|(\[(?:{_TEXT}(?:, {_TEXT})*)?\]))"
    rf"|\[({_PATH})\]"
    rf"|\[\[({_PATH})\]\]"
    r")?\n",
    re.MULTILINE,
)
_ONE_KEY = re.compile(_KEY)
_ONE_TEXT = re.compile(_TEXT)


class _NotPlain(Exception):  # noqa: N818 - nothing is wrong: it only ends the short way
    """The text holds something that is left to `tomllib`."""


def load(text: str) -> dict[str, object]:
    """Return what `tomllib.loads` returns.

    Raises:
        tomllib.TOMLDecodeError: where `tomllib.loads` raises it, and likewise for its other errors.
    """
    try:
        return _Plain().read(text)
    except _NotPlain:
        return tomllib.loads(text)


class _Plain:
    """A text that is being read: its top-level table, the table that keys go to now, and which lists hold tables."""

    __slots__ = ("_arrays", "_top")

    def __init__(self) -> None:
        self._top: dict[str, object] = {}
        self._arrays: set[int] = set()

    def read(self, text: str) -> dict[str, object]:
        """Return the top-level table.

        Raises:
            _NotPlain: where a line is of another kind, or names what there is already.
        """
        table = self._top
        lines = _LINE.findall(text)
        if len(lines) != text.count("\n") or not text.endswith("\n"):
            raise _NotPlain
        for key, written, number, truth, texts, header, element in lines:
            if not key:
                if header or element:
                    table = self._table(header) if header else self._element(element)
                continue
            name = _name(key)
            if name in table:
                raise _NotPlain
            if written:
                table[name] = written[1:-1]
            elif number:
                table[name] = int(number)
            elif truth:
                table[name] = truth == "true"
            else:
                table[name] = [each[1:-1] for each in _ONE_TEXT.findall(texts)]
        return self._top

    def _table(self, path: str) -> dict[str, object]:
        within, name = self._within(path)
        if name in within:
            raise _NotPlain
        made: dict[str, object] = {}
        within[name] = made
        return made

    def _element(self, path: str) -> dict[str, object]:
        within, name = self._within(path)
        made: dict[str, object] = {}
        tables = within.get(name)
        if tables is None:
            within[name] = tables = [made]
            self._arrays.add(id(tables))
        elif isinstance(tables, list) and id(tables) in self._arrays:
            tables.append(made)
        else:
            raise _NotPlain
        return made

    def _within(self, path: str) -> tuple[dict[str, object], str]:
        """Return the table in which the last part of a dotted path stands, and that part."""
        *names, last = map(_name, _ONE_KEY.findall(path))
        table = self._top
        for name in names:
            found = table.setdefault(name, {})
            if isinstance(found, list) and id(found) in self._arrays:
                found = found[-1]
            if not isinstance(found, dict):
                raise _NotPlain
            table = found
        return table, last


def _name(key: str) -> str:
    return key[1:-1] if key[0] == '"' else key
