"""From the bytes of a file to its text and its syntax, and back to pieces of its text."""

import ast
import codecs
import io
import tokenize
import warnings
from dataclasses import dataclass

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import SourceFile
from hatch_vibesafe.spec.normalise import normalise_newlines
from hatch_vibesafe.unexpected import reason

_PLACED = (ast.expr, ast.stmt)
_TEXTS = (ast.Constant, ast.JoinedStr)  # only texts and bytes reach over several lines


@dataclass(frozen=True, slots=True)
class Source:
    r"""A file that could be read.

    Attributes:
        file: Where it came from.
        lines: Its lines without their endings; `ast` counts the same ones.
        tree: Its syntax.
    """

    file: SourceFile
    lines: tuple[str, ...]
    tree: ast.Module


def read_source(file: SourceFile) -> Source | Problem:
    """Return the text and the syntax of a file, or what is wrong with it. Encodings are told as PEP 263 says."""
    if b"\0" in file.content:
        line = file.content[: file.content.index(b"\0")].count(b"\n") + 1
        return Problem(
            f"{file.path}:{line}", "the file holds a NUL byte", "remove the byte: Python cannot read the file"
        )
    try:
        text = decode(file.content)
    except UnicodeDecodeError as error:
        line = file.content[: error.start].count(b"\n") + 1
        return Problem(
            f"{file.path}:{line}",
            f"the file is not {error.encoding.upper()}: byte 0x{error.object[error.start]:02x}",
            "save it as UTF-8, or name its encoding in the first line (PEP 263)",
        )
    except (SyntaxError, LookupError) as error:
        return Problem(f"{file.path}:1", f"the encoding is unknown: {reason(error)}", "save the file as UTF-8")
    try:
        tree = parse(text)
    except SyntaxError as error:
        what = f"the file is not Python: {error.msg}"
        return Problem(f"{file.path}:{error.lineno or 1}", what, "mend the syntax")
    except (RecursionError, MemoryError):
        return Problem(f"{file.path}:1", "the file is nested too deeply to be read", "split its deepest expression")
    return Source(file, tuple(text.split("\n")), tree)


def decode(content: bytes) -> str:
    r"""Return the text of a Python file, without its byte order mark and with `\n` for every line ending.

    Raises:
        UnicodeDecodeError: if the bytes are not text in the encoding.
        SyntaxError: if the encoding is unknown.
    """
    if not content.startswith(codecs.BOM_UTF8) and b"coding" not in content:
        return normalise_newlines(content.decode())
    encoding, _ = tokenize.detect_encoding(io.BytesIO(normalise_head(content)).readline)
    return normalise_newlines(content.decode(encoding))


def normalise_head(content: bytes) -> bytes:
    """Return the first two lines, which alone may name the encoding, whatever their line endings."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n", 2)[:2]
    return b"".join(line + b"\n" for line in lines)


def parse(text: str) -> ast.Module:
    """Return the syntax of `text`; what Python would only warn about is left to the linter.

    Raises:
        SyntaxError: if it is not Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except ValueError as error:  # a lone surrogate in the text
            raise SyntaxError(reason(error)) from error


def segment(source: Source, start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return the text between two places, dedented by the indentation of the line on which it starts.

    A place is a line from 1 and a column in UTF-8 bytes, as `ast` has them. Lines inside a string stay as they are.
    """
    first, last = start[0] - 1, end[0] - 1
    lines = list(source.lines[first : last + 1])
    lines[-1] = _before(lines[-1], end[1])
    column = len(_before(lines[0], start[1]))
    margin = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    lines[0] = lines[0][column:]
    if margin and len(lines) > 1:
        inside = _inside_strings(source.tree, start[0], end[0])
        for index in range(1, len(lines)):
            if start[0] + index not in inside:
                line = lines[index]
                lines[index] = line.removeprefix(margin) if line.startswith(margin) else line.lstrip()
    return "\n".join(lines)


def node_start(node: ast.stmt) -> tuple[int, int]:
    """Return where a statement starts, decorators included."""
    decorators = getattr(node, "decorator_list", ())
    return (min(item.lineno for item in decorators), 0) if decorators else (node.lineno, node.col_offset)


def node_end(node: ast.stmt | ast.expr) -> tuple[int, int]:
    """Return where a node ends."""
    return (node.end_lineno or node.lineno, node.end_col_offset or 0)


def node_segment(source: Source, node: ast.stmt) -> str:
    """Return the text of a statement, decorators included, dedented."""
    return segment(source, node_start(node), node_end(node)).lstrip()


def _before(line: str, column: int) -> str:
    return line[:column] if line.isascii() else line.encode()[:column].decode()


def _inside_strings(tree: ast.Module, first: int, last: int) -> set[int]:
    """Return the lines between `first` and `last` that begin inside a string."""
    inside: set[int] = set()
    waiting: list[ast.AST] = [*tree.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _PLACED):
            end = node_end(node)[0]
            if end < first or node.lineno > last or end == node.lineno:
                continue
            if isinstance(node, _TEXTS):
                inside.update(range(node.lineno + 1, end + 1))
                continue
        waiting.extend(ast.iter_child_nodes(node))
    return inside
