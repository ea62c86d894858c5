"""The clauses of a contract that reject nothing, found out right after an implementation was accepted."""

from collections.abc import Mapping

from hatch_vibesafe.gates.adequacy import JUDGED, vacuity_warnings
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.mutation import adequacy_of
from hatch_vibesafe.gates.retest import active_implementations
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan
from hatch_vibesafe.store.checkpoints import read_checkpoint

_MUTANTS = 12


def vacuous_clauses(project: Project, scan: Scan, accepted: Mapping[UnitId, CheckpointHash]) -> tuple[Problem, ...]:
    """Return a warning for each clause that rejects no wrong implementation, of the units with these checkpoints.

    Few mutants are tried beside the constants, so that it costs little; `test --adequacy` tries more.

    Raises:
        VibesafeError: if a checkpoint or the index cannot be read, or the platform cannot confine.
    """
    specs = [spec for spec in scan.specs if spec.unit in accepted]
    candidates = [
        Candidate(spec, read_checkpoint(project.checkpoints_path, spec.unit, accepted[spec.unit]).implementation)
        for spec in specs
        if any(clause.kind in JUDGED for clause in spec.contract)
    ]
    if not candidates:
        return ()
    context = GateContext(project, scan, active_implementations(project))
    measured = adequacy_of(candidates, context, most=_MUTANTS)
    return tuple(
        warning
        for candidate, found in zip(candidates, measured, strict=True)
        if found is not None
        for warning in vacuity_warnings(candidate.spec, found.vacuous_places(candidate.spec))
    )
