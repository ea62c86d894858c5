"""Where a text stands for the expression that is written in it: in annotations, and where types are made by calls."""

import ast

from hatch_vibesafe.spec.dotted import last_name
from hatch_vibesafe.spec.source import parse

_MAKERS = ("TypeVar", "ParamSpec", "TypeVarTuple", "NewType", "TypeAliasType", "NamedTuple", "TypedDict")
"""What makes a type: the first argument is its own name, all others are types."""

_TYPE_FIRST = ("cast", "ForwardRef")
"""Calls whose first argument is a type."""

_GENERIC_BUILTINS = ("list", "dict", "tuple", "set", "frozenset", "type")

Parts = tuple[list[ast.AST], list[ast.AST]]
"""Nodes in which texts are expressions, and nodes in which they are texts."""


def quoted(node: ast.Constant | ast.Subscript) -> list[ast.AST]:
    """Return what is left to walk of a part of an annotation: a text is an expression, except in `Literal`."""
    match node:
        case ast.Constant(value=str() as text):
            try:
                return [node.value for node in parse(f"({text}\n)").body if isinstance(node, ast.Expr)]
            except (SyntaxError, RecursionError, MemoryError):
                return []
        case ast.Subscript(value=ast.Name(id="Literal") | ast.Attribute(attr="Literal")):
            return [node.value]
        case ast.Subscript(value=value, slice=inner):
            return [value, inner]
        case _:
            return []


def types_of_call(node: ast.Call) -> Parts | None:
    """Return the parts of a call that makes a type or names one, like `TypeVar("T", bound="A")`; None for others."""
    name = last_name(node.func)
    if name in _TYPE_FIRST and node.args:
        return [node.args[0]], [node.func, *node.args[1:], *node.keywords]
    if name in _MAKERS and node.args:
        types = [*node.args[1:], *(item.value for item in node.keywords)]
        return [value for item in types for value in _values(item)], [node.func, node.args[0]]
    return None


def types_of_subscript(node: ast.Subscript) -> Parts | None:
    """Return the parts of a subscript that makes a type, like `list["A"]`; None where an item is taken, `TABLE["a"]`.

    A type is what is written like one: a builtin that can be generic, or a name in capitalised words (PEP 8).
    """
    name = last_name(node.value)
    if name == "Literal" or not (name in _GENERIC_BUILTINS or (name[:1].isupper() and not name.isupper())):
        return None
    return [node.slice], [node.value]


def is_type_alias(node: ast.AnnAssign) -> bool:
    """Return whether the value is a type, as in `Rows: TypeAlias = "list[Row]"`."""
    return last_name(node.annotation) == "TypeAlias"


def _values(node: ast.expr) -> list[ast.expr]:
    """Return the types among fields: `{"name": "A"}` and `[("name", "A")]` name the fields in texts too."""
    match node:
        case ast.Dict(values=values):
            return values
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [value for item in elements for value in (item.elts[1:] if isinstance(item, ast.Tuple) else [item])]
        case _:
            return [node]
