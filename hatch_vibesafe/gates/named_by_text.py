"""Reflection through texts: attributes that are named by a text, and classes that are made of one. Pure."""

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from hatch_vibesafe.gates.folded import written_texts
from hatch_vibesafe.spec.walking import walk

_BY_NAME = {"getattr": 1, "setattr": 1, "delattr": 1, "hasattr": 1, "attrgetter": 0, "methodcaller": 0}
_OF_OPERATOR = frozenset({"attrgetter", "methodcaller"})
# A field of a format text that reads a private attribute or item: `{0.__class__}`.
_REACHING_FIELD = re.compile(r"\{[^{}]*[.\[]_\w*[^{}]*\}")
_WRAPPING = {"wraps": 1, "update_wrapper": 2}
"""How many arguments these take that are no names of attributes."""


def named_by_text(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield the line and the fault of whatever names an attribute by a text that is computed or private."""
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        match node:
            case ast.Name(ctx=ast.Load()) | ast.Attribute() if id(node) not in called:
                message = _handed_on(node)
            case ast.Attribute(value=ast.Name(id="str"), attr="format" | "format_map"):
                message = f"uses `str.{node.attr}` of a text that is not written out: call it on the text"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _BY_NAME:
                message = _by_name(name, node)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _WRAPPING:
                message = _wrapping(node, _WRAPPING[name])
            case _:
                continue
        if message:
            yield node.lineno, message
    yield from _renamed(nodes)
    yield from _types(nodes)
    for line, text in written_texts(nodes):
        if _REACHING_FIELD.search(text):
            yield line, "reads what is private through a format text: write it without reflection"


def _handed_on(node: ast.Name | ast.Attribute) -> str:
    match node:
        case ast.Name(id=name) if name in _BY_NAME:
            is_named_by_text = True
        case ast.Attribute(value=ast.Constant(value=str()) | ast.Name(id="str"), attr=name):
            is_named_by_text = name in {"format", "format_map"}
        case ast.Attribute(attr=name):
            is_named_by_text = name in _OF_OPERATOR
        case _:
            return ""
    told = f"hands `{name}` on: generated code may name attributes only where they are written out"
    return told if is_named_by_text else ""


def _renamed(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in _OF_OPERATOR and alias.asname not in {None, alias.name}:
                    yield node.lineno, f"imports `{alias.name}` under the name `{alias.asname}`: leave it its own"


def _by_name(function: str, call: ast.Call) -> str:
    """Return what is wrong with a call that names attributes by texts; each has to be written out, and public."""
    first = _BY_NAME[function]
    arguments = call.args
    texts = arguments[first : first + 1] if first or function == "methodcaller" else arguments
    if any(isinstance(each, ast.Starred) for each in arguments[: first + 1]) or (first and call.keywords):
        return f"calls `{function}` with a name that is computed: write the attribute out"
    for text in texts:
        if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
            return f"calls `{function}` with a name that is computed: write the attribute out"
        if any(part.startswith("_") for part in text.value.split(".")):
            return f"calls `{function}` with the private name `{text.value}`: write it without reflection"
    return ""


def _wrapping(call: ast.Call, most: int) -> str:
    """Return what is wrong with a call that copies attributes from one function to another."""
    given = [keyword.arg for keyword in call.keywords if keyword.arg not in {"wrapped", "wrapper"}]
    if given or len(call.args) > most or any(isinstance(each, ast.Starred) for each in call.args):
        return "says which attributes are copied from one function to another: leave that as it is"
    return ""


def _types(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield where `type` makes a class, or is handed to something that may."""
    asked = _asked_about(nodes)
    is_bound = any(
        (isinstance(node, ast.arg) and node.arg == "type")
        or (isinstance(node, ast.Name) and node.id == "type" and isinstance(node.ctx, ast.Store))
        for node in nodes
    )
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="type"), args=[ast.expr() as value], keywords=[]):
                nested = isinstance(value, ast.Call) and ast.unparse(value.func) == "type"
                message = "asks for the class of a class" if nested or isinstance(value, ast.Starred) else ""
            case ast.Call(func=ast.Name(id="type")):
                message = "makes a class with `type`"
            case ast.Attribute(value=ast.Name(id="type"), attr=name) if not is_bound:
                message = f"uses `type.{name}`"
            case ast.Name(id="type", ctx=ast.Load()) if not is_bound and id(node) not in asked:
                message = "hands `type` on"
            case _:
                continue
        if message:
            yield node.lineno, f"{message}: write a class as a class"


def _asked_about(nodes: Sequence[ast.AST]) -> set[int]:
    """Return the nodes that are compared, annotate, or are called themselves."""
    found: list[ast.AST | None] = []
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=arguments):
                found += chain.from_iterable(map(walk, arguments))
            case ast.Call(func=function):
                found.append(function)
            case ast.Compare(left=left, comparators=others):
                found += chain.from_iterable(map(walk, (left, *others)))
            case ast.Subscript(value=value) | ast.MatchClass(cls=value) | ast.Attribute(value=value):
                found.append(value)
            case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
                found += walk(annotation)
            case ast.FunctionDef(returns=ast.expr() as returns) | ast.AsyncFunctionDef(returns=ast.expr() as returns):
                found += walk(returns)
            case _:
                continue
    return {id(node) for node in found}
