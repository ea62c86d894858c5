"""Which expressions a clause may be: what can be evaluated without running anything but named functions. Pure."""

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass

from hatch_vibesafe.spec.model import ClauseKind
from hatch_vibesafe.spec.names import free_names
from hatch_vibesafe.spec.walking import walk

FUNCTIONS = frozenset(
    {"abs", "all", "any", "len", "max", "min", "sum", "sorted", "round", "isinstance", "range", "enumerate", "zip"}
    | {"reversed", "divmod", "pow", "chr", "ord"}
)
TYPES = frozenset({"int", "float", "str", "bool", "list", "dict", "set", "tuple", "frozenset", "bytes", "complex"})
RESULT, OLD, IMPLIES = "result", "old", "implies"
_OWN = frozenset({RESULT, OLD, IMPLIES})
_FORMATTING = ("format", "format_map")  # they reach attributes by texts

_ALLOWED = (
    ast.BoolOp,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.Dict,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.comprehension,
    ast.Starred,
    ast.keyword,
    ast.expr_context,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
)
_REFUSED = {
    "Lambda": "a lambda",
    "NamedExpr": "`:=`",
    "Await": "`await`",
    "JoinedStr": "an f-string",
    "Yield": "`yield`",
    "YieldFrom": "`yield from`",
}

Wrong = tuple[str, str]
"""What is wrong, and what mends it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean where the clauses of a unit stand.

    Attributes:
        parameters: The names of its parameters.
        own_name: Its own name.
        is_known: Whether the module has a name, defined or imported.
    """

    parameters: frozenset[str]
    own_name: str
    is_known: Callable[[str], bool]

    def is_exception(self, spelled: str) -> bool:
        """Whether an exception can be found: a builtin one, or one that the module names."""
        first, _, rest = spelled.partition(".")
        found: object = getattr(builtins, first, None)
        return self.is_known(first) or (not rest and isinstance(found, type) and issubclass(found, BaseException))


def unknown_names(tree: ast.expr, scope: Scope) -> list[str]:
    """Return the names of an expression that mean nothing, not even something that a clause may not use; sorted."""
    names = {chain[0] for chain in free_names([tree]).chains} - scope.parameters - _OWN
    return sorted(name for name in names if not hasattr(builtins, name) and not scope.is_known(name))


def is_in_scope(tree: ast.expr, scope: Scope) -> bool:
    """Whether an expression is about a parameter or the result, and all that it names without a call is in scope."""
    called = {id(node.func) for node in walk(tree) if isinstance(node, ast.Call)}
    loaded = [node for node in walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    free = {chain[0] for chain in free_names([tree]).chains}
    uncalled = {node.id for node in loaded} & free
    own = scope.parameters | {RESULT}
    return (
        not unknown_names(tree, scope) and bool(free & own) and all(it in own or scope.is_known(it) for it in uncalled)
    )


def complaints_of(tree: ast.expr, kind: ClauseKind, scope: Scope) -> list[Wrong]:
    """Return why an expression cannot be a clause; empty where it can."""
    found = _names(tree, kind, scope)
    for node in walk(tree):
        found += _syntax(node)
        if isinstance(node, ast.Call):
            found += _call(node, kind, scope)
    return list(dict.fromkeys(found))


def _names(tree: ast.expr, kind: ClauseKind, scope: Scope) -> list[Wrong]:
    found: list[Wrong] = [
        (f"names {name}, which is neither a parameter nor in the module", "define or import it, or correct its name")
        for name in unknown_names(tree, scope)
    ]
    names = {chain[0] for chain in free_names([tree]).chains}
    found += [
        (f"uses the builtin {name}, which no clause may", "use a helper of the module instead")
        for name in sorted(names - scope.parameters - _OWN - FUNCTIONS - TYPES)
        if hasattr(builtins, name) and not scope.is_known(name)
    ]
    if scope.own_name in names - scope.parameters:
        found.append(("calls the unit itself", "say it without calling the unit"))
    if kind != "ensures" and RESULT in names - scope.parameters:
        found.append((f"names {RESULT}, which only Ensures has", "move the line to Ensures"))
    if kind == "ensures" and RESULT in scope.parameters and RESULT in names:
        found.append((f"names {RESULT}, which is a parameter too", "rename the parameter"))
    called = {id(node.func) for node in walk(tree) if isinstance(node, ast.Call)}
    uncalled = [node.id for node in walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    found += [
        (f"names {name} without calling it", f"write {name}(...)")
        for name in uncalled
        if name in {OLD, IMPLIES} - scope.parameters
    ]
    return found


def _syntax(node: ast.AST) -> list[Wrong]:
    match node:
        case ast.Attribute(attr=name) if name.startswith("__"):
            return [(f"takes the attribute {name}", "say it without names that begin with two underscores")]
        case ast.Attribute(attr=name) if name in _FORMATTING:
            return [(f"takes the attribute {name}", "compare values instead of formatted texts")]
        case ast.comprehension(is_async=1):
            return [("holds `async for`", "say it without")]
        case _ if isinstance(node, _ALLOWED):
            return []
        case _:
            name = type(node).__name__
            return [(f"holds {_REFUSED.get(name, f'syntax that no clause may ({name})')}", "say it without")]


def _call(node: ast.Call, kind: ClauseKind, scope: Scope) -> list[Wrong]:
    match node.func:
        case ast.Name(id=name) if name in scope.parameters:
            return [(f"calls the parameter {name}", "call a helper of the module")]
        case ast.Name(id="old"):
            return _old(node, kind, scope)
        case ast.Name(id="implies"):
            whole = len(node.args) == 2 and not node.keywords  # noqa: PLR2004 - if this, then that
            starred = any(isinstance(item, ast.Starred) for item in node.args)
            return [] if whole and not starred else [("calls implies with other than two conditions", "implies(a, b)")]
        case ast.Name() | ast.Attribute():
            return []
        case _:
            return [("calls what is no name", "call a function by its name")]


def _old(node: ast.Call, kind: ClauseKind, scope: Scope) -> list[Wrong]:
    if kind != "ensures":
        return [("uses old(), which only Ensures has", "leave old() out: nothing has been called yet")]
    match node:
        case ast.Call(args=[ast.expr() as inner], keywords=[]) if not isinstance(inner, ast.Starred):
            names = {chain[0] for chain in free_names([inner]).chains}
            if names & (_OWN - {IMPLIES} - scope.parameters):
                return [("has result or old inside old()", "take it out: old() is what was before the call")]
            unknown = unknown_names(inner, scope)
            if unknown:
                what = f"has {', '.join(unknown)} inside old(), which does not exist before the call"
                return [(what, "put the whole comprehension inside old()")]
            return []
        case _:
            return [("calls old with other than one expression", "old(e)")]
