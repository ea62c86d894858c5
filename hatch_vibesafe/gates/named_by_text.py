"""Reflection through texts: attributes that are named by a text, and classes that are made of one. Pure."""

import ast
import re
from collections.abc import Iterator, Sequence

_BY_NAME = {"getattr": 1, "setattr": 1, "delattr": 1, "hasattr": 1, "attrgetter": 0, "methodcaller": 0}
# A field of a format text that reads a private attribute or item: `{0.__class__}`.
_REACHING_FIELD = re.compile(r"\{[^{}]*[.\[]_\w*[^{}]*\}")


def named_by_text(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield the line and the fault of whatever names an attribute by a text that is computed or private."""
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in _BY_NAME and id(node) not in called:
                message = f"hands `{name}` on: generated code may name attributes only where they are written out"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in _BY_NAME:
                message = _by_name(name, args)
            case ast.Call(func=ast.Name(id="type"), args=[_, _, _]):
                message = "makes a class with `type`: write it as a class"
            case ast.Constant(value=str(value)) if _REACHING_FIELD.search(value):
                message = "reads what is private through a format text: write it without reflection"
            case _:
                continue
        if message:
            yield node.lineno, message


def _by_name(function: str, arguments: list[ast.expr]) -> str:
    """Return what is wrong with a call that names attributes by texts; each has to be written out, and public."""
    first = _BY_NAME[function]
    texts = arguments[first : first + 1] if first or function == "methodcaller" else arguments
    for text in texts:
        if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
            return f"calls `{function}` with a name that is computed: write the attribute out"
        if any(part.startswith("_") for part in text.value.split(".")):
            return f"calls `{function}` with the private name `{text.value}`: write it without reflection"
    return ""
