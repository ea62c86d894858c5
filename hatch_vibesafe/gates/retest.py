"""Gates stored checkpoints again, and stores what the gates say as their evidence."""

from collections.abc import Sequence

from hatch_vibesafe.config import ADEQUACY, gate_settings_digest
from hatch_vibesafe.gates.run import GateContext, judge_each
from hatch_vibesafe.gates.verdict import Candidate, Verdict
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import VibesafeError, VibesafeValidationError
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.evidence import make_evidence, read_evidence, write_evidence
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.records import Checkpoint, Evidence, GateRecord


def retest(
    project: Project, scan: Scan, units: Sequence[tuple[Spec, Checkpoint]], *, measures: bool = False
) -> tuple[tuple[Verdict, Evidence], ...]:
    """Gate stored checkpoints as candidates, write their new evidence, and return both, in order.

    With `measures` the adequacy of their specs is measured; without, what was measured before is kept: it would be the
    same.

    Raises:
        VibesafeValidationError: if some could not be judged, by no fault of theirs: their evidence stays as it was, and
            that of the others is written.
        VibesafeError: if the gates cannot run, or the evidence cannot be written.
    """
    candidates = [Candidate(spec, checkpoint.implementation) for spec, checkpoint in units]
    context = GateContext(project, scan, active_implementations(project))
    verdicts = judge_each(candidates, context, measures=measures)
    settings = gate_settings_digest(project.config)
    outcomes: list[tuple[Verdict, Evidence]] = []
    for (spec, checkpoint), verdict in zip(units, verdicts, strict=True):
        if verdict.faults:
            continue
        records = (*verdict.records, *(() if verdict.adequacy else _measured_before(project, spec, checkpoint)))
        evidence = make_evidence(checkpoint, settings, verdict.sandbox, records)
        write_evidence(project.checkpoints_path, spec.unit, evidence)
        outcomes.append((verdict, evidence))
    faults = dict.fromkeys(problem for verdict in verdicts for problem in verdict.faults)
    if faults:
        raise VibesafeValidationError(*faults)
    return tuple(outcomes)


def _measured_before(project: Project, spec: Spec, checkpoint: Checkpoint) -> tuple[GateRecord, ...]:
    try:
        evidence, _ = read_evidence(project.checkpoints_path, spec.unit, checkpoint.hash)
    except VibesafeError:
        return ()
    if evidence.settings != gate_settings_digest(project.config):
        return ()
    return tuple(record for record in evidence.gates if record.gate == ADEQUACY)


def active_implementations(project: Project) -> dict[UnitId, bytes]:
    """Return what is active for each unit. A damaged checkpoint is left out, as if there were none: it must not be run.

    Raises:
        VibesafeError: if the index cannot be read.
    """
    active: dict[UnitId, bytes] = {}
    for unit, entry in read_index(project.index_path).units.items():
        try:
            active[unit] = read_checkpoint(project.checkpoints_path, unit, entry.active).implementation
        except VibesafeError:
            continue
    return active
