"""Where each unit stands before a run: what needs no work, and what only needs the gates."""

from collections.abc import Iterable
from dataclasses import dataclass

from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.gates.retest import active_implementations
from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.drift import decide_status
from hatch_vibesafe.store.evidence import gaps
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.reading import read_unit
from hatch_vibesafe.store.records import Checkpoint, Index
from hatch_vibesafe.store.required import gates_for


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit stands.

    Attributes:
        done: The checkpoint that makes it up to date: the active one, or an unsaved one with complete evidence.
        ungated: A whole checkpoint for this spec whose evidence is not complete; it is gated before anybody is asked.
        parent: What is active now.
    """

    done: CheckpointHash | None
    ungated: Checkpoint | None
    parent: CheckpointHash | None


def standing(project: Project, index: Index, spec: Spec) -> Standing:
    """Return where a unit stands; reads the store and writes nothing."""
    settings, required = gate_settings_digest(project.config), gates_for(spec, project.config.gates.required)
    minimum = project.config.sandbox.min_sandbox
    reading = read_unit(spec, index, project.checkpoints_path)
    status = decide_status(spec, reading, settings, project.config.gates.required, minimum)
    if status.state == "active":
        return Standing(status.active, None, status.active)
    current = reading.current
    if current is None:
        return Standing(None, None, status.active)
    evidence = None if current.evidence_damage else current.evidence
    if evidence is not None and not gaps(evidence, spec.unit, settings, required, minimum):
        return Standing(current.hash, None, status.active)
    return Standing(None, _checkpoint(project, spec.unit, current.hash), status.active)


def implementations_around(project: Project, scan: Scan, units: Iterable[UnitId]) -> dict[UnitId, bytes]:
    """Return the implementations that units have while others are gated: what is active, or is up to date and unsaved.

    Raises:
        VibesafeError: if the index cannot be read.
    """
    index = read_index(project.index_path)
    found = active_implementations(project)
    wanted = set(units)
    for spec in scan.specs:
        if spec.unit in wanted:
            done = standing(project, index, spec).done
            checkpoint = None if done is None else _checkpoint(project, spec.unit, done)
            if checkpoint is not None:
                found[spec.unit] = checkpoint.implementation
    return found


def _checkpoint(project: Project, unit: UnitId, name: CheckpointHash) -> Checkpoint | None:
    try:
        return read_checkpoint(project.checkpoints_path, unit, name)
    except VibesafeError:
        return None
