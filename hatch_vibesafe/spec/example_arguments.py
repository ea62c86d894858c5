"""Examples that give a parameter a value which its annotation does not have. Pure."""

import ast
from collections.abc import Iterator

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.names import children
from hatch_vibesafe.spec.parsed import head_of, literal_of, parsed
from hatch_vibesafe.spec.plain_types import plain_types


def arguments_of_another_type(spec: Spec) -> tuple[Problem, ...]:
    """Return a problem for each example that calls a function with a literal of another type, and expects a result."""
    head = head_of(spec)
    if spec.method or not isinstance(head, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    annotations = {each.arg: each.annotation for each in (*head.args.posonlyargs, *head.args.args)}
    annotations |= {each.arg: each.annotation for each in head.args.kwonlyargs}
    found: list[Problem] = []
    for number, example in enumerate(spec.examples, start=1):
        for name, value in _given(example.source, spec.unit.name, [*annotations]) if example.exception is None else ():
            annotation = annotations.get(name)
            types = plain_types(annotation)
            found_value = literal_of(value)
            if (
                annotation is not None
                and types
                and found_value is not None
                and not isinstance(found_value.value, types)
            ):
                gives, meant = ast.unparse(value)[:60], ast.unparse(annotation)
                what = f"example {number} gives {gives} for {name}, and that is to be {meant}"
                where = f"{spec.path}:{example.line}  {spec.unit}"
                found.append(Problem(where, what, "correct the example or the annotation"))
    return tuple(found)


def _given(source: str, unit: str, names: list[str]) -> Iterator[tuple[str, ast.expr]]:
    """Yield what the calls of a unit in an example give its parameters, by name."""
    tree = parsed(source)
    nodes: list[ast.AST] = [] if tree is None else [tree]
    for call in nodes:
        nodes += children(call)
        match call:
            case ast.Call(func=ast.Name(id=called)) if called == unit:
                starred = next((at for at, each in enumerate(call.args) if isinstance(each, ast.Starred)), None)
                given = [*zip(names, call.args[:starred], strict=False)]
                given += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]
                yield from given
