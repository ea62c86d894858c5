"""The builtin types that an annotation names, as far as it names nothing else. Pure."""

import ast

_TYPES = {
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "complex": (complex, float, int),
    "str": (str,),
    "bytes": (bytes,),
    "list": (list,),
    "dict": (dict,),
    "tuple": (tuple,),
    "set": (set,),
    "None": (type(None),),
}


def plain_types(annotation: ast.expr | None) -> tuple[type, ...]:
    """Return what a value may be an instance of; nothing where the annotation says more than a few plain types."""
    parts = [] if annotation is None else [annotation]
    found: list[type] = []
    while parts:
        match parts.pop():
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                parts += [left, right]
            case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)) if name in _TYPES:
                found += _TYPES[name]
            case ast.Constant(value=None):
                found += _TYPES["None"]
            case _:
                return ()
    return tuple(found)
