"""The lambda of a contract decorator as the condition of a clause, or why it cannot be one. Pure."""

import ast
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hatch_vibesafe.spec.contract_subset import IMPLIES, OLD, RESULT, Wrong
from hatch_vibesafe.spec.names import Chain, free_names, parameter_names
from hatch_vibesafe.spec.walking import walk

_BEFORE = "OLD"
_ALL = "_"
_CONDITIONS = (ast.Compare, ast.BoolOp, ast.Call)


@dataclass(frozen=True, slots=True)
class Foreign:
    """What the names of a lambda mean.

    Attributes:
        parameters: The parameters of the unit.
        snapshots: What `OLD.name` was before the call, by its name.
        external: The module and the name in it that an expression spells, where it is imported.
    """

    parameters: frozenset[str]
    snapshots: Mapping[str, ast.expr]
    external: Callable[[ast.expr], Chain | None]


def by_name(given: ast.Lambda, foreign: Foreign, *, ensures: bool, whole: bool = True) -> ast.expr | Wrong:
    """Return the condition of a lambda whose parameters are some of the unit's, in any order.

    With `ensures` it may take `result` and `OLD` too. What is no condition is allowed where it is not `whole`.
    """
    taken = parameter_names(given.args)
    allowed = foreign.parameters | ({RESULT, _BEFORE} if ensures else set())
    strange = sorted(taken - allowed)
    if strange:
        return f"takes {strange[0]}, which is no parameter of the unit", "name the unit's parameters in the lambda"
    if given.args.vararg or given.args.kwarg or given.args.defaults or any(given.args.kw_defaults):
        return "takes more than plain names", "name the unit's parameters in the lambda, without defaults"
    unknown = _unknown_snapshot(given.body, foreign) if _BEFORE in taken - foreign.parameters else None
    return unknown or _translated(given, taken, foreign, {}, whole=whole)


def as_called(given: ast.Lambda, function: ast.arguments, foreign: Foreign, *, ensures: bool) -> ast.expr | Wrong:
    """Return the condition of a lambda that is called as the unit is, or with one `_` that has all as attributes.

    With `ensures` the result comes to it by name.
    """
    taken = parameter_names(given.args)
    if taken == {_ALL} and _ALL not in foreign.parameters:
        hidden = sorted(name for name in _attributes_of_all(given.body) if hasattr(dict, name))
        if hidden:  # `_` is a dictionary: what it has itself comes first
            what = f"takes _.{hidden[0]}, which is a method of what deal hands over"
            return what, f"name the unit's parameters: lambda {ast.unparse(_bare(function))}: ..."
        return _translated(given, taken, foreign, {}, whole=True)
    if ensures and RESULT not in taken:
        return "does not take result", "add result to the lambda's parameters"
    if not _fits(_shape(given.args), _shape(function), {RESULT} if ensures else set()):
        names = ", ".join([ast.unparse(_bare(function)), *([RESULT] if ensures else [])])
        return "takes other parameters than the unit", f"write lambda {names}: ..., or lambda _: _.NAME ..."
    other = {name: text for name, text in _defaults(given.args).items() if text != _defaults(function).get(name)}
    if other:
        return f"gives {next(iter(other))} another default than the unit", "leave the default out of the lambda"
    return _translated(given, taken, foreign, {}, whole=True)


def of_result(given: ast.Lambda, foreign: Foreign, called: str = RESULT) -> ast.expr | Wrong:
    """Return the condition of a lambda that takes the result alone, or what is `called` so, under any name but `_`."""
    match given.args:
        case ast.arguments(posonlyargs=[], args=[only], vararg=None, kwonlyargs=[], kwarg=None) if only.arg != _ALL:
            return _translated(given, {only.arg}, foreign, {only.arg: called}, whole=True)
        case _:
            return "does not take the result alone, by a name", "write lambda result: ..."


def _translated(
    given: ast.Lambda, taken: set[str], foreign: Foreign, renamed: Mapping[str, str], *, whole: bool
) -> ast.expr | Wrong:
    body = copy.deepcopy(given.body)
    match body:
        case ast.BoolOp(op=ast.Or(), values=[*conditions, ast.Constant(value=str())]):
            # In `deal` a text is the message of what does not hold, and so it is in everybody's reading.
            body = conditions[0] if len(conditions) == 1 else ast.BoolOp(ast.Or(), conditions)
    stored = {node.id for node in walk(body) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    inserted = {chain[0] for each in foreign.snapshots.values() for chain in free_names([each]).chains}
    again = sorted(stored & (foreign.parameters | taken | inserted | {RESULT}))
    if again:
        return f"binds {again[0]} again", "rename the variable of the comprehension"
    free = {chain[0] for chain in free_names([body]).chains} - taken
    translated: ast.expr = _Translating(taken, foreign, renamed).visit(body)
    missing = sorted(free & (foreign.parameters | {RESULT}))
    if missing:
        return f"names {missing[0]}, which its lambda does not take", "add it to the lambda's parameters"
    meant = sorted(name for name in free & {OLD, IMPLIES} if foreign.external(ast.Name(name)) != ("deal", IMPLIES))
    if meant:
        return f"names {meant[0]}, which is something else in a clause", f"rename {meant[0]} in the module"
    is_condition = isinstance(translated, _CONDITIONS) or (
        isinstance(translated, ast.UnaryOp) and isinstance(translated.op, ast.Not)
    )
    if whole and not is_condition:
        return f"`{ast.unparse(translated)}` is no condition", "write a comparison, `not`, `and`, `or` or a call"
    return translated


def _attributes_of_all(body: ast.expr) -> set[str]:
    return {
        node.attr
        for node in walk(body)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == _ALL
    }


def _unknown_snapshot(body: ast.expr, foreign: Foreign) -> Wrong | None:
    attributes = {id(node.value): node.attr for node in walk(body) if isinstance(node, ast.Attribute)}
    for node in walk(body):
        if isinstance(node, ast.Name) and node.id == _BEFORE:
            name = attributes.get(id(node), "")
            if name not in foreign.snapshots:
                what = f"names {_BEFORE}.{name}" if name else f"uses {_BEFORE} itself"
                return f"{what}, and no snapshot of the unit has that name", "add @icontract.snapshot, with this name"
    return None


class _Translating(ast.NodeTransformer):
    """Puts the words of a clause in place: `result`, `old(e)`, `implies(a, b)` and the unit's parameters."""

    def __init__(self, taken: set[str], foreign: Foreign, renamed: Mapping[str, str]) -> None:
        self._taken = taken
        self._foreign = foreign
        self._renamed = renamed

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        match node.value:
            case ast.Name(id=name) if name == _ALL and self._taken == {_ALL} and _ALL not in self._renamed:
                return ast.Name(node.attr, node.ctx)
            case ast.Name(id=name) if name == _BEFORE and name in self._taken - self._foreign.parameters:
                captured = copy.deepcopy(self._foreign.snapshots[node.attr])
                return ast.Call(ast.Name(OLD, ast.Load()), [captured], [])
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._renamed.get(node.id, node.id), node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        is_implies = self._foreign.external(node.func) == ("deal", IMPLIES)
        self.generic_visit(node)
        return ast.Call(ast.Name(IMPLIES, ast.Load()), node.args, node.keywords) if is_implies else node


Shape = tuple[list[str], str, set[str], str]


def _shape(arguments: ast.arguments) -> Shape:
    """Return the names by how they are called: by place, the rest of these, by name, the rest of those."""
    places = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    rest, others = (item.arg if item else "" for item in (arguments.vararg, arguments.kwarg))
    return places, rest, {item.arg for item in arguments.kwonlyargs}, others


def _fits(found: Shape, wanted: Shape, added: set[str]) -> bool:
    """Return whether what takes the first can be called as the second is, with what is added by name."""
    count = len(wanted[0])
    by_key = [*found[0][count:], *found[2]]
    is_safe = len(found[0]) == count or not wanted[1]
    return is_safe and (found[0][:count], found[1], {*by_key} - added, found[3]) == wanted


def _bare(arguments: ast.arguments) -> ast.arguments:
    bare = copy.deepcopy(arguments)
    for item in walk(bare):
        if isinstance(item, ast.arg):
            item.annotation = None
    bare.defaults, bare.kw_defaults = [], [None for _ in bare.kwonlyargs]
    return bare


def _defaults(arguments: ast.arguments) -> dict[str, str]:
    """Return the default of each parameter that has one."""
    places = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    by_place = zip(reversed(places), reversed(arguments.defaults), strict=False)
    by_key = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return {name: ast.unparse(value) for name, value in by_place} | {
        item.arg: ast.unparse(value) for item, value in by_key if value is not None
    }
