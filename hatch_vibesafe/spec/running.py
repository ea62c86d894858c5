"""What running a function or a class of the project changes in its module: found in its body, without running it."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

from hatch_vibesafe.spec.aliases import reach
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.changes import Call, Reading, Touch, Way
from hatch_vibesafe.spec.kinds import Kind, kind_of
from hatch_vibesafe.spec.module import Module
from hatch_vibesafe.spec.names import Chain, assigned_names, own_statements, parameter_names
from hatch_vibesafe.spec.resolve import Resolver, Target

_MAKING = ("__new__", "__init__", "__post_init__", "__prepare__")
_HOOK = "__init_subclass__"
_CHANGING = (Way.SET, Way.CALLED, Way.RECEIVER, Way.GIVEN)


Run = tuple[Target, int]
"""Something of the project that runs, a method as `Class.method`, and how often its result is called in turn."""


class Running:
    """Tells what changes when something of the project is called or inherited from."""

    def __init__(self, modules: Mapping[str, Module], resolver: Resolver) -> None:
        self._modules = modules
        self._resolver = resolver
        self._known: dict[Run, frozenset[Target | Run]] = {}
        self._asked = frozenset(self._asked_for_subclasses())

    def called(self, module: Module, call: Call) -> frozenset[Target]:
        """Return what a call changes: what the functions that it runs change, and an object that is called itself."""
        objects = filter(self.is_object, self._targets(module, call.chain))
        changed = set(objects) if call.counts and not call.chain[1:] else set()
        return frozenset(changed | self._all(self._runs(module, call)))

    def changes_arguments(self, module: Module, chain: Chain) -> bool:
        """Return whether a function, or the making of an object of a class, changes what is handed to it."""
        return any(
            touch.way in _CHANGING and touch.chain[0] in parameter_names(function.args)
            for target in self._targets(module, chain)
            for node in self._nodes(target)
            for function in ([node] if isinstance(node, FunctionNode) else _making(node))
            for touch in _touches(function.body)
        )

    def inherited(self, module: Module, chain: Chain) -> frozenset[Target]:
        """Return what a class changes by having a base or a metaclass: each that keeps account of its classes."""
        changed: set[Target] = set()
        run: set[Run] = set()
        for target in self._ancestors(module, chain, set()):
            for where, node in self._classes(target):
                hooks = [item for item in _methods(node) if item.name == _HOOK or _makes_classes(node, item)]
                if hooks or target in self._asked or _asks_for_subclasses(where, node) or self._is_made(where, node):
                    changed.add(target)
                run |= {(_method(target, item.name), 0) for item in hooks}
        return frozenset(changed | self._all(run))

    def is_object(self, target: Target) -> bool:
        """Return whether something that is called is no function, class or lambda of the project."""
        return kind_of(target, self._modules) is Kind.OBJECT and not any(
            isinstance(getattr(node, "value", None), ast.Lambda | ast.Name | ast.Attribute)
            for node in self._nodes(target)
        )

    def _all(self, runs: Iterable[Run]) -> set[Target]:
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
                module = self._modules[target.module]
                known = frozenset(item for node in self._nodes(target) for item in self._node(module, node, again))
            self._known[run] = known
        return known

    def _runs(self, module: Module, call: Call) -> Iterator[Run]:
        """Yield what a call runs: a function or class, or a method of an object or class that is known."""
        yield from ((target, call.again) for target in self._targets(module, call.chain))
        if call.chain[1:]:
            for target in self._targets(module, call.chain[:-1]):
                yield from ((_method(made, call.chain[-1]), call.again) for made in self._class_of(target))

    def _class_of(self, target: Target) -> Iterator[Target]:
        module = self._modules[target.module]
        for node in self._nodes(target):
            match node:
                case ast.ClassDef():
                    yield target
                case ast.Assign(value=ast.Call(func=function)) | ast.AnnAssign(value=ast.Call(func=function)):
                    yield from (
                        made for made in self._targets(module, reach(function) or ("",)) if any(self._classes(made))
                    )
                case _:
                    pass

    def _method(self, owner: Target, name: str, again: int) -> Iterator[Target | Run]:
        for module, node in self._classes(owner):
            own = [item for item in _methods(node) if item.name == name]
            for method in own:
                yield from self._body(module, method, frozenset(), again)
            for base in node.bases if not own else ():
                yield from ((_method(target, name), again) for target in self._targets(module, reach(base) or ("",)))

    def _node(self, module: Module, node: ast.stmt, again: int) -> Iterator[Target | Run]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._body(module, node, frozenset(), again)
            case ast.ClassDef():
                own = Target(module.name, node.name)
                yield from ((_method(own, name), 0) for name in (*_MAKING, *(["__call__"] if again else [])))
            case ast.Assign(value=ast.Lambda() as function):
                local = frozenset(parameter_names(function.args))
                yield from self._statements(module, [ast.Expr(function.body)], local)
            case ast.Assign(value=ast.Name() | ast.Attribute() as other):
                # Another name of a function; or a method of an object, which changes it: `add = TABLE.append`.
                for target in self._targets(module, reach(other) or ("",)):
                    yield target if self.is_object(target) else (target, again)
            case ast.Assign(value=ast.Call(func=maker, args=given)):
                # An object that is called; or a function that another was made of: `functools.partial(register, 1)`.
                for target in self._targets(module, reach(maker) or ("",)):
                    yield _method(target, "__call__"), again
                for target in (target for item in given for target in self._targets(module, reach(item) or ("",))):
                    if kind_of(target, self._modules) is Kind.DEFINITION:
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
            if touch.way not in _CHANGING or self.is_function_of_module(module, touch.chain):
                continue
            for target in self._targets(module, touch.chain):
                kind = kind_of(target, self._modules)
                if kind is Kind.OBJECT or (kind is Kind.DEFINITION and _reaches_into(touch.chain, touch.way)):
                    yield target
        for call in reading.calls:
            yield from self._runs(module, call)

    def is_function_of_module(self, module: Module, chain: Chain) -> bool:
        """Return whether a chain names a function of a module, which is no change of the module: `text.slugify(x)`."""
        if not chain[1:]:
            return False
        around = self._resolver.chain(module, chain[:-1])
        return any(isinstance(item, Target) and not item.name for item in around) and any(
            kind_of(item, self._modules) is Kind.DEFINITION for item in self._targets(module, chain)
        )

    def _targets(self, module: Module, chain: Chain) -> list[Target]:
        found = self._resolver.chain(module, chain)
        return [item for item in found if isinstance(item, Target) and item.name and item.module in self._modules]

    def _nodes(self, target: Target) -> list[ast.stmt]:
        bindings = self._modules[target.module].bindings.get(target.name, ())
        return [item.node for item in bindings if item.binds and item.origin is None]

    def _classes(self, target: Target) -> Iterator[tuple[Module, ast.ClassDef]]:
        for node in self._nodes(target):
            if isinstance(node, ast.ClassDef):
                yield self._modules[target.module], node

    def _is_made(self, module: Module, node: ast.ClassDef) -> bool:
        """Return whether a metaclass of the project makes a class and may put it down somewhere."""
        metaclasses = (reach(item.value) or ("",) for item in node.keywords if item.arg == "metaclass")
        found = (
            item for chain in metaclasses for target in self._targets(module, chain) for item in self._classes(target)
        )
        return any(_makes_classes(made, method) for _, made in found for method in _methods(made))

    def _ancestors(self, module: Module, chain: Chain, seen: set[Target]) -> set[Target]:
        for target in self._targets(module, chain):
            if target in seen:
                continue
            seen.add(target)
            for where, node in self._classes(target):
                metaclass = [item.value for item in node.keywords if item.arg == "metaclass"]
                for base in (*node.bases, *metaclass):
                    self._ancestors(where, reach(base) or ("",), seen)
        return seen

    def _asked_for_subclasses(self) -> Iterator[Target]:
        for module in self._modules.values():
            if b"__subclasses__" not in module.source.file.content:
                continue
            for node in ast.walk(module.source.tree):
                if isinstance(node, ast.Attribute) and node.attr == "__subclasses__":
                    yield from self._targets(module, reach(node.value) or ("",))


def _reaches_into(chain: Chain, way: Way) -> bool:
    """Return whether a class or function is changed itself: `Base.registry.append(x)`, `Base.count = 1`."""
    return way is Way.SET or (way is not Way.GIVEN and bool(chain[2:]))


def _method(owner: Target, name: str) -> Target:
    return Target(owner.module, f"{owner.name}.{name}")


def _touches(body: list[ast.stmt]) -> set[Touch]:
    reading = Reading()
    reading.take(body)
    return reading.touches


def _making(node: ast.stmt) -> list[FunctionNode]:
    return [item for item in _methods(node) if item.name in _MAKING] if isinstance(node, ast.ClassDef) else []


def _methods(node: ast.ClassDef) -> list[FunctionNode]:
    return [item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]


def _makes_classes(node: ast.ClassDef, method: FunctionNode) -> bool:
    """Return whether a method of a metaclass runs when a class is made."""
    bases = [(reach(base) or ("",))[-1] for base in node.bases]
    return method.name in _MAKING and any(base == "type" or base.endswith("Meta") for base in bases)


def _asks_for_subclasses(module: Module, node: ast.ClassDef) -> bool:
    return b"__subclasses__" in module.source.file.content and any(
        isinstance(item, ast.Attribute) and item.attr == "__subclasses__" for item in ast.walk(node)
    )
