"""What an implementation uses of its unit's own module beyond what the spec names."""

import ast

from hatch_vibesafe.identity import Digest
from hatch_vibesafe.spec.model import Spec


def used_beside(spec: Spec, implementation: bytes) -> tuple[tuple[str, Digest], ...]:
    """Return those parts of `spec.beside` that an implementation imports; none where it cannot be parsed."""
    try:
        tree = ast.parse(implementation)
    except (SyntaxError, ValueError):
        return ()
    imported = {
        f"helper {node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return tuple(part for part in spec.beside if part[0] in imported)
