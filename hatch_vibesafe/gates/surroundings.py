"""The project around a batch of candidates: its modules on disk, and the names of implementation modules."""

import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import vibesafe_runtime
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.project import source_files
from hatch_vibesafe.spec.model import Spec
from vibesafe_runtime._names import implementation_module, root_package

_RUNTIME = str(Path(vibesafe_runtime.__file__).parent.parent)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a project's modules are.

    Attributes:
        files: Each module's absolute path, and whether it is a package.
        roots: The directories below which modules have their own names, for what is no module of the project's.
        judged: The modules of the specs that are judged, sorted.
        path: `sys.path` of what runs or reads a candidate: the roots, the runtime, and what is installed.
    """

    files: dict[str, tuple[str, bool]]
    roots: tuple[str, ...]
    judged: tuple[str, ...]
    path: tuple[str, ...]

    @property
    def read_by_mypy(self) -> tuple[str, ...]:
        """Where mypy looks for modules beside what is installed, which it finds itself."""
        installed = {str(Path(entry)) for key in ("purelib", "platlib") for entry in (sysconfig.get_path(key),)}
        return tuple(entry for entry in (*self.roots, _RUNTIME) if entry not in installed)

    def implementation_name(self, unit: UnitId) -> str:
        """Return the name of the module that holds a unit's implementation, the same as in a wheel."""
        root = root_package(unit.module, lambda name: self.files.get(name, ("", False))[1])
        return implementation_module(unit.module, unit.qualname, root)


def surroundings(context: GateContext, specs: Iterable[Spec]) -> Surroundings:
    """Return the surroundings of a project; a spec in a script outside its packages is one of its modules.

    Raises:
        VibesafeConfigurationError: if the project's source files cannot be told or read.
    """
    root = context.project.root
    specs = list(specs)
    files = {file.module: (str(root / file.path), file.is_package) for file in source_files(context.project)}
    for spec in specs:
        files.setdefault(spec.unit.module, (str(root / spec.path), False))
    roots = dict.fromkeys(directory for name, place in files.items() if (directory := _root(name, *place)))
    installed = [entry for entry in sys.path if entry and Path(entry).is_absolute()]
    judged = tuple(sorted({spec.unit.module for spec in specs}))
    return Surroundings(files, tuple(roots), judged, tuple(dict.fromkeys((*roots, *installed, _RUNTIME))))


def _root(module: str, file: str, is_package: bool) -> str:
    """Return the directory below which a file has its module's name; empty where the wheel puts it elsewhere."""
    path = Path(file).parent if is_package else Path(file).with_suffix("")
    parts = module.split(".")
    return str(path.parents[len(parts) - 1]) if list(path.parts[-len(parts) :]) == parts else ""
