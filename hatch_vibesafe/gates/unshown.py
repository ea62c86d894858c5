"""Part of the doctest gate: what candidates do that answer their examples, in calls that no example shows.

Two things are asked of each (`beyond.py`, `conduct.py`), with calls of their own. A process costs more than the calls:
both have theirs made in one, that of the examples where it can be (`with_examples.py`). What did not go well in there
is asked again, each in a process of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hatch_vibesafe.gates.beyond import asked_beyond, beyond
from hatch_vibesafe.gates.conduct import Plan, conduct, plan_of
from hatch_vibesafe.gates.differences import Runner, Shown
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.foreseen import foreseen
from hatch_vibesafe.gates.unit_calls import Case
from hatch_vibesafe.gates.verdict import Candidate


@dataclass(frozen=True, slots=True)
class Unshown:
    """What is asked of a candidate that answers its examples.

    Attributes:
        candidate: The candidate.
        beyond: The calls that tell whether it knows its examples alone.
        plan: Those that tell how it behaves.
    """

    candidate: Candidate
    beyond: tuple[Case, ...]
    plan: Plan

    @property
    def runner(self) -> Runner:
        """All calls at once: what needs fewer statements before it comes first, as where they are asked apart."""
        conduct = self.plan.cases if self.plan.is_worth_it else ()
        together = sorted(dict.fromkeys((*self.beyond, *conduct)), key=lambda case: len(case.setup))
        return Runner(self.candidate.spec, self.candidate.implementation.decode("utf-8", "replace"), tuple(together))

    @property
    def asks_twice(self) -> bool:
        """Whether both things are asked."""
        return bool(self.beyond) and self.plan.is_worth_it


def unshown_of(candidate: Candidate) -> Unshown:
    """Return what is asked of a candidate."""
    return Unshown(candidate, asked_beyond(candidate), plan_of(candidate.spec))


def unshown(
    asked: Sequence[Unshown], known: Sequence[Mapping[Case, Shown] | None], ground: Ground, patient: Ground
) -> list[str]:
    """Return of each candidate that answers its examples what is wrong beside them; empty where nothing is.

    Args:
        asked: What is asked of each.
        known: For each, what its calls showed behind its examples; None where they were not made there.
        ground: Where most calls are made.
        patient: Where a call is made again that did not end there.
    """
    runners = [each.runner for each in asked]
    triples = list(zip(asked, runners, known, strict=True))
    place = foreseen([runner for each, runner, shown in triples if shown is None and each.asks_twice], ground)
    told = {(runner.spec.unit, runner.source): shown for _, runner, shown in triples if shown is not None}
    found = _found(asked, replace(place, shown={**place.shown, **told}), patient)
    doubtful = [number for number, shown in enumerate(known) if shown is not None and found[number]]
    if doubtful:
        again = unshown([asked[it] for it in doubtful], [None] * len(doubtful), ground, patient)
        for number, what in zip(doubtful, again, strict=True):
            found[number] = what
    return found


def _found(asked: Sequence[Unshown], place: Ground, patient: Ground) -> list[str]:
    found = beyond([each.candidate for each in asked], [each.beyond for each in asked], place)
    passed = [number for number, what in enumerate(found) if not what]
    plans = {each.candidate.spec.unit: each.plan for each in asked}
    behaved = conduct([asked[number].candidate for number in passed], plans, place, patient)
    for number, what in zip(passed, behaved, strict=True):
        found[number] = what
    return found
