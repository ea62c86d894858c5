"""The syntax of a spec's texts, read once though several questions are asked of it. Pure.

What is returned is shared: nobody may change it.
"""

import ast
from dataclasses import dataclass
from functools import lru_cache

from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.source import parse

_EXAMPLES = 4096
"""A scan reads the examples of all units before anybody asks of the first one what it says."""
_LITERALS = 64


@dataclass(frozen=True, slots=True)
class Literal:
    """The value that a text or an expression spells."""

    value: object


def head_of(spec: Spec) -> ast.stmt:
    """Return the function that a spec's head makes."""
    tree = parsed(f"{spec.head}\n    ...")
    if tree is None:
        raise AssertionError(f"the head of {spec.unit} is no Python: {spec.head!r}")
    return tree.body[0]


@lru_cache(maxsize=_EXAMPLES)
def syntax(text: str) -> ast.Module:
    """Return the syntax of a text.

    Raises:
        SyntaxError: if it is not Python.
    """
    return parse(text)


def parsed(text: str) -> ast.Module | None:
    """Return the syntax of a text; None where it is not Python."""
    try:
        return syntax(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=_LITERALS)
def literal(text: str) -> Literal | None:
    """Return what a text spells; None where it is no literal."""
    return literal_of(text)


def literal_of(node: ast.expr | str) -> Literal | None:
    """Return what an expression spells; None where it is no literal."""
    if isinstance(node, ast.Constant):
        return Literal(node.value)
    try:
        return Literal(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
