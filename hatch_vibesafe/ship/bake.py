"""Units and source files to the files of the baked packages. Pure: bytes in, bytes out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from hatch_vibesafe.identity import UnitId, digest
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.ship.active import ActiveUnit
from hatch_vibesafe.ship.statement import statement_bytes
from hatch_vibesafe.spec.model import SourceFile
from vibesafe_runtime._manifest import MANIFEST, STATEMENT, format_manifest, init_source
from vibesafe_runtime._names import baked_package, implementation_module, root_package


@dataclass(frozen=True, slots=True)
class Layout:
    """Where implementations go, given the regular packages that the wheel holds."""

    packages: frozenset[str]

    def root(self, module: str) -> str:
        """Return the top-most regular package of a module; "" where it has none."""
        return root_package(module, self.packages.__contains__)

    def baked_package(self, module: str) -> str:
        """Return the package that holds the implementations of a module."""
        return baked_package(module, self.root(module))

    def implementation_path(self, unit: UnitId) -> str:
        """Return the path in the wheel of a unit's implementation."""
        return _path(implementation_module(unit.module, unit.qualname, self.root(unit.module)), is_package=False)


def layout_of(sources: Iterable[SourceFile]) -> Layout:
    """Return the layout that the source files of a wheel make."""
    return Layout(frozenset(source.module for source in sources if source.is_package and source.in_wheel))


def bake(units: Sequence[ActiveUnit], sources: Sequence[SourceFile], tool: str) -> dict[str, bytes]:
    """Return the files of the baked packages, by their path in the wheel.

    The same units, sources and tool give the same bytes everywhere: nothing in them is a time, a path of the building
    machine, or an order that depends on it.

    Args:
        units: The units that ship.
        sources: The source files of the project.
        tool: The name and version of what bakes, for the statement.

    Raises:
        ValueError: if a module's name has no place in a manifest.
    """
    layout = layout_of(sources)
    by_module = {source.module: source for source in sources if source.in_wheel}
    files: dict[str, bytes] = {}
    for package, group in _by_package(units, layout):
        files |= _bake_package(package, tuple(group), layout, by_module, tool)
    return files


def reserved_names(units: Sequence[ActiveUnit], sources: Sequence[SourceFile]) -> Iterator[Problem]:
    """Yield a problem for each source file that stands where a baked package goes."""
    layout = layout_of(sources)
    packages = {layout.baked_package(unit.spec.unit.module) for unit in units}
    for source in sources:
        if any(f"{source.module}.".startswith(f"{package}.") for package in packages):
            what = "stands where the build puts generated code"
            yield Problem(source.path, what, f"rename {source.path}, or delete it where an older build left it")


def _by_package(units: Sequence[ActiveUnit], layout: Layout) -> Iterator[tuple[str, Iterator[ActiveUnit]]]:
    def package(unit: ActiveUnit) -> str:
        return layout.baked_package(unit.spec.unit.module)

    return groupby(sorted(units, key=lambda unit: (package(unit), unit.spec.unit)), key=package)


def _bake_package(
    package: str, units: tuple[ActiveUnit, ...], layout: Layout, by_module: dict[str, SourceFile], tool: str
) -> dict[str, bytes]:
    directory = package.replace(".", "/")
    implementations = {layout.implementation_path(unit.spec.unit): unit for unit in units}
    if len(implementations) != len(units):
        raise ValueError(f"two units of {package} have one implementation module")
    generated = {path: unit.checkpoint.implementation for path, unit in implementations.items()}
    specs = [by_module[module] for module in sorted({unit.spec.unit.module for unit in units})]
    pinned = {path: digest(content) for path, content in generated.items()}
    pinned |= {_path(spec.module, is_package=spec.is_package): digest(spec.content) for spec in specs}
    statement = statement_bytes(implementations, generated, digest(format_manifest(pinned)), tool)
    manifest = format_manifest(pinned | {f"{directory}/{STATEMENT}": digest(statement)})
    return generated | {
        f"{directory}/{STATEMENT}": statement,
        f"{directory}/{MANIFEST}": manifest,
        f"{directory}/__init__.py": init_source(manifest),
    }


def _path(module: str, *, is_package: bool) -> str:
    return module.replace(".", "/") + ("/__init__.py" if is_package else ".py")
