"""Finds where code tells single values apart: tables, branches and patterns, with what is given for each. Pure."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

from hatch_vibesafe.gates.cases import Literal, literal
from hatch_vibesafe.spec.walking import walk

_EQUAL = (ast.Eq, ast.Is, ast.In)
_UNEQUAL = (ast.NotEq, ast.IsNot, ast.NotIn)
_DISPLAYS = (ast.Tuple, ast.List, ast.Set)
_MOST_LISTS = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """One value that is told apart.

    Attributes:
        line: Where.
        key: The value.
        results: What is given for it, as far as that is written out; names of exceptions are `raise NAME`.
        is_open: Whether what is given for it stands elsewhere.
    """

    line: int
    key: Literal
    results: frozenset[str]
    is_open: bool = False


LookUp = tuple[Entry, ...]
"""A table, a `match`, or all branches of one function."""


def look_ups(tree: ast.Module) -> Iterator[LookUp]:
    """Yield every table, `match` and chain of branches of a module."""
    for node in walk(tree):
        match node:
            case ast.Dict(keys=keys, values=values):
                yield tuple(_entries(zip(keys, values, strict=True)))
            case ast.Match(cases=alternatives):
                yield tuple(entry for case in alternatives for entry in _of_pattern(case))
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                yield tuple(_pairs(elements))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield tuple(_branches(node))
    yield from _side_by_side(tree)
    yield tuple(_entered(tree))


def results(tree: ast.Module) -> Iterator[tuple[int, Literal]]:
    """Yield each value that is given as it stands: returned, yielded, or the value of a table that is not typed out."""
    for node in walk(tree):
        match node:
            case ast.Return(value=ast.expr() as value) | ast.Yield(value=ast.expr() as value):
                yield from ((value.lineno, shown) for shown in _given(value))
            case ast.YieldFrom(value=ast.List(elts=elements) | ast.Tuple(elts=elements)):
                yield from ((value.lineno, shown) for value in elements for shown in _given(value))
            case ast.Dict(values=values):
                yield from ((value.lineno, shown) for value in values if (shown := literal(value)) is not None)


def constants_only(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[Literal]:
    """Return all that a function can give where it gives nothing but what is written out; nothing where it computes."""
    given: list[Literal] = []
    for node in walk(function):
        match node:
            case ast.Yield() | ast.YieldFrom() | ast.Lambda():
                return frozenset()
            case ast.Return(value=ast.expr() as value):
                shown = [*_given(value), *_taken(value)]
                if not shown or len(shown) < _ways(value):
                    return frozenset()
                given += shown
    return frozenset(given)


def _taken(value: ast.expr) -> Iterator[Literal]:
    """Yield what a look-up in a table that is written out gives; nothing where not all of it is."""
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Dict(values=values), attr="get"), args=[_, default]):
            shown = [literal(each) for each in (*values, default)]
        case ast.Subscript(value=ast.Dict(values=values)):
            shown = [literal(each) for each in values]
        case _:
            return
    if None not in shown:
        yield from (each for each in shown if each is not None)


def _ways(value: ast.expr) -> int:
    return _ways(value.body) + _ways(value.orelse) if isinstance(value, ast.IfExp) else 1


def _entries(pairs: Iterable[tuple[ast.expr | None, ast.expr]]) -> Iterator[Entry]:
    for key, value in pairs:
        if key is not None and (shown := literal(key)) is not None:
            yield Entry(key.lineno, shown, frozenset(_given(value)))


def _entered(tree: ast.Module) -> Iterator[Entry]:
    """Yield what is entered into tables one by one."""
    for node in walk(tree):
        match node:
            case ast.Assign(targets=[ast.Subscript(slice=key)], value=value):
                yield from _entries([(key, value)])
            case ast.Call(func=ast.Attribute(attr="setdefault" | "__setitem__"), args=[key, value]):
                yield from _entries([(key, value)])


def _pairs(elements: list[ast.expr]) -> Iterator[Entry]:
    """Yield the pairs of a list of pairs: the first of each is the key."""
    for element in elements:
        match element:
            case ast.Tuple(elts=[key, *others]) | ast.List(elts=[key, *others]) if others:
                shown = literal(key)
                if shown is not None:
                    yield Entry(key.lineno, shown, frozenset(text for other in others for text in _given(other)))


def _of_pattern(case: ast.match_case) -> Iterator[Entry]:
    given = frozenset(_of_block(case.body))
    patterns: list[ast.pattern] = [case.pattern]
    while patterns:
        pattern = patterns.pop()
        if isinstance(pattern, ast.MatchOr):
            patterns += pattern.patterns
        elif (shown := _pattern(pattern)) is not None:
            yield Entry(pattern.lineno, shown, given)
    if case.guard is not None:
        yield from (Entry(line, key, given) for line, key, equal in _compared(case.guard) if equal)


def _pattern(pattern: ast.pattern) -> Literal | None:
    node = _pattern_value(pattern)
    return None if node is None else literal(node)


def _pattern_value(pattern: ast.pattern) -> ast.expr | None:
    match pattern:
        case ast.MatchValue(value=value):
            return value
        case ast.MatchSequence(patterns=patterns):
            inside = [inner for each in patterns if (inner := _pattern_value(each)) is not None]
            return ast.List(elts=inside, ctx=ast.Load()) if len(inside) == len(patterns) else None
        case _:
            return None


def _branches(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[Entry]:
    for node in walk(function):
        match node:
            case ast.If(test=test, body=body, orelse=orelse):
                given, otherwise = frozenset(_of_block(body)), frozenset(_of_block(orelse))
                yield from _of_test(test, given, otherwise, otherwise_open=not orelse)
            case ast.IfExp(test=test, body=chosen, orelse=other):
                yield from _of_test(test, frozenset(_given(chosen)), frozenset(_given(other)), otherwise_open=False)
            case ast.Return(value=ast.Compare() | ast.BoolOp() as test):
                yield from _of_test(test, frozenset({"True"}), frozenset({"False"}), otherwise_open=False)
            case ast.Assert(test=test) | ast.While(test=test):
                yield from _of_test(test, frozenset(), frozenset(), otherwise_open=True)
            case ast.comprehension(ifs=tests):
                for test in tests:
                    yield from _of_test(test, frozenset(), frozenset(), otherwise_open=True)


def _of_test(
    test: ast.expr, given: frozenset[str], otherwise: frozenset[str], *, otherwise_open: bool
) -> Iterator[Entry]:
    for line, key, equal in _compared(test):
        yield Entry(line, key, given) if equal else Entry(line, key, otherwise, is_open=otherwise_open)


def _compared(test: ast.expr, *, is_negated: bool = False) -> Iterator[tuple[int, Literal, bool]]:
    """Yield each value that a test tells from others: where, the value, and whether the test holds for it."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _compared(operand, is_negated=not is_negated)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _compared(value, is_negated=is_negated)
        case ast.NamedExpr(value=value):
            yield from _compared(value, is_negated=is_negated)
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if isinstance(operator, _EQUAL + _UNEQUAL):
            equal = isinstance(operator, _EQUAL) is not is_negated
            for side in _sides(left, operator, right):
                shown = literal(side)
                if shown is not None:
                    yield side.lineno, shown, equal


def _sides(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> list[ast.expr]:
    """Return what something is compared with; nothing where two constants are compared with each other."""
    if isinstance(operator, ast.In | ast.NotIn):
        return right.elts if isinstance(right, _DISPLAYS) and literal(left) is None else []
    return [left, right] if literal(left) is None or literal(right) is None else []


def _side_by_side(tree: ast.Module) -> Iterator[LookUp]:
    """Yield the pairs of each two lists of the same length: inputs here, answers there."""
    displays = [node for node in walk(tree) if isinstance(node, _DISPLAYS)]
    for length in {len(display.elts) for display in displays} - {0}:
        alike = [display.elts for display in displays if len(display.elts) == length][:_MOST_LISTS]
        for keys, values in permutations(alike, 2):
            yield tuple(_entries(zip(keys, values, strict=True)))


def _of_block(body: list[ast.stmt]) -> Iterator[str]:
    """Yield what a block gives: what it returns, yields, assigns or raises."""
    for statement in body:
        for node in walk(statement):
            match node:
                case ast.Return(value=ast.expr() as value) | ast.Yield(value=ast.expr() as value):
                    yield from _given(value)
                case ast.YieldFrom(value=ast.List(elts=elements) as value):
                    yield from _given(value)
                    yield from (shown for value in elements for shown in _given(value))
                case ast.Assign(value=value):
                    yield from _given(value)
                case ast.Raise(exc=ast.Call(func=ast.Name(id=name)) | ast.Name(id=name)):
                    yield f"raise {name}"
                case _:
                    continue


def _given(value: ast.expr) -> Iterator[Literal]:
    match value:
        case ast.IfExp(body=body, orelse=other):
            yield from _given(body)
            yield from _given(other)
        case _ if (shown := literal(value)) is not None:
            yield shown
