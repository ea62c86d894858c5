"""What the names of an implementation stand for: functions and classes of its own, and what it imports. Pure."""

import ast
from collections.abc import Collection
from dataclasses import dataclass

from hatch_vibesafe.gates.imported_names import imported, root_of
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk


@dataclass(frozen=True, slots=True)
class OwnNames:
    """What the names of a module stand for.

    Attributes:
        unit: The unit's name, whose head is the developer's.
        imports: Imported names, and what they stand for.
        project: Those of them that stand for something of the project.
        classes: Classes of which a call only makes an object.
        functions: Own functions, and what holds one.
        methods: The names of methods of own classes.
        bound: All that the module binds, imports left out.
    """

    unit: str
    imports: dict[str, str]
    project: frozenset[str]
    classes: frozenset[str]
    functions: frozenset[str]
    methods: frozenset[str]
    bound: frozenset[str]

    @classmethod
    def of(cls, tree: ast.Module, spec: Spec) -> "OwnNames":
        """Return what the names of an implementation stand for."""
        imports = {bound: dotted for dotted, bound, _ in imported(tree)}
        tops = {spec.unit.module.partition(".")[0], *(each.module.partition(".")[0] for each in spec.references)}
        project = frozenset(bound for bound, dotted in imports.items() if dotted.partition(".")[0] in tops)
        nodes = [*walk(tree)]
        own = [node for node in nodes if isinstance(node, ast.ClassDef)]
        methods = {each.name for node in own for each in node.body if isinstance(each, FunctionNode)}
        functions = {node.name for node in nodes if isinstance(node, FunctionNode)} - methods
        bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        for node in nodes:
            if isinstance(node, ast.Assign) and _holds_function(node.value, functions):
                functions |= {
                    each.id for each in walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
                }
        return cls(
            spec.unit.name,
            imports,
            project,
            frozenset(_makers(own, {bound for bound in project if _is_class(imports[bound], spec)})),
            frozenset(functions),
            frozenset(methods),
            frozenset(bound | functions | {node.name for node in own}),
        )


def _holds_function(value: ast.expr, functions: Collection[str]) -> bool:
    return any(isinstance(each, ast.Lambda) or is_one_of(each, functions) for each in walk(value))


def is_one_of(node: ast.AST, names: Collection[str]) -> bool:
    """Return whether a node reads one of these names."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names


def _is_class(dotted: str, spec: Spec) -> bool:
    sources = (each.source for each in spec.references if dotted == f"{each.module}.{each.name}")
    return any("class " in source.partition(":")[0] for source in sources)


def _makers(own: list[ast.ClassDef], makers: set[str]) -> set[str]:
    """Return the classes without a method that a call of them, or an operator, would run."""
    found = {*makers}
    for node in own:
        named = {each.name for each in node.body if isinstance(each, FunctionNode)}
        runs = {name for name in named if name.startswith("__")} - {"__repr__", "__str__", "__format__"}
        bases = {root_of(base) for base in node.bases} & {each.name for each in own}
        if not runs and bases <= found:
            found.add(node.name)
    return found
