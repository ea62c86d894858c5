"""Statements at module level that bind or change names in a way that no syntax shows."""

import ast
from collections.abc import Iterable, Iterator, Mapping

from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.loading import is_loading, loaded
from hatch_vibesafe.spec.module import Module
from hatch_vibesafe.spec.names import children
from hatch_vibesafe.spec.statements import statements

_SPACES = ("globals", "vars", "locals")
_READING = ("get", "items", "keys", "values", "copy")
_SIGNS = (b"exec", b"globals", b"vars", b"locals", b"modules", b"import_module", b"__import__")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Unseen:
    """Tells, once for each place, which statements a spec depends on without seeing what they do."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self._told: set[str] = set()

    def warnings(self, unit: UnitId, names: Iterable[str]) -> Iterator[Problem]:
        """Yield what to know about the modules, given by name, that a unit depends on."""
        for name in sorted(set(names) - self._told):
            self._told.add(name)
            module = self._modules.get(name)
            if module is None:
                continue
            for line, what in sorted(_unseen(module)):
                yield Problem(
                    f"{module.source.file.path}:{line}",
                    f"{what}, and {unit} depends on this module: an edit of it may move no spec hash",
                    "write the names out as assignments; or name what matters in the docstring, in backticks",
                )


def _unseen(module: Module) -> Iterator[tuple[int, str]]:
    if not any(sign in module.source.file.content for sign in _SIGNS):
        return
    for _, content, _ in statements(module.source.tree.body):
        waiting = list(content)
        while waiting:
            node = waiting.pop()
            if isinstance(node, _SCOPES):
                continue
            what = _what(node)
            if what is not None and isinstance(node, ast.expr):
                yield node.lineno, what
            else:
                waiting += children(node)


def _what(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Name(id="exec")):
            return "exec runs code that no scan reads"
        case ast.Call() if is_loading(node) and loaded(node) is None:
            return "it imports a module whose name no scan can tell"
        case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[place, *_]) if _is_namespace(place):
            return "setattr binds a name of a module that no scan can tell"
        case ast.Call(func=ast.Attribute(value=place, attr=name)) if _is_namespace(place) and name not in _READING:
            return "it binds names through a namespace, and no scan can tell which"
        case (
            ast.Subscript(value=place, ctx=ast.Store() | ast.Del())
            | ast.Attribute(value=place, ctx=ast.Store() | ast.Del())
        ) if _is_namespace(place):
            return "it binds names through a namespace, and no scan can tell which"
        case _:
            return None


def _is_namespace(node: ast.expr) -> bool:
    """Return whether an expression is the namespace of a module, or the module that `sys.modules` has."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[]):
            return name in _SPACES
        case ast.Subscript(value=inner) | ast.Attribute(value=inner, attr="__dict__"):
            return _is_namespace(inner)
        case ast.Attribute(value=ast.Name(id="sys"), attr="modules") | ast.Name(id="modules"):
            return True
        case _:
            return False
