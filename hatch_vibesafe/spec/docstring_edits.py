"""Lines added to the docstring of a stub in the text of its file; every other byte stays as it is. Pure."""

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

from hatch_vibesafe.spec.source import decode, normalise_head, parse
from hatch_vibesafe.spec.walking import walk

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_OPENING = re.compile(r"(?P<prefix>[rRuU]*)(?P<quotes>\"\"\"|''')")
_PROMPT = ">>>"
_REQUIRES = "Requires:"


class CannotEditError(ValueError):
    """A docstring is written in a way that cannot be added to; the message says what the developer has to do."""


def with_example(content: bytes, qualname: str, lines: Sequence[str]) -> bytes:
    """Return a file with the lines of an example at the end of a function's docstring.

    Raises:
        CannotEditError: if the docstring cannot be added to.
    """
    text = _Text(content, qualname)
    prompts = [line for line in text.inside() if line.lstrip().startswith(_PROMPT)]
    margin = _indentation(prompts[-1]) if prompts else text.margin
    return text.appended([margin + line for line in lines], apart=not text.ends_with_an_example())


def with_requirement(content: bytes, qualname: str, condition: str) -> bytes:
    """Return a file with a clause in the section `Requires:` of a function's docstring, which is made if need be.

    Raises:
        CannotEditError: if the docstring cannot be added to.
    """
    text = _Text(content, qualname)
    inside = text.inside()
    headings = [number for number, line in enumerate(inside) if line.strip() == _REQUIRES]
    if not headings:
        return text.appended([f"{text.margin}{_REQUIRES}", f"{text.margin}    {condition}"], apart=True)
    around = _indentation(inside[headings[0]])
    below = next((_indentation(line) for line in inside[headings[0] + 1 :] if line.strip()), "")
    return text.inserted(headings[0] + 1, (below if len(below) > len(around) else f"{around}    ") + condition)


@dataclass(slots=True)
class _Text:
    """A file and the docstring in it, by lines that keep their endings."""

    content: bytes
    lines: list[str]
    first: int
    last: int
    before: str
    opening: "re.Match[str]"
    closing: int

    def __init__(self, content: bytes, qualname: str) -> None:
        plain = decode(content)
        docstring = _docstring(parse(plain), qualname)
        self.content = content
        self.lines = _LINE.findall(content.decode(_encoding(content)))
        self.first, self.last = docstring.lineno - 1, (docstring.end_lineno or docstring.lineno) - 1
        mark = "\ufeff" if self.first == 0 and self.lines[0].startswith("\ufeff") else ""
        start = len(mark) + _characters(self.lines[self.first], docstring.col_offset)
        self.before = self.lines[self.first][:start]
        opening = _OPENING.match(self.lines[self.first], start)
        end = _characters(self.lines[self.last], docstring.end_col_offset or 0)
        segment = "".join([*self.lines[self.first : self.last], self.lines[self.last][:end]])[start:]
        if opening is None or self.before.strip() or not _is_one_text(segment):
            raise CannotEditError("is not one text in triple quotes on lines of its own: write it so")
        self.opening, self.closing = opening, end - 3

    @property
    def margin(self) -> str:
        return self.before

    @property
    def _newline(self) -> str:
        ending = self.lines[self.first].rstrip("\r\n")
        return self.lines[self.first][len(ending) :] or "\n"

    def inside(self) -> list[str]:
        """Return the lines of the docstring, its quotes left out."""
        found = self.lines[self.first : self.last + 1]
        found[-1] = found[-1][: self.closing]
        found[0] = " " * self.opening.end() + found[0][self.opening.end() :]
        return [line.rstrip("\r\n") for line in found]

    def ends_with_an_example(self) -> bool:
        for line in reversed("\n".join(self.inside()).rstrip().split("\n")):
            if not line.strip():
                return False
            if line.lstrip().startswith(_PROMPT):
                return True
        return False

    def appended(self, added: Sequence[str], *, apart: bool) -> bytes:
        line = self.lines[self.last]
        head, tail = line[: self.closing], line[self.closing :]
        shared = bool(head.strip())  # the closing quotes stand behind text
        if head.rstrip().endswith("\\"):
            raise CannotEditError("ends with a backslash before its quotes: put the quotes on a line of their own")
        previous = self.inside()[-1 if shared else -2].strip() if self.last > self.first or shared else ""
        gap = [""] if apart and previous else []
        new = [*([head.rstrip()] if shared else []), *gap, *map(self._escaped, added)]
        margin = self.margin if shared else head
        self.lines[self.last : self.last + 1] = [*(f"{each}{self._newline}" for each in new), margin + tail]
        return self._encoded()

    def inserted(self, place: int, added: str) -> bytes:
        self.lines.insert(self.first + place, self._escaped(added) + self._newline)
        return self._encoded()

    def _escaped(self, line: str) -> str:
        quotes = self.opening["quotes"]
        if "r" in self.opening["prefix"].lower():
            if quotes in line:
                raise CannotEditError(f"is a raw text, and {quotes} would have to stand in it: write it without r")
            return line
        return line.replace("\\", "\\\\").replace(quotes, "".join(f"\\{each}" for each in quotes))

    def _encoded(self) -> bytes:
        try:
            return "".join(self.lines).encode(_encoding(self.content))
        except UnicodeEncodeError as error:
            raise CannotEditError(f"cannot hold {error.object[error.start]!r} in the encoding of its file") from None


def _docstring(tree: ast.Module, qualname: str) -> ast.Constant:
    body: Sequence[ast.stmt] = tree.body
    for name in qualname.split("."):
        found = [node for node in walk(ast.Module([*body], [])) if getattr(node, "name", None) == name]
        named = [node for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
        if not named:
            raise CannotEditError(f"is not there: the file has no {qualname} any more")
        body = named[-1].body
    match body:
        case [ast.Expr(value=ast.Constant(value=str()) as docstring), *_]:
            return docstring
        case _:
            raise CannotEditError("is missing: write a sentence in triple quotes that says what it does")


def _is_one_text(segment: str) -> bool:
    tokens = tokenize.generate_tokens(io.StringIO(segment).readline)
    return [token.type for token in tokens if token.string.strip()] == [tokenize.STRING]


def _encoding(content: bytes) -> str:
    return tokenize.detect_encoding(io.BytesIO(normalise_head(content)).readline)[0].removesuffix("-sig")


def _characters(line: str, column: int) -> int:
    """Return how many characters the first bytes of a line are, in UTF-8, as `ast` counts them."""
    return len(line.removeprefix("\ufeff").encode()[:column].decode())


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
