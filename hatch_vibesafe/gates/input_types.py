"""Inputs drawn from type annotations, as source text. Pure: the same seed gives the same inputs everywhere.

A class of the project is read from its source and never imported: enums, dataclasses, named tuples, typed dicts,
classes whose `__init__` names its types, and names for other types.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from random import Random
from types import EllipsisType

from hatch_vibesafe.spec.dotted import last_name
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.source import parse

Draw = Callable[[Random], str]
"""Returns the source of a value."""

_DEEPEST = 4
_LONGEST = 5
_LETTERS = "abcxyzABC019 _-.,/:é\n"
_LISTS = ("list", "List", "Sequence", "MutableSequence", "Iterable", "Collection", "Container")
_SETS = ("set", "Set", "AbstractSet", "MutableSet")
_FORMS = dict.fromkeys(_LISTS, "[{}]") | dict.fromkeys(_SETS, "set([{}])")
_FORMS |= dict.fromkeys(("frozenset", "FrozenSet"), "frozenset([{}])")
_DICTS = ("dict", "Dict", "Mapping", "MutableMapping")


def draws(annotation: ast.expr | None, spec: Spec) -> Draw | None:
    """Return what draws values of a type, or None for a type that is not known."""
    return _Types(spec).draw(annotation, 0)


class _Types:
    def __init__(self, spec: Spec) -> None:
        self._sources = {item.name: item.source for item in reversed(spec.references) if item.name}

    def draw(self, node: ast.expr | None, depth: int) -> Draw | None:
        match node:
            case _ if depth > _DEEPEST:
                return None
            case ast.Constant(value=str() | None as value):
                return self.draw(_expression(value), depth) if value is not None else _none
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return self._named(name, ast.unparse(node), depth)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return _one_of([self.draw(left, depth + 1), self.draw(right, depth + 1)])
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
                return self._generic(name, inner.elts if isinstance(inner, ast.Tuple) else [inner], depth + 1)
            case _:
                return None

    def _named(self, name: str, spelled: str, depth: int) -> Draw | None:
        if name in self._sources:
            return self._project(name, spelled, depth)
        if name in _SCALARS:
            return _SCALARS[name]
        if name in _MADE:
            return lambda random: f"{spelled}({_MADE[name](random)})"
        return self._generic(name, [], depth) if name in {*_FORMS, *_DICTS, "tuple"} else None

    def _generic(self, name: str, inner: Sequence[ast.expr], depth: int) -> Draw | None:
        match name:
            case "Optional" | "Union":
                nothing = [_none] if name == "Optional" else []
                return _one_of([*(self.draw(item, depth) for item in inner), *nothing])
            case "Literal":
                texts = [ast.unparse(item) for item in inner]
                return lambda random: random.choice(texts)
            case "Annotated" | "Final" | "Required" | "NotRequired":
                return self.draw(inner[0], depth)
            case "tuple" | "Tuple":
                return self._tuple(inner, depth)
            case _ if name in _DICTS:
                items = _whole([self.draw(item, depth) for item in inner]) if inner else [_integer, _integer]
                return None if items is None or len(items) != 2 else _dict(*items)  # noqa: PLR2004 - key and value
            case _:
                form = _FORMS.get(name)
                item = self.draw(inner[0], depth) if inner else _integer
                return None if item is None or form is None else _many(item, form)

    def _tuple(self, inner: Sequence[ast.expr], depth: int) -> Draw | None:
        match inner:
            case []:
                return _many(_integer, "tuple([{}])")
            case [item, ast.Constant(value=EllipsisType())]:
                drawn = self.draw(item, depth)
                return None if drawn is None else _many(drawn, "tuple([{}])")
            case _:
                items = _whole([self.draw(item, depth) for item in inner])
                if items is None:
                    return None
                return lambda random: f"({''.join(f'{item(random)}, ' for item in items)})"

    def _project(self, name: str, spelled: str, depth: int) -> Draw | None:
        try:
            body = parse(self._sources[name]).body
        except SyntaxError:
            return None
        match body:
            case [ast.ClassDef() as node]:
                return self._class(node, spelled, depth + 1)
            case [ast.Assign(value=ast.Call(func=ast.Name(id="NewType"), args=[_, base]))]:
                return self.draw(base, depth + 1)
            case [ast.Assign(value=value)] | [ast.AnnAssign(value=ast.expr() as value)]:
                return self.draw(value, depth + 1)
            case _:
                return None

    def _class(self, node: ast.ClassDef, spelled: str, depth: int) -> Draw | None:
        bases = {last_name(item) for item in node.bases}
        if any(base.endswith("Enum") for base in bases):
            members = [
                f"{spelled}.{target.id}"
                for item in node.body
                if isinstance(item, ast.Assign)
                for target in item.targets
                if isinstance(target, ast.Name) and not target.id.startswith("_")
            ]
            return (lambda random: random.choice(members)) if members else None
        wrapped = {last_name(item.func if isinstance(item, ast.Call) else item) for item in node.decorator_list}
        if "dataclass" not in wrapped and not bases & {"NamedTuple", "TypedDict"}:
            return self._constructed(node, spelled, depth) if bases <= {"object"} else None
        if "dataclass" in wrapped and bases - {"object"}:
            return None  # the fields of its bases are not here
        fields = [item for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)]
        values = _whole([self.draw(item.annotation, depth) for item in fields])
        if values is None:
            return None
        return _made_of([ast.unparse(item.target) for item in fields], values, "" if "TypedDict" in bases else spelled)

    def _constructed(self, node: ast.ClassDef, spelled: str, depth: int) -> Draw | None:
        """Return what draws objects of a class by its own `__init__`; None where that does not say all its types."""
        made = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
        if not made or made[0].args.posonlyargs:
            return None
        parameters = [*made[0].args.args[1:], *made[0].args.kwonlyargs]
        values = _whole([self.draw(item.annotation, depth) for item in parameters])
        return None if values is None else _made_of([item.arg for item in parameters], values, spelled)


def _none(_random: Random) -> str:
    return "None"


def _integer(random: Random) -> str:
    return str(random.choice((random.randint(-3, 3), random.randint(0, 20), random.randint(-100, 100))))


def _float(random: Random) -> str:
    whole = random.randint(-20, 20)
    return repr(random.choice((float(whole), whole / 4, whole / 10, random.uniform(-1000, 1000))))


def _text(random: Random) -> str:
    return repr("".join(random.choice(_LETTERS) for _ in range(random.randint(0, 8))))


_SCALARS: Mapping[str, Draw] = {
    "int": _integer,
    "float": _float,
    "complex": lambda random: f"complex({_float(random)}, {_float(random)})",
    "str": _text,
    "bytes": lambda random: repr(bytes(random.randint(0, 255) for _ in range(random.randint(0, 6)))),
    "bool": lambda random: random.choice(("True", "False")),
}


def _day(random: Random) -> str:
    return f"{random.randint(1970, 2040)}, {random.randint(1, 12)}, {random.randint(1, 28)}"


_MADE: Mapping[str, Draw] = {
    "Decimal": lambda random: repr(
        f"{random.randint(-2000, 2000) / 10 ** random.randint(0, 2):.{random.randint(0, 2)}f}"
    ),
    "Fraction": lambda random: f"{random.randint(-20, 20)}, {random.randint(1, 12)}",
    "date": _day,
    "datetime": lambda random: f"{_day(random)}, {random.randint(0, 23)}, {random.randint(0, 59)}",
    "time": lambda random: f"{random.randint(0, 23)}, {random.randint(0, 59)}",
    "timedelta": lambda random: f"seconds={random.randint(-100_000, 100_000)}",
}


def _many(item: Draw, form: str) -> Draw:
    return lambda random: form.format(", ".join(item(random) for _ in range(random.randint(0, _LONGEST))))


def _dict(key: Draw, value: Draw) -> Draw:
    def draw(random: Random) -> str:
        pairs = {key(random): value(random) for _ in range(random.randint(0, _LONGEST))}
        return f"{{{', '.join(f'{one}: {other}' for one, other in pairs.items())}}}"

    return draw


def _made_of(names: Sequence[str], values: Sequence[Draw], maker: str) -> Draw:
    def draw(random: Random) -> str:
        drawn = [value(random) for value in values]
        if not maker:
            return f"{{{', '.join(f'{name!r}: {value}' for name, value in zip(names, drawn, strict=True))}}}"
        return f"{maker}({', '.join(f'{name}={value}' for name, value in zip(names, drawn, strict=True))})"

    return draw


def _one_of(choices: Sequence[Draw | None]) -> Draw | None:
    known = [item for item in choices if item is not None]
    return (lambda random: random.choice(known)(random)) if known else None


def _whole(items: Sequence[Draw | None]) -> list[Draw] | None:
    known = [item for item in items if item is not None]
    return known if len(known) == len(items) else None


def _expression(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
