"""The module that checks a unit's contract at run time: one function with the unit's own signature. Pure.

It is generated for a unit whose contract is to be checked, and stands beside the implementation, whose bytes stay what
the gates saw. It takes defaults, annotations and names from the implementation itself, so that nobody can tell the two
apart by their signatures.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from hatch_vibesafe.spec.contract_expressions import evaluable, is_lazy
from hatch_vibesafe.spec.model import Clause, Spec
from hatch_vibesafe.spec.source import parse

Extent = Literal["pre", "full"]
"""What is checked: `Requires` alone, or all clauses."""

VIOLATION = "VibesafeContractViolation"
_COPIED = ("__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__", "__annotations__")
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


def contract_wrapper(spec: Spec, implementation: str, extent: Extent, violation: str = "vibesafe_runtime") -> str:
    """Return the source of the module, ending with a newline; empty where the unit has nothing to check.

    Args:
        spec: The unit's spec; `contract_header` holds the imports that its clauses need.
        implementation: The module that holds the implementation, by its absolute name.
        extent: What is checked.
        violation: The module that has `VibesafeContractViolation`, called with the clause, the unit and the values.
    """
    node = _definition(spec)
    own = _own_names(node)
    names = _parameters(node.args)
    clauses = [item for item in spec.contract if item.kind == "requires" or _is_checked(node, extent)]
    if not clauses:
        return ""
    body = _body(spec, node, clauses, own, names)
    lines = [
        f'"""Checks the contract of {spec.unit} at run time. Generated from its docstring."""',
        "",
        *spec.contract_header,
        f"from {implementation} import {spec.unit.name} as {own.call}",
        f"from {violation} import {VIOLATION} as {own.violation}",
        "",
        "",
        f"{'async ' if spec.is_async else ''}def {spec.unit.name}({_signature(node.args)}):",
        *(f"{_INDENT}{line}" for line in body),
        "",
        "",
        *(f"{spec.unit.name}.{name} = {own.call}.{name}" for name in _COPIED),
        f"{spec.unit.name}.__wrapped__ = {own.call}",
    ]
    return "\n".join(lines) + "\n"


def _is_checked(node: ast.FunctionDef | ast.AsyncFunctionDef, extent: Extent) -> bool:
    """Whether what a call gives is looked at: what a generator gives could be looked at only once."""
    return extent == "full" and not is_lazy(node.returns)


def _body(
    spec: Spec,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    clauses: Sequence[Clause],
    own: _Names,
    names: list[str],
) -> Lines:
    required, ensured, raised = (
        [item for item in clauses if item.kind == kind] for kind in ("requires", "ensures", "raises")
    )
    call = f"{'await ' if spec.is_async else ''}{own.call}({_forwarded(node.args)})"
    lines: Lines = []
    for clause, condition in _conditions(required, names, own.old):
        lines += _broken(spec, clause, condition, own, names)
    for number, (_, condition) in enumerate(_conditions(raised, names, own.old)):
        lines.append(f"{own.raising}{number} = {condition}")
    after = evaluable(ensured, names, own.old)
    if after.before:
        lines.append(f"{own.old} = ({', '.join(after.before)},)")
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
    if result == "result" or "result" in names:
        return condition
    tree = ast.parse(condition, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "result":
            node.id = result
    return ast.unparse(tree)


def _definition(spec: Spec) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (node,) = parse(f"{spec.head}\n    ...").body
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)  # noqa: S101 - that is what a head is
    return node


def _own_names(node: ast.FunctionDef | ast.AsyncFunctionDef) -> _Names:
    taken = {*_parameters(node.args), node.name}

    def free(name: str) -> str:
        while name in taken:
            name = f"_{name}"
        return name

    return _Names(
        free("_implementation"), free("_Violation"), free("result"), free("_error"), free("_old"), free("_raising")
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
