"""What a definition is, as far as a call could change it."""

import ast
from collections.abc import Mapping
from enum import Enum, auto

from hatch_vibesafe.spec.module import Binding, Module
from hatch_vibesafe.spec.names import children
from hatch_vibesafe.spec.resolve import Target

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ITEMS = (ast.Tuple, ast.BinOp, ast.UnaryOp, ast.JoinedStr, ast.FormattedValue, ast.Constant)


class Kind(Enum):
    """What no call can change, what is rarely changed by being handed on, and all else."""

    CONSTANT = auto()
    """Texts, numbers, and tuples of them."""
    DEFINITION = auto()
    """A function or a class."""
    OBJECT = auto()
    """Whatever else: a table, a registry, something made by a call."""
    MODULE = auto()
    """A module itself."""


def kind_of(target: Target, modules: Mapping[str, Module]) -> Kind:
    """Return what a definition of the project is."""
    if not target.name:
        return Kind.MODULE
    module = modules.get(target.module)
    bindings = [item for item in module.bindings.get(target.name, ()) if item.binds] if module else []
    if bindings and all(isinstance(item.node, DEFINITIONS) for item in bindings):
        return Kind.DEFINITION
    if bindings and all(_is_constant(item) for item in bindings):
        return Kind.CONSTANT
    return Kind.OBJECT


def _is_constant(binding: Binding) -> bool:
    match binding.node:
        case ast.Assign(targets=targets, value=value):
            return all(isinstance(item, ast.Name) for item in targets) and _is_fixed(value)
        case ast.AnnAssign(value=ast.expr() as value):
            return _is_fixed(value)
        case _:
            return False


def _is_fixed(node: ast.expr) -> bool:
    """Return whether an expression makes a text, a number or a tuple of them out of nothing else."""
    waiting: list[ast.AST] = [node]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, _ITEMS):
            return False
        waiting += children(item)
    return True
