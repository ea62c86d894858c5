"""Names before the hole whose value an implementation would see as it was at import, not as it is at the call.

The code before the hole runs in a module of its own, and its names arrive there by import. A guard that reads a
variable which is bound anew at run time would read the old value for ever; so such a spec is refused.
"""

import ast
from collections.abc import Iterator, Mapping

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.module import Module
from hatch_vibesafe.spec.names import free_names
from hatch_vibesafe.spec.parts import StubParts
from hatch_vibesafe.spec.resolve import Resolver, Target
from hatch_vibesafe.spec.walking import walk

_REMEDY = "keep what changes in an object that is changed in place (a dict, a list), or read it through a function"


def frozen_names(parts: StubParts, modules: Mapping[str, Module], resolver: Resolver, where: str) -> Iterator[Problem]:
    """Yield a problem for each name before the hole that is bound anew after import, and for each `global` there."""
    stub = parts.stub
    for node in (found for statement in stub.pre_hole for found in walk(statement)):
        if isinstance(node, ast.Global):
            what = f"the code before the hole binds the global {', '.join(node.names)}, which an implementation cannot"
            yield Problem(where, what, _REMEDY)
    for target in sorted(resolver.resolve(stub.module, free_names(stub.pre_hole)).targets):
        module = modules.get(target.module)
        if module is None or not target.name:
            continue
        if target.name in _bound_by_functions(module):
            yield _problem(where, target, "a function binds it anew")
        elif module is stub.module and _bound_below(module, target.name, stub.node.lineno):
            yield _problem(where, target, "it is bound again below the unit")


def _problem(where: str, target: Target, how: str) -> Problem:
    what = f"the code before the hole reads {target.name}, and {how}: an implementation would see its value at import"
    return Problem(where, what, _REMEDY)


def _bound_by_functions(module: Module) -> frozenset[str]:
    """Return the names that functions of a module declare `global`."""
    nodes = walk(module.source.tree)
    return frozenset(name for node in nodes if isinstance(node, ast.Global) for name in node.names)


def _bound_below(module: Module, name: str, line: int) -> bool:
    lines = [binding.node.lineno for binding in module.bindings.get(name, ()) if binding.binds]
    return any(each < line for each in lines) and any(each > line for each in lines)
