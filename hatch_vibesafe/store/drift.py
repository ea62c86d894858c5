"""Decide whether a unit is what the index says it is, and where not, say which part moved and what mends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.evidence import gaps
from hatch_vibesafe.store.moved import moved_parts
from hatch_vibesafe.store.places import EVIDENCE
from hatch_vibesafe.store.reading import Stored, UnitReading, read_unit
from hatch_vibesafe.store.records import Index, IndexEntry, Provenance
from hatch_vibesafe.store.required import gates_for

State = Literal["active", "drift", "no checkpoint", "unsaved", "invalid"]


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """What the store says of a unit.

    Attributes:
        unit: The unit.
        state: "active": it ships as it is, `problems` is empty; "unsaved": it does not, but a checkpoint for the spec
            as it is now waits for `save`; "drift": the index names a checkpoint that no longer agrees; "no checkpoint":
            there is none; "invalid": the spec itself cannot be shipped.
        active: The checkpoint that the index names.
        current: The checkpoint that `test` gates and `save` would activate.
        problems: Exactly what would make a build fail for this unit.
        moved: Which parts of the spec moved since the active checkpoint was made.
        provenance: Who wrote the active checkpoint, or where none is active the current one; None where nobody knows.
    """

    unit: UnitId
    state: State
    active: CheckpointHash | None
    current: CheckpointHash | None
    problems: tuple[Problem, ...]
    moved: tuple[str, ...] = ()
    provenance: Provenance | None = None


def unit_status(
    spec: Spec,
    index: Index,
    checkpoints_directory: Path,
    gate_settings: Digest,
    required_gates: tuple[str, ...],
    *,
    min_sandbox: str = "",
) -> UnitStatus:
    """Return the status of a unit, everything on disk read and hashed anew. Writes nothing; drift raises nothing."""
    reading = read_unit(spec, index, checkpoints_directory)
    return decide_status(spec, reading, gate_settings, required_gates, min_sandbox)


def decide_status(
    spec: Spec, reading: UnitReading, gate_settings: Digest, required_gates: tuple[str, ...], min_sandbox: str = ""
) -> UnitStatus:
    """Return the status of a unit from what was read about it. Pure."""
    required_gates = gates_for(spec, required_gates)
    meta = None if reading.active is None else reading.active.meta
    moved = () if meta is None else moved_parts(meta, spec)
    mend = _mend(spec, reading.current, gate_settings, required_gates, min_sandbox)
    if reading.entry is None or reading.active is None:
        problems: tuple[Problem, ...] = (Problem(spec.where, "no checkpoint is active", mend), *reading.damage)
    else:
        problems = (
            *_spec_problems(spec, reading.active, moved, mend),
            *_stored_problems(spec, reading.entry, reading.active),
            *(() if moved else _gate_problems(spec, reading.active, gate_settings, required_gates, min_sandbox)),
        )
    return UnitStatus(
        unit=spec.unit,
        state=_state(spec, reading, problems),
        active=None if reading.entry is None else reading.entry.active,
        current=None if reading.current is None else reading.current.hash,
        problems=(*missing_example(spec), *problems),
        moved=moved,
        provenance=_provenance(reading),
    )


def _provenance(reading: UnitReading) -> Provenance | None:
    stored = reading.active or reading.current
    return None if stored is None or stored.meta is None else stored.meta.provenance


def missing_example(spec: Spec) -> tuple[Problem, ...]:
    """Return the problem of a spec that no example pins down; empty where there is one."""
    if spec.proves_something:
        return ()
    calls = "no example that calls it" if spec.examples else "no example"
    what = f"its docstring has {calls}, so nothing says what a right implementation returns"
    return (Problem(spec.where, what, f"add a doctest (>>> {spec.unit.name}(...)) to the docstring"),)


def orphan_units(scan: Scan, index: Index) -> tuple[UnitId, ...]:
    """Return the units of the index that the project no longer has, sorted.

    None where a file could not be scanned: its units are not gone.
    """
    if scan.problems:
        return ()
    known = {spec.unit for spec in scan.specs} | {invalid.unit for invalid in scan.invalid}
    return tuple(sorted(unit for unit in index.units if unit not in known))


def orphans(scan: Scan, index: Index) -> tuple[Problem, ...]:
    """Return a warning for each unit of the index that the project no longer has. They make no build fail."""
    what = "stands in the index, but the project no longer has this unit"
    return tuple(Problem(str(unit), what, "vibesafe save") for unit in orphan_units(scan, index))


def _state(spec: Spec, reading: UnitReading, problems: tuple[Problem, ...]) -> State:
    if not problems:
        return "active" if spec.proves_something else "invalid"
    if reading.current is not None and (reading.entry is None or reading.current.hash != reading.entry.active):
        return "unsaved"
    return "no checkpoint" if reading.entry is None else "drift"


def _mend(
    spec: Spec, current: Stored | None, gate_settings: Digest, required_gates: tuple[str, ...], min_sandbox: str
) -> str:
    """Return the shortest way to an active checkpoint."""
    if current is None:
        return f"vibesafe compile --target {spec.unit} && vibesafe save --target {spec.unit}"
    if current.evidence is None or gaps(current.evidence, spec.unit, gate_settings, required_gates, min_sandbox):
        return _test_and_save(spec)
    return f"vibesafe save --target {spec.unit}"


def _test_and_save(spec: Spec) -> str:
    return f"vibesafe test --target {spec.unit} && vibesafe save --target {spec.unit}"


def _spec_problems(spec: Spec, active: Stored, moved: tuple[str, ...], mend: str) -> Iterator[Problem]:
    if moved:
        what = f"the spec moved since checkpoint {active.hash[:12]} was made: {'; '.join(moved)}"
        yield Problem(spec.where, what, mend)


def _stored_problems(spec: Spec, entry: IndexEntry, active: Stored) -> Iterator[Problem]:
    yield from active.damage
    yield from active.evidence_damage
    if active.meta is None or active.evidence_damage:
        return
    if active.evidence is None:
        what = f"evidence missing: checkpoint {active.hash[:12]} has no {EVIDENCE}"
        yield Problem(spec.where, what, _test_and_save(spec))
    elif active.evidence_digest != entry.evidence:
        what = f"evidence differs from the index: {EVIDENCE} of checkpoint {active.hash[:12]} is not what was saved"
        yield Problem(spec.where, what, _test_and_save(spec))


def _gate_problems(
    spec: Spec, active: Stored, gate_settings: Digest, required_gates: tuple[str, ...], min_sandbox: str
) -> Iterator[Problem]:
    if active.evidence is not None:
        for gap in gaps(active.evidence, spec.unit, gate_settings, required_gates, min_sandbox):
            mend = f"{gap.mend} && vibesafe save --target {spec.unit}"
            yield Problem(spec.where, f"checkpoint {active.hash[:12]}: {gap.what}", mend)
