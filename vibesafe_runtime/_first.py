"""What the file `vibesafe-runtime.pth` imports when Python starts: packages are verified from their first module on.

Without it the finder stands as soon as the first unit is decorated, and what ran before is compared only then. Python
reads `.pth` files in `site-packages` alone: not with `-S`, not below `--target`, not of what is on `PYTHONPATH`.

It costs each import of a top-level package that is not Python's own two questions for each entry of the path.
"""

import sys
from _frozen_importlib_external import PathFinder
from os import lstat
from os.path import isdir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _frozen_importlib import ModuleSpec
    from collections.abc import Iterable

_OURS_OR_PYTHONS = frozenset(sys.stdlib_module_names) | {__name__.partition(".")[0]}


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
        path: "Iterable[str] | None" = None,
        target: object = None,  # noqa: ARG003 - as every finder has it
    ) -> "ModuleSpec | None":
        """Return the spec of a module that a baked package serves; None for any other.

        Raises:
            VibesafeHashMismatch: if the baked package is not whole.
        """
        above, _, name = fullname.rpartition(".")
        # Below a regular package there is none: its baked package serves all that is in it.
        if fullname.partition(".")[0] in _OURS_OR_PYTHONS or (above and _is_regular(above)):
            return None
        entries = tuple(sys.path if path is None else path)
        if not any(_may_have_baked(entry, name) for entry in entries):
            return None
        from vibesafe_runtime._finder import Finder, open_beside, stand_first  # noqa: PLC0415 - few processes need it
        from vibesafe_runtime._names import baked_package  # noqa: PLC0415 - as above

        for entry in entries:
            spec = PathFinder.find_spec(fullname, [entry])
            if spec is not None and spec.has_location:
                baked = baked_package(fullname, fullname if spec.submodule_search_locations else "")
                if open_beside(baked, fullname, spec) is not None:
                    stand_first()
                    return Finder.find_spec(fullname) or spec
                if not cls.against_shadows:
                    return None
        return None


def _may_have_baked(entry: str, name: str) -> bool:
    """Return whether an entry of the path has, or as an archive may have, a baked package of this name."""
    if entry not in sys.path_importer_cache:
        if not isdir(entry or "."):  # noqa: PTH112 - pathlib costs more than all of this
            return True
    elif hasattr(sys.path_importer_cache[entry], "archive"):
        return True
    for place in (f"{entry or '.'}/{name}/_vibesafe", f"{entry or '.'}/_vibesafe_{name}"):
        try:
            lstat(place)
        except (OSError, ValueError):
            continue
        return True
    return False


def _is_regular(name: str) -> bool:
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return spec is not None and spec.has_location


sys.meta_path.insert(0, Guard)
