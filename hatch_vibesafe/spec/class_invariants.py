"""What `icontract.invariant` and `deal.inv` above a class say of its objects, as clauses: read from syntax. Pure.

Their library checks them around the calls of all methods. Both take a lambda with the object alone: icontract 2.7 calls
it `self`, deal 4.24 lets it have any name.
"""

import ast
from collections.abc import Iterator

from hatch_vibesafe.spec.contract_conditions import Foreign, of_result
from hatch_vibesafe.spec.contract_decorators import Decorated, is_switched_off, spelled
from hatch_vibesafe.spec.contract_subset import Scope, Wrong, complaints_of
from hatch_vibesafe.spec.decorator import Complaint
from hatch_vibesafe.spec.model import Clause
from hatch_vibesafe.spec.names import Chain
from hatch_vibesafe.spec.runtime_names import RuntimeNames
from hatch_vibesafe.spec.stub import Stub

_OF_A_CLASS = {("icontract", "invariant"): "condition", ("deal", "inv"): "validator"}
_WRITTEN_OUT = "write the condition there: lambda self: ..."


def read_invariants(stub: Stub, scope: Scope) -> Decorated:
    """Return what the decorators of a method's class say of its objects, for a method that is called on one."""
    found = Decorated()
    if stub.method not in {"instance", "property"}:
        return found
    runtime = RuntimeNames(stub.module)
    receiver = next((each.arg for each in (*stub.node.args.posonlyargs, *stub.node.args.args)), "")
    foreign = Foreign(scope.parameters, {}, runtime.external)
    for decorator in stub.classes[-1].decorator_list:
        for node, chain in _flat(decorator, runtime):
            name = f"@{'.'.join(chain)} of the class"
            if is_switched_off(node):
                what, remedy = "is switched off, so nothing checks it", "remove it, or enabled=False"
                found.doubts.append(Complaint(node.lineno, f"{name} {what}", remedy))
                continue
            read = _condition(node, chain, foreign, receiver)
            wrong = [read] if isinstance(read, tuple) else _wrong(read, scope)
            found.complaints += [Complaint(node.lineno, f"{name} {what}", remedy) for what, remedy in wrong]
            if not isinstance(read, tuple) and not wrong:
                found.clauses.append(Clause("invariant", ast.unparse(read), node.lineno, "", chain[0]))
    return found


def _flat(node: ast.expr, runtime: RuntimeNames) -> Iterator[tuple[ast.Call, Chain]]:
    chain = spelled(node, runtime)
    if not isinstance(node, ast.Call) or chain is None:
        return
    if chain == ("deal", "chain"):
        for item in node.args:
            yield from _flat(item, runtime)
    elif chain in _OF_A_CLASS:
        yield node, chain


def _condition(node: ast.Call, chain: Chain, foreign: Foreign, receiver: str) -> ast.expr | Wrong:
    name = _OF_A_CLASS[chain[0], chain[1]]
    named = (each.value for each in node.keywords if each.arg == name)
    given = node.args[0] if node.args else next(named, None)
    match given:
        case ast.Lambda(args=ast.arguments(posonlyargs=[], args=[_], vararg=None, kwonlyargs=[], kwarg=None)):
            return of_result(given, foreign, receiver)
        case ast.Lambda():
            return "does not take the object alone", _WRITTEN_OUT
        case _:
            return "has no lambda written out", _WRITTEN_OUT


def _wrong(read: ast.expr, scope: Scope) -> list[Wrong]:
    return [(f"`{ast.unparse(read)}` {what}", remedy) for what, remedy in complaints_of(read, "invariant", scope)]
