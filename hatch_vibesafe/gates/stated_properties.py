"""The `hypothesis` fences of a spec, tried on a candidate.

Threat: whoever evaluates an assertion beside the candidate asks the candidate. So the body of a property runs in a
worker with the project alone, and the candidate in another, which is told the arguments of a call and no more. They
take turns: the body runs with the answers that are known, up to the first call that has none; that call goes to the
candidate; its answer, made anew from plain data, goes back; and so on, for all draws at once.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from hatch_vibesafe.gates.carried import NotCarriedError, carried
from hatch_vibesafe.gates.choices import Choices, simpler_choices
from hatch_vibesafe.gates.contract_sources import Sources, with_state
from hatch_vibesafe.gates.contract_verdict import Done
from hatch_vibesafe.gates.examination import Ground, answer_at, done_with, job, run_alike_once
from hatch_vibesafe.gates.property_sources import defining, owner_of, raised, returned, trial
from hatch_vibesafe.gates.strategy_values import Drawn, drawn
from hatch_vibesafe.gates.unit_calls import ON_AN_OBJECT, Case, UnitCall
from hatch_vibesafe.gates.values import MalformedAnswerError
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.gates.without_answers import without_answers
from hatch_vibesafe.spec.model import Spec

DRAWS = 40
"""How many draws each property is tried on, beside the simplest."""

_MOST_CALLS = 12
_ROUNDS = 5
_SIMPLER = 24


@dataclass(frozen=True, slots=True)
class Trial:
    """A property tried on one draw.

    Attributes:
        number: The property's place in the spec.
        drawn: The draw.
        calls: The calls that its body made so far, each with what the candidate did.
        violation: Why it does not hold; empty where it does, as far as is known.
        is_own_fault: Whether it fails before the candidate has a say.
        state: "open" while it has still to be tried; "judged", or "left out" where its assumptions are not met.
    """

    number: int
    drawn: Drawn
    calls: tuple[tuple[UnitCall, Done], ...] = ()
    violation: str = ""
    is_own_fault: bool = False
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A candidate and the trials that it is put to."""

    candidate: Candidate
    trials: tuple[Trial, ...]


def first_trials(spec: Spec, seed: int) -> tuple[Trial, ...]:
    """Return the draws that the properties of a unit are tried on, the same ones for the same seed.

    Raises:
        NotAStrategyError: if a strategy is of a type that is not known.
    """
    found: dict[tuple[int, tuple[str, ...]], Trial] = {}
    for number, stated in enumerate(spec.properties):
        for draw in range(DRAWS + 1):
            random = Random(seed + draw) if draw else None  # noqa: S311 - it is to be the same every time
            values = drawn(stated, spec, Choices((), random))
            if values is not None:
                found.setdefault((number, values.values), Trial(number, values))
    return tuple(found.values())


def tried(attempts: Sequence[Attempt], ground: Ground) -> list[list[Trial]]:
    """Return what became of each trial of each candidate."""
    trials = [list(attempt.trials) for attempt in attempts]
    sources = [Sources(attempt.candidate.spec) for attempt in attempts]
    for _ in range(_MOST_CALLS + 1):
        waiting = [
            (number, [place for place, each in enumerate(own) if each.state == "open"])
            for number, own in enumerate(trials)
        ]
        waiting = [(number, places) for number, places in waiting if places]
        if not waiting:
            break
        asking = [
            _asking(attempts[number].candidate.spec, sources[number].stub, [trials[number][it] for it in places])
            for number, places in waiting
        ]
        results = run_alike_once(ground.sandbox, ground.batch, asking)
        asked: list[tuple[int, int, UnitCall]] = []
        for (number, places), result in zip(waiting, results, strict=True):
            offset = len(defining(attempts[number].candidate.spec))
            for count, place in enumerate(places):
                read = _read(
                    trials[number][place], answer_at(result, offset + count), ground.modules, sources[number].spec
                )
                if isinstance(read, UnitCall):
                    asked.append((number, place, read))
                else:
                    trials[number][place] = read
        _answer(attempts, sources, trials, asked, ground)
    return trials


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of the properties of one candidate.

    Attributes:
        worst: The simplest trial that was found to fail; None where none did.
        faults: The properties that say nothing of any candidate, by their place in the spec, and why.
    """

    worst: Trial | None
    faults: tuple[tuple[int, str], ...]


def simplest(attempts: Sequence[Attempt], ground: Ground) -> list[Tried]:
    """Return what became of the properties of each candidate; what fails is made as simple as it can be."""
    first = tried(attempts, ground)
    worst = [_least(each) for each in first]
    for _ in range(_ROUNDS):
        broken = [number for number, each in enumerate(worst) if each is not None]
        again = [_simpler_attempt(attempts[it].candidate, worst[it]) for it in broken]
        if not any(attempt.trials for attempt in again):
            break
        better = [_least(each) for each in tried(again, ground)]
        if not any(better):
            break
        for number, found in zip(broken, better, strict=True):
            worst[number] = found or worst[number]
    return [
        Tried(found, tuple(_faults(attempt.candidate.spec, own)))
        for attempt, own, found in zip(attempts, first, worst, strict=True)
    ]


def _faults(spec: Spec, trials: Sequence[Trial]) -> Iterator[tuple[int, str]]:
    for number in range(len(spec.properties)):
        own = [each for each in trials if each.number == number]
        broken = next((each for each in own if each.is_own_fault), None)
        if broken is not None:
            yield number, f"this property {broken.violation} before it calls {spec.unit.name}"
        elif not any(each.calls or each.state == "judged" for each in own):
            yield number, f"none of the {len(own)} draws of this property meets its assumptions, so it proves nothing"


def _asking(spec: Spec, stub: str, trials: Sequence[Trial]) -> dict[str, object]:
    examples = defining(spec)
    for each in trials:
        answers = [_answered(call, done) for call, done in each.calls]
        examples.append(trial(each.number, each.drawn.values, each.drawn.conditions, answers))
    return dict(job(spec, stub, examples))


def _answered(call: UnitCall, done: Done) -> str:
    if done.raised is not None:
        return raised(done.raised.module, done.raised.qualname, done.raised.message)
    return returned(done.values, call.values)


def _read(trial: Trial, answer: object, modules: frozenset[str], spec: Spec) -> Trial | UnitCall:
    """Return what the body came to: the call whose answer it needs, or the trial as it is then."""
    match answer:
        case (_, ["tuple", [["str", "held"]]]):
            return replace(trial, state="judged")
        case (_, ["tuple", [["str", "broken"], ["str", str(by)], ["str", str(kind)], ["str", str(message)]]]):
            said = f"{kind}: {message}" if message else kind
            if kind == "NotImplementedError" and by == "body":
                return replace(trial, state="left out")  # the stub, called by a helper
            why = "does not hold" if kind == "AssertionError" else f"does not hold: it raises {said}"
            own = not trial.calls
            return replace(trial, state="judged", violation=why, is_own_fault=own)
        case (_, ["tuple", [["str", "asked"], ["tuple", list(values)]]]) if len(trial.calls) < _MOST_CALLS:
            try:
                return _call(spec, [carried(value, modules) for value in values])
            except (NotCarriedError, MalformedAnswerError, RecursionError):
                return replace(trial, state="left out")
        case _:
            return replace(trial, state="left out")


def _call(spec: Spec, values: list[str]) -> UnitCall:
    """Return a call; what it is made on was told by its state."""
    if spec.method in ON_AN_OBJECT:
        values[0] = with_state(f"object.__new__({owner_of(spec)})", values[0])
    return UnitCall(tuple(values))


def _answer(
    attempts: Sequence[Attempt],
    sources: Sequence[Sources],
    trials: list[list[Trial]],
    asked: Sequence[tuple[int, int, UnitCall]],
    ground: Ground,
) -> None:
    """Have the candidates answer the calls, and note the answers in the trials that need them."""
    cases: dict[int, dict[UnitCall, Case]] = {}
    for number, _, call in asked:
        cases.setdefault(number, {}).setdefault(call, Case(call))
    jobs = [
        job(
            sources[number].spec,
            without_answers(attempts[number].candidate.implementation.decode("utf-8", "replace")),
            sources[number].calls([*own.values()]),
        )
        for number, own in cases.items()
    ]
    results = ground.sandbox.run(ground.batch, jobs)
    done = {
        (number, call): each
        for (number, own), result in zip(cases.items(), results, strict=True)
        for call, each in zip(own, done_with(sources[number], [*own.values()], result, ground.modules), strict=True)
    }
    for number, place, call in asked:
        found = done[number, call]
        trials[number][place] = _noted(trials[number][place], call, found, ground.modules)


def _noted(trial: Trial, call: UnitCall, done: Done, modules: frozenset[str]) -> Trial:
    noted = replace(trial, calls=(*trial.calls, (call, done)))
    if done.wrong:
        return replace(noted, state="judged", violation=done.wrong)
    if done.unjudged:
        return replace(noted, state="left out")
    if done.raised is not None:
        if done.raised.made_up:
            why = "raises an exception that the implementation defines itself"
            return replace(noted, state="judged", violation=why)
        root = done.raised.module.partition(".")[0]
        is_known = root in sys.stdlib_module_names or done.raised.module in modules
        return noted if is_known else replace(noted, state="left out")
    if done.uncarried:
        why = f"returns {done.uncarried}, and properties are checked on plain values only"
        return replace(noted, state="judged", violation=why)
    return noted


def _least(trials: Sequence[Trial]) -> Trial | None:
    return min((each for each in trials if each.violation), key=_size, default=None)


def _size(trial: Trial) -> tuple[int, str]:
    text = ", ".join(trial.drawn.values)
    return len(text), text


def _simpler_attempt(candidate: Candidate, worst: Trial | None) -> Attempt:
    if worst is None:
        return Attempt(candidate, ())
    stated = candidate.spec.properties[worst.number]
    found: dict[tuple[str, ...], Trial] = {}
    for taken in simpler_choices(worst.drawn.taken):
        values = drawn(stated, candidate.spec, Choices(taken))
        if values is not None:
            again = Trial(worst.number, values)
            if _size(again) < _size(worst):
                found.setdefault(values.values, again)
    return Attempt(candidate, tuple(sorted(found.values(), key=_size)[:_SIMPLER]))
