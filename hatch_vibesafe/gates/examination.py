"""What a candidate does with given calls, held against its contract.

There are three runs, two of which never see a candidate:

1. which calls are within `Requires`, and which of the conditions of `Raises` hold for them: a worker with the project
   alone, where the unit itself is a stub;
2. what the candidate does with those that are: a worker with the candidate, which is told nothing of the contract;
3. whether `Ensures` holds for what it returned: the project alone again, with the values made anew (`carried.py`).

Threat: a candidate that could reach the clauses, or what evaluates them, would have them all hold.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from hatch_vibesafe.gates.carried import NotCarriedError, carried, readable
from hatch_vibesafe.gates.contract_sources import Sources
from hatch_vibesafe.gates.contract_verdict import Answer, Before, Done, Judge, Judged
from hatch_vibesafe.gates.sandbox import Batch, Job, Result, Sandbox
from hatch_vibesafe.gates.unit_calls import ON_AN_OBJECT, Case
from hatch_vibesafe.gates.values import MalformedAnswerError, Outcome, Raised, read_outcome
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.gates.without_answers import without_answers
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.unexpected import reason

OUT_OF_TIME = "sandbox.timeout"
"""The word in what is said of a call that did not end within its time."""
UNANSWERED = "the contract"
"""What is said begins with where there is no answer at all to whether a call is allowed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where candidates are judged: what their jobs have in common, the project's modules, and the sandbox."""

    batch: Batch
    modules: frozenset[str]
    sandbox: Sandbox


@dataclass(frozen=True, slots=True)
class Course:
    """A candidate and the calls to judge it by."""

    candidate: Candidate
    cases: tuple[Case, ...]


def examine(courses: Sequence[Course], ground: Ground) -> list[list[Judged]]:
    """Return what came of each call of each candidate."""
    batch, modules, sandbox = ground.batch, ground.modules, ground.sandbox
    sources = [Sources(course.candidate.spec) for course in courses]
    asked = [own.before(course.cases) for own, course in zip(sources, courses, strict=True)]
    asking = [job(own.spec, own.stub, asks) for own, asks in zip(sources, asked, strict=True)]
    first = run_alike_once(sandbox, batch, asking)
    kinds = [_kinds(own, result) for own, result in zip(sources, first, strict=True)]
    befores = [
        [before_of(own, answer_at(result, place)) for place in own.places(course.cases, of="before")]
        for own, course, result in zip(sources, courses, first, strict=True)
    ]
    allowed = [
        tuple(case for case, before in zip(course.cases, each, strict=True) if before.allowed)
        for course, each in zip(courses, befores, strict=True)
    ]
    calls = [
        job(own.spec, without_answers(course.candidate.implementation.decode("utf-8", "replace")), own.calls(cases))
        for own, course, cases in zip(sources, courses, allowed, strict=True)
    ]
    second = sandbox.run(batch, calls)
    done = [done_with(own, cases, result, modules) for own, cases, result in zip(sources, allowed, second, strict=True)]
    after = [
        job(own.spec, own.stub, own.after(cases, [it.values for it in each]))
        for own, cases, each in zip(sources, allowed, done, strict=True)
    ]
    third = sandbox.run(batch, after, of_candidates=False)
    found: list[list[Judged]] = []
    for number, course in enumerate(courses):
        own, conclusions = sources[number], iter(done[number])
        judge = Judge(own, kinds[number])
        places = iter(own.places(allowed[number], of="after"))
        judged: list[Judged] = []
        for case, before in zip(course.cases, befores[number], strict=True):
            if not before.allowed:
                judged.append(Judged(case, unjudged=before.unknown or "it is outside Requires"))
                continue
            answer = answer_at(third[number], next(places))
            judged.append(judge.judged(case, before, next(conclusions), answer))
        found.append(judged)
    return found


def run_alike_once(sandbox: Sandbox, batch: Batch, jobs: Sequence[Job]) -> list[Result]:
    """Return each job's result; those that are the same, with no candidate in them, are run once."""
    texts = [json.dumps(each) for each in jobs]
    places = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    results = sandbox.run(batch, [json.loads(text) for text in places], of_candidates=False)
    return [results[places[text]] for text in texts]


def job(spec: Spec, source: str, examples: Sequence[str]) -> Job:
    """Return the job of evaluating examples of a unit with an implementation."""
    return {
        "module": spec.unit.module,
        "qualname": spec.unit.qualname,
        "source": source,
        "capabilities": spec.options.capabilities,
        "examples": list(examples),
    }


def answer_at(result: Result, place: int) -> Answer:
    """Return what the example at a place showed and its last value as data; or why there is no answer."""
    match result.answers:
        case (["failed", str(text), *_], *_):
            return f"the module of the unit cannot be imported: {text}"
    if place >= len(result.answers) or result.answers[place] == ["done"]:
        return f"has no answer: the worker {result.ending or 'ended'}"
    answer = result.answers[place]
    try:
        outcome = read_outcome(answer)
    except (MalformedAnswerError, RecursionError) as error:
        return f"has no readable answer: {reason(error)}"
    match answer:
        case [_, [*_, ["value", value]], _, _]:
            return outcome, value
    return outcome, None


def _kinds(own: Sources, result: Result) -> dict[str, frozenset[str]]:
    """Return the classes that each exception of the contract covers, by their full names."""
    found: dict[str, frozenset[str]] = {}
    for place, exception in own.exceptions:
        answer = answer_at(result, place)
        names: set[str] = set()
        match answer:
            case (_, ["list", list(pairs)]):
                for pair in pairs:
                    match pair:
                        case ["tuple", [["str", str(module)], ["str", str(qualname)]]]:
                            names.add(f"{module}.{qualname}")
        found[exception] = frozenset(names)
    return found


def before_of(own: Sources, answer: Answer) -> Before:
    """Return what an answer says of a call before it is made."""
    match answer:
        case str(why):
            return Before(allowed=False, unknown=f"{UNANSWERED} {why}")
        case (Outcome(raised=Raised() as raised), _):
            return Before(allowed=False, unknown=f"the call or its contract raises {raised.text.strip()}")
        case (_, ["tuple", [["bool", True], ["tuple", list(held)]]]) if len(held) == len(own.raises):
            pairs = zip(own.raises, held, strict=True)
            return Before(allowed=True, raising=tuple(clause for clause, truth in pairs if truth == ["bool", True]))
        case _:
            return Before(allowed=False)


def done_with(own: Sources, cases: Sequence[Case], result: Result, modules: frozenset[str]) -> list[Done]:
    """Return what a candidate did with each call. `modules` are the project's, whose classes may be carried over."""
    found: list[Done] = []
    for place in own.places(cases):
        answer = answer_at(result, place)
        match answer:
            case str(why) if OUT_OF_TIME in why:
                found.append(Done(unjudged=why))
            case str(why):
                # What comes after the end of a worker is no failure of its own.
                is_first = all(not earlier.wrong and not earlier.unjudged for earlier in found)
                found.append(Done(wrong=why) if is_first else Done(unjudged=why))
            case (Outcome(refusals=(_, *_) as refusals), _):
                found.append(Done(wrong=f"cannot be believed: {'; '.join(refusals)}"))
            case (Outcome(raised=Raised() as raised), _):
                found.append(Done(raised=raised))
            case (_, value):
                returned = _returned(value, len(own.parameters), modules)
                unknown = own.spec.method in ON_AN_OBJECT and returned.values[1:2] == (None,)
                found.append(Done(unjudged="the object's state is no plain data") if unknown else returned)
    return found


def _returned(value: object, count: int, modules: frozenset[str]) -> Done:
    match value:
        case ["tuple", [result, *arguments]] if len(arguments) == count:
            try:
                left = tuple(_carried(item, modules) for item in arguments)
                got = carried(result, modules)
            except NotCarriedError as error:
                return Done(got=str(error), uncarried=str(error))
            except (MalformedAnswerError, RecursionError) as error:
                return Done(wrong=f"has no readable answer: {reason(error)}")
            return Done((got, *left), got=readable(got))
    return Done(wrong="has no readable answer: it shows other than one value")


def _carried(node: object, modules: frozenset[str]) -> str | None:
    try:
        return carried(node, modules)
    except NotCarriedError:
        return None
