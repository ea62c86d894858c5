"""Units and source files to the files of the baked packages. Pure: bytes in, bytes out."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from hatch_vibesafe.identity import UnitId, digest
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.ship.active import ActiveUnit
from hatch_vibesafe.ship.contract_wrapper import contract_wrapper
from hatch_vibesafe.ship.statement import statement_bytes
from hatch_vibesafe.spec.contract_modes import OFF
from hatch_vibesafe.spec.model import SourceFile
from vibesafe_runtime._bytecode import bytecode_files
from vibesafe_runtime._manifest import ENVELOPE, MANIFEST, STATEMENT, init_source, manifest_files
from vibesafe_runtime._names import BEHIND, baked_package, implementation_module, root_package


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

    def implementation_path(self, unit: ActiveUnit) -> str:
        """Return the path in the wheel of a unit's implementation."""
        return _path(self.implementation_module(unit), is_package=False)

    def implementation_module(self, unit: ActiveUnit) -> str:
        """Return the module with a unit's implementation: behind the one that checks calls, where there is that."""
        return self.entry_module(unit.spec.unit) + ("" if unit.contracts == OFF else BEHIND)

    def entry_module(self, unit: UnitId) -> str:
        """Return the module of which the runtime takes a unit."""
        return implementation_module(unit.module, unit.qualname, self.root(unit.module))


def layout_of(sources: Iterable[SourceFile]) -> Layout:
    """Return the layout that the source files of a wheel make."""
    return Layout(frozenset(source.module for source in sources if source.is_package and source.in_wheel))


@dataclass(frozen=True, slots=True)
class Recipe:
    """What beside units and sources decides about the bytes of a baked package.

    Attributes:
        tool: The name and version of what bakes, for the statement.
        bytecode: Whether bytecode for the building interpreter is added.
        packages: The directories of all baked packages of the distribution, which each statement names.
        sign: What makes a statement's signed envelope; None where no key is configured.
    """

    tool: str
    bytecode: bool = True
    packages: tuple[str, ...] = ()
    sign: Callable[[bytes], bytes] | None = None


def bake(units: Sequence[ActiveUnit], sources: Sequence[SourceFile], recipe: Recipe) -> dict[str, bytes]:
    """Return the files of the baked packages, by their path in the wheel.

    The same units, sources and recipe give the same bytes everywhere: nothing in them is a time, a path of the building
    machine, or an order that depends on it. Bytecode, and the digests of it, depend on the interpreter that builds.

    Raises:
        ValueError: if a module's name has no place in a manifest.
        VibesafeError: if the statement cannot be signed.
    """
    layout = layout_of(sources)
    by_module = {source.module: source for source in sources if source.in_wheel}
    files: dict[str, bytes] = {}
    groups = {package: tuple(group) for package, group in _by_package(units, layout)}
    directories = tuple(package.replace(".", "/") for package in groups)
    for package, group in groups.items():
        files |= _bake_package(package, group, layout, by_module, replace(recipe, packages=directories))
    return files


def implementations_of(units: Iterable[ActiveUnit], sources: Iterable[SourceFile]) -> dict[str, ActiveUnit]:
    """Return the unit whose implementation stands at each path of the wheel."""
    layout = layout_of(sources)
    return {layout.implementation_path(unit): unit for unit in units}


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
    package: str, units: tuple[ActiveUnit, ...], layout: Layout, by_module: dict[str, SourceFile], recipe: Recipe
) -> dict[str, bytes]:
    directory = package.replace(".", "/")
    implementations = {layout.implementation_path(unit): unit for unit in units}
    if len(implementations) != len(units):
        raise ValueError(f"two units of {package} have one implementation module")
    checking = {unit.spec.unit: path for path, unit in _checking(units, layout)}
    texts = {path: (unit.spec.unit.module, unit.checkpoint.implementation) for path, unit in implementations.items()}
    texts |= {path: (unit.spec.unit.module, _checks(unit, layout)) for path, unit in _checking(units, layout)}
    generated = {path: content for path, (_, content) in texts.items()}
    specs = {module: by_module[module] for module in sorted(set(_modules_of(units, layout)))}
    if recipe.bytecode:
        generated |= _bytecode(directory, texts, specs)
    sources = {_path(spec.module, is_package=spec.is_package): spec.content for spec in specs.values()}
    pinned = {path: digest(content) for path, content in (generated | sources).items()}
    unstated = digest(manifest_files(directory, pinned)[f"{directory}/{MANIFEST}"])
    statement = statement_bytes(implementations, generated, unstated, recipe.tool, recipe.packages, checking=checking)
    stated = {f"{directory}/{STATEMENT}": statement}
    if recipe.sign is not None:
        stated[f"{directory}/{ENVELOPE}"] = recipe.sign(statement)
    manifests = manifest_files(directory, pinned | {path: digest(content) for path, content in stated.items()})
    init = init_source(manifests[f"{directory}/{MANIFEST}"])
    return {**generated, **stated, **manifests, f"{directory}/__init__.py": init}


def _checking(units: Iterable[ActiveUnit], layout: Layout) -> Iterator[tuple[str, ActiveUnit]]:
    """Yield the path of each module that checks the calls of a unit."""
    for unit in units:
        if unit.contracts != OFF:
            yield _path(layout.entry_module(unit.spec.unit), is_package=False), unit


def _checks(unit: ActiveUnit, layout: Layout) -> bytes:
    return contract_wrapper(unit.spec, layout.implementation_module(unit), unit.contracts).encode()


def _modules_of(units: Iterable[ActiveUnit], layout: Layout) -> Iterator[str]:
    """Yield the modules that have units, and the regular packages above them, which decide what stands below them."""
    for module in {unit.spec.unit.module for unit in units}:
        parts = module.split(".")
        above = (".".join(parts[:count]) for count in range(1, len(parts)))
        yield from (package for package in above if package in layout.packages)
        yield module


def _bytecode(
    directory: str, texts: Mapping[str, tuple[str, bytes]], specs: Mapping[str, SourceFile]
) -> dict[str, bytes]:
    """Return the files with the bytecode of the spec modules and of what is generated for them, by path.

    `texts` are the module that has the unit and the source of each generated file.
    """
    places = {module: _path(module, is_package=spec.is_package) for module, spec in specs.items()}
    modules = {places[module]: {places[module]: spec.content} for module, spec in specs.items()}
    for path, (module, content) in texts.items():
        modules[places[module]][path] = content
    with warnings.catch_warnings():
        # What a compiler warns of, it has said to who wrote the code; here nobody could act on it.
        warnings.simplefilter("ignore")
        return bytecode_files(directory, modules)


def _path(module: str, *, is_package: bool) -> str:
    return module.replace(".", "/") + ("/__init__.py" if is_package else ".py")
