"""First-order mutants of an implementation: each differs from it in one place, as a slip of the pen would. Pure.

Whether a mutant is wrong, or only another way to write the same, is for who runs it to find out.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["comparison", "constant", "arithmetic", "boolean", "statement"]
Edit = Callable[[ast.AST], None]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
}
_DELETED = (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.For, ast.While, ast.Return, ast.Break, ast.Continue)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mutant.

    Attributes:
        kind: What was changed.
        line: The line of the original in which it was changed, from 1.
        source: The whole module.
    """

    kind: Kind
    line: int
    source: str


def mutants(source: str) -> tuple[Mutant, ...]:
    """Return every mutant of a module, no two alike, in the order of its lines.

    Annotations, imports and docstrings are left alone.

    Raises:
        SyntaxError: if the source is no Python.
    """
    original = ast.parse(source)
    seen = {ast.unparse(original)}
    found: list[Mutant] = []
    for number, node in enumerate(_nodes(original)):
        for kind, line, edit in _edits(node):
            changed = ast.parse(source)
            edit(_nodes(changed)[number])
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text not in seen:
                seen.add(text)
                found.append(Mutant(kind, line, text + "\n"))
    return tuple(sorted(found, key=lambda mutant: mutant.line))


def _nodes(tree: ast.Module) -> list[ast.AST]:
    """Return the nodes that may be changed or hold what may; the same source gives them in the same order."""
    nodes: list[ast.AST] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        for field, value in ast.iter_fields(node):
            if field in {"annotation", "returns", "type_params"}:
                continue
            children = value if isinstance(value, list) else [value]
            waiting += [
                child
                for child in children
                if isinstance(child, ast.AST)
                and not isinstance(child, ast.Import | ast.ImportFrom | ast.JoinedStr)
                and not _is_text(child)
            ]
    return nodes


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _edits(node: ast.AST) -> Iterator[tuple[Kind, int, Edit]]:
    yield from _values(node)
    yield from _decisions(node)
    yield from _statements(node)


def _values(node: ast.AST) -> Iterator[tuple[Kind, int, Edit]]:
    match node:
        case ast.Compare(ops=operators, lineno=line):
            for number, operator in enumerate(operators):
                yield from (("comparison", line, _compare(number, to)) for to in _COMPARISONS[type(operator)])
        case ast.Constant(value=value, lineno=line):
            yield from (("constant", line, _set("value", to)) for to in _constants(value))
        case ast.BinOp(op=kind, lineno=line) | ast.AugAssign(op=kind, lineno=line):
            yield from (("arithmetic", line, _set("op", to())) for to in _ARITHMETIC.get(type(kind), ()))
        case ast.UnaryOp(op=ast.USub(), lineno=line):
            yield "arithmetic", line, _set("op", ast.UAdd())


def _decisions(node: ast.AST) -> Iterator[tuple[Kind, int, Edit]]:
    match node:
        case ast.BoolOp(op=ast.And(), lineno=line):
            yield "boolean", line, _set("op", ast.Or())
        case ast.BoolOp(op=ast.Or(), lineno=line):
            yield "boolean", line, _set("op", ast.And())
        case ast.If(lineno=line) | ast.While(lineno=line) | ast.IfExp(lineno=line):
            yield "boolean", line, _negate
        case ast.comprehension(ifs=[first, *_]):
            yield "boolean", first.lineno, _negate_filter


def _statements(node: ast.AST) -> Iterator[tuple[Kind, int, Edit]]:
    for field in ("body", "orelse", "finalbody"):
        statements = getattr(node, field, None)
        if not isinstance(statements, list) or isinstance(node, ast.Module | ast.ClassDef):
            continue
        for number, statement in enumerate(statements):
            if isinstance(statement, _DELETED) and not _is_text(statement):
                yield "statement", statement.lineno, _delete(field, number)


def _constants(value: object) -> tuple[object, ...]:
    match value:
        case bool():
            return (not value,)
        case int() | float():
            return (value + 1, value - 1)
        case "":
            return ("mutant",)
        case str():
            return ("", f"{value}{value[-1]}")
        case _:
            return ()


def _set(field: str, value: object) -> Edit:
    return lambda node: setattr(node, field, value)


def _compare(number: int, operator: type[ast.cmpop]) -> Edit:
    def edit(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)  # noqa: S101 - the node that the edit was made for
        node.ops[number] = operator()

    return edit


def _negate(node: ast.AST) -> None:
    assert isinstance(node, ast.If | ast.While | ast.IfExp)  # noqa: S101 - likewise
    node.test = _negation(node.test)


def _negate_filter(node: ast.AST) -> None:
    assert isinstance(node, ast.comprehension)  # noqa: S101 - likewise
    node.ifs[0] = _negation(node.ifs[0])


def _negation(test: ast.expr) -> ast.expr:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case _:
            return ast.UnaryOp(op=ast.Not(), operand=test)


def _delete(field: str, number: int) -> Edit:
    return lambda node: getattr(node, field).__setitem__(number, ast.Pass())
