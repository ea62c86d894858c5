"""Second names: after `a = b`, what changes `a` changes `b`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from hatch_vibesafe.spec.names import Chain, assigned_names


@dataclass(frozen=True, slots=True)
class Alias:
    """A second name: after `a = b` a change of `a` is one of `b`.

    Attributes:
        name: The second name.
        of: The first one.
        through_call: Whether it is what a method of the first one returned.
    """

    name: str
    of: Chain
    through_call: bool


def reach(node: ast.expr) -> Chain | None:
    """Return the name at the root of an expression, with the attributes right behind it: `a.b` of `a.b[0].c`."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        else:
            attributes.clear()
            node = node.func if isinstance(node, ast.Call) else node.value
    return (node.id, *reversed(attributes)) if isinstance(node, ast.Name) else None


def aliases(node: ast.stmt) -> Iterator[Alias]:
    """Yield the second names that a statement gives."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _alias(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _alias(target, value)
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            elements = value.elts if isinstance(value, ast.List | ast.Tuple | ast.Set) else [value]
            for element in elements:
                yield from _alias(target, element)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if item.optional_vars is not None:
                    yield from _alias(item.optional_vars, item.context_expr)
        case ast.Expr(value=ast.NamedExpr(target=target, value=value)):
            yield from _alias(target, value)
        case _:
            pass


def _alias(target: ast.expr, value: ast.expr) -> Iterator[Alias]:
    match target, value:
        case ast.Tuple(elts=names) | ast.List(elts=names), ast.Tuple(elts=values) | ast.List(elts=values):
            if len(names) == len(values):
                for part, item in zip(names, values, strict=True):
                    yield from _alias(part, item)
                return
        case _:
            pass
    for name in assigned_names([target]):
        for chain, through_call in _kept(value):
            if chain != (name,):
                yield Alias(name, chain, through_call)


def _kept(value: ast.expr) -> Iterator[tuple[Chain, bool]]:
    """Yield the names of which the value of an expression may be a part, and whether a call stands between."""
    match value:
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Call():
            chain = reach(value)
            spine = list(_spine(value))
            calls = [item for item in spine if isinstance(item, ast.Call)]
            # What a plain call returns is new: `a = make()` is no second name of `make`.
            if chain is not None and not (calls and isinstance(calls[-1].func, ast.Name)):
                yield chain, bool(calls)
        case ast.IfExp(body=one, orelse=other):
            yield from _kept(one)
            yield from _kept(other)
        case ast.BoolOp(values=values):
            for item in values:
                yield from _kept(item)
        case ast.NamedExpr(value=inner) | ast.Await(value=inner):
            yield from _kept(inner)
        case _:
            pass


def _spine(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the attributes, subscripts and calls from an expression down to its root."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        yield node
        node = node.func if isinstance(node, ast.Call) else node.value
