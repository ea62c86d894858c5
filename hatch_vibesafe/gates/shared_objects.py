"""Part of the structure gate: an implementation changes nothing that others in the same process use. Pure.

Threat: a call of the unit that answers rightly and leaves another function, constant or setting behind for everybody.
"""

import ast
from collections.abc import Iterator

from hatch_vibesafe.gates.imported_names import imported, root_of
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.spec.walking import walk

_BY_CALL = frozenset({"setattr", "delattr"})
_CONTEXT = "getcontext"


def shared_objects(tree: ast.Module, gate: str) -> Iterator[Finding]:
    """Yield a finding for each place that sets or deletes an attribute of what was imported, or of what all share."""
    nodes = [*walk(tree)]
    names = {bound for _, bound, _ in imported(tree)}
    contexts = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and _is_context(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes:
        match node:
            case ast.Attribute(value=value, ctx=ast.Store() | ast.Del()):
                changed = value
            case ast.Call(func=ast.Name(id=name), args=[changed, *_]) if name in _BY_CALL:
                pass
            case ast.Subscript(value=ast.Attribute() as value, ctx=ast.Store() | ast.Del()):
                changed = value
            case _:
                continue
        if _is_context(changed) or root_of(changed) in contexts:
            message = "changes the decimal context of whoever calls it: use `with decimal.localcontext() as context:`"
            yield Finding(gate, node.lineno, message)
        elif root_of(changed) in names:
            shown = ast.unparse(changed)
            yield Finding(gate, node.lineno, f"changes `{shown}`, which others use too: make what is needed anew")


def _is_context(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name == _CONTEXT
        case _:
            return False
