"""Examples that give a parameter a value which its annotation does not have. Pure."""

import ast
from collections.abc import Iterator

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.plain_types import plain_types


def arguments_of_another_type(spec: Spec) -> tuple[Problem, ...]:
    """Return a problem for each example that calls a function with a literal of another type, and expects a result."""
    head = ast.parse(f"{spec.head}\n    ...").body[0]
    if spec.method or not isinstance(head, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    annotations = {each.arg: each.annotation for each in (*head.args.posonlyargs, *head.args.args)}
    annotations |= {each.arg: each.annotation for each in head.args.kwonlyargs}
    found: list[Problem] = []
    for number, example in enumerate(spec.examples, start=1):
        for name, value in _given(example.source, spec.unit.name, [*annotations]) if example.exception is None else ():
            annotation = annotations.get(name)
            types = plain_types(annotation)
            if annotation is not None and types and not isinstance(ast.literal_eval(value), types):
                gives, meant = ast.unparse(value)[:60], ast.unparse(annotation)
                what = f"example {number} gives {gives} for {name}, and that is to be {meant}"
                where = f"{spec.path}:{example.line}  {spec.unit}"
                found.append(Problem(where, what, "correct the example or the annotation"))
    return tuple(found)


def _given(source: str, unit: str, names: list[str]) -> Iterator[tuple[str, ast.expr]]:
    """Yield the literals that the calls of a unit in an example give its parameters, by name."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for call in ast.walk(tree):
        match call:
            case ast.Call(func=ast.Name(id=called)) if called == unit:
                starred = next((at for at, each in enumerate(call.args) if isinstance(each, ast.Starred)), None)
                given = [*zip(names, call.args[:starred], strict=False)]
                given += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]
                yield from ((name, value) for name, value in given if _is_literal(value))


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True
