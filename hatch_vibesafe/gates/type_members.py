"""Whether a value that is written out can be one of a type: inputs that no type allows say nothing of anybody. Pure.

What was made by changing an example, or by putting another constant in, need not fit any more: a text that is none of
a `Literal`, a tuple that lost an item, a typed dict that lost a key. Refused is only what certainly does not fit.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from types import EllipsisType

from hatch_vibesafe.gates.unit_calls import Case, Parameter
from hatch_vibesafe.gates.written_classes import WrittenClass, written_class
from hatch_vibesafe.spec.dotted import last_name
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.source import parse
from hatch_vibesafe.spec.walking import walk

_DEEPEST = 12
_SCALARS: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "complex": (complex, float, int),
    "str": (str,),
    "bytes": (bytes,),
    "bool": (bool,),
    "None": (type(None),),
}
_ITEMS: Mapping[str, tuple[type[ast.expr], ...]] = {
    **dict.fromkeys(("list", "List", "MutableSequence"), (ast.List,)),
    **dict.fromkeys(("Sequence", "Iterable", "Collection"), (ast.List, ast.Tuple, ast.Set, ast.Constant, ast.Dict)),
    **dict.fromkeys(("set", "Set", "AbstractSet", "MutableSet", "frozenset", "FrozenSet"), (ast.Set,)),
}
_DICTS = ("dict", "Dict", "Mapping", "MutableMapping")
_WRITTEN_OUT = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict)
_AROUND = ("Annotated", "Final", "Required", "NotRequired")


class Members:
    """Tells what the types of one spec allow."""

    def __init__(self, spec: Spec) -> None:
        """Read the definitions of the project that the spec names."""
        self._sources = {item.name: item.source for item in reversed(spec.references) if item.name}
        self._definitions: dict[str, ast.stmt | None] = {}

    def allow(self, case: Case, parameters: Sequence[Parameter]) -> bool:
        """Return whether the arguments of a call may be of their parameters' types; those of an example are."""
        if case.example is not None:
            return True
        values = [ast.parse(value, mode="eval").body for value in case.call.values]
        return all(map(self._are_made_well, values)) and all(
            self.fits(value, parameter.annotation)
            for parameter, value in zip(parameters, values, strict=True)
            if parameter.kind not in {"rest", "more"}
            and (parameter.default is None or ast.unparse(value) != parameter.default)
        )

    def fits(self, value: ast.expr, annotation: ast.expr | None, depth: int = 0) -> bool:
        """Return whether a value may be of a type: False only where it certainly is not."""
        if annotation is None or depth > _DEEPEST:
            return True
        return any(self._is_one(value, each, depth + 1) for each in self._alternatives(annotation, depth))

    def _alternatives(self, node: ast.expr, depth: int) -> Iterator[ast.expr]:
        """Yield the types that a type is a name for, or one of."""
        inner: Sequence[ast.expr] = ()
        match node:
            case ast.Constant(value=str(text)):
                inner = [_expression(text)]
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                inner = [left, right]
            case ast.Subscript(value=of) if last_name(of) in {"Union", "Optional"}:
                inner = [*_inside(node), *([ast.Constant(None)] if last_name(of) == "Optional" else [])]
            case ast.Subscript(value=of) if last_name(of) in _AROUND:
                inner = _inside(node)[:1]
            case ast.Name() | ast.Attribute():
                match self._definition(last_name(node)):
                    case ast.Assign(value=ast.Call(func=maker, args=[_, base])) if last_name(maker) == "NewType":
                        inner = [base]
                    case ast.Assign(value=aliased) | ast.AnnAssign(value=ast.expr() as aliased):
                        inner = [aliased]
        if not inner or depth > _DEEPEST:
            yield node
        for each in inner if depth <= _DEEPEST else ():
            yield from self._alternatives(each, depth + 1)

    def _is_one(self, value: ast.expr, node: ast.expr, depth: int) -> bool:
        plain = value.operand if isinstance(value, ast.UnaryOp) else value
        if not isinstance(plain, _WRITTEN_OUT):
            return True  # who makes it knows better
        inner = _inside(node)
        match "None" if isinstance(node, ast.Constant) else last_name(_of(node)):
            case name if written := written_class(self._definition(name)):
                fits = not written.is_typed_dict or self._is_typed_dict(value, written, depth)
            case name if name in _SCALARS:
                fits = isinstance(plain, ast.Constant) and isinstance(plain.value, _SCALARS[name])
            case "Literal":
                fits = ast.unparse(value) in map(ast.unparse, inner)
            case "tuple" | "Tuple":
                fits = isinstance(value, ast.Tuple) and self._is_tuple(value.elts, inner, depth)
            case name if name in _DICTS:
                fits = isinstance(value, ast.Dict) and self._is_dict(value, inner, depth)
            case name:
                fits = name not in _ITEMS or (isinstance(value, _ITEMS[name]) and self._are_items(value, inner, depth))
        return fits

    def _are_items(self, value: ast.expr, inner: Sequence[ast.expr], depth: int) -> bool:
        items = value.elts if isinstance(value, ast.List | ast.Tuple | ast.Set) else []
        return not inner or all(self.fits(each, inner[0], depth) for each in items)

    def _is_tuple(self, items: Sequence[ast.expr], inner: Sequence[ast.expr], depth: int) -> bool:
        match inner:
            case []:
                return True
            case [item, ast.Constant(value=EllipsisType())]:
                return all(self.fits(each, item, depth) for each in items)
            case _:
                wanted = [each for each in inner if not (isinstance(each, ast.Tuple) and not each.elts)]
                pairs = zip(items, wanted, strict=False)
                return len(items) == len(wanted) and all(self.fits(each, item, depth) for each, item in pairs)

    def _is_dict(self, value: ast.Dict, inner: Sequence[ast.expr], depth: int) -> bool:
        if len(inner) != 2:  # noqa: PLR2004 - key and value
            return True
        keys = all(key is None or self.fits(key, inner[0], depth) for key in value.keys)
        return keys and all(self.fits(each, inner[1], depth) for each in value.values)

    def _is_typed_dict(self, value: ast.expr, written: WrittenClass, depth: int) -> bool:
        if not isinstance(value, ast.Dict):
            return False
        given = {
            key.value: each
            for key, each in zip(value.keys, value.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
        needed = written.fields.keys() - written.optional
        is_whole = len(given) == len(value.keys) and needed <= given.keys() <= written.fields.keys()
        return is_whole and all(self.fits(each, written.fields[name], depth) for name, each in given.items())

    def _are_made_well(self, value: ast.expr) -> bool:
        """Return whether each class of the project in a value is given what may be of its fields' types."""
        for call in walk(value):
            if isinstance(call, ast.Call) and (made := written_class(self._definition(last_name(call.func)))):
                given = [*zip(made.fields, call.args, strict=False)]
                given += [(keyword.arg or "", keyword.value) for keyword in call.keywords]
                if not all(self.fits(each, made.fields.get(field)) for field, each in given):
                    return False
        return True

    def _definition(self, name: str) -> ast.stmt | None:
        if name in self._sources and name not in self._definitions:
            self._definitions[name] = _only_statement(self._sources[name])
        return self._definitions.get(name)


def _only_statement(source: str) -> ast.stmt | None:
    try:
        body = parse(source).body
    except SyntaxError:
        return None
    return body[0] if len(body) == 1 else None


def _of(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node


def _inside(node: ast.expr) -> Sequence[ast.expr]:
    """Return what stands in the brackets of a type."""
    match node:
        case ast.Subscript(slice=ast.Tuple(elts=[*inner])) if inner:
            return inner
        case ast.Subscript(slice=inner):
            return [inner]
        case _:
            return []


def _expression(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Name(id="")
