"""Examples that no implementation can make prove anything: a fault of the spec, known before anybody is asked. Pure."""

import ast
import warnings

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Example, Spec

CHECKED_FLAGS = (
    "ELLIPSIS",
    "NORMALIZE_WHITESPACE",
    "IGNORE_EXCEPTION_DETAIL",
    "DONT_ACCEPT_TRUE_FOR_1",
    "DONT_ACCEPT_BLANKLINE",
)
REPORTING_FLAGS = ("REPORT_UDIFF", "REPORT_CDIFF", "REPORT_NDIFF", "REPORT_ONLY_FIRST_FAILURE", "FAIL_FAST")


def spec_faults(spec: Spec) -> tuple[Problem, ...]:
    """Return what is wrong with the examples of a spec, each with the line to edit."""
    problems: list[Problem] = []
    for number, example in enumerate(spec.examples, start=1):
        where = f"{spec.path}:{example.line}  {spec.unit}"
        unchecked = [flag for flag in example.options if flag not in CHECKED_FLAGS and flag not in REPORTING_FLAGS]
        if unchecked:
            what = f"example {number} has the doctest option {', '.join(unchecked)}, and so proves nothing"
            problems.append(Problem(where, what, "edit the example: take the option out of it, or take it out"))
        error = _syntax_error(example)
        if error is not None:
            what = f"example {number} is no Python that can run as it stands: {error.msg}"
            hint = "edit the example: asyncio.run(...) waits for what is async" if "await" in example.source else ""
            problems.append(Problem(where, what, hint or "edit the example until Python reads it"))
        elif spec.is_async and (call := _not_waited_for(spec, example)):
            what = f"example {number} calls what is async and waits for nothing: it gets a coroutine, whatever the code"
            problems.append(Problem(where, what, f"edit the example: asyncio.run({call}), below `>>> import asyncio`"))
    return tuple(problems)


def _not_waited_for(spec: Spec, example: Example) -> str:
    """Return the call of an async unit that is all of an example which expects no coroutine; empty where it is none."""
    if example.options or example.want.lstrip().startswith("<"):
        return ""
    try:
        body = ast.parse(example.source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""  # the gate says what is wrong with it
    match body:
        case [ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call)] if name == spec.unit.name and not spec.method:
            return ast.unparse(call)
        case [ast.Expr(value=ast.Call(func=ast.Attribute(attr=name)) as call)] if (
            name == spec.unit.name and spec.method
        ):
            return ast.unparse(call)
        case _:
            return ""


def _syntax_error(example: Example) -> SyntaxError | None:
    if example.exception is not None and "SyntaxError" in example.exception:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(example.source, "<example>", "single", dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None  # the gate says what is wrong with it
    return None
