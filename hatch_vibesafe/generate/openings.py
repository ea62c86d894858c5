"""The first words of a body, given to a model that continues a begun answer: each makes it go another way. Pure.

What a small model writes depends above all on how it sets out: where its likeliest answer is wrong, the likeliest one
that builds a result up, or tells cases apart, is another answer, and seldom a worse one; a draw at a higher temperature
is mostly a worse one.
"""

import ast
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from hatch_vibesafe.generate.python_text import parse
from hatch_vibesafe.generate.stub import INDENT
from hatch_vibesafe.spec.model import Spec

Opening = Literal["result", "cases", "return", "loop"]

OPENINGS: Final[Mapping[Opening, str]] = MappingProxyType(
    {"result": "result =", "cases": "if", "return": "return", "loop": "for"}
)
"""The words, without a space behind them: models stumble over a text that ends in one. The order is that of asking."""


def opened_with(strategy: str) -> str:
    """Return what stands behind a stub, its last line end left out, for its body to open so; nothing for no opening."""
    return "".join(f"\n{INDENT}{words}" for opening, words in OPENINGS.items() if opening == strategy)


def opening_of(spec: Spec, implementation: str) -> Opening | None:
    """Return the opening that an implementation has behind the docstring and the code before the hole, if it is one."""
    tree, pre_hole = parse(implementation), parse(spec.pre_hole)
    for node in [] if tree is None else tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == spec.unit.name:
            ours = (ast.get_docstring(node) is not None) + (0 if pre_hole is None else len(pre_hole.body))
            return _opening(node.body[ours]) if len(node.body) > ours else None
    return None


def _opening(statement: ast.stmt) -> Opening | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id="result")]):
            return "result"
        case ast.If():
            return "cases"
        case ast.Return(value=ast.expr()):
            return "return"
        case ast.For():
            return "loop"
        case _:
            return None
