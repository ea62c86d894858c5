"""What would ship: every unit of a project with its active checkpoint and evidence, or every reason why not."""

from collections.abc import Iterator
from dataclasses import dataclass

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import Project, settings_for, source_files
from hatch_vibesafe.ship.contract_wrapper import checked_mode
from hatch_vibesafe.spec.contract_modes import OFF
from hatch_vibesafe.spec.model import Scan, SourceFile, Spec
from hatch_vibesafe.spec.scan import scan
from hatch_vibesafe.store.checkpoints import checkpoint_of
from hatch_vibesafe.store.drift import decide_status
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.reading import UnitReading, read_unit
from hatch_vibesafe.store.records import Checkpoint, Evidence


@dataclass(frozen=True, slots=True)
class ActiveUnit:
    """A unit whose active checkpoint agrees with everything; `approver` is who made it the active one, or empty.

    `contracts` says which clauses of its contract the wheel checks in each call: "off", "pre" or "full".
    """

    spec: Spec
    checkpoint: Checkpoint
    evidence: Evidence
    approver: str = ""
    contracts: str = OFF


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
        reading = read_unit(spec, index, project.checkpoints_path)
        status = decide_status(spec, reading, settings, required, minimum)
        problems += status.problems
        if not status.problems:
            units.append(_active_unit(spec, reading, checked_mode(spec, project.config.build.contracts)))
    return ActiveUnits(tuple(units), sources, tuple(problems))


def _no_unit(found: Scan) -> Iterator[Problem]:
    if not found.specs and not found.all_problems:
        remedy = "decorate a function with @vibesafe, or remove [tool.hatch.build.hooks.vibesafe] from pyproject.toml"
        yield Problem("pyproject.toml", "the build hook is configured, but the wheel has no unit", remedy)


def _active_unit(spec: Spec, reading: UnitReading, contracts: str) -> ActiveUnit:
    """Return a unit that was found in order, of the very bytes that were read and compared."""
    entry, active = reading.entry, reading.active
    if (
        entry is None
        or active is None
        or active.meta is None
        or active.implementation is None
        or active.evidence is None
    ):
        raise AssertionError(f"{spec.unit} was found in order, but not all of it was read")
    return ActiveUnit(
        spec, checkpoint_of(active.meta, active.implementation), active.evidence, entry.approver, contracts
    )
