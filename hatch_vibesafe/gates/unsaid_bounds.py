"""Bounds in an implementation that neither the text nor an example needs, as variants without them. Pure.

Threat: code that gives up (`range(2, 100)`, `islice(items, 50)`, `count < 3`, `words[:3]`), or that treats one value of
an example in a way which that example does not show. Whether the bound matters is for who runs the variants to find
out: what an iteration gives that has converged is the same with more of it.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hatch_vibesafe.gates.cases import strength
from hatch_vibesafe.gates.unit_calls import example_cases, parameters_of
from hatch_vibesafe.gates.wording import is_said, rules
from hatch_vibesafe.spec.canonical import FunctionNode
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk

_FACTOR = 10
_MOST = 4
_NATURAL = 2
_TELLING = 2
_BOUNDED = frozenset({"range", "islice"})
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


@dataclass(frozen=True, slots=True)
class Loosened:
    """An implementation without one of its bounds.

    Attributes:
        line: Where the bound is.
        bound: How it is written.
        size: The number.
        source: The whole module without it.
    """

    line: int
    bound: str
    size: int
    source: str


def loosened(source: str, spec: Spec) -> tuple[Loosened, ...]:
    """Return variants of an implementation, each without one bound that nobody speaks of; only a few."""
    tree = ast.parse(source)
    text = "\n".join([rules(spec), spec.head, spec.pre_hole, *(each.source for each in spec.references)])
    found: list[Loosened] = []
    for number, node in enumerate(walk(tree)):
        for size, edit in _edits(node, tree, spec):
            if len(found) < _MOST and not is_said(repr(size), text):
                changed = ast.parse(source)
                edit([*walk(changed)][number])
                shown = ast.unparse(node)
                line = getattr(node, "lineno", 0)
                found.append(Loosened(line, shown, size, ast.unparse(ast.fix_missing_locations(changed)) + "\n"))
    return tuple(found)


_Edit = Callable[[ast.AST], None]


def _edits(node: ast.AST, tree: ast.Module, spec: Spec) -> Iterator[tuple[int, _Edit]]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[*_, ast.Constant(value=int(bound))]) if (
            name in _BOUNDED and strength(repr(bound)) == _TELLING and bound > 0
        ):
            yield bound, _enlarge_last
        case ast.Subscript(slice=ast.Slice(lower=None, upper=ast.Constant(value=int(bound)), step=None)) if (
            bound > _NATURAL and isinstance(node.ctx, ast.Load)
        ):
            yield bound, _open_slice
        case ast.Compare(left=ast.Name(id=name), ops=[operator], comparators=[ast.Constant(value=int(bound))]) if (
            isinstance(operator, _ORDERS) and bound > _NATURAL
        ):
            if _counts(name, tree):
                yield bound, _enlarge_compared
            elif str(bound) in _given(name, spec):
                yield bound, _decide(value=True)
                yield bound, _decide(value=False)


def _counts(name: str, tree: ast.Module) -> bool:
    """Whether a variable counts up by one."""
    return any(
        isinstance(node, ast.AugAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == name
        and isinstance(node.op, ast.Add)
        and isinstance(node.value, ast.Constant)
        and node.value.value == 1
        for function in walk(tree)
        if isinstance(function, FunctionNode)
        for node in walk(function)
    )


def _given(name: str, spec: Spec) -> frozenset[str]:
    """Return what the examples give a parameter."""
    parameters = parameters_of(spec)
    places = [number for number, item in enumerate(parameters) if item.name == name]
    return frozenset(case.call.values[it] for case in example_cases(spec, parameters) for it in places)


def _enlarge_last(node: ast.AST) -> None:
    assert isinstance(node, ast.Call)  # noqa: S101 - the node that the edit was made for
    _enlarge(node.args[-1])


def _open_slice(node: ast.AST) -> None:
    assert isinstance(node, ast.Subscript)  # noqa: S101 - likewise
    assert isinstance(node.slice, ast.Slice)  # noqa: S101 - likewise
    node.slice.upper = None


def _enlarge_compared(node: ast.AST) -> None:
    assert isinstance(node, ast.Compare)  # noqa: S101 - likewise
    _enlarge(node.comparators[0])


def _enlarge(node: ast.expr) -> None:
    assert isinstance(node, ast.Constant)  # noqa: S101 - likewise
    assert isinstance(node.value, int)  # noqa: S101 - likewise
    node.value *= _FACTOR


def _decide(*, value: bool) -> _Edit:
    def edit(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)  # noqa: S101 - likewise
        node.left, node.ops, node.comparators = ast.Constant(value), [ast.Eq()], [ast.Constant(True)]  # noqa: FBT003 - syntax

    return edit
