"""Looks at what a candidate returns, and encodes it as exactly typed data."""

import gc
import types

from hatch_vibesafe.gates.worker.limits import DEPTH_LIMIT, NODE_LIMIT, TEXT_LIMIT
from hatch_vibesafe.gates.worker.origins import LYING_METHODS, Origins, bases_of, members_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from hatch_vibesafe.gates.worker.messages import Encoded

    T = TypeVar("T")

SCALARS = (bool, int, float, complex, str, bytes, type(None))
CONTAINERS = (list, tuple, set, frozenset, dict)
NOT_LOOKED_INTO = (
    type,
    types.ModuleType,
    types.FunctionType,
    types.GeneratorType,
    types.CoroutineType,
    types.FrameType,
)
TEXTS: "dict[type, Callable[..., tuple[str, ...]]]" = {
    int: lambda value: (format(value, "x"),),
    float: lambda value: (value.hex(),),
    complex: lambda value: (value.real.hex(), value.imag.hex()),
    str: lambda value: (value,),
    bytes: lambda value: (value.decode("latin-1"),),
}
ITEMS: "dict[type, Callable[..., Iterable[object]]]" = {
    list: list.__iter__,
    tuple: tuple.__iter__,
    set: set.__iter__,
    frozenset: frozenset.__iter__,
    dict: lambda value: (*dict.keys(value), *dict.values(value)),
}


class Witness:
    """Looks at the result of every call in an example, and encodes what the example shows.

    `f(2) == 4` shows True for any `f` that returns an object of a class of its own whose `__eq__` always says so. So
    results are looked at before the example goes on.
    """

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._room = 0
        self.refusals: list[str] = []

    def made_up(self, cls: type) -> tuple[type, ...]:
        """Return those bases of a class that the implementation made or changed, wherever they say that they belong."""
        return tuple(base for base in bases_of(cls) if not self._origins.is_believed(base))

    def seen(self, value: "T") -> "T":
        """Look at what a call returned, as deep as it goes, and give it back."""
        waiting: list[object] = [value]
        visited: dict[int, object] = {}
        while waiting and len(visited) < NODE_LIMIT:
            node = waiting.pop()
            if is_one_of(type(node), SCALARS) or id(node) in visited:
                continue
            visited[id(node)] = node
            self._refuse_liar(type(node))
            waiting += contents(node)
        return value

    def _refuse_liar(self, cls: type) -> None:
        made_up = self.made_up(cls)
        if not made_up:
            return
        plain = [base.__name__ for base in (*SCALARS, *CONTAINERS) if is_one_of(base, bases_of(cls))]
        lying = sorted({name for base in made_up for name in members_of(base)} & LYING_METHODS)
        if plain or lying:
            why = f"derives from {plain[0]}" if plain else f"gives {', '.join(lying)}"
            self._refuse(f"it returns an object of {exact(cls.__qualname__)}, a class that the implementation {why}")

    def _refuse(self, text: str) -> None:
        if text not in self.refusals:
            self.refusals.append(text)

    def encode(self, value: object) -> "Encoded":
        """Return a value as exactly typed data; what is not a plain value, as its class and what `repr` says of it."""
        self._room = TEXT_LIMIT
        return self._encode(value, 0)

    def _encode(self, value: object, depth: int) -> "Encoded":
        self._room -= 16
        if depth > DEPTH_LIMIT or self._room < 0:
            return ["unreadable"]
        kind = type(value)
        if is_one_of(kind, SCALARS):
            return self._scalar(kind, value)
        if kind is dict:
            half = len(items := contents(value)) // 2
            pairs = zip(items[:half], items[half:], strict=True)
            return ["dict", [[self._encode(key, depth + 1), self._encode(item, depth + 1)] for key, item in pairs]]
        if is_one_of(kind, CONTAINERS):
            return [kind.__name__, [self._encode(item, depth + 1) for item in contents(value)]]
        made_up = bool(self.made_up(kind))
        return ["object", exact(kind.__module__), exact(kind.__qualname__), self._text(repr(value)), made_up]

    def _scalar(self, kind: type, value: object) -> "Encoded":
        if value is None:
            return ["none"]
        if kind is bool:
            return ["bool", value]
        return [kind.__name__, *map(self._text, TEXTS[kind](value))]

    def _text(self, text: str) -> str | None:
        self._room -= len(text)
        return exact(text) if self._room >= 0 else None


def exact(text: str) -> str:
    """Return a text as nothing but `str`."""
    return str.__str__(text)


def is_one_of(kind: type, kinds: "Iterable[type]") -> bool:
    """Return whether a class is one of these, without asking its metaclass."""
    return any(kind is one for one in kinds)


def contents(node: object) -> list[object]:
    """Return what a value holds (a dict's keys before its values), without asking the value."""
    kind = type(node)
    base = next((base for base in CONTAINERS if is_one_of(base, bases_of(kind))), None)
    items: list[object] = list(ITEMS[base](node)) if base else []
    if is_one_of(kind, CONTAINERS) or any(is_one_of(base, NOT_LOOKED_INTO) for base in bases_of(kind)):
        return items
    # A class's own attributes, its slots, and what the likes of a deque hold.
    return [*items, *gc.get_referents(node)]
