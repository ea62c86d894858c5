"""What would ship: every unit of a project with its active checkpoint and evidence, or every reason why not."""

from collections.abc import Iterator
from dataclasses import dataclass

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.project import Project, settings_for, source_files
from hatch_vibesafe.spec.model import Scan, SourceFile, Spec
from hatch_vibesafe.spec.scan import scan
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.drift import unit_status
from hatch_vibesafe.store.evidence import read_evidence
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.records import Checkpoint, Evidence, IndexEntry


@dataclass(frozen=True, slots=True)
class ActiveUnit:
    """A unit whose active checkpoint agrees with everything; `approver` is who made it the active one, or empty."""

    spec: Spec
    checkpoint: Checkpoint
    evidence: Evidence
    approver: str = ""


@dataclass(frozen=True, slots=True)
class ActiveUnits:
    """What would ship.

    Attributes:
        units: The units, sorted by id; not all of them where there are problems.
        sources: The project's source files.
        problems: Everything that makes a build fail.
    """

    units: tuple[ActiveUnit, ...]
    sources: tuple[SourceFile, ...]
    problems: tuple[Problem, ...]


def read_active_units(project: Project) -> ActiveUnits:
    """Return what would ship from a project, every byte read and hashed anew.

    Raises:
        VibesafeError: if the source files or the index cannot be read at all.
    """
    sources = source_files(project)
    found = scan(sources, settings_for(project))
    index = read_index(project.index_path)
    problems = [*found.all_problems, *_no_unit(found)]
    settings, required = gate_settings_digest(project.config), project.config.gates.required
    minimum = project.config.sandbox.min_sandbox
    units: list[ActiveUnit] = []
    for spec in found.specs:
        status = unit_status(spec, index, project.checkpoints_path, settings, required, min_sandbox=minimum)
        if status.problems:
            problems += status.problems
            continue
        try:
            units.append(_read(project, spec, index.units[spec.unit]))
        except VibesafeError as error:
            problems += error.problems
    return ActiveUnits(tuple(units), sources, tuple(problems))


def _no_unit(found: Scan) -> Iterator[Problem]:
    if not found.specs and not found.all_problems:
        remedy = "decorate a function with @vibesafe, or remove [tool.hatch.build.hooks.vibesafe] from pyproject.toml"
        yield Problem("pyproject.toml", "the build hook is configured, but the wheel has no unit", remedy)


def _read(project: Project, spec: Spec, entry: IndexEntry) -> ActiveUnit:
    """Return a unit that has just been found in order; what changed since then is refused.

    Raises:
        VibesafeError: if it changed.
    """
    checkpoint = read_checkpoint(project.checkpoints_path, spec.unit, entry.active)
    evidence, digest = read_evidence(project.checkpoints_path, spec.unit, entry.active)
    if digest != entry.evidence or checkpoint.spec_hash != spec.spec_hash:
        raise VibesafeError(Problem(spec.where, "changed while it was being built", "run the build again"))
    return ActiveUnit(spec, checkpoint, evidence, entry.approver)
