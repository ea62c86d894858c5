"""What implementations of a unit show for the same calls, held against each other.

What is compared is what a caller sees: the value exactly typed, what is printed, the arguments afterwards, and the
class of an exception; not its message, nor where an object lies in memory, nor the sign of zero.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hatch_vibesafe.gates.contract_sources import Sources
from hatch_vibesafe.gates.contract_verdict import Before
from hatch_vibesafe.gates.examination import OUT_OF_TIME, Ground, answer_at, before_of, job, run_alike_once
from hatch_vibesafe.gates.input_changes import simpler
from hatch_vibesafe.gates.sandbox import Job, Result
from hatch_vibesafe.gates.unit_calls import Case, UnitCall
from hatch_vibesafe.gates.values import MalformedAnswerError, Outcome, same_but_for_set_order, value_text
from hatch_vibesafe.gates.without_answers import without_answers
from hatch_vibesafe.spec.model import Spec

ENDLESS = "nothing in time"
ENDED = "the end of the process"
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_MINUS_ZERO = re.compile(r"(?<![\w.])-0\.0(?!\d)")
_SIMPLER = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """What one implementation shows for one call.

    Attributes:
        text: What it gives, for people: a value, or an exception.
        beside: What it prints, and its arguments afterwards.
        is_exception: Whether it raised.
        has_set: Whether a set is in it, whose order means nothing.
        left: Each argument afterwards, in the order of the parameters.
    """

    text: str
    beside: str = ""
    is_exception: bool = False
    has_set: bool = False
    left: tuple[str, ...] = ()

    def differs(self, other: "Shown") -> bool:
        """Whether a caller can tell the two apart."""
        if self.is_exception or other.is_exception:
            kinds = [each.text.partition(":")[0] for each in (self, other)]
            return self.is_exception != other.is_exception or kinds[0] != kinds[1]
        one, two = (_plain(each.text) for each in (self, other))
        besides = _plain(self.beside) != _plain(other.beside)
        if self.has_set and other.has_set:
            besides = besides and not same_but_for_set_order(_plain(self.beside), _plain(other.beside))
            return besides or not (one == two or same_but_for_set_order(one, two))
        return besides or one != two


@dataclass(frozen=True, slots=True)
class Runner:
    """An implementation to be run on calls.

    Attributes:
        spec: Its unit.
        source: The implementation.
        cases: The calls.
        copies: Whether each item that a generator gives is copied at once, so that no later one can change it.
    """

    spec: Spec
    source: str
    cases: tuple[Case, ...]
    copies: bool = False


def allowed_cases(asked: Sequence[tuple[Spec, Sequence[Case]]], ground: Ground) -> list[tuple[Case, ...]]:
    """Return for each unit those of its calls that can be made, and are within its `Requires`."""
    return [
        tuple(case for case, before in zip(cases, befores, strict=True) if before.allowed)
        for (_, cases), befores in zip(asked, befores_of(asked, ground), strict=True)
    ]


def befores_of(asked: Sequence[tuple[Spec, Sequence[Case]]], ground: Ground) -> list[list[Before]]:
    """Return for each unit what its contract says of calls before they are made."""
    sources = [Sources(spec) for spec, _ in asked]
    jobs = [job(own.spec, own.stub, own.before(cases)) for own, (_, cases) in zip(sources, asked, strict=True)]
    results = run_alike_once(ground.sandbox, ground.batch, jobs)
    return [
        [before_of(own, answer_at(result, place)) for place in own.places(cases, of="before")]
        for own, (_, cases), result in zip(sources, asked, results, strict=True)
    ]


def shown_by(runners: Sequence[Runner], ground: Ground, *, restarts: int = 0) -> list[list[Shown | None]]:
    """Return what each implementation shows for each of its calls; None where nothing can be said.

    What comes after a call that ended the process, or its time, is not known. With `restarts`, a new process goes on
    behind such a call, so many times.
    """
    found = _shown_once(runners, ground)
    for _ in range(restarts):
        left = {number: place for number, shown in enumerate(found) if (place := _cut_at(shown)) < len(shown)}
        if not left:
            break
        rest = [replace(runners[number], cases=runners[number].cases[place:]) for number, place in left.items()]
        for (number, place), shown in zip(left.items(), _shown_once(rest, ground), strict=True):
            found[number][place:] = shown
    return found


def _cut_at(shown: Sequence[Shown | None]) -> int:
    """Return the place behind the last call that ended the process; the end where none did, or nothing is behind."""
    ends = [number for number, each in enumerate(shown) if each is not None and each.text in {ENDLESS, ENDED}]
    return ends[-1] + 1 if ends and not any(shown[ends[-1] + 1 :]) else len(shown)


def _shown_once(runners: Sequence[Runner], ground: Ground) -> list[list[Shown | None]]:
    results = ground.sandbox.run(ground.batch, [calls_job(each) for each in runners])
    return [shown_in(each, result) for each, result in zip(runners, results, strict=True)]


def calls_job(runner: Runner, behind: Sequence[str] = ()) -> Job:
    """Return the job of running an implementation on its calls, behind some examples."""
    calls = Sources(runner.spec).calls(runner.cases, copies=runner.copies)
    return job(runner.spec, without_answers(runner.source), [*behind, *calls])


def shown_in(runner: Runner, result: Result) -> list[Shown | None]:
    """Return what the calls of an implementation showed."""
    return list(_shown(Sources(runner.spec), runner.cases, result))


def differing(
    cases: Sequence[Case], ours: Sequence[Shown | None], theirs: Sequence[Shown | None]
) -> Iterator[tuple[Case, Shown, Shown]]:
    """Yield the calls for which two implementations show different things, with what they show."""
    for case, one, other in zip(cases, ours, theirs, strict=True):
        if one is not None and other is not None and one.differs(other):
            yield case, one, other


def simpler_cases(case: Case) -> tuple[Case, ...]:
    """Return calls that are simpler than this one, the simplest first."""
    values = case.call.values
    calls = [
        UnitCall((*values[:place], other, *values[place + 1 :]))
        for place, value in enumerate(values)
        for other in simpler(value)
    ]
    return tuple(sorted((replace(case, call=call, example=None) for call in calls), key=case_size)[:_SIMPLER])


def case_size(case: Case) -> tuple[int, str]:
    """Return what a call is ordered by: simpler ones are shorter."""
    text = ", ".join(case.call.values)
    return len(text), text


def both_shown(one: Shown, other: Shown) -> tuple[str, str]:
    """Return what two implementations show for one call, for people: no more than it takes to tell them apart."""
    if one.text != other.text or one.beside == other.beside:
        return one.text, other.text
    return f"{one.text}, with {one.beside}", f"{other.text}, with {other.beside}"


def _shown(own: Sources, cases: Sequence[Case], result: Result) -> Iterator[Shown | None]:
    is_over = False
    for place in own.places(cases):
        answer = answer_at(result, place)
        match answer:
            case str(why):
                yield None if is_over else Shown(ENDLESS if OUT_OF_TIME in why else ENDED)
                is_over = True
            case (outcome, _) if outcome.refusals:
                yield None
            case (outcome, _) if outcome.raised is not None:
                yield Shown(outcome.raised.text.strip(), is_exception=True)
            case (outcome, ["tuple", [value, *arguments]]):
                yield _returned(own, outcome, value, arguments)
            case _:
                yield None


def _returned(own: Sources, outcome: Outcome, value: object, arguments: Sequence[object]) -> Shown | None:
    try:
        text = value_text(value)
        left = tuple(map(value_text, arguments))
        named = [f"{item.name} = {it}" for item, it in zip(own.parameters, left, strict=True)]
        printed = outcome.text.removesuffix(f"{value_text(['tuple', [value, *arguments]])}\n")
    except (MalformedAnswerError, RecursionError, ValueError):
        return None
    beside = ", ".join([*([f"{printed!r} printed"] if printed else []), *named])
    return Shown(text, beside, has_set=outcome.has_set, left=left)


def _plain(text: str) -> str:
    return _MINUS_ZERO.sub("0.0", _ADDRESS.sub("", text))
