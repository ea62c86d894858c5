"""The module that checks a unit's contract at run time: one function with the unit's own signature. Pure.

It is generated for a unit whose contract is to be checked, and stands under the name that the implementation would
have; that stands beside it, and its bytes stay what the gates saw. It takes defaults, annotations and the docstring
from the implementation itself, so that nobody can tell the two apart by their signatures.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hatch_vibesafe.spec.contract_expressions import evaluable, is_lazy
from hatch_vibesafe.spec.contract_modes import FULL, OFF, PRE
from hatch_vibesafe.spec.contract_subset import RESULT
from hatch_vibesafe.spec.model import Clause, Spec
from hatch_vibesafe.spec.source import parse

_COPIED = ("__qualname__", "__doc__", "__defaults__", "__kwdefaults__", "__annotations__")
_INDENT = "    "

Lines = list[str]


@dataclass(frozen=True, slots=True)
class _Names:
    """Names that no parameter has."""

    call: str
    violation: str
    result: str
    error: str
    old: str
    raising: str
    copy: str


def checked_mode(spec: Spec, default: str) -> str:
    """Return which clauses a wheel checks in calls of a unit; "off" where it has none of those that were asked for.

    Args:
        spec: The unit; what its decorator says counts before anything else.
        default: What the project says of the units that do not.
    """
    mode = spec.options.contracts or default
    if mode == OFF or not spec.contract:
        return OFF
    kinds = {clause.kind for clause in _clauses(spec, _definition(spec), mode)}
    return FULL if kinds - {"requires"} else PRE if kinds else OFF


def contract_wrapper(spec: Spec, implementation: str, mode: str) -> str:
    """Return the source of the module, ending with a newline.

    Args:
        spec: The unit's spec; `contract_header` holds the imports that its clauses need.
        implementation: The module that holds the implementation, by its absolute name.
        mode: What is checked, as `checked_mode` says it: not "off".
    """
    node = _definition(spec)
    names = _parameters(node.args)
    clauses = _clauses(spec, node, mode)
    own = _own_names(node, clauses)
    body = _body(spec, node, clauses, own, names)
    lines = [
        f'"""Checks the contract of {spec.unit} in each call of it. Generated from its docstring."""',
        "",
        *spec.contract_header,
        *([f"from copy import deepcopy as {own.copy}"] if any(own.copy in line for line in body) else []),
        f"from {implementation} import {spec.unit.name} as {own.call}",
        f"from vibesafe_runtime._contract import violation as {own.violation}",
        "",
        "",
        f"{'async ' if _is_awaited(spec, node) else ''}def {spec.unit.name}({_signature(node.args)}):",
        *(f"{_INDENT}{line}" for line in body),
        "",
        "",
        *(f"{spec.unit.name}.{name} = {own.call}.{name}" for name in _COPIED),
        f"{spec.unit.name}.__wrapped__ = {own.call}",
    ]
    return "\n".join(lines) + "\n"


def _clauses(spec: Spec, node: ast.FunctionDef | ast.AsyncFunctionDef, mode: str) -> list[Clause]:
    """Return what is checked; of what is made while it is looked at `Requires` alone: it can be looked at only once.

    What a decorator of `icontract` or `deal` says is left to it: it stands above ours and is applied in each call.
    """
    full = mode == FULL and not is_lazy(node.returns)
    own = [item for item in spec.contract if not item.library]
    return [item for item in own if full or (mode in {PRE, FULL} and item.kind == "requires")]


def _is_awaited(spec: Spec, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a call has to be awaited: that of an asynchronous generator has not."""
    return spec.is_async and not is_lazy(node.returns)


def _body(
    spec: Spec,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    clauses: Sequence[Clause],
    own: _Names,
    names: list[str],
) -> Lines:
    required, ensured, raised = (
        [item for item in clauses if item.kind in kinds]
        for kinds in (("requires",), ("ensures", "invariant"), ("raises",))
    )
    call = f"{'await ' if _is_awaited(spec, node) else ''}{own.call}({_forwarded(node.args)})"
    lines: Lines = []
    for clause, condition in _conditions(required, names, own.old):
        lines += _broken(spec, clause, condition, own, names)
    for number, (_, condition) in enumerate(_conditions(raised, names, own.old)):
        lines.append(f"{own.raising}{number} = {condition}")
    after = evaluable(ensured, names, own.old)
    if after.before:
        lines.append(f"{own.old} = {own.copy}(({', '.join(after.before)},))")
    if not raised and not ensured:
        return [*lines, f"return {call}"]
    lines += _guarded(spec, f"{own.result} = {call}", raised, own, names)
    for number, clause in enumerate(raised):
        lines += [f"if {own.raising}{number}:", f"{_INDENT}{_raise(spec, clause, own, names, result=True)}"]
    for clause, condition in zip(ensured, after.conditions, strict=True):
        lines += _broken(spec, clause, _renamed(condition, own.result, names), own, names, result=True)
    return [*lines, f"return {own.result}"]


def _guarded(spec: Spec, call: str, raised: Sequence[Clause], own: _Names, names: list[str]) -> Lines:
    """Return the call; what it raises must be what one of the clauses of `Raises` says, where it says so of it."""
    if not raised:
        return [call]
    allowed = " or ".join(
        f"{own.raising}{number} and isinstance({own.error}, {clause.exception})" for number, clause in enumerate(raised)
    )
    lines = ["try:", f"{_INDENT}{call}"]
    for exception in dict.fromkeys(clause.exception for clause in raised):
        first = next(clause for clause in raised if clause.exception == exception)
        lines += [
            f"except {exception} as {own.error}:",
            f"{_INDENT}if {allowed}:",
            f"{_INDENT * 2}raise",
            f"{_INDENT}{_raise(spec, first, own, names)} from {own.error}",
        ]
    return lines


def _broken(
    spec: Spec, clause: Clause, condition: str, own: _Names, names: list[str], *, result: bool = False
) -> Lines:
    return [f"if not ({condition}):", f"{_INDENT}{_raise(spec, clause, own, names, result=result)}"]


def _raise(spec: Spec, clause: Clause, own: _Names, names: list[str], *, result: bool = False) -> str:
    shown = [f"{name!r}: {name}" for name in names]
    shown += [f"'result': {own.result}"] if result else []
    return f"raise {own.violation}({clause.text!r}, {str(spec.unit)!r}, {{{', '.join(shown)}}})"


def _conditions(clauses: Sequence[Clause], names: Iterable[str], old: str) -> list[tuple[Clause, str]]:
    return list(zip(clauses, evaluable(clauses, names, old).conditions, strict=True))


def _renamed(condition: str, result: str, names: list[str]) -> str:
    """Return a condition in which `result` has the name that it has in the function."""
    if result == RESULT or RESULT in names:
        return condition
    tree = ast.parse(condition, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == RESULT:
            node.id = result
    return ast.unparse(tree)


def _definition(spec: Spec) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (node,) = parse(f"{spec.head}\n    ...").body
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)  # noqa: S101 - that is what a head is
    return node


def _own_names(node: ast.FunctionDef | ast.AsyncFunctionDef, clauses: Iterable[Clause]) -> _Names:
    taken = {*_parameters(node.args), node.name}
    used = (node for clause in clauses for node in ast.walk(ast.parse(clause.expression, mode="eval")))
    taken |= {node.id for node in used if isinstance(node, ast.Name) and node.id != RESULT}

    def free(name: str) -> str:
        while name in taken:
            name = f"_{name}"
        return name

    return _Names(
        free("_implementation"),
        free("_violation"),
        free(RESULT),
        free("_error"),
        free("_old"),
        free("_raising"),
        free("_deepcopy"),
    )


def _parameters(arguments: ast.arguments) -> list[str]:
    every = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return [item.arg for item in every if item is not None]


def _signature(arguments: ast.arguments) -> str:
    """Return the parameters without annotations; a default only says that there is one."""
    for item in ast.walk(arguments):
        if isinstance(item, ast.arg):
            item.annotation = None
    arguments.defaults = [ast.Constant(None) for _ in arguments.defaults]
    arguments.kw_defaults = [None if item is None else ast.Constant(None) for item in arguments.kw_defaults]
    return ast.unparse(arguments)


def _forwarded(arguments: ast.arguments) -> str:
    given = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    given += [f"*{arguments.vararg.arg}"] if arguments.vararg else []
    given += [f"{item.arg}={item.arg}" for item in arguments.kwonlyargs]
    given += [f"**{arguments.kwarg.arg}"] if arguments.kwarg else []
    return ", ".join(given)
