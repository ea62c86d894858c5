"""`vibesafe bake`: the checks of a build, and the baked packages written into a tree that something else made."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.ship.active import ActiveUnits, read_active_units
from hatch_vibesafe.ship.bake import bake, reserved_names
from hatch_vibesafe.ship.recipe import recipe_of
from hatch_vibesafe.ship.signing import refuse_shipped_key
from hatch_vibesafe.ship.tree import (
    differences,
    obstructions,
    packages_of,
    place_of,
    record,
    remove_packages,
    verified,
    write_packages,
)
from hatch_vibesafe.spec.model import SourceFile
from hatch_vibesafe.store.files import quoted
from vibesafe_runtime._manifest import MANIFEST

_RUNTIME = "vibesafe-runtime"


@dataclass(frozen=True, slots=True)
class BakedTree:
    """What was written.

    Attributes:
        packages: Each baked package's place in the tree, and how many files its manifest pins.
        units: How many units they hold.
        record: The `RECORD` that names them now; None where no distribution in the tree brought the sources.
    """

    packages: tuple[tuple[str, int], ...]
    units: int
    record: Path | None


def bake_tree(project: Project, tree: Path, *, in_place: bool = False) -> BakedTree:
    """Check everything as a build does, write the baked packages into `tree`, and verify what was written.

    Args:
        project: What was checked and locked.
        tree: The directory that holds the project's packages: an installed tree, or a copy of its sources.
        in_place: Whether it may hold the project's own sources.

    Raises:
        VibesafeConfigurationError: if there is no such directory, or it is the project's own and may not be.
        VibesafeError: with everything that does not agree; then nothing is left that could be imported.
    """
    if not tree.is_dir():
        raise VibesafeConfigurationError(Problem(str(tree), "is not a directory", "name the one with the packages"))
    refuse_shipped_key(project.config.signing, project.root)
    active = read_active_units(project)
    reserved = (each for each in reserved_names(active.units, active.sources) if not _is_ours(project, each, in_place))
    problems = (*active.problems, *reserved, *_runtime_problems(project.root))
    if problems:
        raise VibesafeError(*problems)
    baked = bake(active.units, active.sources, recipe_of(project))
    packages = packages_of(baked)
    if not in_place:
        _refuse_own_sources(project, active, tree)
    problems = (*differences(tree, active, baked), *obstructions(tree, packages))
    if problems:
        raise VibesafeError(*problems)
    write_packages(tree, packages)
    verdicts = verified(tree, packages)
    problems = tuple(problem for verdict in verdicts for problem in verdict.problems)
    if problems:
        remove_packages(tree, packages)
        raise VibesafeError(*problems)
    recorded = record(tree, packages, place_of(_with_units(active)[0]))
    counts = tuple((each.directory, verdict.files) for each, verdict in zip(packages, verdicts, strict=True))
    return BakedTree(counts, len(active.units), recorded)


def _is_ours(project: Project, problem: Problem, in_place: bool) -> bool:
    """Return whether what stands where generated code goes was baked there before."""
    return in_place and (project.root / problem.where).with_name(MANIFEST).is_file()


def _refuse_own_sources(project: Project, active: ActiveUnits, tree: Path) -> None:
    for source in _with_units(active):
        place = tree / place_of(source)
        if place.exists() and place.samefile(project.root / source.path):
            what = "holds the sources of the project itself, where generated code would stand in the way of a change"
            remedy = f"bake into a copy of {quoted(tree)}, or into what is installed; where this is a copy: --in-place"
            raise VibesafeConfigurationError(Problem(str(tree), what, remedy))


def _with_units(active: ActiveUnits) -> tuple[SourceFile, ...]:
    modules = {unit.spec.unit.module for unit in active.units}
    return tuple(source for source in active.sources if source.in_wheel and source.module in modules)


def _runtime_problems(root: Path) -> Iterator[Problem]:
    """Yield a problem where `[project]` says what is depended on, and the runtime is not there."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    if not isinstance(project, dict):
        return
    broken = [key for key in ("dependencies", "dynamic") if not isinstance(project.get(key, []), list)]
    for key in broken:
        yield Problem(f"pyproject.toml: project.{key}", "is no array", f"write it as one: {key} = [...]")
    if broken or "dependencies" in project.get("dynamic", []):
        return
    needed = [str(each) for each in project.get("dependencies", []) if ";" not in str(each)]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", each.strip())[0]).lower() for each in needed}
    if _RUNTIME not in names:
        what = f"what is installed needs {_RUNTIME}, but does not depend on it"
        yield Problem("pyproject.toml", what, f'add "{_RUNTIME}" to the dependencies of [project]')
