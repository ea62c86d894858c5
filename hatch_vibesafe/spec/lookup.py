"""The functions and classes of the project that the names of a module stand for."""

import ast
from collections.abc import Iterator, Mapping

from hatch_vibesafe.spec.aliases import reach
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.kinds import Kind, kind_of
from hatch_vibesafe.spec.module import Module
from hatch_vibesafe.spec.names import Chain
from hatch_vibesafe.spec.resolve import Resolver, Target


class Lookup:
    """Finds definitions, and what they are, in the modules of one project."""

    def __init__(self, modules: Mapping[str, Module], resolver: Resolver) -> None:
        self.modules = modules
        self._resolver = resolver

    def targets(self, module: Module, chain: Chain) -> list[Target]:
        """Return the definitions that a name with attributes stands for in a module."""
        found = self._resolver.chain(module, chain)
        return [item for item in found if isinstance(item, Target) and item.name and item.module in self.modules]

    def named(self, module: Module, node: ast.expr) -> list[Target]:
        """Return the definitions that the root of an expression stands for, with the attributes right behind it."""
        chain = reach(node)
        return self.targets(module, chain) if chain is not None else []

    def nodes(self, target: Target) -> list[ast.stmt]:
        """Return the statements that make a definition."""
        bindings = self.modules[target.module].bindings.get(target.name, ())
        return [item.node for item in bindings if item.binds and item.origin is None]

    def classes(self, target: Target) -> Iterator[tuple[Module, ast.ClassDef]]:
        """Yield the class statements of a definition, with their module."""
        for node in self.nodes(target):
            if isinstance(node, ast.ClassDef):
                yield self.modules[target.module], node

    def kind(self, target: Target) -> Kind:
        """Return what a definition is, as far as a call could change it."""
        return kind_of(target, self.modules)

    def is_object(self, target: Target) -> bool:
        """Return whether something that is called is no function, class or lambda of the project."""
        return self.kind(target) is Kind.OBJECT and not any(
            isinstance(getattr(node, "value", None), ast.Lambda | ast.Name | ast.Attribute)
            for node in self.nodes(target)
        )

    def class_of(self, target: Target) -> Iterator[Target]:
        """Yield the class that a definition is, or of which it is made an object."""
        module = self.modules[target.module]
        for node in self.nodes(target):
            match node:
                case ast.ClassDef():
                    yield target
                case ast.Assign(value=ast.Call(func=function)) | ast.AnnAssign(value=ast.Call(func=function)):
                    yield from (made for made in self.named(module, function) if any(self.classes(made)))
                case _:
                    pass

    def is_function_of_module(self, module: Module, chain: Chain) -> bool:
        """Return whether a chain names a function of a module, which is no change of the module: `text.slugify(x)`."""
        if not chain[1:]:
            return False
        around = self._resolver.chain(module, chain[:-1])
        return any(isinstance(item, Target) and not item.name for item in around) and any(
            self.kind(item) is Kind.DEFINITION for item in self.targets(module, chain)
        )


def methods(node: ast.ClassDef) -> list[FunctionNode]:
    """Return the methods of a class."""
    return [item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]


def method_of(owner: Target, name: str) -> Target:
    """Return a method as a definition: it has the name of its class before its own."""
    return Target(owner.module, f"{owner.name}.{name}")
