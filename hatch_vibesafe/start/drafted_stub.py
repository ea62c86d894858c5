"""What a provider drafted, to a stub or to every reason why it is none. Pure.

The threat: a draft is text from outside that goes into a module which is imported unconfined. So nothing of it is kept
as it came: it is parsed, what a stub consists of is let through, and the stub is written anew. What would run when the
module is imported are literals in defaults and names in annotations; in a call, guards that call a few builtins.
"""

import ast
import builtins
import inspect
import keyword
import types
from collections.abc import Iterator
from dataclasses import dataclass

from hatch_vibesafe.generate.stub import INDENT, docstring_statement, indented
from hatch_vibesafe.spec.characters import unreadable
from hatch_vibesafe.unexpected import reason

LONGEST = 20_000
ALLOWED_MODULES = frozenset(
    {"collections", "collections.abc", "datetime", "decimal", "enum", "fractions", "math", "numbers", "typing", "uuid"}
)
_RUNTIME = "vibesafe_runtime"
_GUARD_CALLS = frozenset({"abs", "all", "any", "isinstance", "len", "max", "min"})
_BUILTINS = frozenset(vars(builtins))
_EXCEPTIONS = frozenset(
    name for name, each in vars(builtins).items() if isinstance(each, type) and issubclass(each, Exception)
)
_IN_ANNOTATIONS = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.BitOr, ast.Constant, ast.Tuple, ast.List, ast.Load),
)
_IN_DEFAULTS = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.USub, ast.UAdd, ast.Load)
_IN_GUARDS = (
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.Compare, ast.cmpop, ast.BinOp),
    *(ast.Add, ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Call, ast.Name, ast.Constant, ast.Tuple, ast.Subscript),
    *(ast.Load, ast.Attribute),
)


@dataclass(frozen=True, slots=True)
class DraftedStub:
    """A stub that may be written.

    Attributes:
        name: The function's name.
        imports: What it needs: pairs of a module and a name of it; an empty name where the module itself is imported.
        source: The decorated function, ending with the hole and a newline; not formatted yet.
    """

    name: str
    imports: tuple[tuple[str, str], ...]
    source: str


def read_draft(text: str, name: str, known: frozenset[str]) -> DraftedStub | tuple[str, ...]:
    """Return the stub that a text holds, or every reason why it is refused.

    Args:
        text: The Python text of the draft.
        name: How the function has to be called; "" where the draft names it.
        known: The names that the module binds already, which annotations may use.
    """
    if len(text) > LONGEST:
        return (f"it is longer than {LONGEST:,} characters",)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return (f"it is no Python: {reason(error)}",)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    others = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if len(functions) != 1:
        return (f"it defines {len(functions)} functions at its top, where one is asked for",)
    imports: list[tuple[str, str]] = []
    faults = [f"line {line}: {what}" for line, what in unreadable(text)]
    faults += [fault for node in others for fault in _import_faults(node, imports)]
    function = functions[0]
    faults += _name_faults(function.name, name)
    names = known | _BUILTINS | {bound or module for module, bound in imports}
    faults += _head_faults(function, names)
    docstring = ast.get_docstring(function, clean=False)
    if docstring is None:
        faults.append("the function has no docstring")
    guards = _body(function, faults, {argument.arg for argument in _arguments(function)} | names)
    if faults:
        return tuple(faults)
    head = ast.unparse(_bare(function)).rpartition(":\n")[0] + ":\n"
    body = docstring_statement(inspect.cleandoc(docstring or ""), INDENT)
    body += "".join(indented(ast.unparse(guard), INDENT) for guard in guards)
    return DraftedStub(function.name, tuple(imports), f"@vibesafe\n{head}{body}{INDENT}raise VibeCoded()\n")


def _import_faults(node: ast.stmt, imports: list[tuple[str, str]]) -> Iterator[str]:
    """Add what an import brings to `imports`; yield why a statement at the top may not stand there."""
    match node:
        case ast.ImportFrom(module=str() as module, level=0, names=names):
            if module == _RUNTIME:
                return
            for alias in names:
                if module not in ALLOWED_MODULES or alias.name == "*" or alias.asname:
                    yield f"line {node.lineno}: imports {alias.name} from {module}, which is not allowed here"
                else:
                    imports.append((module, alias.name))
        case ast.Import(names=names):
            for alias in names:
                if alias.name not in ALLOWED_MODULES or "." in alias.name or alias.asname:
                    yield f"line {node.lineno}: imports {alias.name}, which is not allowed here"
                else:
                    imports.append((alias.name, ""))
        case ast.Expr(value=ast.Constant(value=str())) if node.lineno == 1:
            return
        case _:
            yield f"line {node.lineno}: holds code beside the function"


def _name_faults(name: str, wanted: str) -> Iterator[str]:
    if wanted and name != wanted:
        yield f"the function is called {name}, where {wanted} is asked for"
    if keyword.issoftkeyword(name) or name in _BUILTINS or name.startswith("__"):
        yield f"the function is called {name}, which is Python's own name"


def _head_faults(function: ast.FunctionDef | ast.AsyncFunctionDef, names: frozenset[str]) -> Iterator[str]:
    for decorator in function.decorator_list:
        if not (isinstance(decorator, ast.Name) and decorator.id == "vibesafe"):
            yield f"line {decorator.lineno}: is decorated with more than a bare @vibesafe"
    if getattr(function, "type_params", ()):
        yield "it has type parameters"
    for default in (*function.args.defaults, *function.args.kw_defaults):
        if default is not None and not all(isinstance(node, _IN_DEFAULTS) for node in ast.walk(default)):
            yield f"line {default.lineno}: a default is no plain literal"
    for argument in _arguments(function):
        yield from _annotation_faults(argument.annotation, argument.arg, names)
    yield from _annotation_faults(function.returns, "return", names)


def _annotation_faults(annotation: ast.expr | None, of: str, names: frozenset[str]) -> Iterator[str]:
    if annotation is None:
        yield f"{of} has no annotation"
        return
    literal = {id(each) for node in ast.walk(annotation) if _is_literal(node) for each in ast.walk(node)}
    for node in ast.walk(annotation):
        # A string would be evaluated by whoever asks for the types: it may hold anything.
        text = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and id(node) not in literal
        if text or not isinstance(node, _IN_ANNOTATIONS):
            yield f"line {annotation.lineno}: the annotation of {of} holds more than types"
            return
        if isinstance(node, ast.Name) and node.id not in names:
            yield f"line {annotation.lineno}: the annotation of {of} names {node.id}, which nothing brings"


def _is_literal(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(value=ast.Name(id="Literal") | ast.Attribute(attr="Literal")):
            return True
        case _:
            return False


def _body(
    function: ast.FunctionDef | ast.AsyncFunctionDef, faults: list[str], names: frozenset[str] | set[str]
) -> list[ast.If]:
    """Return the guards of a function; add to `faults` what else stands in its body."""
    guards: list[ast.If] = []
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    for place, statement in enumerate(body):
        if place == len(body) - 1 and _is_hole(statement):
            continue
        if isinstance(statement, ast.If) and _is_guard(statement, names):
            guards.append(statement)
        else:
            faults.append(f"line {statement.lineno}: before the hole stands what is no guard (`if ...: raise ...`)")
    return guards


def _is_hole(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant(value=types.EllipsisType())):
            return True
        case ast.Raise(exc=ast.Call(func=ast.Name(id="VibeCoded"), args=[], keywords=[])):
            return True
        case _:
            return False


def _is_guard(statement: ast.If, names: frozenset[str] | set[str]) -> bool:
    match statement:
        case ast.If(
            body=[ast.Raise(exc=ast.Call(func=ast.Name(id=raised), args=[message], keywords=[]), cause=None)], orelse=[]
        ):
            return raised in _EXCEPTIONS and _is_harmless(statement.test, names) and _is_message(message)
        case _:
            return False


def _is_harmless(test: ast.expr, names: frozenset[str] | set[str]) -> bool:
    called = {id(node.func) for node in ast.walk(test) if isinstance(node, ast.Call)}
    for node in ast.walk(test):
        if not isinstance(node, _IN_GUARDS):
            return False
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in _GUARD_CALLS):
            return False
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            return False
        if isinstance(node, ast.Name) and (node.id not in names or (node.id in _GUARD_CALLS) != (id(node) in called)):
            return False
    return True


def _is_message(argument: ast.expr) -> bool:
    match argument:
        case ast.Constant(value=str()):
            return True
        case ast.JoinedStr(values=values):
            return all(map(_is_plain_piece, values))
        case _:
            return False


def _is_plain_piece(piece: ast.expr) -> bool:
    match piece:
        case ast.Constant() | ast.FormattedValue(value=ast.Name(), format_spec=None):
            return True
        case _:
            return False


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    every = function.args
    starred = [argument for argument in (every.vararg, every.kwarg) if argument is not None]
    return [*every.posonlyargs, *every.args, *every.kwonlyargs, *starred]


def _bare(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    kind = ast.AsyncFunctionDef if isinstance(function, ast.AsyncFunctionDef) else ast.FunctionDef
    made = kind(name=function.name, args=function.args, body=[ast.Pass()], decorator_list=[], returns=function.returns)
    return ast.copy_location(made, function)
