"""What running a function or a class of the project changes in its module: found in its body, without running it."""

import ast
from collections.abc import Collection, Iterable, Iterator

from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.changes import Call, Reading, Touch, Way
from hatch_vibesafe.spec.kinds import Kind
from hatch_vibesafe.spec.lookup import Lookup, method_of, methods
from hatch_vibesafe.spec.module import Module
from hatch_vibesafe.spec.names import Chain, assigned_names, own_statements, parameter_names
from hatch_vibesafe.spec.resolve import Target

MAKING = ("__new__", "__init__", "__post_init__", "__prepare__")
_CHANGING = (Way.SET, Way.CALLED, Way.RECEIVER, Way.GIVEN)


Run = tuple[Target, int]
"""Something of the project that runs, a method as `Class.method`, and how often its result is called in turn."""


class Running:
    """Tells what changes when something of the project is called."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._known: dict[Run, frozenset[Target | Run]] = {}

    def called(self, module: Module, call: Call) -> frozenset[Target]:
        """Return what a call changes: what the functions that it runs change, and an object that is called itself."""
        objects = filter(self._lookup.is_object, self._lookup.targets(module, call.chain))
        changed = set(objects) if call.counts and not call.chain[1:] else set()
        return frozenset(changed | self.all_changes(self._runs(module, call)))

    def changes_arguments(self, module: Module, chain: Chain) -> bool:
        """Return whether a function, or the making of an object of a class, changes what is handed to it."""
        return any(
            touch.way in _CHANGING and touch.chain[0] in parameter_names(function.args)
            for target in self._lookup.targets(module, chain)
            for node in self._lookup.nodes(target)
            for function in ([node] if isinstance(node, FunctionNode) else _making(node))
            for touch in _touches(function.body)
        )

    def all_changes(self, runs: Iterable[Run]) -> set[Target]:
        """Return what all of these change, themselves and through what they call."""
        waiting = list(runs)
        seen: set[Run] = set()
        changed: set[Target] = set()
        while waiting:
            run = waiting.pop()
            if run not in seen:
                seen.add(run)
                for item in self._directly(run):
                    if isinstance(item, Target):
                        changed.add(item)
                    else:
                        waiting.append(item)
        return changed

    def _directly(self, run: Run) -> frozenset[Target | Run]:
        known = self._known.get(run)
        if known is None:
            target, again = run
            owner, _, method = target.name.rpartition(".")
            if owner:
                known = frozenset(self._method(Target(target.module, owner), method, again))
            else:
                module = self._lookup.modules[target.module]
                known = frozenset(
                    item for node in self._lookup.nodes(target) for item in self._node(module, node, again)
                )
            self._known[run] = known
        return known

    def _runs(self, module: Module, call: Call) -> Iterator[Run]:
        """Yield what a call runs: a function or class, or a method of an object or class that is known."""
        yield from ((target, call.again) for target in self._lookup.targets(module, call.chain))
        if call.chain[1:]:
            for target in self._lookup.targets(module, call.chain[:-1]):
                yield from ((method_of(made, call.chain[-1]), call.again) for made in self._lookup.class_of(target))

    def _method(self, owner: Target, name: str, again: int) -> Iterator[Target | Run]:
        for module, node in self._lookup.classes(owner):
            own = [item for item in methods(node) if item.name == name]
            for method in own:
                yield from self._body(module, method, frozenset(), again)
            for base in node.bases if not own else ():
                yield from ((method_of(target, name), again) for target in self._lookup.named(module, base))

    def _node(self, module: Module, node: ast.stmt, again: int) -> Iterator[Target | Run]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._body(module, node, frozenset(), again)
            case ast.ClassDef():
                own = Target(module.name, node.name)
                yield from ((method_of(own, name), 0) for name in (*MAKING, *(["__call__"] if again else [])))
            case ast.Assign(value=ast.Lambda() as function):
                local = frozenset(parameter_names(function.args))
                yield from self._statements(module, [ast.Expr(function.body)], local)
            case ast.Assign(value=ast.Name() | ast.Attribute() as other):
                # Another name of a function; or a method of an object, which changes it: `add = TABLE.append`.
                for target in self._lookup.named(module, other):
                    yield target if self._lookup.is_object(target) else (target, again)
            case ast.Assign(value=ast.Call(func=maker, args=given)):
                # An object that is called; or a function that another was made of: `functools.partial(register, 1)`.
                for target in self._lookup.named(module, maker):
                    yield method_of(target, "__call__"), again
                for target in (target for item in given for target in self._lookup.named(module, item)):
                    if self._lookup.kind(target) is Kind.DEFINITION:
                        yield target, again
            case _:
                pass

    def _body(self, module: Module, node: FunctionNode, around: frozenset[str], again: int) -> Iterator[Target | Run]:
        """Yield what a function's body changes, and if its result is called, what the functions in it change too."""
        declared = {name for item in own_statements(node.body) if isinstance(item, ast.Global) for name in item.names}
        yield from (Target(module.name, name) for name in declared)
        local = (around | parameter_names(node.args) | assigned_names(node.body)) - declared
        yield from self._statements(module, node.body, local)
        if again:
            for item in own_statements(node.body):
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield from self._body(module, item, local, again - 1)

    def _statements(self, module: Module, body: list[ast.stmt], local: Collection[str]) -> Iterator[Target | Run]:
        reading = Reading()
        reading.take(body, frozenset(local))
        for touch in reading.touches:
            if touch.way not in _CHANGING or self._lookup.is_function_of_module(module, touch.chain):
                continue
            for target in self._lookup.targets(module, touch.chain):
                kind = self._lookup.kind(target)
                if kind is Kind.OBJECT or (kind is Kind.DEFINITION and _reaches_into(touch.chain, touch.way)):
                    yield target
        for call in reading.calls:
            yield from self._runs(module, call)


def _reaches_into(chain: Chain, way: Way) -> bool:
    """Return whether a class or function is changed itself: `Base.registry.append(x)`, `Base.count = 1`."""
    return way is Way.SET or (way is not Way.GIVEN and bool(chain[2:]))


def _touches(body: list[ast.stmt]) -> set[Touch]:
    reading = Reading()
    reading.take(body)
    return reading.touches


def _making(node: ast.stmt) -> list[FunctionNode]:
    return [item for item in methods(node) if item.name in MAKING] if isinstance(node, ast.ClassDef) else []
