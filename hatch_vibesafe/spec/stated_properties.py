"""The `hypothesis` fences of a docstring: what is drawn, and what holds then. Pure.

A fence is a line that is three backticks and `hypothesis`, up to a line that is three backticks. In it stand first the
assignments of names to strategies (`numbers = st.lists(st.integers())`), then statements with at least one `assert` and
one call of the unit. `assume(condition)` leaves a draw out. Names are those that were given, and the module's.
"""

import ast
import builtins
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hatch_vibesafe.spec.contract_subset import Scope
from hatch_vibesafe.spec.decorator import Complaint
from hatch_vibesafe.spec.docstring import Docstring
from hatch_vibesafe.spec.model import MethodKind, StatedProperty, Strategy
from hatch_vibesafe.spec.names import Names, assigned_names, free_names
from hatch_vibesafe.spec.source import parse
from hatch_vibesafe.spec.strategies import (
    MODULES,
    NotAStrategyError,
    expressions_of,
    is_like_a_strategy,
    read_strategy,
)
from hatch_vibesafe.spec.walking import walk

OPENING, CLOSING = "```hypothesis", "```"
ASSUME = "assume"
_STATEMENTS = (
    ast.Assert,
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.Expr,
    ast.If,
    ast.For,
    ast.Try,
    ast.Pass,
    ast.Break,
    ast.Continue,
)
_REFUSED = (ast.Yield, ast.YieldFrom, ast.NamedExpr)


@dataclass(frozen=True, slots=True)
class Properties:
    """What the fences say.

    Attributes:
        stated: Those that can be used, in their order.
        complaints: Why others cannot be.
    """

    stated: tuple[StatedProperty, ...]
    complaints: tuple[Complaint, ...]


@dataclass(frozen=True, slots=True)
class _Fence:
    """A fence as it stands; `line` is that of its opening in the text, from 0; `is_open` where nothing closes it."""

    text: str
    line: int
    is_open: bool


def read_properties(
    docstring: Docstring,
    scope: Scope,
    first_line: int = 1,
    last_line: int = sys.maxsize,
    *,
    is_async: bool = False,
    method: MethodKind = "",
) -> Properties:
    """Return what the fences of a docstring say, where names mean what `scope` says.

    `first_line` and `last_line` are those of the text in its file.
    """
    stated: list[StatedProperty] = []
    complaints = [
        Complaint(example.line, "a hypothesis fence stands in what an example expects", "put an empty line before it")
        for example in docstring.examples
        if OPENING in example.want
    ]
    for fence in _fences(docstring.text):
        line = min(first_line + fence.line, last_line)
        try:
            stated.append(_property(fence, line, scope, is_async=is_async, method=method))
        except NotAStrategyError as error:
            remedy = f"mend the fence: `name = st...` lines, then statements with an assert that calls {scope.own_name}"
            complaints.append(Complaint(line, f"a hypothesis fence cannot be used: {error}", remedy))
    return Properties(tuple(stated), tuple(complaints))


def property_names(docstring: Docstring) -> Names:
    """Return the names that the fences take from the module."""
    names = Names()
    for fence in _fences(docstring.text):
        try:
            body = parse(fence.text).body
        except (SyntaxError, RecursionError, MemoryError):
            continue
        bound = assigned_names(body) | {*MODULES, ASSUME}
        names.chains |= {chain for chain in free_names(body).chains if chain[0] not in bound}
    return names


def _fences(text: str) -> Iterator[_Fence]:
    inside: list[str] | None = None
    start = 0
    for number, line in enumerate(text.split("\n")):
        words = line.strip()
        if inside is None and words == OPENING:
            inside, start = [], number
        elif inside is not None and words == CLOSING:
            yield _Fence(textwrap.dedent("\n".join(inside)), start, is_open=False)
            inside = None
        elif inside is not None:
            inside.append(line)
    if inside is not None:
        yield _Fence(textwrap.dedent("\n".join(inside)), start, is_open=True)


def _property(fence: _Fence, line: int, scope: Scope, *, is_async: bool, method: MethodKind) -> StatedProperty:
    if fence.is_open:
        raise NotAStrategyError("nothing closes it")
    if any(words.lstrip().startswith(">>>") for words in fence.text.split("\n")):
        raise NotAStrategyError("it holds an example (>>>), which belongs outside of it")
    try:
        statements = parse(fence.text).body
    except SyntaxError as error:
        raise NotAStrategyError(f"it is not Python: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise NotAStrategyError("it is nested too deeply to be read") from error
    given: list[tuple[str, Strategy]] = []
    while statements:
        match statements[0]:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_like_a_strategy(value):
                if name in dict(given) or name in {scope.own_name, ASSUME, *MODULES}:
                    raise NotAStrategyError(f"it gives {name}, a name that is taken")
                given.append((name, read_strategy(value)))
                statements = statements[1:]
            case _:
                break
    if not given:
        raise NotAStrategyError("it draws nothing: no line gives a name a strategy")
    _check_body(statements, scope, is_async=is_async, method=method)
    _check_names([name for name, _ in given], [strategy for _, strategy in given], statements, scope)
    return StatedProperty(tuple(given), "\n".join(ast.unparse(item) for item in statements), line)


def _check_body(statements: Sequence[ast.stmt], scope: Scope, *, is_async: bool, method: MethodKind) -> None:
    nodes = [node for item in statements for node in walk(item)]
    for node in nodes:
        if (isinstance(node, ast.stmt) and not isinstance(node, _STATEMENTS)) or isinstance(node, _REFUSED):
            raise NotAStrategyError(f"it holds syntax that no property may ({type(node).__name__})")
        if isinstance(node, ast.expr) and is_like_a_strategy(node):
            raise NotAStrategyError("a strategy stands among the statements: strategies come first, each with a name")
    if not any(isinstance(node, ast.Assert) for node in nodes):
        raise NotAStrategyError("it has no assert, and so claims nothing")
    if not any(_is_call(node, scope.own_name, method) for node in nodes):
        raise NotAStrategyError(f"it never calls {scope.own_name}")
    if any(map(_awaits, nodes)) is not is_async:
        how = (
            "has to be awaited, or gone through with `async for` in a comprehension"
            if is_async
            else "is not to be awaited"
        )
        raise NotAStrategyError(f"{scope.own_name} {how}")


def _awaits(node: ast.AST) -> bool:
    return isinstance(node, ast.Await) or (isinstance(node, ast.comprehension) and bool(node.is_async))


def _is_call(node: ast.AST, name: str, method: MethodKind) -> bool:
    """Return whether a node calls the unit; a property is called where it is looked up."""
    match node:
        case ast.Call(func=ast.Name(id=called)):
            return not method and called == name
        case ast.Call(func=ast.Attribute(attr=called)):
            return bool(method) and method != "property" and called == name
        case ast.Attribute(attr=called):
            return method == "property" and called == name
        case _:
            return False


def _check_names(given: list[str], strategies: list[Strategy], body: Sequence[ast.stmt], scope: Scope) -> None:
    assigned = assigned_names(body)
    if scope.own_name in assigned or ASSUME in assigned:
        raise NotAStrategyError(f"it assigns to {scope.own_name if scope.own_name in assigned else ASSUME}")
    expressions = [parse(source) for strategy in strategies for source in expressions_of(strategy)]
    used = {chain[0] for chain in free_names(expressions).chains}
    used |= {chain[0] for chain in free_names(body).chains} - {*given, *assigned, ASSUME, scope.own_name}
    unknown = sorted(name for name in used if not hasattr(builtins, name) and not scope.is_known(name))
    if unknown:
        raise NotAStrategyError(f"it names {', '.join(unknown)}, which is neither given in it nor in the module")
