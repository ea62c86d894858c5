"""The units of a package that routes or commands are made of: its modules are imported, no others."""

import pkgutil
import sys
from importlib import import_module
from importlib.util import find_spec

from vibesafe_runtime._baked import BakedPackage
from vibesafe_runtime._exceptions import Problem, VibesafeConfigurationError
from vibesafe_runtime._finder import covering
from vibesafe_runtime._manifest import sha256
from vibesafe_runtime._units import Unit, units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.machinery import ModuleSpec

_MARK = b"vibesafe"  # what a module with units imports


def served(kind: str, package: str) -> list[Unit]:
    """Return the units of a kind in a module, or in a package and all below it, sorted by their ids.

    Imported is what mentions the runtime and the kind, and of a baked package only what its manifest covers: what was
    put beside it since never runs for this.

    Raises:
        VibesafeConfigurationError: if there is no such module, or it has no unit of this kind.
        VibesafeError: whatever an import of a unit raises: nothing that differs from what was locked is served.
    """
    try:
        top = import_module(package)
    except ModuleNotFoundError as error:
        if not f"{package}.".startswith(f"{error.name}."):
            raise
        what = "cannot be imported: there is no module of this name"
        remedy = "name an installed package or module, such as the one that defines your app"
        raise VibesafeConfigurationError(Problem(package, what, remedy)) from None
    baked = covering(top.__spec__) if top.__spec__ is not None else None
    for name in _below(package, list(getattr(top, "__path__", ()))):
        if name not in sys.modules and _has_units(name, baked, kind):
            import_module(name)
    found = units(kind, package)
    if not found:
        what = f"has no unit of kind {kind!r}"
        raise VibesafeConfigurationError(Problem(package, what, f"decorate a function with @vibesafe.{kind}(...)"))
    return found


def manifest_digest(package: str) -> str | None:
    """Return the SHA-256 of the manifest that covers a package; None in a source checkout, which has none."""
    spec = sys.modules[package].__spec__
    baked = covering(spec) if spec is not None else None
    return None if baked is None else sha256(baked.manifest)


def decorated(unit: Unit) -> "Callable[..., object]":
    """Return what a unit's name stands for in its module: its implementation, with all decorators above ours.

    Raises:
        VibesafeConfigurationError: if it stands for something else by now.
    """
    found: object = getattr(sys.modules[unit.module], unit.qualname, None)
    if not callable(found) or unit.implementation not in unwrapped(found):
        what = "is not what its module calls by that name: it was defined again, or a decorator above hides it"
        remedy = "let decorators above @vibesafe use functools.wraps, and give no other thing its name"
        raise VibesafeConfigurationError(Problem(str(unit), what, remedy))
    return found


def unwrapped(function: object) -> "Iterator[object]":
    """Yield a function and those that it wraps, as `functools.wraps` says."""
    for _ in range(64):
        yield function
        function = getattr(function, "__wrapped__", None)
        if function is None:
            return


def _below(package: str, path: list[str]) -> "Iterator[str]":
    for found in pkgutil.iter_modules(path, f"{package}."):
        last = found.name.rpartition(".")[2]
        if last in {"__main__", "_vibesafe"} or last.startswith("_vibesafe_"):
            continue
        yield found.name
        if found.ispkg and (spec := find_spec(found.name)) is not None:
            yield from _below(found.name, list(spec.submodule_search_locations or ()))


def _has_units(name: str, baked: BakedPackage | None, kind: str) -> bool:
    """Return whether a module may have units of a kind: it is written out, `@vibesafe.http` or `kind="http"`."""
    if baked is not None:
        path = baked.path_of(name)
        source = b"" if path is None else baked.read(path)
    else:
        spec: ModuleSpec | None = find_spec(name)
        read = getattr(spec.loader, "get_data", None) if spec is not None else None
        is_source = spec is not None and str(spec.origin).endswith(".py")
        source = read(spec.origin) if spec is not None and read is not None and is_source else b""
    return _MARK in source and kind.encode() in source
