"""What the names of a module are bound to, and by which of its statements."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from hatch_vibesafe.spec.canonical import Encodable, encode
from hatch_vibesafe.spec.names import assigned_names, root_chain
from hatch_vibesafe.spec.source import Source

Guard = tuple[str, tuple[ast.AST, ...]]
"""Under what a statement runs: a word for the branch and the expressions that decide."""


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
    """

    node: ast.stmt
    content: tuple[ast.AST, ...]
    guards: tuple[Guard, ...]
    origin: Origin | None = None
    binds: bool = True

    def encoded(self) -> bytes:
        """Return the canonical bytes."""
        if self.origin is None:
            item: tuple[Encodable, ...] = ("binding", self.content)
        else:
            item = ("import", self.origin.module, self.origin.name)
        return encode(("guarded", [*self.guards], item))


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the project.

    Attributes:
        source: Its text and syntax.
        bindings: Each name with the statements that bind or change it, in their order.
        stars: The modules of its `from ... import *`, in their order.
        postponed: Whether it begins with `from __future__ import annotations`.
        exports: What it names in `__all__`, or None where it has none that can be read.
    """

    source: Source
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    postponed: bool = False
    exports: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """The name under which it is imported."""
        return self.source.file.module


def read_module(source: Source) -> Module:
    """Return what the names of a module are bound to."""
    bindings: dict[str, list[Binding]] = {}
    stars: list[str] = []
    postponed = False
    for node, content, guards in _statements(source.tree.body, ()):
        match node:
            case ast.ImportFrom(module="__future__"):
                postponed = postponed or any(item.name == "annotations" for item in node.names)
            case ast.Import():
                for item in node.names:
                    bound = item.asname or item.name.partition(".")[0]
                    origin = Origin(item.name if item.asname else bound, None, item.name)
                    bindings.setdefault(bound, []).append(Binding(node, (), guards, origin))
            case ast.ImportFrom():
                target = absolute_module(source.file.module, node, is_package=source.file.is_package)
                for item in node.names:
                    if item.name == "*":
                        stars.append(target)
                    else:
                        origin = Origin(target, item.name, target)
                        bindings.setdefault(item.asname or item.name, []).append(Binding(node, (), guards, origin))
            case _:
                bound_here = assigned_names(content)
                for name in sorted(bound_here):
                    bindings.setdefault(name, []).append(Binding(node, content, guards))
                for name in sorted(_changed_names(node, content) - bound_here):
                    bindings.setdefault(name, []).append(Binding(node, content, guards, binds=False))
    bindings = {name: _without_foreign_decorators(items) for name, items in bindings.items()}
    return Module(source, bindings, stars, postponed, _exports(source.tree.body))


def _without_foreign_decorators(items: list[Binding]) -> list[Binding]:
    """Return the statements without those under an imported decorator: `@functools.cache` changes no `functools`."""
    if any(item.binds and item.origin is None for item in items):
        return items
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [item for item in items if item.binds or not isinstance(item.node, definitions)]


def absolute_module(module: str, node: ast.ImportFrom, *, is_package: bool) -> str:
    """Return the absolute name of the module that a `from` import names; leading dots stay where they lead nowhere."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    keep = len(parts) - node.level + (1 if is_package else 0)
    if keep <= 0:
        return "." * node.level + (node.module or "")
    return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def _statements(
    body: list[ast.stmt], guards: tuple[Guard, ...]
) -> Iterator[tuple[ast.stmt, tuple[ast.AST, ...], tuple[Guard, ...]]]:
    """Yield the statements that run when the module is imported, with what matters of each and under what it runs."""
    for node in body:
        match node:
            case ast.If() if _is_main_guard(node.test):
                yield from _statements(node.orelse, guards)
            case ast.If():
                yield node, (node.test,), guards
                yield from _statements(node.body, (*guards, ("if", (node.test,))))
                yield from _statements(node.orelse, (*guards, ("else", (node.test,))))
            case ast.While():
                yield node, (node.test,), guards
                yield from _statements(node.body + node.orelse, (*guards, ("while", (node.test,))))
            case ast.For() | ast.AsyncFor():
                yield node, (node.target, node.iter), guards
                yield from _statements(node.body + node.orelse, (*guards, ("for", (node.target, node.iter))))
            case ast.With() | ast.AsyncWith():
                yield node, tuple(node.items), guards
                yield from _statements(node.body, (*guards, ("with", tuple(node.items))))
            case ast.Try() | ast.TryStar():
                yield from _try_statements(node, guards)
            case ast.Match():
                yield node, (node.subject,), guards
                for case in node.cases:
                    decides = (node.subject, case.pattern, *([case.guard] if case.guard else []))
                    yield node, decides, guards
                    yield from _statements(case.body, (*guards, ("case", decides)))
            case _:
                yield node, (node,), guards


def _try_statements(
    node: ast.Try | ast.TryStar, guards: tuple[Guard, ...]
) -> Iterator[tuple[ast.stmt, tuple[ast.AST, ...], tuple[Guard, ...]]]:
    tried = tuple(node.body)
    yield from _statements(node.body, (*guards, ("try", ())))
    for handler in node.handlers:
        caught = (handler.type,) if handler.type else ()
        yield from _statements(handler.body, (*guards, ("except", (*tried, *caught))))
    yield from _statements(node.orelse, (*guards, ("else", tried)))
    yield from _statements(node.finalbody, guards)


def _is_main_guard(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
        case _:
            return False


def _changed_names(node: ast.stmt, content: tuple[ast.AST, ...]) -> set[str]:
    """Return the names whose values a statement changes without binding them: `T["a"] = 1`, `T.add(1)`, `@T.add`."""
    changed = {
        root
        for part in content
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for item in ast.walk(part)
        if isinstance(item, ast.Subscript | ast.Attribute)
        and isinstance(item.ctx, ast.Store | ast.Del)
        and (root := _root(item)) is not None
    }
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            calls = [item.func if isinstance(item, ast.Call) else item for item in node.decorator_list]
            chains = [chain for item in calls if (chain := root_chain(item)) is not None]
            changed |= {chain[0] for chain in chains if len(chain) > 1}
        case ast.Expr(value=ast.Call() as call):
            changed |= {root for item in (call.func, *call.args) if (root := _root(item)) is not None}
            if isinstance(call.func, ast.Name):
                changed.discard(call.func.id)
        case _:
            pass
    return changed


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _exports(body: list[ast.stmt]) -> frozenset[str] | None:
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=elements) | ast.Tuple(elts=elements)):
                values = [item.value for item in elements if isinstance(item, ast.Constant)]
                return frozenset(value for value in values if isinstance(value, str))
            case _:
                pass
    return None
