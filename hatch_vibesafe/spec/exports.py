"""What a module names in `__all__`, however many statements build it."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from hatch_vibesafe.spec.names import Chain, own_statements, root_chain

_ALL = "__all__"
_COPIES = ("list", "tuple", "set", "sorted", "frozenset")


@dataclass(frozen=True, slots=True)
class Exports:
    """What `from module import *` brings.

    Attributes:
        names: The names that are written out.
        handed_on: What else is added, as it is spelled: `("a", "__all__")`, or a name that is bound to such a list.
        readable: Whether that is all; else public names are taken to be exported too.
    """

    names: frozenset[str]
    handed_on: tuple[Chain, ...] = ()
    readable: bool = True


def read_exports(body: list[ast.stmt]) -> Exports | None:
    """Return what the statements of a module make of `__all__`, or None where it has none.

    An assignment under a condition adds to what was there: either branch may run.
    """
    reading: _Reading | None = None
    for node in own_statements(body):
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value):
                pass
            case _:
                if _concerns(node):
                    reading = reading or _Reading()
                    reading.change(node)
                continue
        if reading is None or any(node is item for item in body):
            reading = _Reading()
        reading.add(value)
    return reading.result() if reading is not None else None


def _concerns(node: ast.stmt) -> bool:
    """Return whether a statement changes `__all__`: `__all__ += ...`, `__all__.append(...)`."""
    match node:
        case ast.AugAssign(target=ast.Name(id="__all__")):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="__all__")))):
            return True
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="__all__"))]):
            return True
        case _:
            return False


class _Reading:
    def __init__(self) -> None:
        self._names: set[str] = set()
        self._handed_on: list[Chain] = []
        self._readable = True

    def result(self) -> Exports:
        return Exports(frozenset(self._names), tuple(dict.fromkeys(self._handed_on)), self._readable)

    def change(self, node: ast.stmt) -> None:
        match node:
            case ast.AugAssign(op=ast.Add(), value=value):
                self.add(value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="extend"), args=[value])):
                self.add(value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"), args=[value])):
                self._items([value])
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="insert"), args=[_, value])):
                self._items([value])
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="remove"), args=[ast.Constant(value=str(name))])):
                self._names.discard(name)
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="sort" | "reverse"))):
                pass
            case _:
                self._readable = False

    def add(self, value: ast.expr) -> None:
        match value:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                self._items(elements)
            case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
                self.add(left)
                self.add(right)
            case ast.Call(func=ast.Name(id=name), args=[inner]) if name in _COPIES:
                self.add(inner)
            case ast.Name() | ast.Attribute() if (chain := root_chain(value)) is not None:
                if chain != (_ALL,):
                    self._handed_on.append(chain)
            case _:
                self._readable = False

    def _items(self, elements: Iterable[ast.expr]) -> None:
        for item in elements:
            match item:
                case ast.Constant(value=str(name)):
                    self._names.add(name)
                case ast.Starred(value=value):
                    self.add(value)
                case _:
                    self._readable = False
