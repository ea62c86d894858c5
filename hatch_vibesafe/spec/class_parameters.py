"""Type parameters that a class declares in brackets (PEP 695), for methods that stand outside of it. Pure."""

import ast
from collections.abc import Collection, Iterator, Sequence

from hatch_vibesafe.spec.names import Names, free_names, type_parameters

_KINDS = ("TypeVar", "ParamSpec", "TypeVarTuple")


def declarations(classes: Sequence[ast.ClassDef], used: Collection[str]) -> tuple[tuple[str, ...], Names]:
    """Return the lines that declare those type parameters of classes which are used, and the names that they take."""
    lines: list[str] = []
    names = Names()
    for parameter in _parameters(classes, used):
        maker = type(parameter).__name__
        name = str(getattr(parameter, "name", ""))
        bound, default = (getattr(parameter, each, None) for each in ("bound", "default_value"))
        given = [repr(name)]
        if isinstance(bound, ast.Tuple):
            given += [ast.unparse(each) for each in bound.elts]
        elif isinstance(bound, ast.expr):
            given.append(f"bound={ast.unparse(bound)}")
        if isinstance(default, ast.expr):
            given.append(f"default={ast.unparse(default)}")
        lines.append(f"{name} = {maker}({', '.join(given)})")
        names.add(free_names([each for each in (bound, default) if isinstance(each, ast.expr)]))
    makers = sorted({line.partition(" = ")[2].partition("(")[0] for line in lines})
    return (*([f"from typing import {', '.join(makers)}"] if makers else []), *lines), names


def _parameters(classes: Sequence[ast.ClassDef], used: Collection[str]) -> Iterator[ast.AST]:
    for node in classes:
        for parameter in type_parameters(node):
            if getattr(parameter, "name", "") in used and type(parameter).__name__ in _KINDS:
                yield parameter
