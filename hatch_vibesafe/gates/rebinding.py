"""Part of the structure gate: what the spec's own code means must not be changed around it. Pure.

Threat: a candidate that keeps the guard letter by letter and defines its own `isinstance`, its own `PermissionError` or
another `LIMIT` beside it, so that the guard, or a default, says something else.
"""

import ast
import textwrap
from collections.abc import Iterator

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.walking import walk


def rebindings(tree: ast.Module, spec: Spec, gate: str) -> Iterator[Finding]:
    """Yield a finding for each place of an implementation that binds a name which the spec's code reads.

    Only the imports that the spec's module has itself may bind them, and what its header declares.
    """
    protected = _read_by_the_spec(spec)
    allowed = {found for line in spec.header for found in _imported(ast.parse(line))}
    declared = {
        ast.unparse(node) for line in spec.header for node in ast.parse(line).body if isinstance(node, ast.Assign)
    }
    for node, name, binding in _bound_by_the_module(_without(tree, declared)):
        if name in protected and (binding is None or (name, *binding) not in allowed):
            message = f"binds `{name}`, which the spec's own code reads: use another name"
            yield Finding(gate, node.lineno, message)


def _without(tree: ast.Module, declared: set[str]) -> ast.Module:
    """Return a module without these assignments, each of which may stand there once."""
    left = {*declared}
    body: list[ast.stmt] = []
    for statement in tree.body:
        text = ast.unparse(statement) if left and isinstance(statement, ast.Assign) else ""
        if text in left:
            left.discard(text)
        else:
            body.append(statement)
    return ast.Module(body, [])


def _read_by_the_spec(spec: Spec) -> frozenset[str]:
    """Return the names that the spec's head and the code before its hole read, other than its parameters."""
    head = ast.parse(f"{spec.head.rstrip()}\n    ...")
    before = ast.parse(textwrap.dedent(spec.pre_hole))
    read = {node.id for part in (head, before) for node in walk(part) if isinstance(node, ast.Name)}
    parameters = {node.arg for node in walk(head) if isinstance(node, ast.arg)}
    assigned = {node.id for node in walk(before) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return frozenset(read - parameters - assigned - {spec.unit.name})


Binding = tuple[str, str] | None
"""What an import binds a name to: the module and the name in it; None for every other way to bind."""


def _bound_by_the_module(tree: ast.Module) -> Iterator[tuple[ast.stmt | ast.expr, str, Binding]]:
    """Yield each name that the module binds, at its own level or through `global`, and what an import binds it to."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node, name, None
                for inner in walk(node):
                    if isinstance(inner, ast.Global):
                        yield from ((inner, declared, None) for declared in inner.names)
                continue
            case ast.Import() | ast.ImportFrom():
                yield from (
                    (node, name, (module, origin)) for name, module, origin in _imported(ast.Module([node], []))
                )
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield node, name, None
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                # A target in there is its own; a walrus in there binds outside.
                walruses = (inner.target for inner in walk(node) if isinstance(inner, ast.NamedExpr))
                yield from ((target, target.id, None) for target in walruses)
                continue
            case _:
                pass
        waiting.extend(ast.iter_child_nodes(node))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the module and the name in it for each import of a block."""
    for node in walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, "." * node.level + (node.module or ""), alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], alias.name, ""
