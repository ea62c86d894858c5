"""The one meta-path finder: it answers for covered modules from their manifests, and stands first.

It opens a file once, hashes what it read, and runs exactly these bytes; it never looks into `__pycache__`. A module
that began to run before the finder stood is compared, code object with code object, with its verified source.
"""

import os
import sys

# These are `importlib.machinery` and `importlib.util`; under these names they are loaded in every interpreter.
from _frozen_importlib_external import SourceFileLoader, spec_from_file_location

from vibesafe_runtime._baked import BakedPackage, open_baked
from vibesafe_runtime._manifest import sha256
from vibesafe_runtime._names import baked_package, root_package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import CodeType, FrameType

_covered: dict[str, BakedPackage] = {}


class VerifiedLoader(SourceFileLoader):
    """Loads a covered module from bytes that were compared with the manifest."""

    def __init__(self, module: str, package: BakedPackage, path: str) -> None:
        super().__init__(module, package.place(path))
        self.package = package
        self._path = path

    def get_code(self, fullname: str) -> "CodeType":  # noqa: ARG002 - part of the loader protocol
        """Return the verified source, compiled."""
        return _compile(self.package.read(self._path), self.path)

    def get_data(self, path: str) -> bytes:
        """Return the bytes of a file; the module's own are verified."""
        return self.package.read(self._path) if path == self.path else self.package.read_unchecked(path)


class Finder:
    """Finds covered modules, and nothing else."""

    @staticmethod
    def find_spec(fullname: str, path: object = None, target: object = None) -> "ModuleSpec | None":  # noqa: ARG004
        """Return the spec of a covered module; None for a module that no manifest covers.

        Raises:
            ModuleNotFoundError: for a module of a baked package that its manifest does not list.
        """
        for package in _covered.values():
            if package.owns(fullname):
                covered = package.path_of(fullname)
                if covered is not None:
                    loader = VerifiedLoader(fullname, package, covered)
                    return spec_from_file_location(fullname, loader.path, loader=loader)
                if fullname.startswith(f"{package.name}."):
                    raise ModuleNotFoundError(f"no module named {fullname!r} in its manifest", name=fullname)
        return None


def baked_package_of(module: str, spec: "ModuleSpec") -> BakedPackage | None:
    """Return the baked package of a module that is being imported; None where there is none.

    Raises:
        VibesafeHashMismatch: if it is not whole.
    """
    root = root_package(module, _is_regular)
    name = baked_package(module, root)
    package = _covered.get(name)
    if package is None:
        owner = root or module
        holder = spec if owner == module else sys.modules[owner].__spec__
        package = _open(name, owner, holder)
    if package is not None:
        _stand_first(package)
    return package


def cover(spec: "ModuleSpec", digest: str) -> None:
    """Cover the package whose `__init__` calls this: its modules are from now on loaded by the finder alone.

    The last step of each baked package's `__init__.py`, so the name and the meaning of this function stay.

    Raises:
        VibesafeHashMismatch: if the package is not whole, or what runs is not its `__init__.py`.
    """
    if isinstance(spec.loader, VerifiedLoader):
        return
    parent, _, last = spec.name.rpartition(".")
    owner = parent if last == "_vibesafe" else ".".join(filter(None, (parent, last.removeprefix("_vibesafe_"))))
    package = _covered.get(spec.name) or _open(spec.name, owner, spec)
    if package is None or sha256(package.manifest) != digest:
        raise ImportError(f"{spec.name} is not the baked package that stands in its place", name=spec.name)
    _stand_first(package)


def check_running(package: BakedPackage, module: str, namespace: dict[str, object], frame: "FrameType | None") -> None:
    """Check that a module which is running now is what the manifest has.

    Args:
        package: The baked package that must cover it.
        module: Its name.
        namespace: Its globals.
        frame: The frame of the caller, from which the module's own frame is found.

    Raises:
        VibesafeHashMismatch: if it is not covered, or its code is not what its verified source compiles to.
    """
    spec = namespace.get("__spec__")
    if isinstance(getattr(spec, "loader", None), VerifiedLoader) or package.checked.get(module) is namespace:
        return
    path = package.path_of(module)
    if path is None:
        raise package.mismatch(
            str(namespace.get("__file__")), f"has units, but the manifest of {package.name} lacks it"
        )
    running = _running_code(namespace, frame)
    place = package.place(path)
    if running is None:
        raise package.mismatch(place, "decorates a unit when it no longer runs, so that its code cannot be compared")
    if not same_code(running, _compile(package.read(path), place)):
        raise package.mismatch(place, "is whole, but other code runs in its place: a changed .pyc, or an import hook")
    package.checked[module] = namespace


def _open(name: str, owner: str, holder: "ModuleSpec | None") -> BakedPackage | None:
    read = getattr(holder.loader, "get_data", None) if holder is not None and holder.has_location else None
    if holder is None or holder.origin is None or read is None:
        return None
    depth = holder.name.count(".") + (1 if holder.submodule_search_locations is None else 2)
    package = open_baked(name, owner, _up(holder.origin, depth), read)
    if package is not None:
        _covered[name] = package
    return package


def _up(path: str, levels: int) -> str:
    for _ in range(levels):
        path = os.path.dirname(path)  # noqa: PTH120 - pathlib costs more than all of this package
    return path


def _stand_first(package: BakedPackage) -> None:
    _covered[package.name] = package
    if sys.meta_path[0] is not Finder:
        sys.meta_path[:] = [Finder, *(finder for finder in sys.meta_path if finder is not Finder)]


def _is_regular(name: str) -> bool:
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return spec is not None and spec.submodule_search_locations is not None and spec.has_location


def _compile(source: bytes, place: str) -> "CodeType":
    return compile(source, place, "exec", dont_inherit=True)


def _running_code(namespace: dict[str, object], frame: "FrameType | None") -> "CodeType | None":
    # The outermost frame in a row with this namespace: code that a swapped module hands to exec() does not pass for it.
    while frame is not None and frame.f_globals is not namespace:
        frame = frame.f_back
    while frame is not None and frame.f_back is not None and frame.f_back.f_globals is namespace:
        frame = frame.f_back
    return None if frame is None else frame.f_code


def same_code(one: "CodeType", other: "CodeType") -> bool:
    """Return whether two code objects do the same, wherever they were compiled."""
    # Equality leaves out the two that follow; one of them lets code write where it should not.
    if one != other or one.co_stacksize != other.co_stacksize or one.co_qualname != other.co_qualname:
        return False
    pairs = zip(one.co_consts, other.co_consts, strict=True)
    return all(same_code(a, b) for a, b in pairs if isinstance(a, type(one)) and isinstance(b, type(one)))
