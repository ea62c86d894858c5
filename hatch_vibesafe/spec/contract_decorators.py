"""What the decorators of `icontract` and `deal` on a stub say, as clauses: read from syntax, never run. Pure.

They stand above `@vibesafe`, so Python applies them to the implementation, and their library checks them in each call.
A decorator counts where the module imports it, under whatever name. Sources: the documentation of icontract 2.7 and
deal 4.24; in both a condition is a lambda, which takes the unit's parameters by name or as they are called.
"""

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from hatch_vibesafe.spec.contract_conditions import Foreign, as_called, by_name, of_result
from hatch_vibesafe.spec.contract_subset import Scope, complaints_of
from hatch_vibesafe.spec.decorator import Complaint
from hatch_vibesafe.spec.model import Clause, ClauseKind
from hatch_vibesafe.spec.names import Chain, root_chain
from hatch_vibesafe.spec.runtime_names import RuntimeNames
from hatch_vibesafe.spec.stub import Stub
from hatch_vibesafe.spec.walking import walk

LIBRARIES = ("icontract", "deal")
_READ = {
    "icontract": ("require", "ensure", "snapshot"),
    "deal": ("pre", "post", "ensure", "raises", "reason", "chain", "implies"),
}
_KNOWN = {"icontract": (*_READ["icontract"], "invariant"), "deal": (*_READ["deal"], "inv")}
_EFFECTS = ("has", "pure")


@dataclass(slots=True)
class Decorated:
    """What the decorators of a stub say.

    Attributes:
        clauses: Their clauses, in their order.
        complaints: Why some cannot be read.
        doubts: Those that nothing checks before a unit ships.
    """

    clauses: list[Clause] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    doubts: list[Complaint] = field(default_factory=list)

    def and_also(self, other: "Decorated") -> "Decorated":
        """Return what both say."""
        return Decorated(
            [*self.clauses, *other.clauses], [*self.complaints, *other.complaints], [*self.doubts, *other.doubts]
        )


def read_decorators(stub: Stub, scope: Scope, raised: Collection[str]) -> Decorated:
    """Return what the decorators say; `raised` are the exceptions of which the docstring says when they are raised."""
    return _Reading(stub, scope, raised).all()


def is_contract(node: ast.expr, runtime: RuntimeNames) -> bool:
    """Return whether a decorator is one of these libraries."""
    return spelled(node, runtime) is not None


class _Reading:
    def __init__(self, stub: Stub, scope: Scope, raised: Collection[str]) -> None:
        self._stub = stub
        self._scope = scope
        self._runtime = RuntimeNames(stub.module)
        self._raised = {*raised}
        self._snapshots: dict[str, ast.expr] = {}
        self._found = Decorated()

    def all(self) -> Decorated:
        below = self._stub.decoration.below
        decorators = [each for item in (*self._stub.decoration.above, *below) for each in self._flat(item)]
        for node, chain in decorators:
            if any(node in walk(item) for item in below):
                self._wrong(node, chain, "stands below @vibesafe, where it hides the unit", "move it above @vibesafe")
        for node, chain in decorators:
            if chain == ("icontract", "snapshot"):
                self._snapshot(node, chain)
        for node, chain in decorators:
            self._read(node, chain)
        for node, chain in decorators:
            if chain == ("deal", "raises"):
                self._when(node, chain)
        return self._found

    def _flat(self, node: ast.expr) -> Iterator[tuple[ast.expr, Chain]]:
        """Yield a decorator with the name that it has in its library; those of a chain one by one."""
        chain = spelled(node, self._runtime)
        if chain == ("deal", "chain") and isinstance(node, ast.Call):
            for item in node.args:
                yield from self._flat(item)
        elif chain is not None:
            yield node, chain

    def _read(self, node: ast.expr, chain: Chain) -> None:
        if chain in {("icontract", "snapshot"), ("deal", "raises")}:
            return
        if not isinstance(node, ast.Call) or chain[1] not in _READ[chain[0]]:
            effects = chain[0] == "deal" and chain[1] in _EFFECTS
            remedy = "say what the unit may do with capabilities=[...]" if effects else "say it in the docstring"
            self._doubt(node, chain, "is no condition that can be read, so no gate checks it", remedy)
            return
        if is_switched_off(node):
            self._doubt(node, chain, "is switched off, so nothing checks it", "remove it, or enabled=False")
            return
        exception = ""
        arguments = [*node.args]
        if chain == ("deal", "reason"):
            event = arguments.pop(0) if arguments else None
            exception = ".".join(root_chain(event) or ()) if event is not None else ""
            if not self._scope.is_exception(exception):
                self._wrong(node, chain, "names no exception that the module knows", "import it, or correct its name")
                return
            self._raised.add(exception)
        kind: ClauseKind = "raises" if exception else "requires" if chain[1] in {"require", "pre"} else "ensures"
        given = _given(node, arguments, "condition" if chain[0] == "icontract" else "validator")
        if not isinstance(given, ast.Lambda):
            names = ", ".join(sorted(self._scope.parameters - {"self"}))
            self._wrong(node, chain, "has no lambda written out", f"write the condition there: lambda {names}: ...")
            return
        self._condition(node, chain, kind, given, exception)

    def _condition(self, node: ast.expr, chain: Chain, kind: ClauseKind, given: ast.Lambda, exception: str) -> None:
        foreign = Foreign(self._scope.parameters, self._snapshots, self._runtime.external)
        function = self._stub.node.args
        if chain[0] == "icontract":
            read = by_name(given, foreign, ensures=kind == "ensures")
        elif chain[1] == "post":
            read = of_result(given, foreign)
        else:
            read = as_called(given, function, foreign, ensures=kind == "ensures")
        if isinstance(read, tuple):
            self._wrong(node, chain, *read)
            return
        wrong = complaints_of(read, kind, self._scope)
        for what, remedy in wrong:
            self._wrong(node, chain, f"`{ast.unparse(read)}` {what}", remedy)
        if not wrong:
            self._found.clauses.append(Clause(kind, ast.unparse(read), given.lineno, exception, chain[0]))

    def _snapshot(self, node: ast.expr, chain: Chain) -> None:
        given = _given(node, node.args, "capture") if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or not isinstance(given, ast.Lambda):
            self._wrong(node, chain, "has no lambda written out", "write old(...) in Ensures: of the docstring")
            return
        read = by_name(given, Foreign(self._scope.parameters, {}, self._runtime.external), ensures=False, whole=False)
        if isinstance(read, tuple):
            self._wrong(node, chain, *read)
            return
        names = [it.value for it in node.keywords if it.arg == "name"] or node.args[1:]
        match names, given.args.args:
            case [ast.Constant(value=str() as name)], _:
                self._snapshots[name] = read
            case [], [only]:
                self._snapshots[only.arg] = read
            case _:
                self._wrong(node, chain, "has no name written out", 'name it: name="..."')

    def _when(self, node: ast.expr, chain: Chain) -> None:
        for each in node.args if isinstance(node, ast.Call) else ():
            exception = ".".join(root_chain(each) or ())
            if exception not in self._raised:
                what = f"allows {ast.unparse(each)} without saying when it is raised, which no gate can check"
                remedy = f"add a line to Raises: in the docstring: `{ast.unparse(each)}: CONDITION`"
                self._wrong(node, chain, what, remedy)

    def _wrong(self, node: ast.expr, chain: Chain, what: str, remedy: str) -> None:
        self._found.complaints.append(Complaint(node.lineno, f"@{'.'.join(chain)} {what}", remedy))

    def _doubt(self, node: ast.expr, chain: Chain, what: str, remedy: str) -> None:
        self._found.doubts.append(Complaint(node.lineno, f"@{'.'.join(chain)} {what}", remedy))


def spelled(node: ast.expr, runtime: RuntimeNames) -> Chain | None:
    """Return the library and the name in it that a decorator is."""
    target = node.func if isinstance(node, ast.Call) else node
    chain = runtime.external(target)
    if chain is None and (name := root_chain(target)) is not None:
        chain = next(
            ((each, *name) for each in LIBRARIES if name[0] in _KNOWN[each] and runtime.takes_all_of(each)), None
        )
    is_whole = chain is not None and len(chain) == 2 and chain[0] in LIBRARIES  # noqa: PLR2004 - module and name
    return chain if is_whole else None


def _given(node: ast.Call, arguments: Sequence[ast.expr], name: str) -> ast.expr | None:
    """Return the first argument, or the one that is given by name."""
    return next(iter(arguments), None) or next((it.value for it in node.keywords if it.arg == name), None)


def is_switched_off(node: ast.Call) -> bool:
    """Return whether a decorator says of itself that it checks nothing."""
    values = [it.value for it in node.keywords if it.arg == "enabled"]
    return any(isinstance(value, ast.Constant) and not value.value for value in values)
