"""Which classes are not the candidate's, told by identity: a class can be made at run time and say it is of any module.

A class is believed that lived before the candidate's module ran, unless one of its telling methods was replaced since;
or that the import of the spec's module made around the candidate, and that is to be found there under its name; or that
no Python code can make. Every other one is the candidate's. The state is in local variables: what a candidate is handed
(`sys.stdout`, the finder on `sys.meta_path`) leads to none of it once the examples run.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

HEAP_TYPE, IMMUTABLE_TYPE = 1 << 9, 1 << 8
# With these a class of the implementation could make a wrong value look right.
LYING_METHODS = frozenset(
    {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__len__", "__contains__"}
    | {"__repr__", "__str__", "__format__", "__class__", "__getattribute__", "__getattr__"}
)


_FLAGS = type.__dict__["__flags__"].__get__
_MEMBERS = type.__dict__["__dict__"].__get__


def bases_of(cls: type) -> tuple[type, ...]:
    """Return a class and its bases, without asking its metaclass."""
    bases: tuple[type, ...] = type.__dict__["__mro__"].__get__(cls)
    return bases


def members_of(cls: type) -> "Mapping[str, object]":
    """Return what a class defines, without asking its metaclass."""
    members: Mapping[str, object] = _MEMBERS(cls)
    return members


def live_classes() -> dict[int, type]:
    """Return all classes there are, by identity."""
    found: dict[int, type] = {}
    waiting: list[type] = [object]
    below = type.__subclasses__
    while waiting:
        cls = waiting.pop()
        if id(cls) not in found:
            found[id(cls)] = cls
            waiting += below(cls)
    return found


def is_fixed(cls: type) -> bool:
    """Return whether no Python code can make or change a class."""
    flags: int = _FLAGS(cls)
    return not flags & HEAP_TYPE or bool(flags & IMMUTABLE_TYPE)


class Origins:
    """Keeps which classes are believed. `before` and `after` are called around the candidate's module."""

    def __init__(self) -> None:
        # With the class, so that no other can come to have its identity.
        self._believed: dict[int, tuple[type, dict[str, object]]] = {}
        self._made: dict[int, type] = {}

    def before(self) -> None:
        """Believe every class that there is now."""
        for cls in live_classes().values():
            self.believe(cls)

    def after(self) -> None:
        """Remember every class that there was not before."""
        self._made |= {key: cls for key, cls in live_classes().items() if key not in self._believed}

    def settle(self) -> None:
        """Believe what the import made around the candidate's module, where it is to be found under its name."""
        for key, cls in live_classes().items():
            if key not in self._made and key not in self._believed and is_found(cls):
                self.believe(cls)

    def believe(self, cls: type) -> type:
        """Believe a class as it is now, and give it back."""
        self._believed[id(cls)] = (cls, {} if is_fixed(cls) else telling(cls))
        return cls

    def is_believed(self, cls: type) -> bool:
        """Return whether a class is not the candidate's, and tells what it told before the candidate ran."""
        if is_fixed(cls):
            return True
        if id(cls) not in self._believed:
            return False
        then, now = self._believed[id(cls)][1], telling(cls)
        return then.keys() == now.keys() and all(then[name] is now[name] for name in then)


def telling(cls: type) -> dict[str, object]:
    """Return those methods of a class by which its objects could lie."""
    members = members_of(cls)
    return {name: members[name] for name in LYING_METHODS & members.keys()}


def is_found(cls: type) -> bool:
    """Return whether the module that a class names has that very class under its name."""
    members = members_of(cls)
    node: object = sys.modules.get(str(members.get("__module__")))
    for name in str(type.__dict__["__qualname__"].__get__(cls)).split("."):
        holder = members_of(node) if isinstance(node, type) else getattr(node, "__dict__", {})
        node = holder.get(name)
    return node is cls
