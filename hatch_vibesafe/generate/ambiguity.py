"""Answers that pass every gate and do different things: they prove that the spec leaves open which of them is right."""

from collections.abc import Mapping

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.divergence import Divergence, compared
from hatch_vibesafe.gates.retest import active_implementations
from hatch_vibesafe.generate.candidates import kept_candidates
from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Scan, Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint

_MOST_RIVALS = 8
_MOST_CALLS = 3


def ambiguities(project: Project, scan: Scan, accepted: Mapping[UnitId, CheckpointHash]) -> tuple[Problem, ...]:
    """Return a problem for each unit whose accepted implementation disagrees with another candidate that passed.

    The kept candidates of the spec as it is now are compared with the accepted checkpoint, on calls within `Requires`.

    Raises:
        VibesafeError: if a checkpoint or the index cannot be read, or the platform cannot confine.
    """
    context = GateContext(project, scan, active_implementations(project))
    problems: list[Problem] = []
    for spec in scan.specs:
        if spec.unit in accepted:
            chosen = read_checkpoint(project.checkpoints_path, spec.unit, accepted[spec.unit]).implementation
            problems += _ambiguity(spec, chosen, _rivals(project, spec, chosen), context)
    return tuple(problems)


def _rivals(project: Project, spec: Spec, chosen: bytes) -> list[bytes]:
    kept = kept_candidates(project, spec.unit, spec.spec_hash)
    return [each.implementation for each in kept if each.passed and each.implementation != chosen][:_MOST_RIVALS]


def _ambiguity(spec: Spec, chosen: bytes, rivals: list[bytes], context: GateContext) -> list[Problem]:
    found: dict[str, Divergence] = {}
    disagreeing = 0
    for rival in rivals:
        divergences = compared(spec, chosen, rival, context).divergences
        disagreeing += bool(divergences)
        found |= {each.call: each for each in divergences if each.call not in found}
    if not found:
        return []
    simplest = sorted(found.values(), key=lambda each: (len(each.call), each.call))[:_MOST_CALLS]
    shown = "; ".join(f"`{each.call}` is {each.before} or {each.after}" for each in simplest)
    what = f"the spec is ambiguous: {disagreeing + 1} answers pass every gate and disagree: {shown}"
    return [Problem(spec.where, what, f"vibesafe tighten {spec.unit}")]
