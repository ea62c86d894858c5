"""Code that a person or an agent hands in: the same composition and the same gates as for an answer."""

from dataclasses import dataclass

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.run import run_gates
from hatch_vibesafe.gates.verdict import Candidate, Verdict
from hatch_vibesafe.generate.acceptance import Origin, accept
from hatch_vibesafe.generate.callees import callees
from hatch_vibesafe.generate.candidates import KeptCandidate, keep_candidate
from hatch_vibesafe.generate.compose import compose
from hatch_vibesafe.generate.standing import implementations_around
from hatch_vibesafe.identity import CheckpointHash, digest
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.index import read_index


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """What became of submitted code.

    Attributes:
        verdict: What the gates said.
        checkpoint: The checkpoint that it is stored as; None where it was refused.
        implementation: The bytes that were judged.
        repairs: What was put right mechanically, in words.
    """

    verdict: Verdict
    checkpoint: CheckpointHash | None
    implementation: bytes
    repairs: tuple[str, ...]


def submit(project: Project, scan: Scan, spec: Spec, text: str, author: str) -> SubmitResult:
    """Put a module through the gates, and store it if it passes them all.

    Args:
        project: The project.
        scan: Its units.
        spec: The spec that it implements.
        text: The module.
        author: Who says to have written it; recorded as it is, and proven by nothing.

    Raises:
        VibesafeError: if the gates cannot run, or the checkpoint cannot be written.
    """
    composed = compose(spec, text, markdown=False)
    around = implementations_around(project, scan, callees((spec,), scan)[spec.unit])
    candidate = Candidate(spec, composed.implementation)
    (verdict,) = run_gates((candidate,), GateContext(project, scan, around))
    if not verdict.faults:
        keep_candidate(project, KeptCandidate(spec.unit, spec.spec_hash, composed.implementation, verdict.findings))
    if not verdict.passed:
        return SubmitResult(verdict, None, composed.implementation, composed.repairs)
    active = read_index(project.index_path).units.get(spec.unit)
    checkpoint = accept(
        project,
        spec,
        composed.implementation,
        verdict,
        Origin("submitted", prompt=digest(b""), author=author),
        repairs=composed.repairs,
        parent=None if active is None else active.active,
    )
    return SubmitResult(verdict, checkpoint.hash, composed.implementation, composed.repairs)
