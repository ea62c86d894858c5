"""Which imports of the project, and of ours, an implementation may not have: all that its spec does not name. Pure."""

import ast
from collections.abc import Collection, Iterator

from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

OURS = ("vibesafe_runtime", "hatch_vibesafe")


def forbidden_imports(node: ast.AST, spec: Spec, project_modules: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield the line of each import in a statement that is not allowed, and what is wrong with it."""
    match node:
        case ast.Import(names=names):
            imported = [(alias.name, "") for alias in names]
        case ast.ImportFrom(level=level) if level:
            yield node.lineno, f"imports relatively: write the absolute name; {_instead(spec)}"
            return
        case ast.ImportFrom(module=str(module), names=names):
            imported = [(module, alias.name) for alias in names]
        case _:
            return
    for module, name in imported:
        message = _import(module, name, spec, project_modules)
        if message:
            yield node.lineno, message


def _import(module: str, name: str, spec: Spec, project_modules: Collection[str]) -> str:
    """Return what is wrong with importing a name from a module (an empty name: the module itself)."""
    shown = f"`{name}` from `{module}`" if name else f"`{module}`"
    if module.partition(".")[0] in OURS:
        return f"imports {shown}: an implementation needs nothing of vibesafe"
    if name == "*":
        return f"imports everything from `{module}`: import the names that are used"
    if not _is_project(module, spec, project_modules):
        return ""
    if _allowed(spec).intersection({(module, name), (f"{module}.{name}", "")}):
        return ""
    return f"imports {shown}: {_instead(spec)}"


def _is_project(module: str, spec: Spec, project_modules: Collection[str]) -> bool:
    if not project_modules:
        return module.partition(".")[0] == spec.unit.module.partition(".")[0]
    parts = module.split(".")
    own = {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
    return not own.isdisjoint(project_modules) or any(name.startswith(f"{module}.") for name in project_modules)


def _allowed(spec: Spec) -> set[tuple[str, str]]:
    """Return what of the project may be imported, as module and name; a module itself has an empty name."""
    allowed = {(reference.module, reference.name) for reference in spec.references if reference.direct}
    for statement in walk(ast.parse("\n".join(spec.header))):
        if isinstance(statement, ast.ImportFrom) and statement.module is not None:
            allowed |= {(statement.module, alias.name) for alias in statement.names}
        elif isinstance(statement, ast.Import):
            allowed |= {(alias.name, "") for alias in statement.names}
    return allowed


def _instead(spec: Spec) -> str:
    direct = sorted(f"from {item.module} import {item.name}" for item in spec.references if item.direct and item.name)
    use = "of the project it may use only what its spec names"
    return f"{use}: {'; '.join(direct)}" if direct else f"{use}, which is nothing (a docstring names in backticks)"
