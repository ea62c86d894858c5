"""Part of the structure gate: the implementation of a method is a function outside of its class. Pure."""

import ast
from collections.abc import Iterator

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.spec.methods import bound_to_a_class
from hatch_vibesafe.spec.model import Spec


def method_bodies(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each place that works in a class body alone, or needs the class before it exists."""
    if not spec.method:
        return
    name = spec.unit.qualname.partition(".")[0]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for line, what in bound_to_a_class(iter(functions)):
        yield Finding(gate, line, f"{what}, and `{spec.unit.name}` stands outside of `{name}`")
    for node in tree.body:
        is_own = isinstance(node, ast.ImportFrom) and node.module == spec.unit.module
        if isinstance(node, ast.ImportFrom) and is_own and any(alias.name == name for alias in node.names):
            message = f"imports `{name}` while it is being made, and it does not exist yet: import it inside the"
            yield Finding(gate, node.lineno, f"{message} function, or under `if TYPE_CHECKING:`")
