"""Part of the structure gate: where a spec names its exceptions, no others are caught. Pure.

Threat: a handler for everything. It is right for the exceptions of the examples, and takes every mistake in the code,
and an interrupt of the user, for one of them.
"""

import ast
import builtins
import re
from collections.abc import Iterator

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.gates.without_answers import prose
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_EVERYTHING = frozenset({"Exception", "BaseException"})
_KNOWN = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
)
_NAME = re.compile(r"\b[A-Z]\w*(?:Error|Exception)\b")
_WORD = re.compile(r"\b[A-Z]\w+\b")
_ANY = re.compile(
    r"\b(?:any|every|all|whatever|whichever|no)\b[^.\n]*\b(?:exceptions?|errors?|rais\w+|fail\w*)\b", re.IGNORECASE
)


def blind_handlers(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each place that catches everything, where the docstring names exceptions and not all."""
    text = prose(spec.docstring)
    named = set(_NAME.findall(text)) | (set(_WORD.findall(text)) & _KNOWN)
    if not named or named & _EVERYTHING or _ANY.search(text):
        return
    for node in walk(tree):
        if isinstance(node, ast.ExceptHandler) and (caught := _everything(node.type)) and not _goes_on(node, caught):
            shown = f"`except {caught}`" if node.type is not None else "`except:`"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "suppress":
            caught = next(filter(None, map(_everything, node.args)), "")
            shown = f"`suppress({caught})`" if caught else ""
        else:
            continue
        if shown:
            message = f"catches everything with {shown}: catch what the docstring names ({', '.join(sorted(named))})"
            yield Finding(gate, node.lineno, message)


def _everything(caught: ast.expr | None) -> str:
    """Return the name of the exception that stands for all others; empty where only some are caught."""
    match caught:
        case None:
            return "BaseException"
        case ast.Name(id=name) if name in _EVERYTHING:
            return name
        case ast.Tuple(elts=elements):
            return next(filter(None, map(_everything, elements)), "")
        case _:
            return ""


def _goes_on(handler: ast.ExceptHandler, caught: str) -> bool:
    """Whether what was caught is raised again, or another exception because of it."""
    for statement in handler.body:
        match statement:
            case ast.Raise(exc=None):
                return True
            case ast.Raise(cause=ast.Name(id=name)) if name == handler.name and caught == "Exception":
                return True
    return False
