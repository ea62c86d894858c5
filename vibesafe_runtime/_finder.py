"""The one meta-path finder: it answers for covered modules from their manifests, and stands first.

It opens a file once, hashes what it read, and runs exactly these bytes or the bytecode that the manifest lists beside
them; it never looks into `__pycache__`.
"""

import os
import sys

# These are `importlib.machinery`; under these names they are loaded in every interpreter.
from _frozen_importlib import ModuleSpec, _load  # type: ignore[attr-defined]  # what `import` ends in; no stub has it

from vibesafe_runtime._baked import BakedPackage, open_baked
from vibesafe_runtime._exceptions import Problem, VibesafeConfigurationError
from vibesafe_runtime._loader import PackageLoader, VerifiedLoader, up
from vibesafe_runtime._manifest import sha256
from vibesafe_runtime._names import baked_package, root_package
from vibesafe_runtime._running import check_running

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.abc import Loader
    from types import FrameType, FunctionType, ModuleType

ENVIRONMENT = "VIBESAFE_ENV"
MODES = ("dev", "prod")

_covered: dict[str, BakedPackage] = {}
_by_top: dict[str, tuple[BakedPackage, ...]] = {}


class Finder:
    """Finds covered modules, and nothing else."""

    @staticmethod
    def find_spec(fullname: str, path: object = None, target: object = None) -> "ModuleSpec | None":  # noqa: ARG004
        """Return the spec of a covered module; None for a module that no manifest covers.

        Raises:
            ModuleNotFoundError: for a module of a baked package that its manifest does not list.
        """
        for package in _by_top.get(fullname.partition(".")[0], ()):
            covered = package.path_of(fullname)
            if covered is not None:
                return _spec(fullname, package, covered)
            if fullname.startswith(f"{package.name}."):
                raise ModuleNotFoundError(f"no module named {fullname!r} in its manifest", name=fullname)
        return None


def _spec(module: str, package: BakedPackage, path: str) -> ModuleSpec:
    loader = (PackageLoader if module == package.name else VerifiedLoader)(module, package, path)
    spec = ModuleSpec(module, loader, origin=loader.path)
    spec.has_location = True
    spec.cached = ""  # Nothing of ours is: Python would compute a name in `__pycache__`.
    if path.endswith("/__init__.py"):
        spec.submodule_search_locations = [up(loader.path, 1)]
    return spec


def baked_implementation(spec: ModuleSpec, stub: "FunctionType", frame: "FrameType") -> "Callable[..., object] | None":
    """Return the verified implementation of a decorated stub; None where its module has no baked package.

    Args:
        spec: The module of the stub.
        stub: The function that is decorated.
        frame: The frame of the decorator's caller.

    Raises:
        VibesafeCheckpointMissing: if the baked package has no implementation of it.
        VibesafeConfigurationError: if `VIBESAFE_ENV` has a value that is no mode.
        VibesafeHashMismatch: if anything differs from what was locked.
    """
    module = spec.name
    package = covering(spec)
    if package is None:
        return None
    stand_first()
    name = package.implementation_module(module, stub.__qualname__)
    path = name.replace(".", "/") + ".py"
    if not package.digest(path):
        raise package.missing(f"{module}/{stub.__qualname__}", f"has no implementation in {package.name}")
    if not isinstance(spec.loader, VerifiedLoader):
        check_running(package, spec, stub.__globals__, frame)
    # A module that runs by `python -m` has no name of its own yet; the implementation may import from it.
    borrowed = module not in sys.modules
    if borrowed:
        sys.modules[module] = sys.modules.get(stub.__globals__["__name__"]) or _standing_for(stub.__globals__)
    try:
        found = _loaded(package, name, path)
        if not hasattr(found, stub.__name__):
            # It was imported before its spec module, for which it now waits: run it again, and it will not have to.
            del sys.modules[name]
            found = _loaded(package, name, path)
    finally:
        if borrowed:
            del sys.modules[module]
    if not isinstance(found.__loader__, VerifiedLoader):
        raise package.mismatch(package.place(path), "was loaded by something that does not verify it")
    implementation: Callable[..., object] = getattr(found, stub.__name__)
    return implementation


def cover(spec: ModuleSpec, digest: str) -> None:
    """Cover the package whose `__init__` calls this: its modules are from now on loaded by the finder alone.

    The last step of each baked package's `__init__.py`, so the name and the meaning of this function stay.

    Raises:
        VibesafeHashMismatch: if the package is not whole, or what runs is not its `__init__.py`.
    """
    if isinstance(spec.loader, VerifiedLoader):
        return
    parent, _, last = spec.name.rpartition(".")
    owner = parent if last == "_vibesafe" else ".".join(filter(None, (parent, last.removeprefix("_vibesafe_"))))
    package = _covered.get(spec.name) or open_beside(spec.name, owner, spec)
    if package is None or sha256(package.manifest) != digest:
        raise ImportError(f"{spec.name} is not the baked package that stands in its place", name=spec.name)
    stand_first()


def _standing_for(namespace: dict[str, object]) -> "ModuleType":
    """Return a module that has the names of one that runs without standing in `sys.modules` (PEP 451 allows that)."""
    module = type(sys)(str(namespace["__name__"]))
    module.__dict__.update(namespace)
    return module


def _package_of(module: str, spec: ModuleSpec) -> BakedPackage | None:
    """Return the baked package of a module that this finder did not find."""
    root = root_package(module, _is_regular)
    name = baked_package(module, root)
    if name in _covered:
        return _covered[name]
    owner = root or module
    return open_beside(name, owner, spec if owner == module else sys.modules[owner].__spec__)


def covering(spec: ModuleSpec) -> BakedPackage | None:
    """Return the baked package that covers an imported module; None where there is none.

    Raises:
        VibesafeHashMismatch: if it is not whole.
    """
    return spec.loader.package if isinstance(spec.loader, VerifiedLoader) else _package_of(spec.name, spec)


def _loaded(package: BakedPackage, name: str, path: str) -> "ModuleType":
    """Return the module `name` of a baked package, made of the covered file `path`; imported where it is not yet."""
    found = sys.modules.get(name)
    if found is None:
        if package.name not in sys.modules:
            __import__(package.name)
        # What `import` would do with what the finder says, without asking every finder again.
        found = _load(_spec(name, package, path))
        setattr(sys.modules[package.name], name.rpartition(".")[2], found)
    return found


def open_beside(name: str, owner: str, holder: ModuleSpec | None) -> BakedPackage | None:
    """Return the baked package `name` that stands beside the module `holder`, now covered; None where there is none.

    Raises:
        VibesafeConfigurationError: if `VIBESAFE_ENV` has a value that is no mode.
        VibesafeHashMismatch: if it is not whole.
    """
    read = getattr(holder.loader, "get_data", None) if holder is not None and holder.has_location else None
    if holder is None or holder.origin is None or read is None:
        return None
    depth = holder.name.count(".") + (1 if holder.submodule_search_locations is None else 2)
    package = open_baked(name, owner, up(holder.origin, depth), read)
    if package is not None:
        _check_environment()
        _covered[name] = package
        for top in {name.partition(".")[0], owner.partition(".")[0]}:
            _by_top[top] = (*(other for other in _by_top.get(top, ()) if other.name != name), package)
    return package


def guarded_loader(found: ModuleSpec, holders: "Iterable[tuple[str, ModuleSpec]]") -> "Loader | None":
    """Return what loads a module that the guard found, verified; None where it has no baked package.

    Args:
        found: The module.
        holders: The names that its baked package may have, each with the module beside which it would stand.

    Raises:
        VibesafeHashMismatch: if the baked package is not whole, or an `__init__` was put above it.
    """
    for name, holder in holders:
        package = open_beside(name, found.name, _plain(holder))
        if package is None:
            continue
        above = found.name.rpartition(".")[0]
        if above and _is_regular(above):
            where = str(getattr(sys.modules[above], "__file__", above))
            raise package.mismatch(
                where, "is not listed, and runs before everything below it: it was added after the build"
            )
        stand_first()
        verified = Finder.find_spec(found.name)
        return None if verified is None else verified.loader
    return None


def _plain(holder: ModuleSpec) -> ModuleSpec:
    """Return a spec with a loader of files, whatever loader it was given since."""
    plain = ModuleSpec(holder.name, getattr(holder.loader, "_plain", holder.loader), origin=holder.origin)
    plain.has_location = True
    plain.submodule_search_locations = holder.submodule_search_locations
    return plain


def stand_first() -> None:
    """Let the finder be the first that is asked for every module."""
    if sys.meta_path[0] is not Finder:
        sys.meta_path[:] = [Finder, *(finder for finder in sys.meta_path if finder is not Finder)]


def _check_environment() -> None:
    mode = os.environ.get(ENVIRONMENT)
    if mode is not None and mode not in MODES:
        what = f"is {mode!r}, but only {' or '.join(map(repr, MODES))} can stand there"
        remedy = f"unset {ENVIRONMENT}, or export {ENVIRONMENT}=prod"
        raise VibesafeConfigurationError(Problem(ENVIRONMENT, what, remedy))


def _is_regular(name: str) -> bool:
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return spec is not None and spec.submodule_search_locations is not None and spec.has_location
