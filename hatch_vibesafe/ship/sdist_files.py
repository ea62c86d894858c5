"""What a source distribution must carry so that the wheel built from it is the same, and the check that it does."""

import tarfile
from collections.abc import Mapping
from pathlib import Path

from hatch_vibesafe.config_file import CONFIGURATION_FILE
from hatch_vibesafe.identity import digest
from hatch_vibesafe.lessons_config import LESSONS_FILE
from hatch_vibesafe.problems import Problem, VibesafeHashMismatch
from hatch_vibesafe.project import Project, template_files
from hatch_vibesafe.ship.active import ActiveUnit, ActiveUnits
from hatch_vibesafe.store.places import EVIDENCE, IMPLEMENTATION, META, checkpoint_directory


def sdist_files(project: Project, units: tuple[ActiveUnit, ...]) -> dict[str, bytes]:
    """Return the files beside the source that a build needs, by their path relative to the project root.

    They are the configuration, the index, the approved lessons, the active checkpoints with their evidence, and the
    project's own templates; never anything else of the store.

    Raises:
        VibesafeHashMismatch: if a file changed since the units were read.
        OSError: if a file cannot be read.
    """
    paths = {project.index_path}
    if (project.root / CONFIGURATION_FILE).is_file():
        paths.add(project.root / CONFIGURATION_FILE)
    if (project.root / LESSONS_FILE).is_file():
        paths.add(project.root / LESSONS_FILE)
    names = sorted({unit.spec.settings.template for unit in units})
    templates = (file.path for name in names for file in template_files(project, name))
    paths |= {path for path in templates if path.is_relative_to(project.root)}
    files = {path.relative_to(project.root).as_posix(): path.read_bytes() for path in sorted(paths)}
    for unit in units:
        files |= _checkpoint_files(project, unit)
    return files


def spec_sources(active: ActiveUnits) -> dict[str, bytes]:
    """Return the source files that have units, by their path relative to the project root.

    Without one of them, the wheel from the source distribution would silently lack its units.
    """
    paths = {unit.spec.path for unit in active.units}
    return {source.path: source.content for source in active.sources if source.path in paths}


def check_sdist(path: Path, expected: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """Return a problem for each of the expected files that a source distribution lacks or has otherwise."""
    remedy = "let no build hook or force-include of pyproject.toml touch this file, and build again"
    problems: list[Problem] = []
    missing = set(expected)
    with tarfile.open(path) as sdist:
        for member in sdist:  # in the archive's order: going back in it means to decompress it again
            name = member.name.partition("/")[2]
            if name in expected:
                missing.discard(name)
                file = sdist.extractfile(member)
                if file is None or file.read() != expected[name]:
                    problems.append(Problem(name, "is not in the source distribution what was checked", remedy))
    problems += [Problem(name, "is missing in the source distribution", remedy) for name in missing]
    return tuple(sorted(problems, key=lambda problem: problem.where))


def _checkpoint_files(project: Project, unit: ActiveUnit) -> dict[str, bytes]:
    directory = checkpoint_directory(project.checkpoints_path, unit.spec.unit, unit.checkpoint.hash)
    files = {name: (directory / name).read_bytes() for name in (IMPLEMENTATION, META, EVIDENCE)}
    if files[IMPLEMENTATION] != unit.checkpoint.implementation or digest(files[META]) != unit.evidence.meta:
        raise VibesafeHashMismatch(Problem(str(directory), "changed while it was being built", "run the build again"))
    place = directory.relative_to(project.root).as_posix()
    return {f"{place}/{name}": content for name, content in files.items()}
