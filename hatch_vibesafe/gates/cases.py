"""The examples of a spec as cases: what goes in and what comes out, as far as both are written out. Pure."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hatch_vibesafe.spec.dotted import last_name
from hatch_vibesafe.spec.model import Example, Spec
from hatch_vibesafe.spec.walking import walk

Literal = str
"""A value as `repr` shows it: `1`, `True` and `1.0` are three."""


@dataclass(frozen=True, slots=True)
class Case:
    """One call of the unit in an example.

    Attributes:
        number: The example's number, from 1.
        inputs: Each value that stands among the arguments, those inside calls (`Decimal("1")`) too.
        whole: Spellings of all arguments together: the only one, their tuple, and what `repr` and `str` make of them.
        output: What the call gives, where the example says nothing else; None where that cannot be read.
        exception: The class of the exception that it raises, without its module; empty where it raises none.
        items: What it gives one by one, where the example takes that together in a list, or takes the next one.
    """

    number: int
    inputs: frozenset[Literal]
    whole: frozenset[Literal]
    output: Literal | None
    exception: str
    items: frozenset[Literal] = frozenset()


def cases(spec: Spec) -> tuple[Case, ...]:
    """Return the calls of the unit in a spec's examples, in order."""
    found: list[Case] = []
    for number, example in enumerate(spec.examples, start=1):
        try:
            tree = ast.parse(example.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        calls = [node for node in walk(tree) if isinstance(node, ast.Call) and _is_unit(node.func, spec)]
        for call in calls:
            arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
            output = _output(tree, call, example) if len(calls) == 1 else _output_among(tree, call, example)
            exception = (example.exception or "").partition("\n")[0].partition(":")[0].rpartition(".")[2].strip()
            inputs = frozenset(literal for argument in arguments for literal in _inside(argument))
            items = frozenset(_items(tree, call, example)) if len(calls) == 1 else frozenset[Literal]()
            found.append(Case(number, inputs, frozenset(_spellings(arguments)), output, exception, items))
    return tuple(found)


def outputs(spec: Spec) -> dict[Example, Literal]:
    """Return what each example's call of the unit gives, of those with one call whose result can be read."""
    found = cases(spec)
    calls = Counter(case.number for case in found)
    return {
        spec.examples[case.number - 1]: case.output
        for case in found
        if case.output is not None and calls[case.number] == 1
    }


def literal(node: ast.AST) -> Literal | None:
    """Return the value that an expression writes out; None where it is computed, or where no literal shows it."""
    try:
        shown = repr(_folded(node)) if isinstance(node, ast.expr) else "..."
        return None if ast.literal_eval(shown) is Ellipsis else shown
    except (ValueError, TypeError, SyntaxError, OverflowError, RecursionError, MemoryError):
        return None


def _folded(node: ast.expr) -> object:
    """Return the value of an expression that is written out, or put together of nothing but such.

    Raises:
        ValueError: if it is computed in another way.
    """
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(between)), attr="join"), args=[items], keywords=[]
        ):
            pieces = _folded(items)
            if isinstance(pieces, list | tuple) and all(isinstance(each, str) for each in pieces):
                return between.join(pieces)
        case ast.Call(func=ast.Name(id="chr"), args=[ast.Constant(value=int(number))], keywords=[]):
            return chr(number)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _sum(_folded(left), _folded(right))
        case ast.List(elts=elements):
            return [_folded(each) for each in elements]
        case ast.Tuple(elts=elements):
            return tuple(_folded(each) for each in elements)
    return ast.literal_eval(node)


def _sum(one: object, other: object) -> object:
    match one, other:
        case str(), str():
            return f"{one}{other}"
        case list(), list():
            return [*one, *other]
        case ((int() | float() | complex()), (int() | float() | complex())):
            return one + other
        case _:
            raise ValueError("no sum of values that are written out")


def strength(shown: Literal) -> int:
    """Return how telling a value is: 2 for one that nobody writes by chance, 1 for a small one, 0 for a natural one.

    Natural are what base cases and defaults are made of: 0, 1, 2, -1, the empty ones, True, False and None.
    """
    return _strength(ast.literal_eval(shown))


def _strength(value: object) -> int:
    match value:
        case bool() | complex() | None:
            return 0
        case int() | float():
            is_telling = not value.is_integer() if isinstance(value, float) else abs(value) > len("0123456789")
            return 0 if value in {-1, 0, 0.5, 1, 2} else 1 + is_telling
        case str() | bytes() | dict():
            return min(len(value), 2)
        case list() | tuple() | set():
            inside = max(map(_strength, value), default=0)
            return inside if len(value) < 2 else 2 if len(value) > 2 else 1 + (inside > 0)  # noqa: PLR2004 - by hand
        case _:
            return 0


def _is_unit(function: ast.expr, spec: Spec) -> bool:
    return last_name(function) == spec.unit.name


def _inside(argument: ast.expr) -> Iterator[Literal]:
    """Yield the values that an argument is made of: itself, or those in the calls that make it."""
    shown = literal(argument)
    if shown is not None:
        yield shown
    elif isinstance(argument, ast.Call):
        for inner in [*argument.args, *(keyword.value for keyword in argument.keywords)]:
            yield from _inside(inner)


def _spellings(arguments: list[ast.expr]) -> Iterator[Literal]:
    shown = [text for argument in arguments if (text := literal(argument)) is not None]
    if not shown or len(shown) != len(arguments):
        return
    values = tuple(ast.literal_eval(argument) for argument in arguments)
    yield from (repr(values), repr(repr(values)), repr(", ".join(shown)), repr(_as_lists(values)))
    if len(values) == 1:
        yield from (shown[0], repr(shown[0]), repr(_as_lists(values[0])))
        if isinstance(values[0], list):
            yield repr(tuple(values[0]))


def _as_lists(value: object) -> object:
    """Return a value as a pattern spells it, to which tuples and lists are one."""
    return [_as_lists(each) for each in value] if isinstance(value, list | tuple) else value


def _output(tree: ast.Module, call: ast.Call, example: Example) -> Literal | None:
    """Return what a call gives, where the example shows that alone or compares it with a value."""
    match tree.body:
        case [ast.Expr(value=shown)] if shown is call or _drained(shown) is call:
            return _read(example.want)
        case [ast.Expr(value=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]))] if left is call:
            return literal(right) if example.want.strip() == "True" else None
        case _:
            return None


def _output_among(tree: ast.Module, call: ast.Call, example: Example) -> Literal | None:
    """Return what a call gives where the example shows several calls side by side, and nothing else."""
    match tree.body:
        case [ast.Expr(value=ast.Tuple(elts=elements))] if call in elements and (shown := _read(example.want)):
            values = ast.literal_eval(shown)
            is_each = isinstance(values, tuple) and len(values) == len(elements)
            return repr(values[elements.index(call)]) if is_each else None
        case _:
            return None


def _items(tree: ast.Module, call: ast.Call, example: Example) -> Iterator[Literal]:
    match tree.body:
        case [ast.Expr(value=ast.Call(func=ast.Name(id="next"), args=[taken, *_]))] if taken is call:
            shown = _read(example.want)
            if shown is not None:
                yield shown
        case [ast.Expr(value=shown)] if _drained(shown) is call and (text := _read(example.want)) is not None:
            value = ast.literal_eval(text)
            if isinstance(value, list | tuple):
                yield from map(repr, value)


def _drained(node: ast.expr) -> ast.expr | None:
    """Return the call whose items a list or a tuple takes in."""
    match node:
        case ast.Call(func=ast.Name(id="list" | "tuple"), args=[inner], keywords=[]):
            return inner
        case _:
            return None


def _read(text: str) -> Literal | None:
    try:
        return literal(ast.parse(text.strip() or "None", mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
