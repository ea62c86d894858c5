"""Make checkpoints active: decide it for all units first, then change the index once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId
from hatch_vibesafe.problems import (
    Problem,
    VibesafeCheckpointMissing,
    VibesafeError,
    VibesafeMissingDoctest,
    VibesafeValidationError,
)
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.drift import missing_example
from hatch_vibesafe.store.evidence import gaps
from hatch_vibesafe.store.index import read_index, update_index
from hatch_vibesafe.store.reading import UnitReading, read_unit
from hatch_vibesafe.store.records import Index, IndexEntry
from hatch_vibesafe.store.required import gates_for


@dataclass(frozen=True, slots=True)
class Activation:
    """A checkpoint that becomes active; `previous` is the one it takes the place of."""

    unit: UnitId
    entry: IndexEntry
    previous: CheckpointHash | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A unit that nothing can be activated for, and what `save` raises of it."""

    unit: UnitId
    error: VibesafeError


@dataclass(frozen=True, slots=True)
class SavePlan:
    """What a save does, sorted by unit id.

    Attributes:
        activate: What becomes active.
        unchanged: Units whose current checkpoint is active already, with the same evidence.
        refuse: Units that are left as they are, with the reasons.
        prune: Units that leave the index because the project no longer has them.
    """

    activate: tuple[Activation, ...]
    unchanged: tuple[UnitId, ...]
    refuse: tuple[Refusal, ...]
    prune: tuple[UnitId, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why units were refused."""
        return tuple(problem for refusal in self.refuse for problem in refusal.error.problems)


def save_units(
    specs: Sequence[Spec],
    index_path: Path,
    checkpoints_directory: Path,
    gate_settings: Digest,
    required_gates: tuple[str, ...],
    *,
    min_sandbox: str = "",
    approver: str = "",
    approve_again: bool = False,
    prune: Sequence[UnitId] = (),
    dry_run: bool = False,
) -> SavePlan:
    """Activate the current checkpoint of each unit where its evidence is complete and passing; return what was done.

    A refused unit does not keep the others from being saved. `approver` is recorded for what becomes active, and with
    `approve_again` also for what is active already. `prune` names units to take out of the index
    (`drift.orphan_units`). With `dry_run` nothing is written.

    Raises:
        VibesafeHashMismatch: if the index is malformed.
        VibesafeError: if the index cannot be written; it is then as it was.
    """
    index = read_index(index_path)
    readings = [(spec, read_unit(spec, index, checkpoints_directory)) for spec in specs]
    plan = plan_save(
        readings,
        index,
        gate_settings,
        required_gates,
        min_sandbox=min_sandbox,
        approver=approver,
        approve_again=approve_again,
        prune=prune,
    )
    if not dry_run and (plan.activate or plan.prune):
        update_index(index_path, lambda found: applied(plan, found))
    return plan


def plan_save(
    readings: Sequence[tuple[Spec, UnitReading]],
    index: Index,
    gate_settings: Digest,
    required_gates: tuple[str, ...],
    *,
    min_sandbox: str = "",
    approver: str = "",
    approve_again: bool = False,
    prune: Sequence[UnitId] = (),
) -> SavePlan:
    """Return what a save would do. Pure."""
    activate: list[Activation] = []
    unchanged: list[UnitId] = []
    refuse: list[Refusal] = []
    for spec, reading in sorted(readings, key=lambda pair: pair[0].unit):
        found = _activated(spec, reading, gate_settings, required_gates, min_sandbox)
        if isinstance(found, VibesafeError):
            refuse.append(Refusal(spec.unit, found))
            continue
        entry = _approved(found, reading.entry, approver, again=approve_again)
        if entry == reading.entry:
            unchanged.append(spec.unit)
        else:
            previous = None if reading.entry is None else reading.entry.active
            activate.append(Activation(spec.unit, entry, previous))
    gone = tuple(sorted(unit for unit in prune if unit in index.units))
    return SavePlan(tuple(activate), tuple(unchanged), tuple(refuse), gone)


def applied(plan: SavePlan, index: Index) -> Index:
    """Return an index with a plan carried out on it, whatever else changed in it since the plan was made. Pure."""
    kept = {unit: entry for unit, entry in index.units.items() if unit not in plan.prune}
    return Index(kept | {activation.unit: activation.entry for activation in plan.activate})


def _activated(
    spec: Spec, reading: UnitReading, gate_settings: Digest, required_gates: tuple[str, ...], min_sandbox: str
) -> IndexEntry | VibesafeError:
    """Return the line that the unit gets, or why it gets none."""
    examples = missing_example(spec)
    if examples:
        return VibesafeMissingDoctest(*examples)
    if reading.current is None:
        return VibesafeCheckpointMissing(*_no_checkpoint(spec, reading))
    stored = reading.current
    if stored.evidence is None or stored.evidence_digest is None:
        what = f"checkpoint {stored.hash[:12]} has no evidence: no gate has judged it"
        problem = Problem(spec.where, what, f"vibesafe test --target {spec.unit}")
        return VibesafeValidationError(problem, *stored.evidence_damage)
    found = gaps(stored.evidence, spec.unit, gate_settings, gates_for(spec, required_gates), min_sandbox)
    if found:
        named = f"checkpoint {stored.hash[:12]}"
        return VibesafeValidationError(*(Problem(spec.where, f"{named}: {gap.what}", gap.mend) for gap in found))
    return IndexEntry(stored.hash, stored.evidence_digest)


def _approved(entry: IndexEntry, before: IndexEntry | None, approver: str, *, again: bool) -> IndexEntry:
    """Return the unit's line with who approved it: what is active already keeps who did."""
    if before is not None and before == replace(entry, approver=before.approver) and not again:
        return before
    return replace(entry, approver=approver)


def _no_checkpoint(spec: Spec, reading: UnitReading) -> tuple[Problem, ...]:
    problem = Problem(
        spec.where, "there is no whole checkpoint for this spec", f"vibesafe compile --target {spec.unit}"
    )
    damaged = reading.active.damage if reading.active is not None else ()
    return (problem, *reading.damage, *damaged)
