"""What running a function or a class of the project changes in its module: found in its body, without running it."""

import ast
from collections.abc import Collection, Iterator, Mapping

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


class Running:
    """Tells what changes when something of the project is called or inherited from."""

    def __init__(self, modules: Mapping[str, Module], resolver: Resolver) -> None:
        self._modules = modules
        self._resolver = resolver
        self._known: dict[tuple[Target, int], frozenset[Target]] = {}
        self._asked = frozenset(self._asked_for_subclasses())

    def called(self, module: Module, call: Call) -> frozenset[Target]:
        """Return what a call changes: what the functions that it runs change, and an object that is called itself."""
        changed: set[Target] = set()
        for target in self._targets(module, call.chain):
            if self.is_object(target):
                changed |= {target} if call.counts and len(call.chain) == 1 else set()
            else:
                changed |= self._run(target, call.again)
        return frozenset(changed)

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
        for target in self._ancestors(module, chain, set()):
            for where, node in self._classes(target):
                hooks = [item for item in _methods(node) if item.name == _HOOK or _makes_classes(node, item)]
                if hooks or target in self._asked or _asks_for_subclasses(where, node) or self._is_made(where, node):
                    changed.add(target)
                for function in hooks:
                    changed.update(self._body(where, function, frozenset(), 0))
        return frozenset(changed)

    def is_object(self, target: Target) -> bool:
        """Return whether something that is called is no function, class or lambda of the project."""
        return kind_of(target, self._modules) is Kind.OBJECT and not any(
            isinstance(getattr(node, "value", None), ast.Lambda | ast.Name | ast.Attribute)
            for node in self._nodes(target)
        )

    def _run(self, target: Target, again: int) -> frozenset[Target]:
        key = (target, again)
        if key not in self._known:
            self._known[key] = frozenset()  # a function that calls itself changes nothing more by it
            module = self._modules[target.module]
            found = (item for node in self._nodes(target) for item in self._node(module, node, again))
            self._known[key] = frozenset(found)
        return self._known[key]

    def _node(self, module: Module, node: ast.stmt, again: int) -> Iterator[Target]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._body(module, node, frozenset(), again)
            case ast.ClassDef():
                for method in _methods(node):
                    if method.name in _MAKING or (again and method.name == "__call__"):
                        yield from self._body(module, method, frozenset(), 0)
                for base in node.bases:
                    for target in self._targets(module, reach(base) or ("",)):
                        yield from self._run(target, again)
            case ast.Assign(value=ast.Lambda() as function):
                local = frozenset(parameter_names(function.args))
                yield from self._statements(module, [ast.Expr(function.body)], local)
            case ast.Assign(value=ast.Name() | ast.Attribute() as other):
                # Another name of a function; or a method of an object, which changes it: `add = TABLE.append`.
                for target in self._targets(module, reach(other) or ("",)):
                    yield from [target] if self.is_object(target) else self._run(target, again)
            case _:
                pass

    def _body(self, module: Module, node: FunctionNode, around: frozenset[str], again: int) -> Iterator[Target]:
        """Yield what a function's body changes, and if its result is called, what the functions in it change too."""
        declared = {name for item in own_statements(node.body) if isinstance(item, ast.Global) for name in item.names}
        yield from (Target(module.name, name) for name in declared)
        local = (around | parameter_names(node.args) | assigned_names(node.body)) - declared
        yield from self._statements(module, node.body, local)
        if again:
            for item in own_statements(node.body):
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield from self._body(module, item, local, again - 1)

    def _statements(self, module: Module, body: list[ast.stmt], local: Collection[str]) -> Iterator[Target]:
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
            for target in self._targets(module, call.chain):
                yield from self._run(target, call.again)

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
