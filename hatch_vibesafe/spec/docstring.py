"""A docstring: its text, its examples, the names it mentions."""

import ast
import doctest
import re
from dataclasses import dataclass

from hatch_vibesafe.spec.canonical import Encodable
from hatch_vibesafe.spec.model import Example
from hatch_vibesafe.spec.names import Names, assigned_names, free_names
from hatch_vibesafe.spec.normalise import normalise_docstring
from hatch_vibesafe.spec.parsed import syntax
from hatch_vibesafe.spec.source import parse

_PARSER = doctest.DocTestParser()
_BACKTICKS = re.compile(r"(?<!`)(`{1,2})([^\W\d]\w*(?:\.[^\W\d]\w*)*)(?:\([^`]*\))?\1(?!`)")
_SECTION = re.compile(
    r"(?:requires|ensures|invariants?|contracts?|pre|post|preconditions?|postconditions?):", re.IGNORECASE
)

# Only these: other packages register flags of their own while they are imported.
_FLAGS: dict[int, str] = {
    doctest.DONT_ACCEPT_TRUE_FOR_1: "DONT_ACCEPT_TRUE_FOR_1",
    doctest.DONT_ACCEPT_BLANKLINE: "DONT_ACCEPT_BLANKLINE",
    doctest.NORMALIZE_WHITESPACE: "NORMALIZE_WHITESPACE",
    doctest.ELLIPSIS: "ELLIPSIS",
    doctest.SKIP: "SKIP",
    doctest.IGNORE_EXCEPTION_DETAIL: "IGNORE_EXCEPTION_DETAIL",
    doctest.REPORT_UDIFF: "REPORT_UDIFF",
    doctest.REPORT_CDIFF: "REPORT_CDIFF",
    doctest.REPORT_NDIFF: "REPORT_NDIFF",
    doctest.REPORT_ONLY_FIRST_FAILURE: "REPORT_ONLY_FIRST_FAILURE",
    doctest.FAIL_FAST: "FAIL_FAST",
}


@dataclass(frozen=True, slots=True)
class Docstring:
    """A docstring that could be read.

    Attributes:
        text: The normalised text.
        examples: Its doctests.
        prose: What the digest of the text covers: the text around the examples, with a mark where examples stand.
        cases: What the digest of each example covers.
        inputs: The syntax of each example's input.
    """

    text: str
    examples: tuple[Example, ...]
    prose: tuple[Encodable, ...]
    cases: tuple[tuple[Encodable, ...], ...]
    inputs: tuple[ast.Module, ...]


@dataclass(frozen=True, slots=True)
class MalformedDocstring:
    """A docstring whose examples cannot be read: the line in the file, and why."""

    line: int
    what: str


EMPTY = Docstring("", (), (), (), ())


def read_docstring(node: ast.Constant | None) -> Docstring | MalformedDocstring:
    """Return what the string that a function begins with says."""
    if node is None or not isinstance(node.value, str):
        return EMPTY
    text = normalise_docstring(node.value)
    first_line, last_line = docstring_lines(node)
    if any("\ud800" <= character <= "\udfff" for character in text):
        return MalformedDocstring(node.lineno, "the docstring holds half of a surrogate pair, which no file can hold")
    try:
        pieces = _PARSER.parse(text)
    except ValueError as error:
        message = re.sub(r"^line (\d+) of the doc(?:string|test) for <string> ", "", str(error))
        found = re.match(r"line (\d+) ", str(error))
        # `doctest` counts the lines of its messages from 1.
        line = min(first_line + int(found[1]) - 1, last_line) if found else node.lineno
        return MalformedDocstring(line, f"a doctest is malformed: {message}")
    return _assemble(text, pieces, first_line, last_line)


def docstring_lines(node: ast.Constant | None) -> tuple[int, int]:
    """Return the lines in the file of the first line of a docstring's normalised text and of its end."""
    if node is None or not isinstance(node.value, str):
        return 1, 1
    blank = node.value[: len(node.value) - len(node.value.lstrip())].count("\n")
    return node.lineno + blank, node.end_lineno or node.lineno


def example_names(docstring: Docstring) -> Names:
    """Return the names that the inputs of the examples take from the module; earlier examples may bind them."""
    names = Names()
    bound: set[str] = set()
    for tree in docstring.inputs:
        found = free_names(tree.body)
        found.chains = {chain for chain in found.chains if chain[0] not in bound}
        names.add(found)
        bound |= assigned_names(tree.body)
    return names


def mentioned_names(text: str) -> Names:
    """Return the names in backticks, and those in contract sections (`Requires:`, `Ensures:`) that are expressions."""
    chains = {tuple(found[2].split(".")) for found in _BACKTICKS.finditer(text)} if "`" in text else set()
    names = Names(chains)
    if not _SECTION.search(text):
        return names
    section: int | None = None
    for line in text.split("\n"):
        indentation = len(line) - len(line.lstrip())
        if _SECTION.fullmatch(line.strip()):
            section = indentation
        elif line and section is not None:
            if indentation <= section:
                section = None
            else:
                names.add(_expression_names(line.strip().removeprefix("- ")))
    return names


def _expression_names(text: str) -> Names:
    try:
        return free_names(parse(text).body)
    except (SyntaxError, RecursionError, MemoryError):
        return Names()


def _assemble(
    text: str, pieces: list[str | doctest.Example], first_line: int, last_line: int
) -> Docstring | MalformedDocstring:
    examples: list[Example] = []
    prose: list[Encodable] = []
    cases: list[tuple[Encodable, ...]] = []
    inputs: list[ast.Module] = []
    blank = ""
    for piece in pieces:
        if isinstance(piece, str):
            if piece.strip():
                prose.append(piece)
                blank = ""
            else:
                blank = piece
            continue
        line = min(first_line + piece.lineno, last_line)
        flags = _flags(piece)
        if flags is None:
            return MalformedDocstring(line, "an example names a doctest flag that the standard library does not know")
        exception = piece.exc_msg.rstrip("\n") if piece.exc_msg is not None else None
        tree = _read_input(piece.source, exception)
        if isinstance(tree, str):
            return MalformedDocstring(line, tree)
        inputs.append(tree)
        examples.append(
            Example(
                piece.source, piece.want, line, exception, tuple(name for name in flags if not name.startswith("-"))
            )
        )
        # White space between two examples belongs to the second, so that a new example changes no other part.
        cases.append((blank, piece.indent, piece.source, piece.want, exception, flags))
        if not prose or prose[-1] is not None:
            prose.append(None)
        blank = ""
    return Docstring(text, tuple(examples), tuple(prose), tuple(cases), tuple(inputs))


def _flags(example: doctest.Example) -> tuple[str, ...] | None:
    if any(flag not in _FLAGS for flag in example.options):
        return None
    return tuple(sorted(f"{'' if on else '-'}{_FLAGS[flag]}" for flag, on in example.options.items()))


def _read_input(source: str, exception: str | None) -> ast.Module | str:
    """Return the syntax of an example's input, or what is wrong with it; an example may show a syntax error."""
    try:
        return syntax(source)
    except SyntaxError as error:
        if exception is None or not exception.startswith(("SyntaxError", "IndentationError", "TabError")):
            return f"an example is not Python: {error.msg}"
        return ast.Module(body=[], type_ignores=[])
    except (RecursionError, MemoryError):
        return "an example is nested too deeply to be read"
