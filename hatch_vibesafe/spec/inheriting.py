"""Which classes keep account of the classes that inherit from them, and what they change by it."""

import ast
from collections.abc import Iterator

from hatch_vibesafe.spec.aliases import reach
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.lookup import Lookup, method_of, methods
from hatch_vibesafe.spec.module import Module
from hatch_vibesafe.spec.names import Chain
from hatch_vibesafe.spec.resolve import Target
from hatch_vibesafe.spec.running import MAKING, Run, Running
from hatch_vibesafe.spec.walking import walk

_HOOK = "__init_subclass__"


class Inheriting:
    """Tells what changes when a class of the project is inherited from."""

    def __init__(self, lookup: Lookup, running: Running) -> None:
        self._lookup = lookup
        self._running = running
        self._asked = frozenset(self._asked_for_subclasses())

    def inherited(self, module: Module, chain: Chain) -> frozenset[Target]:
        """Return what a class changes by having a base or a metaclass: each that keeps account of its classes."""
        changed: set[Target] = set()
        run: set[Run] = set()
        for target in self._ancestors(module, chain, set()):
            for where, node in self._lookup.classes(target):
                hooks = [item for item in methods(node) if item.name == _HOOK or _makes_classes(node, item)]
                if hooks or target in self._asked or _asks_for_subclasses(where, node) or self._is_made(where, node):
                    changed.add(target)
                run |= {(method_of(target, item.name), 0) for item in hooks}
        return frozenset(changed | self._running.all_changes(run))

    def _is_made(self, module: Module, node: ast.ClassDef) -> bool:
        """Return whether a metaclass of the project makes a class and may put it down somewhere."""
        metaclasses = [item.value for item in node.keywords if item.arg == "metaclass"]
        targets = (target for item in metaclasses for target in self._lookup.named(module, item))
        found = (item for target in targets for item in self._lookup.classes(target))
        return any(_makes_classes(made, method) for _, made in found for method in methods(made))

    def _ancestors(self, module: Module, chain: Chain, seen: set[Target]) -> set[Target]:
        for target in self._lookup.targets(module, chain):
            if target in seen:
                continue
            seen.add(target)
            for where, node in self._lookup.classes(target):
                metaclass = [item.value for item in node.keywords if item.arg == "metaclass"]
                for base in (*node.bases, *metaclass):
                    self._ancestors(where, reach(base) or ("",), seen)
        return seen

    def _asked_for_subclasses(self) -> Iterator[Target]:
        for module in self._lookup.modules.values():
            if b"__subclasses__" not in module.source.file.content:
                continue
            for node in walk(module.source.tree):
                if isinstance(node, ast.Attribute) and node.attr == "__subclasses__":
                    yield from self._lookup.named(module, node.value)


def _makes_classes(node: ast.ClassDef, method: FunctionNode) -> bool:
    """Return whether a method of a metaclass runs when a class is made."""
    bases = [(reach(base) or ("",))[-1] for base in node.bases]
    return method.name in MAKING and any(base == "type" or base.endswith("Meta") for base in bases)


def _asks_for_subclasses(module: Module, node: ast.ClassDef) -> bool:
    return b"__subclasses__" in module.source.file.content and any(
        isinstance(item, ast.Attribute) and item.attr == "__subclasses__" for item in walk(node)
    )
