"""What was left out of an answer and what the formatter changed, in words: repairs that no other place tells. Pure."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from hatch_vibesafe.generate.python_text import parse

AROUND = "left out what stood around the code"
FORMATTED = "formatted it"
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def left_out(answer: str, code: str) -> tuple[str, ...]:
    """Return that an answer holds more than its code, where it does: words around it, or other code."""
    kept = Counter(_lines(code))
    beside = Counter(line for line in _lines(answer) if not _FENCE.match(line))
    return (AROUND,) if beside - kept else ()


def tidied(before: str, after: str) -> tuple[str, ...]:
    """Return what the formatter did to a module: imports that it removed, and whether it wrote other lines."""
    old, new = parse(before), parse(after)
    if old is None or new is None:
        return ()
    gone = Counter(_imports(old)) - Counter(_imports(new))
    words = [f"removed the unused `{text}`" for text in gone]
    # Where an import is gone, its lines differ for that; in another order they are the same.
    same_imports = bool(gone) or Counter(_import_lines(before, old)) == Counter(_import_lines(after, new))
    if not same_imports or _code(before, old) != _code(after, new):
        words.append(FORMATTED)
    return tuple(words)


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _imports(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        match statement:
            case ast.Import(names=names):
                yield from (f"import {_alias(name)}" for name in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                yield from (f"from {'.' * level}{module or ''} import {_alias(name)}" for name in names)


def _alias(name: ast.alias) -> str:
    return f"{name.name} as {name.asname}" if name.asname else name.name


def _code(text: str, tree: ast.Module) -> list[str]:
    """Return the lines that hold something and are no imports of the module, which are told apart and sorted."""
    imports = _lines_of_imports(tree)
    lines = enumerate(text.split("\n"), start=1)
    return [line.rstrip() for number, line in lines if line.strip() and number not in imports]


def _import_lines(text: str, tree: ast.Module) -> list[str]:
    imports = _lines_of_imports(tree)
    return [line.rstrip() for number, line in enumerate(text.split("\n"), start=1) if number in imports]


def _lines_of_imports(tree: ast.Module) -> frozenset[int]:
    return frozenset(
        line
        for statement in tree.body
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    )
