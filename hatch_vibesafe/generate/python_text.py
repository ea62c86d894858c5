"""Editing Python source without disturbing what is not edited."""

import ast
import warnings
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repaired:
    """A source and what was put right in it, in words; no words where nothing was."""

    source: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Put `text` in the place of the characters from `start` to before `end`."""

    start: int
    end: int
    text: str


def plain(text: str) -> str:
    r"""Return a text with `\n` for every line ending and without byte order mark, null bytes and lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").replace("\0", "")
    return text.encode("utf-8", "backslashreplace").decode()


def parse(source: str) -> ast.Module | None:
    """Return the tree of a source, or None where it is no Python (or more deeply nested than Python reads)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", SyntaxWarning
            )  # what a model's regular expressions lack is the gates' affair
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class Places:
    """Turns the positions of an `ast` (lines, and columns in UTF-8 bytes) into character offsets."""

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def start(self, node: ast.stmt | ast.expr) -> int:
        """Return where a node begins; decorators lie before it."""
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.stmt | ast.expr) -> int:
        """Return where a node ends."""
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def offset(self, line: int, column: int) -> int:
        """Return the character offset of a line (from 1) and a column in bytes."""
        text = self._lines[line - 1]
        return self._starts[line - 1] + len(text.encode()[:column].decode(errors="replace"))

    def line_start(self, line: int) -> int:
        """Return the character offset of a line's beginning."""
        return self._starts[line - 1]


def edited(source: str, edits: list[Edit]) -> str:
    """Return the source with all edits made; they must not overlap, and of two in one place the first goes first."""
    for _, edit in sorted(enumerate(edits), key=lambda pair: (pair[1].start, pair[1].end, pair[0]), reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source
