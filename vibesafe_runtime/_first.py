"""What the file `vibesafe-runtime.pth` imports when Python starts: packages are verified from their first module on.

Without it the finder stands as soon as the first unit is decorated, and what ran before is compared only then. Python
reads `.pth` files in `site-packages` alone: not with `-S`, not below `--target`, not of what is on `PYTHONPATH`.

In a wheel this file stands beside the package too, as `_vibesafe_first.py`, and imports nothing of it before a package
with a baked package is imported: a process that goes on with another path, as a build frontend's does, gets the runtime
of that path. It costs each import that is not Python's own two questions for each entry of the path.
"""

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import PathFinder
from os import lstat
from os.path import isdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.abc import Loader
    from types import ModuleType

_OURS_OR_PYTHONS = frozenset(sys.stdlib_module_names) | {"vibesafe_runtime"}


class Guard:
    """Finds packages that bring a baked package, and single modules that have one beside them, where Python would.

    Attributes:
        against_shadows: Whether a package with a baked package is preferred to one of that name without, which stands
            earlier on the path: so the import of `vibesafe_runtime.guard` has it.
    """

    against_shadows = False

    @classmethod
    def find_spec(
        cls,
        fullname: str,
        path: "Iterable[object] | None" = None,
        target: object = None,  # noqa: ARG003 - as every finder has it
    ) -> "ModuleSpec | None":
        """Return the spec of a module that a baked package serves; None for any other.

        Nothing is opened and nothing imported here: Python holds a lock that every import needs.
        """
        top, _, _ = fullname.partition(".")
        name = fullname.rpartition(".")[2]
        if top in _OURS_OR_PYTHONS:
            return None
        entries = [entry for entry in (sys.path if path is None else path) if isinstance(entry, str)]
        if not any(_may_have_baked(entry, name) for entry in entries):
            return None
        for entry in entries:
            found = PathFinder.find_spec(fullname, [entry])
            if found is None or not found.has_location:
                continue
            if _may_have_baked(entry, name):
                return _opening(found, entry, name)
            if not cls.against_shadows:
                return None
        return None


class Opening:
    """The loader of a module that may have a baked package: that is opened when the module is needed, not before."""

    def __init__(self, found: ModuleSpec, holders: "Iterable[tuple[str, ModuleSpec]]") -> None:
        self._found = found
        self._holders = holders
        self._plain = found.loader

    def create_module(self, spec: ModuleSpec) -> None:
        """Have Python make the module."""

    def exec_module(self, module: "ModuleType") -> None:
        """Run the module: its verified code, if it has a baked package.

        Raises:
            VibesafeHashMismatch: if the baked package is not whole.
        """
        loader = self._opened()
        module.__loader__ = loader
        if module.__spec__ is not None:
            module.__spec__.loader = loader
        loader.exec_module(module)

    def __getattr__(self, name: str) -> object:
        """Return what the loader that it stands for has: for who asks without importing."""
        return getattr(self._opened(), name)

    def _opened(self) -> "Loader":
        from vibesafe_runtime._finder import guarded_loader  # noqa: PLC0415 - few processes need it, and see above

        loader = guarded_loader(self._found, self._holders) or self._plain
        if loader is None:
            raise ImportError(f"nothing loads {self._found.name}", name=self._found.name)
        return loader


def _opening(found: ModuleSpec, entry: str, name: str) -> ModuleSpec:
    """Return the spec of a module that is opened later; of a single module also where a package stands beside it."""
    namespace = found.name.rpartition(".")[0]
    beside = f"{namespace}{'.' if namespace else ''}_vibesafe_{name}"
    if found.submodule_search_locations is None:
        found.loader = Opening(found, [(beside, found)])  # type: ignore[assignment]  # a loader by its methods
        return found
    inside = f"{found.name}._vibesafe"
    if not _exists(f"{entry or '.'}/{name}/_vibesafe") and _exists(f"{entry or '.'}/_vibesafe_{name}"):
        single = ModuleSpec(found.name, found.loader, origin=f"{entry or '.'}/{name}.py")
        single.has_location = True
        single.loader = Opening(single, [(beside, single)])  # type: ignore[assignment]  # as above
        return single
    found.loader = Opening(found, [(inside, found)])  # type: ignore[assignment]  # as above
    return found


def _may_have_baked(entry: str, name: str) -> bool:
    """Return whether an entry of the path has, or as an archive may have, a baked package of this name."""
    if entry not in sys.path_importer_cache:
        if not isdir(entry or "."):  # noqa: PTH112 - pathlib costs more than all of this
            return True
    elif hasattr(sys.path_importer_cache[entry], "archive"):
        return True
    return _exists(f"{entry or '.'}/{name}/_vibesafe") or _exists(f"{entry or '.'}/_vibesafe_{name}")


def _exists(place: str) -> bool:
    try:
        lstat(place)
    except (OSError, ValueError):
        return False
    return True


sys.meta_path.insert(0, Guard)
