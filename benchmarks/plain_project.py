"""A project without vibesafe: its modules without their units, as code that imports helpers from them needs them."""

import ast
from pathlib import Path


def write_plain(project: Path, destination: Path) -> None:
    """Write the modules of a project's packages, each without its units and without our import."""
    for file in project.rglob("*.py"):
        target = destination / file.relative_to(project)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_without_units(file.read_text(encoding="utf-8")), encoding="utf-8")


def with_docstring(source: str, name: str, docstring: str) -> str:
    """Return a module whose function of this name begins with a docstring; comments stay where they are."""
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            first = node.body[0]
            lines.insert(first.lineno - 1, f"{' ' * first.col_offset}{docstring!r}\n")
            break
    return "".join(lines)


def _without_units(source: str) -> str:
    tree = ast.parse(source)
    kept = [node for node in tree.body if not _is_ours(node)]
    return ast.unparse(ast.Module(body=kept, type_ignores=[])) + "\n"


def _is_ours(node: ast.stmt) -> bool:
    match node:
        case ast.ImportFrom(module="vibesafe_runtime"):
            return True
        case ast.FunctionDef(decorator_list=[ast.Name(id="vibesafe")]):
            return True
        case ast.AsyncFunctionDef(decorator_list=[ast.Name(id="vibesafe")]):
            return True
        case _:
            return False
