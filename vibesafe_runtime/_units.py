"""The units of kind "http" and "cli" that this process has decorated, for what makes routes and commands of them."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FunctionType


class Unit:
    """A unit that was decorated.

    Attributes:
        module: The module of its stub.
        qualname: Its qualified name there.
        kind: "http" or "cli".
        options: What stands in its decorator.
        doc: The docstring of its stub.
        implementation: What the decorator returned.
    """

    __slots__ = ("doc", "implementation", "kind", "module", "options", "qualname")

    def __init__(
        self,
        stub: "FunctionType",
        kind: str,
        options: "Mapping[str, object]",
        implementation: "Callable[..., object]",
    ) -> None:
        spec = stub.__globals__.get("__spec__")
        self.module = str(spec.name if spec is not None else stub.__globals__["__name__"])
        self.qualname = stub.__qualname__
        self.kind = kind
        self.options = dict(options)
        self.doc = stub.__doc__ or ""
        self.implementation = implementation

    def __str__(self) -> str:
        return f"{self.module}/{self.qualname}"


_units: dict[str, Unit] = {}


def keep(unit: Unit) -> None:
    """Keep a unit; one that is decorated again takes the place of what it was."""
    _units[str(unit)] = unit


def kept(name: str) -> Unit | None:
    """Return the unit of this id, or None."""
    return _units.get(name)


def units(kind: str, package: str) -> list[Unit]:
    """Return the units of a kind in a module, or in a package and all below, sorted by their ids."""
    found = [unit for unit in _units.values() if unit.kind == kind]
    return sorted((unit for unit in found if f"{unit.module}.".startswith(f"{package}.")), key=str)


def unit_of(implementation: object) -> Unit | None:
    """Return the unit that a function is the implementation of, or None."""
    return next((unit for unit in _units.values() if unit.implementation is implementation), None)
