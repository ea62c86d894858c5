"""Part of the doctest gate: what candidates do that answer their examples, in calls that no example shows.

Two things are asked of each (`beyond.py`, `conduct.py`), with calls of their own. A process costs more than the calls:
both have theirs made in one. What did not go well in there is asked again, each in a process of its own.
"""

from collections.abc import Iterator, Mapping, Sequence

from hatch_vibesafe.gates.beyond import asked_beyond, beyond
from hatch_vibesafe.gates.conduct import Plan, conduct, plan_of
from hatch_vibesafe.gates.differences import Runner
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.foreseen import foreseen
from hatch_vibesafe.gates.unit_calls import Case
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.identity import UnitId


def unshown(candidates: Sequence[Candidate], ground: Ground, patient: Ground) -> list[str]:
    """Return of each candidate that answers its examples what is wrong beside them; empty where nothing is.

    Args:
        candidates: The candidates.
        ground: Where most calls are made.
        patient: Where a call is made again that did not end there.
    """
    asked: list[tuple[Case, ...]] = []
    plans: dict[UnitId, Plan] = {}
    for each in candidates:
        asked.append(asked_beyond(each))
        plans[each.spec.unit] = plans.get(each.spec.unit) or plan_of(each.spec)
    known = foreseen(list(_both(candidates, asked, plans)), ground)
    found = beyond(candidates, asked, known)
    passed = [number for number, what in enumerate(found) if not what]
    for number, what in zip(passed, conduct([candidates[it] for it in passed], plans, known, patient), strict=True):
        found[number] = what
    return found


def _both(
    candidates: Sequence[Candidate], asked: Sequence[tuple[Case, ...]], plans: Mapping[UnitId, Plan]
) -> Iterator[Runner]:
    """Yield the calls of candidates of which both are asked."""
    for candidate, cases in zip(candidates, asked, strict=True):
        plan = plans[candidate.spec.unit]
        if cases and plan.is_worth_it:
            text = candidate.implementation.decode("utf-8", "replace")
            together = sorted(dict.fromkeys((*cases, *plan.cases)), key=_prepared)
            yield Runner(candidate.spec, text, tuple(together))


def _prepared(case: Case) -> int:
    """Return how many statements run before a call: what needs fewer comes first, as where they are asked apart."""
    return len(case.setup)
