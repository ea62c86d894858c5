"""What is put right in the function: our decorator, dropped annotations, the docstring, the code before the hole."""

import ast
import io
import tokenize
from dataclasses import dataclass

from hatch_vibesafe.generate.python_text import Edit, Places, Repaired, edited, parse
from hatch_vibesafe.generate.stub import INDENT, docstring_statement, indented
from hatch_vibesafe.spec.canonical import (
    Encodable,
    FunctionNode,
    UnknownSyntaxError,
    encode,
    same_signature,
    same_statements,
)
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.normalise import normalise_docstring

_OURS = frozenset({"vibesafe", "vibesafe_runtime"})


@dataclass(frozen=True, slots=True)
class _Change:
    edits: tuple[Edit, ...]
    words: tuple[str, ...]


def repaired_function(spec: Spec, source: str, tree: ast.Module, *, generated: bool) -> Repaired:  # noqa: ARG001 - one shape for all repairs
    """Return a module whose function has what the spec says stands in it; as it is where there is not exactly one."""
    functions = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == spec.unit.name
    ]
    if len(functions) != 1:
        return Repaired(source, ())
    (function,) = functions
    places = Places(source)
    try:
        changes = (
            _undecorated(function, places),
            _head(spec, function, source, places),
            _body(spec, function, source, places),
        )
    except (UnknownSyntaxError, tokenize.TokenError, SyntaxError, RecursionError):
        return Repaired(source, ())
    edits = [edit for change in changes for edit in change.edits]
    return Repaired(edited(source, edits), tuple(word for change in changes for word in change.words))


def _undecorated(function: FunctionNode, places: Places) -> _Change:
    ours = [decorator for decorator in function.decorator_list if _root(decorator) in _OURS]
    # A decorator stands alone on its lines, the `@` before it included.
    edits = [
        Edit(places.line_start(decorator.lineno), places.line_start((decorator.end_lineno or decorator.lineno) + 1), "")
        for decorator in ours
    ]
    return _Change(tuple(edits), tuple(f"dropped `@{ast.unparse(decorator)}`" for decorator in ours))


def _root(decorator: ast.expr) -> str:
    match decorator:
        case ast.Call(func=inner) | ast.Attribute(value=inner):
            return _root(inner)
        case ast.Name(id=name):
            return name
        case _:
            return ""


def _head(spec: Spec, function: FunctionNode, source: str, places: Places) -> _Change:
    ours = _stub_function(spec)
    if ours is None or same_signature(function, ours) or not _only_annotations_differ(function, ours):
        return _Change((), ())
    pairs = list(zip(_annotations(function), _annotations(ours), strict=True))
    words = []
    if any(theirs is not None and right is None for theirs, right in pairs):
        words.append("dropped annotations that the spec does not have")
    if any(theirs is None and right is not None for theirs, right in pairs) or not words:
        words.append("restored the annotations of the signature")
    start = places.start(function)
    end = start + _head_length(source[start:])
    return _Change((Edit(start, end, spec.head.strip()),), tuple(words))


def _stub_function(spec: Spec) -> FunctionNode | None:
    tree = parse(f"{spec.head.strip()}\n{INDENT}pass\n")
    match None if tree is None else tree.body:
        case [ast.FunctionDef() | ast.AsyncFunctionDef() as function]:
            return function
        case _:
            return None


def _only_annotations_differ(function: FunctionNode, ours: FunctionNode) -> bool:
    """Return whether the two are the same but for annotations and type parameters that one of them leaves out.

    Type parameters may be left out by `function` alone: its body could use those that it adds.
    """
    if type(function) is not type(ours) or encode(_shape(function)) != encode(_shape(ours)):
        return False
    type_parameters: list[Encodable] = list(getattr(function, "type_params", ()))
    if type_parameters and encode(type_parameters) != encode(list(getattr(ours, "type_params", ()))):
        return False
    pairs = zip(_annotations(function), _annotations(ours), strict=True)
    return all(theirs is None or right is None or encode(theirs) == encode(right) for theirs, right in pairs)


def _shape(function: FunctionNode) -> Encodable:
    arguments = function.args
    return [
        function.name,
        [parameter.arg for parameter in arguments.posonlyargs],
        [parameter.arg for parameter in arguments.args],
        [parameter.arg for parameter in arguments.kwonlyargs],
        None if arguments.vararg is None else arguments.vararg.arg,
        None if arguments.kwarg is None else arguments.kwarg.arg,
        [*arguments.defaults],
        [*arguments.kw_defaults],
    ]


def _annotations(function: FunctionNode) -> list[ast.expr | None]:
    arguments = function.args
    parameters = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return [*(None if parameter is None else parameter.annotation for parameter in parameters), function.returns]


def _head_length(source: str) -> int:
    """Return the length of a function's head, from its first character to its colon."""
    lines = source.split("\n")
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.string in {"(", "[", "{"} and token.type == tokenize.OP:
            depth += 1
        elif token.string in {")", "]", "}"} and token.type == tokenize.OP:
            depth -= 1
        elif token.string == ":" and token.type == tokenize.OP and depth == 0:
            line, column = token.end
            return sum(len(text) + 1 for text in lines[: line - 1]) + column
    raise SyntaxError("a head without a colon")


def _body(spec: Spec, function: FunctionNode, source: str, places: Places) -> _Change:
    """Return the change that gives the body the spec's docstring and, first in it, the code before the hole."""
    docstring = _docstring(function)
    rest = function.body[0 if docstring is None else 1 :]
    pre_hole = parse(spec.pre_hole)
    ours = [] if pre_hole is None else pre_hole.body
    shared = _shared(ours, rest)
    words: list[str] = []
    if spec.docstring and normalise_docstring(docstring or "") != spec.docstring:
        words.append("put the spec's docstring in place")
    if shared < len(ours):
        words.append("put the code before the hole back")
    if not words:
        return _Change((), ())
    start = places.start(function)
    head_end = start + _head_length(source[start:])
    first = function.body[0]
    before = source[places.line_start(first.lineno) : places.start(first)]
    indent = before if before and not before.strip() else INDENT
    replaced = function.body[: len(function.body) - len(rest) + shared]
    begin = places.end(replaced[-1]) if replaced else head_end
    beginning, newline, more = source[begin : places.end(function)].partition("\n")
    beginning = beginning.lstrip(" \t;")
    body = (
        "\n",
        docstring_statement(spec.docstring, indent) if spec.docstring else "",
        indented(spec.pre_hole, indent) if ours else "",
        f"{indent}{beginning}{newline}" if beginning else "",
        more,
    )
    return _Change((Edit(head_end, places.end(function), "".join(body).rstrip("\n")),), tuple(words))


def _docstring(function: FunctionNode) -> str | None:
    match function.body[0]:
        case ast.Expr(value=ast.Constant(value=str() as text)):
            return text
        case _:
            return None


def _shared(ours: list[ast.stmt], theirs: list[ast.stmt]) -> int:
    """Return how many statements the two begin with alike."""
    count = 0
    while count < min(len(ours), len(theirs)) and same_statements(ours[count : count + 1], theirs[count : count + 1]):
        count += 1
    return count
