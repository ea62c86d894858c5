"""The simplest calls that tell implementations apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hatch_vibesafe.gates.differences import (
    ENDED,
    ENDLESS,
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


@dataclass(frozen=True, slots=True)
class Comparison:
    """An implementation with calls of it, and the modules that it is held against."""

    own: Runner
    others: tuple[str, ...]


def told_apart(comparisons: Sequence[Comparison], ground: Ground) -> list[dict[str, Told]]:
    """Return for each comparison the simplest call on which a module shows something else, by the module's source.

    The implementation is asked first: no other module is asked a call that the implementation itself does not end.
    """
    shown = iter(shown_by([each.own for each in comparisons for _ in range(2)], ground))
    settled = [_ended(each.own, _settled(next(shown), next(shown))) for each in comparisons]
    runners = [
        replace(each.own, source=other, cases=tuple(ours))
        for each, ours in zip(comparisons, settled, strict=True)
        for other in each.others
    ]
    theirs = iter(shown_by(runners, ground))
    found: list[dict[str, Told]] = []
    for each, ours in zip(comparisons, settled, strict=True):
        told = {other: _least(differing([*ours], [*ours.values()], next(theirs))) for other in each.others}
        found.append({other: call for other, call in told.items() if call is not None})
    return found


def made_simpler(owns: Sequence[Runner], found: Sequence[Mapping[str, Told]], ground: Ground) -> list[dict[str, Told]]:
    """Return, for each implementation, the calls that tell modules apart from it, as simple as they can be made."""
    best = [dict(each) for each in found]
    open_still = list(range(len(owns)))
    for _ in range(_ROUNDS):
        asked = {
            number: {source: simpler_cases(told[0]) for source, told in best[number].items()} for number in open_still
        }
        unions = {
            number: list(dict.fromkeys(it for own in each.values() for it in own)) for number, each in asked.items()
        }
        open_still = [number for number in open_still if unions[number]]
        if not open_still:
            break
        allowed = allowed_cases([(owns[number].spec, unions[number]) for number in open_still], ground)
        better = _told_by(
            [(replace(owns[it], cases=cases), asked[it]) for it, cases in zip(open_still, allowed, strict=True)], ground
        )
        improved: list[int] = []
        for number, told in zip(open_still, better, strict=True):
            least = {source: min([*told[source], call], key=_size) for source, call in best[number].items()}
            if least != best[number]:
                best[number] = least
                improved.append(number)
        open_still = improved
    return best


def _told_by(
    asked: Sequence[tuple[Runner, Mapping[str, tuple[Case, ...]]]], ground: Ground
) -> list[dict[str, list[Told]]]:
    """Return the calls on which modules differ from an implementation, each module asked its own calls."""
    runners = [
        [own, own, *(Runner(own.spec, source, _among(cases, own.cases)) for source, cases in each.items())]
        for own, each in asked
    ]
    shown = iter(shown_by([runner for each in runners for runner in each], ground))
    found: list[dict[str, list[Told]]] = []
    for own, _, *others in runners:
        ours = dict(zip(own.cases, _settled(next(shown), next(shown)), strict=True))
        found.append(
            {
                other.source: list(differing(other.cases, [ours[case] for case in other.cases], next(shown)))
                for other in others
            }
        )
    return found


def _ended(own: Runner, shown: Sequence[Shown | None]) -> dict[Case, Shown]:
    return {case: one for case, one in zip(own.cases, shown, strict=True) if one and one.text not in {ENDLESS, ENDED}}


def _among(cases: tuple[Case, ...], allowed: tuple[Case, ...]) -> tuple[Case, ...]:
    known = frozenset(allowed)
    return tuple(case for case in cases if case in known)


def _least(told: Iterator[Told]) -> Told | None:
    return min(told, key=_size, default=None)


def _settled(first: Sequence[Shown | None], again: Sequence[Shown | None]) -> list[Shown | None]:
    """Return what an implementation showed both times: what disagrees with itself tells nothing."""
    return [one if one and other and not one.differs(other) else None for one, other in zip(first, again, strict=True)]


def _size(told: Told) -> tuple[int, int, str]:
    return (len(told[0].setup), *case_size(told[0]))
