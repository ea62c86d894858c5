"""What the names of a module are bound to, and by which of its statements."""

import ast
from dataclasses import dataclass, field

from hatch_vibesafe.spec.canonical import Encodable, encode
from hatch_vibesafe.spec.changes import Act, read_act
from hatch_vibesafe.spec.exports import Exports, read_exports
from hatch_vibesafe.spec.names import assigned_names
from hatch_vibesafe.spec.source import Source
from hatch_vibesafe.spec.statements import Guard, statements


@dataclass(frozen=True, slots=True)
class Origin:
    """What an import binds a name to.

    Attributes:
        module: The absolute name of the module.
        name: The name in it; None where the module itself is bound.
        imported: The dotted name that the statement imports, which `import a.b` binds only the first part of.
    """

    module: str
    name: str | None
    imported: str


@dataclass(frozen=True, slots=True)
class Binding:
    """One statement that binds or changes a name.

    Attributes:
        node: The statement, or the clause of it.
        content: The syntax that matters for the name.
        guards: Under what it runs, from the outermost.
        origin: For an import, what the name is bound to.
        binds: Whether it binds the name; else it changes what the name is bound to.
        order: Its place among the module's statements.
    """

    node: ast.stmt
    content: tuple[ast.AST, ...]
    guards: tuple[Guard, ...]
    origin: Origin | None = None
    binds: bool = True
    order: int = 0

    def encoded(self) -> bytes:
        """Return the canonical bytes."""
        if self.origin is None:
            item: tuple[Encodable, ...] = ("binding", self.content)
        else:
            item = ("import", self.origin.module, self.origin.name)
        return encode(("guarded", [*self.guards], item))


@dataclass(frozen=True, slots=True)
class Star:
    """A `from module import *`.

    Attributes:
        module: The absolute name of the module.
        order: Its place among the module's statements.
        certain: Whether it runs whatever happens.
    """

    module: str
    order: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the project.

    Attributes:
        source: Its text and syntax.
        bindings: Each name with the statements that bind or change it, in their order.
        stars: Its `from ... import *`, in their order.
        acts: What its statements do besides binding names, in their order.
        postponed: Whether it begins with `from __future__ import annotations`.
        exports: What it names in `__all__`, or None where it has none.
    """

    source: Source
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[Star] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    postponed: bool = False
    exports: Exports | None = None

    @property
    def name(self) -> str:
        """The name under which it is imported."""
        return self.source.file.module


def read_module(source: Source) -> Module:
    """Return what the names of a module are bound to; what changes them otherwise is left in its `acts`."""
    module = Module(source, postponed=_is_postponed(source.tree), exports=read_exports(source.tree.body))
    for order, statement in enumerate(statements(source.tree.body)):
        node, content, guards = statement
        match node:
            case ast.Import():
                for item in node.names:
                    bound = item.asname or item.name.partition(".")[0]
                    origin = Origin(item.name if item.asname else bound, None, item.name)
                    module.bindings.setdefault(bound, []).append(Binding(node, (), guards, origin, order=order))
            case ast.ImportFrom(module="__future__"):
                pass
            case ast.ImportFrom():
                target = absolute_module(source.file.module, node, is_package=source.file.is_package)
                for item in node.names:
                    if item.name == "*":
                        module.stars.append(Star(target, order, not guards))
                        continue
                    origin = Origin(target, item.name, target)
                    binding = Binding(node, (), guards, origin, order=order)
                    module.bindings.setdefault(item.asname or item.name, []).append(binding)
            case _:
                for name in sorted(assigned_names(content)):
                    module.bindings.setdefault(name, []).append(Binding(node, content, guards, order=order))
                act = read_act(order, statement)
                if act is not None:
                    module.acts.append(act)
    return module


def _is_postponed(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(item.name == "annotations" for item in node.names)
        for node in tree.body
    )


def absolute_module(module: str, node: ast.ImportFrom, *, is_package: bool) -> str:
    """Return the absolute name of the module that a `from` import names; leading dots stay where they lead nowhere."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    keep = len(parts) - node.level + (1 if is_package else 0)
    if keep <= 0:
        return "." * node.level + (node.module or "")
    return ".".join([*parts[:keep], *([node.module] if node.module else [])])
