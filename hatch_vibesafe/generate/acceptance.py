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
from hatch_vibesafe.store.checkpoints import make_checkpoint, read_checkpoint, write_checkpoint
from hatch_vibesafe.store.evidence import make_evidence
from hatch_vibesafe.store.records import Checkpoint, Provenance, Scalar


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

    Where the same implementation is stored already, that checkpoint is kept and gets the new evidence.

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
    )
    checkpoint = make_checkpoint(spec, origin.prompt, implementation, provenance)
    stored = _stored(project, checkpoint) or checkpoint
    write_evidence_of(project, stored, verdict)
    return stored


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
