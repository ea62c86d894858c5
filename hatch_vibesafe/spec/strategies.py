"""The strategies of a `hypothesis` fence: a part of `hypothesis.strategies`, read and never run. Pure.

https://hypothesis.readthedocs.io/en/latest/reference/strategies.html says what each one draws. Floats and decimals are
finite unless `allow_nan` or `allow_infinity` is said to be true.
"""

import ast
import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from hatch_vibesafe.spec.model import Strategy

MODULES = ("st", "strategies")
"""The names that stand for `hypothesis.strategies`."""

Plain = int | float | bool | str | bytes | Decimal | Fraction | dt.date | dt.time | dt.timedelta | None
"""What a bound can be."""

_BOUNDS = ("min_value", "max_value")
_SIZES = ("min_size", "max_size")
_FINITE = ("allow_nan", "allow_infinity")
_PLAIN_ARGUMENTS = {
    "none": (),
    "booleans": (),
    "integers": _BOUNDS,
    "floats": (*_BOUNDS, *_FINITE),
    "decimals": (*_BOUNDS, *_FINITE, "places"),
    "fractions": _BOUNDS,
    "text": ("alphabet", *_SIZES),
    "binary": _SIZES,
    "dates": _BOUNDS,
    "datetimes": _BOUNDS,
    "times": _BOUNDS,
    "timedeltas": _BOUNDS,
    "lists": (*_SIZES, "unique"),
    "sets": _SIZES,
    "frozensets": _SIZES,
    "dictionaries": _SIZES,
}
_PARTS = {
    "lists": ("elements",),
    "sets": ("elements",),
    "frozensets": ("elements",),
    "dictionaries": ("keys", "values"),
}
_BY_NAME_ALONE = frozenset({*_SIZES, "unique", "places", *_FINITE})
_OF_EXPRESSIONS = ("just", "sampled_from", "from_type")
_OF_STRATEGIES = ("one_of", "tuples", "fixed_dictionaries", "builds")
_METHODS = ("map", "filter")
_MADE = {
    "Decimal": Decimal,
    "Fraction": Fraction,
    "date": dt.date,
    "datetime": dt.datetime,
    "time": dt.time,
    "timedelta": dt.timedelta,
}
KINDS = tuple(sorted({*_PLAIN_ARGUMENTS, *_OF_EXPRESSIONS, *_OF_STRATEGIES}))


class NotAStrategyError(ValueError):
    """An expression that is no strategy that we can draw from; the text says why."""


def is_like_a_strategy(node: ast.expr) -> bool:
    """Whether an expression is meant as a strategy: it begins with `st.`."""
    match node:
        case ast.Name(id=name):
            return name in MODULES
        case ast.Call(func=inner) | ast.Attribute(value=inner) | ast.BinOp(left=inner, op=ast.BitOr()):
            return is_like_a_strategy(inner)
        case _:
            return False


def read_strategy(node: ast.expr) -> Strategy:
    """Return the strategy that an expression is.

    Raises:
        NotAStrategyError: if it is none.
    """
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return Strategy("one_of", parts=(read_strategy(left), read_strategy(right)))
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=kind)) if module in MODULES:
            return _function(kind, node)
        case ast.Call(func=ast.Attribute(value=inner, attr=kind), args=[function], keywords=[]) if kind in _METHODS:
            return Strategy(kind, (("function", ast.unparse(function)),), (read_strategy(inner),))
        case _:
            raise NotAStrategyError(f"`{ast.unparse(node)}` is no strategy: it has to be a call such as st.integers()")


def plain_value(source: str) -> Plain:
    """Return the value of a bound: a number, a text, or a call such as `Decimal("0.1")` or `date(2020, 1, 1)`.

    Raises:
        NotAStrategyError: if it is anything else.
    """
    node = ast.parse(source, mode="eval").body
    try:
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _MADE:
                given = [ast.literal_eval(item) for item in node.args]
                named = {str(item.arg): ast.literal_eval(item.value) for item in node.keywords}
                made: Plain = _MADE[name](*given, **named)
                return made
            case _:
                value: object = ast.literal_eval(node)
    except (ValueError, TypeError, InvalidOperation, ArithmeticError) as error:
        raise NotAStrategyError(f"`{source}` is no value that is known here") from error
    if isinstance(value, int | float | str | bytes | None):
        return value
    raise NotAStrategyError(f"`{source}` is no value that is known here")


def choices_of(strategy: Strategy) -> tuple[str, ...]:
    """Return the source text of each value that `sampled_from` chooses from."""
    (_, source), *_ = strategy.options
    match ast.parse(source, mode="eval").body:
        case ast.List(elts=items) | ast.Tuple(elts=items) if items:
            return tuple(ast.unparse(item) for item in items)
        case ast.Constant(value=str() as text) if text:
            return tuple(repr(letter) for letter in text)
        case _:
            raise NotAStrategyError("st.sampled_from needs a list or a tuple that is written out")


def _function(kind: str, node: ast.Call) -> Strategy:
    if any(isinstance(item, ast.Starred) for item in node.args) or any(item.arg is None for item in node.keywords):
        raise NotAStrategyError(f"st.{kind} has to be called with its arguments written out")
    if kind in _PLAIN_ARGUMENTS:
        return _plain(kind, node)
    if kind in _OF_EXPRESSIONS:
        return _of_expression(kind, node)
    if kind in _OF_STRATEGIES:
        return _of_strategies(kind, node)
    raise NotAStrategyError(f"st.{kind} is not known here; known are {', '.join(KINDS)}, .map and .filter")


def _plain(kind: str, node: ast.Call) -> Strategy:
    parts = _PARTS.get(kind, ())
    names = (*parts, *_PLAIN_ARGUMENTS[kind])
    by_place = [name for name in names if name not in _BY_NAME_ALONE]
    if len(node.args) > len(by_place):
        raise NotAStrategyError(f"st.{kind} takes {len(by_place)} arguments by place and is given {len(node.args)}")
    given = dict(zip(by_place, node.args, strict=False))
    for item in node.keywords:
        name = str(item.arg)
        if name not in names or name in given:
            raise NotAStrategyError(f"st.{kind} has no argument {name} left; it knows {', '.join(names) or 'none'}")
        given[name] = item.value
    missing = [name for name in parts if name not in given]
    if missing:
        raise NotAStrategyError(f"st.{kind} needs {' and '.join(missing)}")
    options = tuple((name, ast.unparse(given[name])) for name in _PLAIN_ARGUMENTS[kind] if name in given)
    _check_bounds(kind, {name: plain_value(source) for name, source in options})
    return Strategy(kind, options, tuple(read_strategy(given[name]) for name in parts))


def _check_bounds(kind: str, values: dict[str, Plain]) -> None:
    for name in ("min_size", "max_size", "places"):
        if not isinstance(values.get(name, 0), int | None):
            raise NotAStrategyError(f"{name} of st.{kind} has to be a whole number")
    if not isinstance(values.get("alphabet", "a"), str) or values.get("alphabet") == "":
        raise NotAStrategyError(f"the alphabet of st.{kind} has to be a text with letters in it")
    for low, high in (_BOUNDS, _SIZES):
        least, most = values.get(low), values.get(high)
        if least is not None and most is not None:
            try:
                is_empty = most < least  # type: ignore[operator]  # two of one kind can be compared; others raise
            except TypeError:
                is_empty = True
            if is_empty:
                raise NotAStrategyError(f"st.{kind} draws nothing between {low} {least!r} and {high} {most!r}")


def _of_expression(kind: str, node: ast.Call) -> Strategy:
    if len(node.args) != 1 or node.keywords:
        raise NotAStrategyError(f"st.{kind} takes one argument")
    strategy = Strategy(kind, (("of", ast.unparse(node.args[0])),))
    if kind == "sampled_from":
        choices_of(strategy)
    return strategy


def _of_strategies(kind: str, node: ast.Call) -> Strategy:
    match kind, node.args, node.keywords:
        case "one_of", [ast.List(elts=items) | ast.Tuple(elts=items)], []:
            return _together(kind, items)
        case "one_of" | "tuples", items, [] if items or kind == "tuples":
            return _together(kind, items)
        case "fixed_dictionaries", [ast.Dict(keys=keys, values=values)], [] if None not in keys:
            names = tuple(ast.unparse(key) for key in keys if key is not None)
            return Strategy(kind, parts=tuple(map(read_strategy, values)), names=names)
        case "builds", [target, *args], keywords:
            names = tuple("" for _ in args) + tuple(str(item.arg) for item in keywords)
            parts = tuple(read_strategy(item) for item in (*args, *(item.value for item in keywords)))
            return Strategy(kind, (("of", ast.unparse(target)),), parts, names)
        case _:
            raise NotAStrategyError(f"st.{kind} has to be called with its strategies written out")


def _together(kind: str, items: Sequence[ast.expr]) -> Strategy:
    if not items and kind == "one_of":
        raise NotAStrategyError("st.one_of needs a strategy")
    return Strategy(kind, parts=tuple(read_strategy(item) for item in items))


def expressions_of(strategy: Strategy) -> Iterator[str]:
    """Yield the source of every plain expression in a strategy: these may name what the module defines."""
    for name, source in strategy.options:
        if name in {"of", "function"}:
            yield source
    if strategy.kind == "fixed_dictionaries":
        yield from strategy.names
    for part in strategy.parts:
        yield from expressions_of(part)
