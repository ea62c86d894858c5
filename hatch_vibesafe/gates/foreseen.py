"""Calls of implementations that are asked for part by part, made all in one process beforehand.

A process costs more than the calls that are made in it. What is kept is what would have been the same part by part:
nothing of a process that did not end by itself and in order, was short of memory, or showed what cannot be believed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from hatch_vibesafe.gates import differences
from hatch_vibesafe.gates.differences import ENDED, ENDLESS, Runner, Shown, befores_of
from hatch_vibesafe.gates.examination import UNANSWERED, Ground
from hatch_vibesafe.gates.unit_calls import Case
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.spec.model import Spec

_NO_MEMORY = "MemoryError"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Foreseen(Ground):
    """Where calls are made, with what came of some of them.

    Attributes:
        allowed: For units, whether calls can be made, and are within `Requires`.
        shown: For units and implementations, what calls showed.
    """

    allowed: Mapping[UnitId, Mapping[Case, bool]]
    shown: Mapping[tuple[UnitId, str], Mapping[Case, Shown]]


def foreseen(runners: Sequence[Runner], ground: Ground) -> Foreseen:
    """Make all calls of implementations that will be asked for, and return them with where they are made."""
    allowed = _allowed([each for each in runners if each.spec.contract], ground)
    chosen = [
        replace(each, cases=_within(each.cases, allowed.get(each.spec.unit)))
        for each in runners
        if not each.spec.contract or each.spec.unit in allowed
    ]
    told = differences.shown_by(chosen, ground) if chosen else []
    shown = {
        (each.spec.unit, each.source): kept
        for each, found in zip(chosen, told, strict=True)
        if (kept := whole(each.cases, found)) is not None
    }
    return Foreseen(ground.batch, ground.modules, ground.sandbox, allowed, shown)


def allowed_cases(asked: Sequence[tuple[Spec, Sequence[Case]]], ground: Ground) -> list[tuple[Case, ...]]:
    """Return for each unit those of its calls that can be made, and are within its `Requires`."""
    allowed = ground.allowed if isinstance(ground, Foreseen) else {}
    known = [_known(cases, allowed.get(spec.unit)) for spec, cases in asked]
    unknown = [each for each, found in zip(asked, known, strict=True) if found is None]
    rest = iter(differences.allowed_cases(unknown, ground) if unknown else ())
    return [next(rest) if found is None else tuple(case for case, is_allowed in found if is_allowed) for found in known]


def shown_by(runners: Sequence[Runner], ground: Ground) -> list[list[Shown | None]]:
    """Return what each implementation shows for each of its calls; None where nothing can be said."""
    shown = ground.shown if isinstance(ground, Foreseen) else {}
    known = [None if each.copies else _known(each.cases, shown.get((each.spec.unit, each.source))) for each in runners]
    unknown = [each for each, found in zip(runners, known, strict=True) if found is None]
    rest = iter(differences.shown_by(unknown, ground) if unknown else ())
    return [next(rest) if found is None else [one for _, one in found] for found in known]


def _known(cases: Sequence[Case], told: Mapping[Case, _T] | None) -> list[tuple[Case, _T]] | None:
    """Return what is known of calls; None where it is not of each."""
    if told is None or not all(case in told for case in cases):
        return None
    return [(case, told[case]) for case in cases]


def _allowed(runners: Sequence[Runner], ground: Ground) -> dict[UnitId, dict[Case, bool]]:
    """Return whether calls are allowed, for the units where each has an answer."""
    together: dict[UnitId, dict[Case, None]] = {}
    for each in runners:
        together.setdefault(each.spec.unit, {}).update(dict.fromkeys(each.cases))
    specs = {each.spec.unit: each.spec for each in runners}
    asked = [(specs[unit], tuple(cases)) for unit, cases in together.items()]
    found = befores_of(asked, ground) if asked else []
    return {
        spec.unit: {case: before.allowed for case, before in zip(cases, befores, strict=True)}
        for (spec, cases), befores in zip(asked, found, strict=True)
        if not any(_is_doubtful(before.unknown) for before in befores)
    }


def _is_doubtful(unknown: str) -> bool:
    return unknown.startswith(UNANSWERED) or _NO_MEMORY in unknown


def _within(cases: tuple[Case, ...], allowed: Mapping[Case, bool] | None) -> tuple[Case, ...]:
    return cases if allowed is None else tuple(case for case in cases if allowed[case])


def whole(cases: Sequence[Case], shown: Sequence[Shown | None]) -> dict[Case, Shown] | None:
    """Return what the calls of one process showed; None where it could differ from what a part of them would show."""
    found = {case: one for case, one in zip(cases, shown, strict=True) if one is not None}
    doubtful = (one.text in {ENDLESS, ENDED} or one.text.startswith(_NO_MEMORY) for one in found.values())
    return None if None in shown or any(doubtful) else found
