"""Runs examples as `doctest` would, with every call's result looked at."""

import __future__

import ast
import copy

from hatch_vibesafe.gates.worker.limits import TEXT_LIMIT
from hatch_vibesafe.gates.worker.witness import Witness, exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable, Mapping

    from hatch_vibesafe.gates.worker.messages import Encoded

SHOW, SEEN, OWN, DRAINED = "__show__", "__seen__", "__own__", "__drained__"
EXAMPLE = "<example>"


class Instrument(ast.NodeTransformer):
    """Rewrites an example so that it shows what `doctest` would show, and has every call's result looked at.

    Not by `sys.displayhook`, which the candidate could replace, nor by wrapping the unit, which it could see.
    """

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Have the result of a call looked at."""
        self.generic_visit(node)
        return hooked(SEEN, node)

    def visit_Await(self, node: ast.Await) -> ast.AST:
        """Have what is awaited looked at."""
        self.generic_visit(node)
        return hooked(SEEN, node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Have a class that the example defines believed."""
        self.generic_visit(node)
        node.decorator_list.append(ast.copy_location(ast.Name(id=OWN, ctx=ast.Load()), node))
        return node

    def shown(self, statements: "Iterable[ast.AST]") -> None:
        """Have the expression statements outside functions and classes shown, as in interactive mode."""
        for statement in statements:
            if isinstance(statement, ast.Expr):
                statement.value = hooked(SHOW, statement.value)
            elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
                self.shown(ast.iter_child_nodes(statement))


def hooked(hook: str, node: ast.expr) -> ast.Call:
    """Return the call of a hook with an expression."""
    name = ast.copy_location(ast.Name(id=hook, ctx=ast.Load()), node)
    return ast.copy_location(ast.Call(func=name, args=[node], keywords=[]), node)


def line_in(error: BaseException, path: str) -> int:
    """Return the deepest line of a file that an exception passed through, or 0."""
    line = error.lineno or 0 if isinstance(error, SyntaxError) and error.filename == path else 0
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def described(error: BaseException, witness: Witness, path: str) -> "Encoded":
    """Return an exception as data: module, class, message, whether the implementation made it, and the line there."""
    kind = type(error)
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # noqa: BLE001 - whatever the candidate's exception raises when it is shown
        message = "<exception str() failed>"
    made_up = bool(witness.made_up(kind))
    return [
        exact(kind.__module__),
        exact(kind.__qualname__),
        exact(message)[:TEXT_LIMIT],
        made_up,
        line_in(error, path),
    ]


def future_flags(namespace: "Mapping[str, object]") -> int:
    """Return the compiler flags of the spec module's `from __future__` imports, as `doctest` does."""
    flags = 0
    for name in __future__.all_feature_names:
        feature: __future__._Feature = getattr(__future__, name)
        if namespace.get(name) is feature:
            flags |= feature.compiler_flag
    return flags


def run_example(source: str, namespace: dict[str, object]) -> None:
    """Run one example in the namespace that the examples of a spec share."""
    tree = ast.parse(source, EXAMPLE, mode="single")
    instrument = Instrument()
    body = [instrument.visit(statement) for statement in tree.body]
    instrument.shown(body)
    module = ast.Module(body=body, type_ignores=[])
    exec(compile(module, EXAMPLE, "exec", future_flags(namespace), dont_inherit=True), namespace)  # noqa: S102 - its purpose


async def drained(items: "AsyncIterable[object]", most: int, copies: bool) -> list[object]:
    """Return what an asynchronous generator gives, up to a bound; with `copies`, copied before it goes on."""
    found: list[object] = []
    async for item in items:
        found.append(copy.deepcopy(item) if copies else item)
        if len(found) >= most:
            break
    return found
