"""A clause as an expression that Python can evaluate: `implies` and `old` are no functions. Pure."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from hatch_vibesafe.spec.contract_subset import IMPLIES, OLD
from hatch_vibesafe.spec.model import Clause

_LAZY = ("Iterator", "Generator", "AsyncIterator", "AsyncGenerator")


@dataclass(frozen=True, slots=True)
class Evaluable:
    """Some clauses, ready to be evaluated.

    Attributes:
        conditions: One expression a clause; what was inside `old(...)` is `NAME[0]`, `NAME[1]`, ...
        before: What was inside each `old(...)`, to be evaluated before the call, in the order of these numbers.
    """

    conditions: tuple[str, ...]
    before: tuple[str, ...]


def evaluable(clauses: Iterable[Clause], parameters: Iterable[str], old: str) -> Evaluable:
    """Return the clauses of a unit with these parameters; `old` is the name under which the old values will stand."""
    rewriting = _Rewriting(frozenset(parameters), old)
    conditions = tuple(ast.unparse(rewriting.visit(_parsed(clause.expression))) for clause in clauses)
    return Evaluable(conditions, tuple(rewriting.before))


def is_lazy(returns: ast.expr | None) -> bool:
    """Whether an annotation says that what comes back is made while it is looked at: then it can be only once."""
    match returns:
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)) | ast.Name(id=name):
            return name in _LAZY
        case _:
            return False


def is_awaited_lazily(returns: ast.expr | None) -> bool:
    """Whether an annotation says that each item of what comes back has to be awaited."""
    match returns:
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)) | ast.Name(id=name):
            return name in _LAZY and name.startswith("Async")
        case _:
            return False


class _Rewriting(ast.NodeTransformer):
    def __init__(self, parameters: frozenset[str], old: str) -> None:
        self._parameters = parameters
        self._old = old
        self.before: list[str] = []

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id=name), args=args) if name not in self._parameters:
                if name == IMPLIES:
                    return ast.BoolOp(ast.Or(), [ast.UnaryOp(ast.Not(), args[0]), args[1]])
                if name == OLD:
                    return self._kept(ast.unparse(args[0]))
        return node

    def _kept(self, source: str) -> ast.expr:
        if source not in self.before:
            self.before.append(source)
        number = ast.Constant(self.before.index(source))
        return ast.Subscript(ast.Name(self._old, ast.Load()), number, ast.Load())


def _parsed(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body
