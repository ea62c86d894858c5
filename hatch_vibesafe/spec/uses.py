"""What an implementation uses of its unit's own module beyond what the spec names."""

import ast
from collections.abc import Iterator

from hatch_vibesafe.identity import Digest
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.names import Chain, children, root_chain
from hatch_vibesafe.spec.walking import walk


def used_beside(spec: Spec, implementation: bytes) -> tuple[tuple[str, Digest], ...]:
    """Return those parts of `spec.beside` that an implementation uses; none where it cannot be parsed.

    A name counts that is imported from the module, and one that is an attribute of it (`import app.m as m; m.name`).
    Where the module itself is handed on, every part counts.
    """
    try:
        tree = ast.parse(implementation)
    except (SyntaxError, ValueError):
        return ()
    module = spec.unit.module
    used = set(_from_module(tree, module))
    prefixes = set(_names_of_module(tree, module))
    for chain in _chains(tree):
        for prefix in prefixes:
            if chain[: len(prefix)] == prefix:
                used.add(chain[len(prefix)] if len(chain) > len(prefix) else "*")
            elif prefix[: len(chain)] == chain:
                used.add("*")
    return tuple(part for part in spec.beside if "*" in used or part[0].removeprefix(f"helper {module}.") in used)


def _from_module(tree: ast.Module, module: str) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            yield from (alias.name for alias in node.names)


def _names_of_module(tree: ast.Module, module: str) -> Iterator[Chain]:
    """Yield how the module itself is spelled: `m` after `import app.m as m`, `app.m` after `import app.m`."""
    for node in walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if alias.asname is None and f"{module}.".startswith(f"{alias.name.partition('.')[0]}."):
                        yield tuple(module.split("."))
                    elif alias.asname is not None and f"{module}.".startswith(f"{alias.name}."):
                        yield (alias.asname, *_rest(module, alias.name))
            case ast.ImportFrom(module=str() as base, names=names):
                for alias in names:
                    imported = f"{base}.{alias.name}"
                    if f"{module}.".startswith(f"{imported}."):
                        yield (alias.asname or alias.name, *_rest(module, imported))
            case _:
                pass


def _rest(module: str, beginning: str) -> list[str]:
    return module.removeprefix(beginning).removeprefix(".").split(".") if module != beginning else []


def _chains(tree: ast.Module) -> Iterator[Chain]:
    """Yield every name with the attributes taken of it, whatever it is bound to."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        chain = root_chain(node) if isinstance(node, ast.Name | ast.Attribute) else None
        if chain is not None:
            yield chain
        else:
            waiting.extend(children(node))
