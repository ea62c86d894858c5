"""The statements that run when a module is imported."""

import ast
from collections.abc import Iterator

Guard = tuple[str, tuple[ast.AST, ...]]
"""Under what a statement runs: a word for the branch and the expressions that decide."""

Statement = tuple[ast.stmt, tuple[ast.AST, ...], tuple[Guard, ...]]
"""A statement, or the clause of one, with what matters of it and under what it runs."""


def statements(body: list[ast.stmt], guards: tuple[Guard, ...] = ()) -> Iterator[Statement]:
    """Yield the statements that run when the module is imported, with what matters of each and under what it runs."""
    for node in body:
        match node:
            case ast.If() if _is_main_guard(node.test):
                yield from statements(node.orelse, guards)
            case ast.If():
                yield node, (node.test,), guards
                yield from statements(node.body, (*guards, ("if", (node.test,))))
                yield from statements(node.orelse, (*guards, ("else", (node.test,))))
            case ast.While():
                yield node, (node.test,), guards
                yield from statements(node.body + node.orelse, (*guards, ("while", (node.test,))))
            case ast.For() | ast.AsyncFor():
                yield node, (node.target, node.iter), guards
                yield from statements(node.body + node.orelse, (*guards, ("for", (node.target, node.iter))))
            case ast.With() | ast.AsyncWith():
                yield node, tuple(node.items), guards
                yield from statements(node.body, (*guards, ("with", tuple(node.items))))
            case ast.Try() | ast.TryStar():
                yield from _try_statements(node, guards)
            case ast.Match():
                yield node, (node.subject,), guards
                for case in node.cases:
                    decides = (node.subject, case.pattern, *([case.guard] if case.guard else []))
                    yield node, decides, guards
                    yield from statements(case.body, (*guards, ("case", decides)))
            case _:
                yield node, (node,), guards


def _try_statements(node: ast.Try | ast.TryStar, guards: tuple[Guard, ...]) -> Iterator[Statement]:
    tried = tuple(node.body)
    yield from statements(node.body, (*guards, ("try", ())))
    for handler in node.handlers:
        caught = (handler.type,) if handler.type else ()
        yield from statements(handler.body, (*guards, ("except", (*tried, *caught))))
    yield from statements(node.orelse, (*guards, ("else", tried)))
    yield from statements(node.finalbody, guards)


def _is_main_guard(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
        case _:
            return False
