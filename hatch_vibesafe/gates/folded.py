"""Texts that are put together of written ones, as Python would: so that none hides by being cut into pieces. Pure."""

import ast
import sys
from collections.abc import Iterator, Sequence

_LONGEST = 4096


def written_texts(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each that is written out, whole or as pieces of one expression."""
    for node in nodes:
        if isinstance(node, ast.expr):
            text = folded(node)
            if text is not None:
                yield node.lineno, text


def folded(node: ast.expr) -> str | None:
    """Return the text that an expression always gives; None where it is no text or depends on anything."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined("", [left, right])
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _repeated(left, right)
        case ast.JoinedStr(values=values):
            return _joined("", values)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return folded(value)
        case _:
            return _called(node) if isinstance(node, ast.Call) else None


def _called(node: ast.Call) -> str | None:
    match node:
        case ast.Call(func=ast.Name(id="chr"), args=[ast.Constant(value=int(code))]) if 0 <= code <= sys.maxunicode:
            return chr(code)
        case ast.Call(
            func=ast.Attribute(value=value, attr="join"), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]
        ):
            between = folded(value)
            return None if between is None else _joined(between, parts)
        case ast.Call(func=ast.Attribute(value=value, attr="replace"), args=[old, new]):
            texts = _all([value, old, new])
            return texts[0].replace(texts[1], texts[2]) if texts else None
    return None


def _repeated(one: ast.expr, other: ast.expr) -> str | None:
    for text, count in ((folded(one), other), (folded(other), one)):
        if text is not None and isinstance(count, ast.Constant) and isinstance(count.value, int):
            return text * count.value if len(text) * count.value <= _LONGEST else None
    return None


def _joined(between: str, parts: Sequence[ast.expr]) -> str | None:
    texts = _all(parts)
    return None if texts is None else between.join(texts)


def _all(parts: Sequence[ast.expr]) -> list[str] | None:
    texts = [folded(each) for each in parts]
    found = [text for text in texts if text is not None]
    return found if len(found) == len(texts) else None
