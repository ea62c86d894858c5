"""Read all that the store holds about a unit, damage included, so that deciding needs no disk."""

import os
from dataclasses import dataclass
from pathlib import Path

from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId, digest
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.accepted import Accepted, read_accepted
from hatch_vibesafe.store.checkpoints import implementation_at, list_checkpoints, meta_at
from hatch_vibesafe.store.evidence import foreign, parse_evidence
from hatch_vibesafe.store.files import read_file
from hatch_vibesafe.store.meta import Meta
from hatch_vibesafe.store.moved import is_for
from hatch_vibesafe.store.places import EVIDENCE, META, checkpoint_directory
from hatch_vibesafe.store.records import Evidence, Index, IndexEntry


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint as it lies on disk.

    Attributes:
        hash: The name under which it was looked for.
        meta: What it says of itself; None where that is missing or malformed.
        implementation: Its code, compared with its digest; None where that is missing or different.
        evidence: Its evidence; None where that is missing or malformed.
        evidence_digest: The digest of the evidence; None likewise.
        damage: What is wrong with `impl.py` and `meta.toml`; empty where the checkpoint is whole.
        evidence_damage: What is wrong with `evidence.toml`, where there is one.
    """

    hash: CheckpointHash
    meta: Meta | None
    implementation: bytes | None
    evidence: Evidence | None
    evidence_digest: Digest | None
    damage: tuple[Problem, ...]
    evidence_damage: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class UnitReading:
    """All that the store holds about a unit.

    Attributes:
        entry: Its line in the index, or None.
        active: What that line names, or None where there is no line.
        current: The whole checkpoint for the spec as it is now that was accepted last, or None.
        damage: What kept the checkpoints from being listed.
    """

    entry: IndexEntry | None
    active: Stored | None
    current: Stored | None
    damage: tuple[Problem, ...] = ()


def read_unit(spec: Spec, index: Index, directory: Path) -> UnitReading:
    """Return what the index and the checkpoints `directory` hold about a unit. Raises nothing for what is damaged."""
    entry = index.units.get(spec.unit)
    active = None if entry is None else read_stored(directory, spec.unit, entry.active)
    try:
        names = list_checkpoints(directory, spec.unit)
    except VibesafeError as error:
        return UnitReading(entry, active, None, error.problems)
    others = [name for name in names if active is None or active.hash != name]
    made = [read_stored(directory, spec.unit, name) for name in others if _may_be_for(spec, directory, name)]
    made += [active] if active is not None and active.hash in names else []
    again = read_accepted(directory, spec.unit)
    current = max((stored for stored in made if _is_for(spec, stored)), key=lambda it: _age(it, again), default=None)
    return UnitReading(entry, active, current)


def _may_be_for(spec: Spec, directory: Path, checkpoint: CheckpointHash) -> bool:
    """Whether a checkpoint mentions the spec's hash: most do not, and need not be parsed and hashed."""
    try:
        content = read_file(checkpoint_directory(directory, spec.unit, checkpoint) / META)
    except VibesafeError:
        return False
    return content is not None and spec.spec_hash.encode() in content


def _is_for(spec: Spec, stored: Stored) -> bool:
    return stored.meta is not None and not stored.damage and is_for(stored.meta, spec)


def _age(stored: Stored, again: Accepted | None) -> tuple[str, str]:
    made = stored.meta.provenance.created if stored.meta else ""
    return (max(made, again.at) if again is not None and again.checkpoint == stored.hash else made, stored.hash)


def read_stored(directory: Path, unit: UnitId, checkpoint: CheckpointHash) -> Stored:
    """Return a checkpoint with its evidence and everything that is wrong with them. Raises nothing for that."""
    try:
        path = checkpoint_directory(directory, unit, checkpoint)
        meta, pinned = meta_at(path, unit, checkpoint)
    except VibesafeError as error:
        return Stored(checkpoint, None, None, None, None, error.problems, ())
    damage: tuple[Problem, ...] = ()
    evidence_damage: tuple[Problem, ...] = ()
    implementation = None
    try:
        implementation = implementation_at(path, meta)
    except VibesafeError as error:
        damage = error.problems
    evidence, evidence_digest = None, None
    try:
        file = f"{path}{os.sep}{EVIDENCE}"
        content = read_file(file)
        if content is not None:
            evidence = parse_evidence(content, file, f"vibesafe test --target {unit}")
            evidence_digest = digest(content)
    except VibesafeError as error:
        evidence_damage = error.problems
    if evidence is not None:
        problem = foreign(evidence, checkpoint, pinned, path, unit)
        if problem is not None and problem.where == str(path / META):
            damage = (*damage, problem)
        elif problem is not None:
            evidence, evidence_digest, evidence_damage = None, None, (problem,)
    return Stored(checkpoint, meta, implementation, evidence, evidence_digest, damage, evidence_damage)
