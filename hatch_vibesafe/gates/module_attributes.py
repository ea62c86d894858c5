"""Part of the structure gate: of a project module that the spec imports whole, only what the spec names may be used.

What the spec names is in its hash; the rest of the module is not, and could change without drift.
"""

import ast
from collections.abc import Iterator

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk


def module_attributes(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each `module.name` of the project that the spec does not name itself."""
    modules = dict(_modules(spec))
    named = {f"{each.module}.{each.name}" for each in spec.references if each.direct and each.name}
    for node in walk(tree):
        if isinstance(node, ast.Attribute) and (written := _dotted(node.value)) in modules:
            used = f"{modules[written]}.{node.attr}"
            if used not in named and not any(module.startswith(used) for module in modules.values()):
                message = f"uses `{written}.{node.attr}`, which its spec does not name: use only what the spec names"
                yield Finding(gate, node.lineno, message)


def _modules(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield each module of the project that the spec's header imports whole: as it is written, and its name."""
    project = {each.module for each in spec.references} | {spec.unit.module}
    for node in (found for line in spec.header for found in walk(ast.parse(line))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in project:
                    yield alias.asname or alias.name, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if f"{node.module}.{alias.name}" in project:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.expr) -> str:
    """Return a chain of names as it is written; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (value := _dotted(node.value)):
        return f"{value}.{node.attr}"
    return ""
