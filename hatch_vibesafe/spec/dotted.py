"""Dotted names in syntax. Pure."""

import ast


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name; nothing for any other expression."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
