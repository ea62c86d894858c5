"""Gating current checkpoints for `vibesafe test`, where that has to be done: slow to load."""

from collections.abc import Sequence

from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.found_here import GATES, FoundHere
from hatch_vibesafe.cli.output import working
from hatch_vibesafe.cli.recording import recording
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.gates.retest import retest
from hatch_vibesafe.gates.verdict import Verdict
from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.evidence import gaps, read_evidence
from hatch_vibesafe.store.records import Evidence
from hatch_vibesafe.store.required import gates_for


def gated(
    session: Session, chosen: Sequence[tuple[Spec, CheckpointHash]], found: FoundHere, *, measures: bool
) -> dict[UnitId, tuple[Verdict, Evidence]]:
    """Gate checkpoints, write their evidence, and remember which passed; with `measures` the adequacy of specs too.

    Raises:
        VibesafeError: if some could not be judged, or the evidence cannot be written.
    """
    project = session.project
    announce(project.config)
    current = [(spec, read_checkpoint(project.checkpoints_path, spec.unit, each)) for spec, each in chosen]
    with recording(project, "test", [spec for spec, _ in current]) as recorder:
        recorder.begin([spec.unit for spec, _ in current])
        with working(f"gating {len(current)} units"):
            retested = retest(project, session.scan, current, measures=measures)
        for (spec, checkpoint), (verdict, _) in zip(current, retested, strict=True):
            recorder.verdict(spec.unit, verdict, checkpoint.hash)
    required, minimum = project.config.gates.required, project.config.sandbox.min_sandbox
    for (spec, checkpoint), (verdict, evidence) in zip(current, retested, strict=True):
        is_whole = verdict.passed and all(record.passed for record in evidence.gates)
        if is_whole and not gaps(evidence, spec.unit, evidence.settings, gates_for(spec, required), minimum):
            _, written = read_evidence(project.checkpoints_path, spec.unit, checkpoint.hash)
            found.add(GATES, spec, checkpoint.hash, written)
    found.keep()
    return {spec.unit: each for (spec, _), each in zip(current, retested, strict=True)}
