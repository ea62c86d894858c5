"""From a passed candidate to a stored checkpoint with its evidence; for generated and for submitted code alike."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from hatch_vibesafe import __version__
from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.gates.verdict import Verdict
from hatch_vibesafe.identity import CheckpointHash, Digest
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.accepted import Accepted, write_accepted
from hatch_vibesafe.store.checkpoints import make_checkpoint, read_checkpoint, write_checkpoint
from hatch_vibesafe.store.evidence import make_evidence
from hatch_vibesafe.store.reading import read_unit
from hatch_vibesafe.store.records import Checkpoint, Index, Provenance, Scalar


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a candidate came from; the fields are those of `Provenance`."""

    origin: Literal["generated", "submitted", "recorded"]
    prompt: Digest
    author: str = ""
    provider: str = ""
    provider_kind: str = ""
    model_answered: str = ""
    sent: tuple[tuple[str, Scalar], ...] = ()
    attempt: int = 0
    strategy: str = ""
    in_place_of: str = ""


def accept(
    project: Project,
    spec: Spec,
    implementation: bytes,
    verdict: Verdict,
    origin: Origin,
    *,
    repairs: tuple[str, ...],
    parent: CheckpointHash | None,
) -> Checkpoint:
    """Store a candidate that passed, and return it as it is stored. The index stays as it is: that is for `save`.

    Where the same implementation is stored already, that checkpoint is kept, gets the new evidence, and counts as
    accepted now: `save` activates what was accepted last.

    Raises:
        VibesafeError: if it cannot be written.
    """
    provenance = Provenance(
        origin=origin.origin,
        author=origin.author,
        provider=origin.provider,
        provider_kind=origin.provider_kind,
        model_answered=origin.model_answered,
        template=spec.settings.template,
        sent=tuple(sorted(origin.sent)),
        attempt=origin.attempt,
        repairs=repairs,
        parent=parent,
        created=datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        tool=f"hatch-vibesafe {__version__}",
        strategy=origin.strategy,
        in_place_of=origin.in_place_of,
        capabilities=spec.options.capabilities,
    )
    checkpoint = make_checkpoint(spec, origin.prompt, implementation, provenance)
    stored = _stored(project, checkpoint)
    write_evidence_of(project, stored or checkpoint, verdict)
    if stored is not None and not _is_current(project, spec, stored):
        again = Accepted(stored.hash, provenance.created)
        write_accepted(project.checkpoints_path, spec.unit, again)
    return stored or checkpoint


def _is_current(project: Project, spec: Spec, checkpoint: Checkpoint) -> bool:
    current = read_unit(spec, Index(), project.checkpoints_path).current
    return current is not None and current.hash == checkpoint.hash


def write_evidence_of(project: Project, checkpoint: Checkpoint, verdict: Verdict) -> None:
    """Store what the gates said of a checkpoint, with the checkpoint where it is not stored yet.

    Raises:
        VibesafeError: if it cannot be written.
    """
    evidence = make_evidence(checkpoint, gate_settings_digest(project.config), verdict.sandbox, verdict.records)
    write_checkpoint(project.checkpoints_path, checkpoint, evidence)


def _stored(project: Project, checkpoint: Checkpoint) -> Checkpoint | None:
    try:
        return read_checkpoint(project.checkpoints_path, checkpoint.unit, checkpoint.hash)
    except VibesafeError:
        return None
