"""What an implementation imports, and the full names that its own stand for. Pure."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from hatch_vibesafe.spec.walking import walk


def imported(tree: ast.AST) -> Iterator[tuple[str, str, ast.Import | ast.ImportFrom]]:
    """Yield each import: the full name, the name that it binds, and where."""
    for node in walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, alias.asname or alias.name.partition(".")[0], node
                if alias.asname is None and "." in alias.name:
                    yield alias.name.partition(".")[0], alias.name.partition(".")[0], node
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", alias.asname or alias.name, node


def written_in(header: tuple[str, ...]) -> set[str]:
    """Return the full names that the import lines of a spec import, also those under `if TYPE_CHECKING:`."""
    return {dotted for dotted, _, _ in imported(ast.parse("\n".join(header)))}


def root_of(node: ast.expr) -> str:
    """Return the name at the root of a chain of attributes; empty where there is none."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def dotted_name(node: ast.expr, names: Mapping[str, str]) -> str:
    """Return the full name that a chain of names stands for."""
    if isinstance(node, ast.Attribute):
        return f"{dotted_name(node.value, names)}.{node.attr}"
    return names[node.id] if isinstance(node, ast.Name) else ""


def lies_in(dotted: str, modules: Iterable[str]) -> bool:
    """Return whether a full name is one of these or lies below one."""
    return any(f"{dotted}.".startswith(f"{module}.") for module in modules)
