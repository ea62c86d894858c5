"""The checkpoints of a unit, newest first, and which of them could be the active one; and making one of them that."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hatch_vibesafe.identity import CheckpointHash, Digest, UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeValidationError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.accepted import Accepted, write_accepted
from hatch_vibesafe.store.checkpoints import list_checkpoints
from hatch_vibesafe.store.drift import missing_example
from hatch_vibesafe.store.evidence import gaps
from hatch_vibesafe.store.files import quoted
from hatch_vibesafe.store.index import update_index
from hatch_vibesafe.store.moved import moved_parts
from hatch_vibesafe.store.places import IMPLEMENTATION, checkpoint_directory
from hatch_vibesafe.store.reading import Stored, read_stored
from hatch_vibesafe.store.records import Index, IndexEntry
from hatch_vibesafe.store.required import gates_for


@dataclass(frozen=True, slots=True)
class Required:
    """What evidence has to say: the digest of the gate settings in force, the gates, the level of the sandbox."""

    settings: Digest
    gates: tuple[str, ...]
    sandbox: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A checkpoint of a unit.

    Attributes:
        stored: The checkpoint as it lies on disk.
        active: Whether the index names it.
        refused: Why it cannot be the active one; empty where it could.
    """

    stored: Stored
    active: bool
    refused: tuple[Problem, ...]

    @property
    def created(self) -> str:
        """When it was made, UTC, ISO 8601; empty where nobody knows."""
        return "" if self.stored.meta is None else self.stored.meta.provenance.created

    @property
    def writer(self) -> str:
        """Who or what wrote it, for people."""
        if self.stored.meta is None:
            return "?"
        provenance = self.stored.meta.provenance
        if provenance.origin == "submitted":
            return f"submitted by {provenance.author}" if provenance.author else "submitted"
        return f"{provenance.origin} by {provenance.model_answered or provenance.provider_kind or '?'}"


def known_checkpoints(spec: Spec, index: Index, directory: Path, required: Required) -> tuple[Known, ...]:
    """Return every checkpoint of a unit, newest first, each read and hashed anew.

    Raises:
        VibesafeError: if they cannot be listed.
    """
    every = recorded_checkpoints(spec.unit, index, directory)
    return tuple(replace(each, refused=tuple(_refused(spec, each.stored, directory, required))) for each in every)


def recorded_checkpoints(unit: UnitId, index: Index, directory: Path) -> tuple[Known, ...]:
    """Return every checkpoint of a unit, newest first, whether or not the project still has it.

    Raises:
        VibesafeError: if they cannot be listed.
    """
    entry = index.units.get(unit)
    active = None if entry is None else entry.active
    every = (read_stored(directory, unit, name) for name in list_checkpoints(directory, unit))
    found = (Known(stored, stored.hash == active, ()) for stored in every)
    return tuple(sorted(found, key=lambda known: (known.created, known.stored.hash), reverse=True))


def named(spec: Spec, name: str, known: tuple[Known, ...]) -> Known:
    """Return the one checkpoint whose hash begins with `name`.

    Raises:
        VibesafeConfigurationError: if that is none, or more than one.
    """
    found = [each for each in known if name and each.stored.hash.startswith(name)]
    if len(found) == 1:
        return found[0]
    what = f"{name!r:.80} begins the name of {len(found) or 'no'} checkpoint{'s' if len(found) > 1 else ''} of the unit"
    listed = ", ".join(each.stored.hash[:12] for each in known) or "none"
    raise VibesafeConfigurationError(Problem(str(spec.unit), what, f"name one of {listed}"))


def roll_back(spec: Spec, chosen: Known, index_path: Path, directory: Path, approver: str) -> CheckpointHash | None:
    """Make a checkpoint the active one, and the one that `save` would take; return the one that was active.

    Raises:
        VibesafeValidationError: with every reason why it cannot be; then nothing was changed.
        VibesafeError: if the index cannot be read or written.
    """
    if chosen.refused:
        raise VibesafeValidationError(*chosen.refused)
    stored = chosen.stored
    if stored.evidence_digest is None:
        raise AssertionError(f"{stored.hash} was found in order without evidence")
    entry = IndexEntry(stored.hash, stored.evidence_digest, approver)
    before: list[IndexEntry | None] = []

    def change(index: Index) -> Index:
        before.append(index.units.get(spec.unit))
        return replace(index, units={**index.units, spec.unit: entry})

    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    write_accepted(directory, spec.unit, Accepted(stored.hash, now))
    update_index(index_path, change)
    return None if before[-1] is None else before[-1].active


def _refused(spec: Spec, stored: Stored, directory: Path, required: Required) -> Iterator[Problem]:
    name = f"checkpoint {stored.hash[:12]}"
    yield from missing_example(spec)
    yield from stored.damage
    if stored.meta is None:
        return
    moved = moved_parts(stored.meta, spec)
    if moved:
        what = f"the spec moved since {name} was made: {'; '.join(moved)}"
        yield Problem(spec.where, what, f"restore the spec (git log -p {spec.path}), or choose another checkpoint")
        return
    yield from stored.evidence_damage
    place = checkpoint_directory(directory, spec.unit, stored.hash) / IMPLEMENTATION
    again = f"put its code through the gates again: vibesafe submit {spec.unit} {quoted(place)}"
    if stored.evidence is None:
        yield Problem(spec.where, f"{name} has no evidence: no gate has judged it", again)
        return
    for gap in gaps(stored.evidence, spec.unit, required.settings, gates_for(spec, required.gates), required.sandbox):
        yield Problem(spec.where, f"{name}: {gap.what}", again)
