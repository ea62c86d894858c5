"""Import this first, and baked packages are verified from their first module on.

Without it the finder stands as soon as the first unit is decorated. What ran before, the first module with units among
it, is compared then; but a module whose bytecode was swapped and which decorates nothing never calls us, and neither
does a package that shadows ours. With it, every package that brings a baked package is found by us, before Python
looks into any `__pycache__`, and where several directories offer a package of one name, the one with a baked package
is imported.

`import vibesafe_runtime.guard` stands in a program's first line, or, for every program of an environment, in a file
`vibesafe-guard.pth` in its `site-packages`. It costs each import of a new module a look into every entry of `sys.path`.
"""

import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import PathFinder

from vibesafe_runtime._finder import Finder, open_beside, stand_first
from vibesafe_runtime._names import baked_package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_OURS_OR_PYTHONS = frozenset(sys.stdlib_module_names) | {__name__.partition(".")[0]}


class Guard:
    """Finds packages that bring a baked package, and single modules that have one beside them."""

    @staticmethod
    def find_spec(fullname: str, path: "Sequence[str] | None" = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG004
        """Return the spec of a module that a baked package serves; None for any other.

        Raises:
            VibesafeHashMismatch: if the baked package is not whole.
        """
        if fullname.partition(".")[0] in _OURS_OR_PYTHONS:
            return None
        for entry in sys.path if path is None else path:
            spec = PathFinder.find_spec(fullname, [entry])
            if spec is not None and spec.has_location:
                name = baked_package(fullname, fullname if spec.submodule_search_locations else "")
                if open_beside(name, fullname, spec) is not None:
                    stand_first()
                    return Finder.find_spec(fullname) or spec
        return None


stand_first()
if Guard not in sys.meta_path:
    sys.meta_path.insert(1, Guard)
