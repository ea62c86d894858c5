"""Whether a checkpoint may take the place of another one without a word: not where the spec is as it was.

A spec that changed asks for other behaviour, so a difference is information then. Where all that the developer wrote
is as it was, callers rely on what was active; what differs then has to be wanted, and the reason is kept.
"""

from collections.abc import Sequence

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.divergence import Comparison, compared
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.acknowledgements import Acknowledgement
from hatch_vibesafe.store.records import Checkpoint

_ASKED_WITH = ("template", "settings")
"""The parts of a spec that say how it was asked for, and nothing of what is right."""


def means_the_same(one: Checkpoint, other: Checkpoint) -> bool:
    """Return whether the developer wrote the same for two checkpoints, however they were asked for."""
    parts = [{name: part for name, part in each.parts if name not in _ASKED_WITH} for each in (one, other)]
    return parts[0] == parts[1]


def silent_divergence(
    spec: Spec,
    before: Checkpoint,
    after: Checkpoint,
    acknowledgements: Sequence[Acknowledgement],
    context: GateContext,
) -> Comparison | None:
    """Return how a checkpoint differs from the one before it where somebody has to say why, and nobody did.

    Raises:
        VibesafeConfigurationError: if the platform cannot confine, or the sources cannot be read.
    """
    if before.implementation == after.implementation or not means_the_same(before, after):
        return None
    if any(each.after == after.hash for each in acknowledgements):
        return None
    found = compared(spec, before.implementation, after.implementation, context)
    return found if found.is_divergent else None


def divergence_problem(
    spec: Spec, before: Checkpoint, after: Checkpoint, found: Comparison, command: str = ""
) -> Problem:
    """Return the problem of a divergence that nobody acknowledged; `command` does, else `vibesafe save`."""
    pair = f"checkpoint {after.hash[:12]} does other things than {before.hash[:12]} under the same spec"
    if found.divergences:
        first = found.divergences[0]
        shown = f"`{first.call}` gave {first.before}, and gives {first.after}"
    else:
        own = next(each for each in found.unsettled if each.side == "after")
        shown = f"`{own.call}` gives {own.first}, then {own.again}"
    command = command or f'vibesafe save --acknowledge "REASON" --target {spec.unit}'
    return Problem(spec.where, f"{pair}: {shown}", f"add what is right as an example, or: {command}")
