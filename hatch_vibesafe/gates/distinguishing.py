"""The simplest calls that tell implementations apart."""

from collections.abc import Mapping, Sequence

from hatch_vibesafe.gates.differences import (
    Runner,
    Shown,
    allowed_cases,
    case_size,
    differing,
    shown_by,
    simpler_cases,
)
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.unit_calls import Case

Told = tuple[Case, Shown, Shown]
"""A call, what an implementation shows for it, and what another one does."""

_ROUNDS = 3


def told_apart(own: Runner, sources: Sequence[str], ground: Ground) -> dict[str, Told]:
    """Return the simplest call on which each module shows something else, for those for which there is one."""
    spec, cases = own.spec, own.cases
    if not cases or not sources:
        return {}
    first, again, *theirs = shown_by([own, own, *(Runner(spec, source, cases) for source in sources)], ground)
    ours = _settled(first, again)
    found = {}
    for source, shown in zip(sources, theirs, strict=True):
        told = min(differing(cases, ours, shown), key=_size, default=None)
        if told is not None:
            found[source] = told
    return found


def made_simpler(own: Runner, found: Mapping[str, Told], ground: Ground) -> dict[str, Told]:
    """Return the calls that tell modules apart from an implementation, as simple as they can be made."""
    best = dict(found)
    for _ in range(_ROUNDS):
        asked = {source: simpler_cases(told[0]) for source, told in best.items()}
        union = list(dict.fromkeys(case for cases in asked.values() for case in cases))
        if not union:
            break
        (allowed,) = allowed_cases([(own.spec, union)], ground)
        known = set(allowed)
        runners = [
            Runner(own.spec, source, tuple(case for case in cases if case in known)) for source, cases in asked.items()
        ]
        ours = Runner(own.spec, own.source, allowed)
        first, again, *theirs = shown_by([ours, ours, *runners], ground)
        settled = dict(zip(allowed, _settled(first, again), strict=True))
        before = dict(best)
        for runner, shown in zip(runners, theirs, strict=True):
            pairs = differing(runner.cases, [settled[case] for case in runner.cases], shown)
            best[runner.source] = min([*pairs, best[runner.source]], key=_size)
        if best == before:
            break
    return best


def _settled(first: Sequence[Shown | None], again: Sequence[Shown | None]) -> list[Shown | None]:
    """Return what an implementation showed both times: what disagrees with itself tells nothing."""
    return [one if one and other and not one.differs(other) else None for one, other in zip(first, again, strict=True)]


def _size(told: Told) -> tuple[int, int, str]:
    return (len(told[0].setup), *case_size(told[0]))
