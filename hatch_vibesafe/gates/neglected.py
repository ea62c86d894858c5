"""Part of the structure gate: what a spec speaks of, and its implementation never looks at or contradicts itself on.

Threat: a result that holds for the examples because they all give a parameter its default or are told apart without
it, because the implementation holds a copy of the project's own data, or because a condition can be neither. Pure.
"""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from hatch_vibesafe.gates.unit_calls import example_cases, parameters_of
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.gates.without_answers import prose
from hatch_vibesafe.gates.wording import words
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.model import Reference, Spec
from hatch_vibesafe.spec.walking import walk

_KINDS_OF_TYPES = frozenset(
    {"NewType", "TypeVar", "ParamSpec", "TypeVarTuple", "NamedTuple", "namedtuple", "TypedDict"}
)
_ARTICLES = frozenset({"a", "A", "i", "I"})
_UNUSED = re.compile(r"\b(?:ignor|unused|not used|compatib|reserved|placeholder)", re.IGNORECASE)
_QUOTED = re.compile(r"`+([\w.]+)`+")


def neglected(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each parameter and datum that is neglected, and each condition that decides nothing."""
    functions = [node for node in tree.body if isinstance(node, FunctionNode) and node.name == spec.unit.name]
    for function in functions[:1]:
        yield from _unread(function, spec, gate)
    yield from _copied(tree, spec, gate)
    for node in walk(tree):
        why = _decides_nothing(node) if isinstance(node, ast.BoolOp) else _is_in_nothing(node)
        if isinstance(node, ast.expr) and why:
            yield Finding(gate, node.lineno, f"asks {why}: write the condition that is meant")


def _unread(function: FunctionNode, spec: Spec, gate: str) -> Iterator[Finding]:
    said = (words(prose(spec.docstring)) - _ARTICLES) | set(_QUOTED.findall(spec.docstring))
    every = [item for item in walk(function.args) if isinstance(item, ast.arg)]
    parameters = every[1:] if spec.method in {"instance", "property", "class"} else every
    read = {
        node.id
        for statement in function.body
        for node in walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load | ast.Del)
    }
    # A method may have to take what others of its kind use.
    is_free = bool(spec.method) or _UNUSED.search(prose(spec.docstring))
    varied = set[str]() if is_free else _varied(spec)
    for item in parameters:
        if item.arg in read or item.arg.startswith("_"):
            continue
        if item.arg in said:
            message = f"never reads `{item.arg}`, of which the docstring speaks: the result has to depend on it"
            yield Finding(gate, function.lineno, message)
        elif item.arg in varied:
            message = (
                f"never reads `{item.arg}`, to which the examples give several values: the result has to depend on it; "
                "where it does not, the docstring has to say that it is ignored"
            )
            yield Finding(gate, function.lineno, message)


def _varied(spec: Spec) -> set[str]:
    """Return the parameters to which the examples give more than one value."""
    given = parameters_of(spec)
    columns = zip(*(case.call.values for case in example_cases(spec, given)), strict=True)
    return {item.name for item, values in zip(given, columns, strict=False) if len({*values}) > 1}


def _copied(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each datum of the project that the docstring names and the implementation does not take."""
    named = {found.rpartition(".")[2] for found in _QUOTED.findall(spec.docstring)}
    before = {node.id for node in walk(_before_hole(spec)) if isinstance(node, ast.Name)}
    taken = {alias.name for node in walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    taken |= {node.attr for node in walk(tree) if isinstance(node, ast.Attribute)}
    for each in spec.references:
        if each.direct and each.name in named - before - taken and _is_data(each):
            message = (
                f"does without `{each.name}`, which the docstring names: a copy of it stays behind when it changes; "
                f"write `from {each.module} import {each.name}`"
            )
            yield Finding(gate, 0, message)


def _before_hole(spec: Spec) -> ast.Module:
    return ast.Module([*ast.parse(f"{spec.head}\n    ...").body, *ast.parse(spec.pre_hole).body], [])


def _is_data(reference: Reference) -> bool:
    try:
        body = ast.parse(reference.source).body
    except SyntaxError:
        return False
    match body:
        case [ast.Assign(value=value)] | [ast.AnnAssign(value=ast.expr() as value)]:
            return _is_value(value)
        case _:
            return False


def _is_value(value: ast.expr) -> bool:
    """Whether this is no name for a type."""
    match value:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name not in _KINDS_OF_TYPES
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.BinOp(op=ast.BitOr()):
            return False
        case _:
            return True


def _is_in_nothing(node: ast.AST) -> str:
    match node:
        case ast.Compare(
            ops=[(ast.In() | ast.NotIn()) as operator],
            comparators=[ast.Tuple(elts=[]) | ast.List(elts=[]) | ast.Constant(value="")],
        ):
            return f"`{ast.unparse(node)}`, which {'never' if isinstance(operator, ast.In) else 'always'} holds"
        case _:
            return ""


def _decides_nothing(node: ast.BoolOp) -> str:
    shown = [ast.unparse(value) for value in node.values]
    for text in shown:
        if shown.count(text) > 1 and not any(isinstance(inner, ast.Call) for inner in walk(node)):
            return f"`{text}` twice"
    is_all = isinstance(node.op, ast.And)
    wanted = ast.Eq if is_all else ast.NotEq
    for one, other in pairwise(node.values):
        match one, other:
            case (
                ast.Compare(left=left, ops=[first], comparators=[ast.Constant(value=a)]),
                ast.Compare(left=right, ops=[second], comparators=[ast.Constant(value=b)]),
            ) if (
                isinstance(first, wanted)
                and isinstance(second, wanted)
                and ast.dump(left) == ast.dump(right)
                and a != b
            ):
                return f"`{ast.unparse(node)}`, which {'never' if is_all else 'always'} holds"
    return ""
