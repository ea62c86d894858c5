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
        distant: Whether a method of the first one returned it, or the first one is one of its items.
    """

    name: str
    of: Chain
    distant: bool


def reach(node: ast.expr) -> Chain | None:
    """Return the name at the root of an expression, with the attributes right behind it: `a.b` of `a.b[0].c`."""
    root, attributes = _unwound(node)
    return (root.id, *attributes) if isinstance(root, ast.Name) else None


def reaches(node: ast.expr) -> Iterator[Chain]:
    """Yield the names that may stand at the root of an expression: both of `(a or b.c)[0]`."""
    root, attributes = _unwound(node)
    if isinstance(root, ast.Name):
        yield (root.id, *attributes)
    else:
        yield from ((*chain, *attributes) for part in _choices(root) for chain in reaches(part))


def _unwound(node: ast.expr) -> tuple[ast.expr, list[str]]:
    attributes: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        else:
            attributes.clear()
            node = node.func if isinstance(node, ast.Call) else node.value
    return node, attributes[::-1]


def _choices(node: ast.expr) -> list[ast.expr]:
    """Return the parts of an expression of which one is its value."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            return [one, other]
        case ast.BoolOp(values=values):
            return values
        case ast.NamedExpr(value=value) | ast.Await(value=value) | ast.Starred(value=value):
            return [value]
        case _:
            return []


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
        case _:
            pass


def walrus(node: ast.NamedExpr) -> Iterator[Alias]:
    """Yield the second names that `:=` gives."""
    yield from _alias(node.target, node.value)


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
        for chain, distant in _kept(value):
            if chain != (name,):
                yield Alias(name, chain, distant)


def _kept(value: ast.expr) -> Iterator[tuple[Chain, bool]]:
    """Yield the names of which the value of an expression may be a part, and whether at a distance."""
    match value:
        case ast.Dict(values=items) | ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            yield from ((chain, True) for item in items for chain, _ in _kept(item))
        case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Call():
            calls = [item for item in _spine(value) if isinstance(item, ast.Call)]
            # What a plain call returns is new: `a = make()` is no second name of `make`.
            if not (calls and isinstance(calls[-1].func, ast.Name)):
                root, _ = _unwound(value)
                found = _kept(root) if root is not value and not isinstance(root, ast.Name) else ()
                yield from ((chain, True) for chain, _ in found)
                chain = reach(value)
                if chain is not None:
                    yield chain, bool(calls)
        case _:
            for part in _choices(value):
                yield from _kept(part)


def _spine(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the attributes, subscripts and calls from an expression down to its root."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        yield node
        node = node.func if isinstance(node, ast.Call) else node.value
