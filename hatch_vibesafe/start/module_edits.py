"""A unit added to a module: its imports behind those that are there, its function at the end. Pure."""

import ast
from collections.abc import Sequence

Import = tuple[str, str]
"""A module, and a name of it; "" where the module itself is imported."""

RUNTIME_IMPORTS: tuple[Import, ...] = (("vibesafe_runtime", "VibeCoded"), ("vibesafe_runtime", "vibesafe"))


class CollisionError(ValueError):
    """A name is bound already to something else; `name` and `line` say where."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(name)
        self.name = name
        self.line = line


def bound_names(tree: ast.Module) -> dict[str, int]:
    """Return what a module binds at its top, or in a statement there, with the line of each name."""
    bound: dict[str, int] = {}
    for node in _at_the_top(tree.body):
        for name in _binds(node):
            bound.setdefault(name, node.lineno)
    return bound


def with_unit(text: str, imports: Sequence[Import], name: str, source: str, above: str = "") -> str:
    """Return the module with a function behind everything that is there, and with the imports that are missing.

    Where the module ends with `if __name__ == "__main__":`, the function stands before that; where `above` names a
    function or class of the module, before that one.

    Raises:
        CollisionError: if a name that would be bound is bound already to something else.
        SyntaxError: if the module is no Python.
    """
    tree = ast.parse(text)
    bound = bound_names(tree)
    if name in bound:
        raise CollisionError(name, bound[name])
    present = {item for node in tree.body for item in _imported(node)}
    missing = [item for item in dict.fromkeys(imports) if item not in present]
    for module, member in missing:
        if (member or module) in bound:
            raise CollisionError(member or module, bound[member or module])
    if not tree.body:
        header = [*text.rstrip().split("\n"), ""] if text.strip() else []
        return "\n".join((*header, *_import_lines(missing), "", "", source))
    lines = _with_function(text.split("\n"), tree, source, above)
    if missing:
        place = _behind_imports(tree) or _behind_comments(text)
        block = _import_lines(missing)
        if not _is_import(_statement_at(tree, place)):
            before = [""] if place and lines[place - 1] else []
            after = [""] if place < len(lines) and lines[place] else []
            block = [*before, *block, *after]
        lines[place:place] = block
    return "\n".join(lines)


def _with_function(lines: list[str], tree: ast.Module, source: str, above: str) -> list[str]:
    function = source.rstrip("\n").split("\n")
    last = tree.body[-1]
    is_main = isinstance(last, ast.If) and "__name__" in ast.unparse(last.test) and len(tree.body) > 1
    first = next((line for node in tree.body if (line := _first_line(node, above))), last.lineno if is_main else 0)
    if first:
        place = first - 1
        while place and lines[place - 1].startswith("#"):
            place -= 1
        return [*lines[:place], *function, "", "", *lines[place:]]
    while lines and not lines[-1].strip():
        lines.pop()
    return [*lines, "", "", *function, ""]


def _first_line(node: ast.stmt, name: str) -> int:
    """Return the line in which a function or class of that name begins, decorators and all; 0 for anything else."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name != name:
        return 0
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _behind_imports(tree: ast.Module) -> int:
    """Return how many lines stand before the place of another import."""
    place = 0
    for number, node in enumerate(tree.body):
        docstring = number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not (docstring or _is_import(node)):
            break
        place = node.end_lineno or node.lineno
    return place


def _behind_comments(text: str) -> int:
    """Return how many lines of comments, and blank ones behind them, a file begins with."""
    place = 0
    for line in text.split("\n")[:-1]:
        if line.strip() and not line.startswith("#"):
            break
        place += 1
    return place


def _import_lines(imports: Sequence[Import]) -> list[str]:
    plain = sorted(module for module, member in imports if not member)
    modules = sorted({module for module, member in imports if member})
    members = {
        module: sorted((m for owner, m in imports if owner == module and m), key=str.lower) for module in modules
    }
    ours = [module for module in modules if module == "vibesafe_runtime"]
    others = [module for module in modules if module not in ours]
    lines = [f"import {module}" for module in plain]
    lines += [f"from {module} import {', '.join(members[module])}" for module in others]
    gap = [""] if lines and ours else []
    return [*lines, *gap, *(f"from {module} import {', '.join(members[module])}" for module in ours)]


def _imported(node: ast.stmt) -> list[Import]:
    match node:
        case ast.ImportFrom(module=str() as module, level=0, names=names):
            return [(module, alias.name) for alias in names if alias.asname in {None, alias.name}]
        case ast.Import(names=names):
            return [(alias.name, "") for alias in names if alias.asname in {None, alias.name}]
        case _:
            return []


def _is_import(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _statement_at(tree: ast.Module, line: int) -> ast.stmt | None:
    return next((node for node in tree.body if node.lineno <= line <= (node.end_lineno or node.lineno)), None)


def _at_the_top(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that bind names of the module, those below `if`, `try` and `with` too."""
    found: list[ast.stmt] = []
    for node in body:
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                found += _at_the_top(getattr(node, part, []))
            for handler in getattr(node, "handlers", []):
                found += _at_the_top(handler.body)
    return found


def _binds(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names):
            return [alias.asname or alias.name.partition(".")[0] for alias in names]
        case ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names]
        case _:
            stored = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
            return [each.id for each in stored]
