"""Calls at the borders that an implementation draws: its own constants, and what lies right beside them. Pure.

Most first-order slips move a border by one. Inputs that are drawn from types alone seldom lie on one.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from hatch_vibesafe.gates.differences import case_size
from hatch_vibesafe.gates.unit_calls import Case, UnitCall
from hatch_vibesafe.spec.walking import walk

_MOST = 240
_MOST_CONSTANTS = 96
_LARGEST = 10**6
_LONGEST = 40
_MINUS_ZERO = re.compile(r"-0(?:\.0)?(?![\w.])")


def border_cases(sources: Iterable[str], bases: Iterable[Case]) -> tuple[Case, ...]:
    """Return calls like some others, with one literal each replaced by an implementation's constant or its neighbour.

    Args:
        sources: The implementations, whole modules.
        bases: The calls that are changed, in the order of their importance.
    """
    constants = list(dict.fromkeys(found for source in sources for found in _constants(source)))[:_MOST_CONSTANTS]
    found: dict[UnitCall, Case] = {}
    for case in bases:
        for place, value in enumerate(case.call.values):
            for text in _replaced(value, constants):
                call = UnitCall((*case.call.values[:place], text, *case.call.values[place + 1 :]))
                found.setdefault(call, Case(call, setup=case.setup))
        if len(found) >= _MOST:
            break
    return tuple(sorted(found.values(), key=case_size)[:_MOST])


def _constants(source: str) -> Iterator[int | float | str]:
    """Yield the numbers and texts in the bodies of a module's functions, docstrings left out, with their neighbours."""
    functions = [node for node in walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    texts = {id(each.value) for node in functions for each in walk(node) if isinstance(each, ast.Expr)}
    for node in (each for function in functions for statement in function.body for each in walk(statement)):
        match node:
            case ast.Constant(value=bool()):
                continue
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)) if abs(
                number
            ) <= _LARGEST and not isinstance(number, bool):
                yield from (-number, -number - 1, -number + 1)
            case ast.Constant(value=int() | float() as number) if abs(number) <= _LARGEST:
                yield from (number, number - 1, number + 1)
            case ast.Constant(value=str() as text) if id(node) not in texts and len(text) <= _LONGEST:
                yield text
            case _:
                continue


def _replaced(value: str, constants: Iterable[int | float | str]) -> Iterator[str]:
    """Yield a value with each of its literals replaced by the constants of its kind; a truth by the other one."""
    count = len([*_literals(ast.parse(value, mode="eval"))])
    for number in range(count):
        tree = ast.parse(value, mode="eval")
        node = [*_literals(tree)][number]
        before = node.value
        options: Iterable[object] = (not before,) if isinstance(before, bool) else constants
        for option in options:
            fits = isinstance(option, type(before)) or (isinstance(before, float) and isinstance(option, int))
            if fits and not (isinstance(option, bool) and not isinstance(before, bool)) and option != before:
                node.value = float(option) if isinstance(before, float) and isinstance(option, int) else option  # type: ignore[assignment]  # a constant of the same kind
                text = ast.unparse(tree)
                if not _MINUS_ZERO.search(text):  # the same as 0, or too close to it for people
                    yield text


def _literals(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
            yield node
