"""Imports that are written as calls: `importlib.import_module("app.x")`."""

import ast

from hatch_vibesafe.spec.dotted import last_name

_LOADERS = ("import_module", "__import__")


def loaded(node: ast.Call) -> ast.Import | ast.ImportFrom | None:
    """Return the import that a call with the module's name written out amounts to; None for any other call."""
    if not is_loading(node):
        return None
    given = [*node.args[:1], *(item.value for item in node.keywords if item.arg == "name")]
    match given:
        case [ast.Constant(value=str(text))]:
            module = text.lstrip(".")
        case _:
            return None
    if text == module:
        return ast.Import(names=[ast.alias(name=module, asname=None)]) if module else None
    # A leading dot leads from the package that is given: the module's own, wherever this is used with sense.
    return ast.ImportFrom(
        module=module or None, names=[ast.alias(name="*", asname=None)], level=len(text) - len(module)
    )


def is_loading(node: ast.Call) -> bool:
    """Return whether a call imports a module, written out or not."""
    return last_name(node.func) in _LOADERS
