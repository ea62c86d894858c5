"""The canonical encoding: the same bytes for the same meaning, on every Python, whatever the formatting."""

import ast
from collections.abc import Iterable, Sequence
from functools import cache

from hatch_vibesafe.spec.normalise import normalise_docstring

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
"""A `def` or an `async def`."""

Encodable = ast.AST | str | bytes | int | float | complex | None | list["Encodable"] | tuple["Encodable", ...]
"""What has an encoding: syntax, plain values, and sequences of them."""

# What a node type says, field by field, in the order in which it is encoded. Left out are positions, type comments,
# `ctx` (the place in the tree says it) and `Constant.kind` (a `u` prefix). A field that an older Python does not know
# counts as empty.
_FIELDS: dict[str, tuple[str, ...]] = {
    "Module": ("body",),
    "Expression": ("body",),
    "FunctionDef": ("name", "type_params", "args", "returns", "decorator_list", "body"),
    "AsyncFunctionDef": ("name", "type_params", "args", "returns", "decorator_list", "body"),
    "ClassDef": ("name", "type_params", "bases", "keywords", "decorator_list", "body"),
    "Return": ("value",),
    "Delete": ("targets",),
    "Assign": ("targets", "value"),
    "TypeAlias": ("name", "type_params", "value"),
    "AugAssign": ("target", "op", "value"),
    "AnnAssign": ("target", "annotation", "value", "simple"),
    "For": ("target", "iter", "body", "orelse"),
    "AsyncFor": ("target", "iter", "body", "orelse"),
    "While": ("test", "body", "orelse"),
    "If": ("test", "body", "orelse"),
    "With": ("items", "body"),
    "AsyncWith": ("items", "body"),
    "Match": ("subject", "cases"),
    "Raise": ("exc", "cause"),
    "Try": ("body", "handlers", "orelse", "finalbody"),
    "TryStar": ("body", "handlers", "orelse", "finalbody"),
    "Assert": ("test", "msg"),
    "Import": ("names",),
    "ImportFrom": ("module", "names", "level"),
    "Global": ("names",),
    "Nonlocal": ("names",),
    "Expr": ("value",),
    "Pass": (),
    "Break": (),
    "Continue": (),
    "BoolOp": ("op", "values"),
    "NamedExpr": ("target", "value"),
    "BinOp": ("left", "op", "right"),
    "UnaryOp": ("op", "operand"),
    "Lambda": ("args", "body"),
    "IfExp": ("test", "body", "orelse"),
    "Dict": ("keys", "values"),
    "Set": ("elts",),
    "ListComp": ("elt", "generators"),
    "SetComp": ("elt", "generators"),
    "DictComp": ("key", "value", "generators"),
    "GeneratorExp": ("elt", "generators"),
    "Await": ("value",),
    "Yield": ("value",),
    "YieldFrom": ("value",),
    "Compare": ("left", "ops", "comparators"),
    "Call": ("func", "args", "keywords"),
    "FormattedValue": ("value", "conversion", "format_spec"),
    "JoinedStr": ("values",),
    "Constant": ("value",),
    "Attribute": ("value", "attr"),
    "Subscript": ("value", "slice"),
    "Starred": ("value",),
    "Name": ("id",),
    "List": ("elts",),
    "Tuple": ("elts",),
    "Slice": ("lower", "upper", "step"),
    "comprehension": ("target", "iter", "ifs", "is_async"),
    "ExceptHandler": ("type", "name", "body"),
    "arguments": ("posonlyargs", "args", "vararg", "kwonlyargs", "kw_defaults", "kwarg", "defaults"),
    "arg": ("arg", "annotation"),
    "keyword": ("arg", "value"),
    "alias": ("name", "asname"),
    "withitem": ("context_expr", "optional_vars"),
    "match_case": ("pattern", "guard", "body"),
    "MatchValue": ("value",),
    "MatchSingleton": ("value",),
    "MatchSequence": ("patterns",),
    "MatchMapping": ("keys", "patterns", "rest"),
    "MatchClass": ("cls", "patterns", "kwd_attrs", "kwd_patterns"),
    "MatchStar": ("name",),
    "MatchAs": ("pattern", "name"),
    "MatchOr": ("patterns",),
    "TypeVar": ("name", "bound", "default_value"),
    "ParamSpec": ("name", "default_value"),
    "TypeVarTuple": ("name", "default_value"),
    **dict.fromkeys(("And", "Or", "Not", "Invert", "UAdd", "USub"), ()),
    **dict.fromkeys(("Add", "Sub", "Mult", "MatMult", "Div", "Mod", "Pow", "LShift", "RShift"), ()),
    **dict.fromkeys(("BitOr", "BitXor", "BitAnd", "FloorDiv"), ()),
    **dict.fromkeys(("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn"), ()),
}

# What a field is where the tree leaves it out: the running Python does not know it, or the tree was made by hand.
_ABSENT: dict[str, tuple[()] | int] = {"type_params": (), "level": 0}

_SPELLED_IN_SEVERAL_WAYS = frozenset(
    {"Constant", "JoinedStr", "FormattedValue", "Delete", "FunctionDef", "AsyncFunctionDef", "ClassDef", "Module"}
)
_SEQUENCES = (list, tuple)


class UnknownSyntaxError(ValueError):
    """A node or a value that the format does not know; it is never guessed at."""


def encode(value: Encodable) -> bytes:
    """Return the canonical bytes of `value`.

    Every item begins with a tag and, where its length varies, with its length, so that no two values share their bytes
    and none is the beginning of another. Formatting, comments, positions and the running Python leave no trace.

    Raises:
        UnknownSyntaxError: for syntax that `vibesafe-spec/1` does not cover.
    """
    written: list[bytes] = []
    waiting: list[Encodable] = [value]
    while waiting:
        item = waiting.pop()
        if item is None:
            written.append(b"-")
        elif isinstance(item, str):
            text = item.encode("utf-8", "surrogatepass")
            written.append(b"s" + len(text).to_bytes(8, "big") + text)
        elif isinstance(item, _SEQUENCES):
            written.append(b"[" + len(item).to_bytes(8, "big"))
            waiting += item[::-1]
        elif isinstance(item, ast.AST):
            name = type(item).__name__
            written.append(_header(name))
            waiting += _fields(item, name)[::-1]
        else:
            written.append(_scalar(item))
    return b"".join(written)


def encode_signature(function: FunctionNode) -> bytes:
    """Return the canonical bytes of a function's name, async-ness, type parameters, parameters and return type."""
    type_parameters: list[Encodable] = list(getattr(function, "type_params", ()))
    is_async = isinstance(function, ast.AsyncFunctionDef)
    return encode(("signature", function.name, is_async, type_parameters, function.args, function.returns))


def same_signature(one: FunctionNode, other: FunctionNode) -> bool:
    """Return whether two functions have the same canonical signature: defaults and annotations count too."""
    return encode_signature(one) == encode_signature(other)


def same_statements(one: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> bool:
    """Return whether two blocks of statements mean the same by their syntax."""
    return encode((*one,)) == encode((*other,))


@cache
def _header(name: str) -> bytes:
    """Return how a node of a type begins."""
    return _sized(b"N", name.encode())


def _sized(tag: bytes, content: bytes) -> bytes:
    return tag + len(content).to_bytes(8, "big") + content


def _scalar(item: str | bytes | complex | None) -> bytes:
    match item:
        case None:
            return b"-"
        case bool():
            content = b"T" if item else b"F"
        case str():
            content = _sized(b"s", item.encode("utf-8", "surrogatepass"))
        case int():
            content = _sized(b"i", hex(item).encode())  # hexadecimal: decimal has a limit of digits
        case bytes():
            content = _sized(b"b", item)
        case float():
            content = _sized(b"f", item.hex().encode())
        case _:
            content = b"c" + _scalar(item.real) + _scalar(item.imag)
    return content


def _fields(node: ast.AST, name: str) -> Sequence[Encodable]:
    if name not in _FIELDS:
        raise UnknownSyntaxError(f"no encoding for the syntax {name}")
    special = _normalised(node) if name in _SPELLED_IN_SEVERAL_WAYS else ()
    return special or [_field(node, field) for field in _FIELDS[name]]


def _normalised(node: ast.AST) -> Sequence[Encodable]:
    """Return the fields of a node that can be spelled in several ways; nothing for any other node."""
    match node:
        case ast.Constant():
            return [_plain(node.value)]
        case ast.JoinedStr():
            return [_merged(node.values)]
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=values)) if not _merged(values):
            return [node.value, node.conversion, None]  # `{x:}` is `{x}`
        case ast.Delete(targets=[ast.Tuple(elts=targets) | ast.List(elts=targets)]):
            return [(*targets,)]  # `del (a, b)` is `del a, b`, and formatters write the latter
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Module():
            fields = _FIELDS[type(node).__name__]
            return [*(_field(node, field) for field in fields if field != "body"), _body(node.body)]
        case _:
            return []


def _field(node: ast.AST, field: str) -> Encodable:
    value: Encodable = getattr(node, field, _ABSENT.get(field))
    return value


def _plain(value: object) -> Encodable:
    if value is Ellipsis:
        return (b"...",)
    if value is None or isinstance(value, str | bytes | int | float | complex):
        return value
    raise UnknownSyntaxError(f"no encoding for a constant of type {type(value).__name__}")


def _merged(values: Iterable[ast.expr]) -> list[Encodable]:
    """Return the parts of an f-string with adjacent texts joined and empty ones gone: Pythons differ in both."""
    parts: list[Encodable] = []
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            before = parts[-1] if parts else None
            if isinstance(before, str):
                parts[-1] = before + value.value
            elif value.value:
                parts.append(value.value)
        else:
            parts.append(value)
    return parts


def _body(body: Sequence[ast.stmt]) -> tuple[Encodable, ...]:
    """Return a block with its docstring normalised: formatters indent docstrings anew."""
    match body:
        case [ast.Expr(value=ast.Constant(value=str() as text)), *rest]:
            return (("docstring", normalise_docstring(text)), *rest)
        case _:
            return (*body,)
