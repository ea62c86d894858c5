"""Which classes are not the candidate's, told by identity: a class can be made at run time and say it is of any module.

A class is believed that lived before the candidate's module ran, unless one of its telling methods was replaced since;
or that the import of the spec's module made around the candidate, and that is to be found there under its name; or that
no Python code can make. Every other one is the candidate's. The state is in local variables: what a candidate is handed
(`sys.stdout`, the finder on `sys.meta_path`) leads to none of it once the examples run.
"""

import gc
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

HEAP_TYPE, IMMUTABLE_TYPE = 1 << 9, 1 << 8
# With these a class of the implementation could make a wrong value look right.
LYING_METHODS = frozenset(
    {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__len__", "__contains__"}
    | {"__repr__", "__str__", "__format__", "__class__", "__getattribute__", "__getattr__"}
)
# An attribute of such a name where it is no part of a call or of a longer name, and whatever is given a name by text.
_REPLACING = re.compile(
    rf"\.\s*(?:{'|'.join(sorted(LYING_METHODS))})\b(?!\s*(?:[(.\[]|[!=]=|is\b))"
    r"|\b(?:setattr|delattr|__setattr__|__delattr__|exec|eval)\b"
)

_FLAGS = type.__dict__["__flags__"].__get__
_MEMBERS = type.__dict__["__dict__"].__get__
_TRACKED = gc.get_objects


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


class Frozen:
    """The classes that a warm process had when it froze all that it had (`gc.freeze`), and what they tell.

    Its children share the memory that this is in as long as they do not touch it: they look through what is newer.
    """

    def __init__(self, sources: "Iterable[str]", modules: "Collection[str]") -> None:
        """Look at the classes that there are now.

        Args:
            sources: The project's modules and the accepted implementations.
            modules: Their names.
        """
        self.told = {id(cls): (cls, telling(cls)) for cls in live_classes().values() if not is_fixed(cls)}
        self._may_replace = any(map(_REPLACING.search, sources))
        self._known = frozenset(modules).union(sys.modules)

    def may_have_changed(self) -> bool:
        """Return whether what was imported since could have replaced a method of one of them."""
        newer = {name.partition(".")[0] for name in sys.modules.keys() - self._known}
        return self._may_replace or not newer <= sys.stdlib_module_names


class Origins:
    """Keeps which classes are believed. `before` and `after` are called around the candidate's module."""

    def __init__(self, frozen: Frozen | None = None) -> None:
        self._frozen = frozen
        # Would be missed among what is newer, if anybody froze that too.
        self._mark: list[object] = []
        # With the class, so that no other can come to have its identity.
        self._believed: dict[int, tuple[type, dict[str, object]]] = {}
        self._made: dict[int, type] = {}

    def before(self) -> None:
        """Believe every class that there is now."""
        for cls in self._newer():
            self.believe(cls)
        if self._frozen is not None and self._frozen.may_have_changed():
            for cls, _ in self._frozen.told.values():
                self.believe(cls)

    def after(self) -> None:
        """Remember every class that there was not before."""
        self._made |= {id(cls): cls for cls in self._newer() if self._told(cls) is None}

    def settle(self) -> None:
        """Believe what the import made around the candidate's module, where it is to be found under its name."""
        for cls in self._newer():
            if id(cls) not in self._made and self._told(cls) is None and is_found(cls):
                self.believe(cls)

    def believe(self, cls: type) -> type:
        """Believe a class as it is now, and give it back."""
        self._believed[id(cls)] = (cls, {} if is_fixed(cls) else telling(cls))
        return cls

    def is_believed(self, cls: type) -> bool:
        """Return whether a class is not the candidate's, and tells what it told before the candidate ran."""
        if is_fixed(cls):
            return True
        then, now = self._told(cls), telling(cls)
        return then is not None and then.keys() == now.keys() and all(then[name] is now[name] for name in then)

    def _told(self, cls: type) -> dict[str, object] | None:
        """Return what a class told when it was believed; None where it is not."""
        found = self._believed.get(id(cls))
        if found is None and self._frozen is not None:
            found = self._frozen.told.get(id(cls))
        return None if found is None else found[1]

    def _newer(self) -> list[type]:
        """Return the classes that are not frozen, as far as code can make or change them; or all that there are."""
        if self._frozen is not None:
            tracked = _TRACKED()
            if any(each is self._mark for each in tracked):
                # By its type alone: an object may say that it is of any class.
                return [each for each in tracked if issubclass(type(each), type)]
        return list(live_classes().values())


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
