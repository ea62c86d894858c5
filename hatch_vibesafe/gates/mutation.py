"""Measures how much a spec decides: mutates an implementation that passed, and judges the mutants by what they do.

A mutant is killed by an example, a clause of the contract or a stated property. One that no input tells from the
implementation is taken for equivalent: the inputs are half drawn from the types and half changed examples, the same
ones every time. Mutants run as candidates do, in the sandbox, and for a shorter time. How many there are is bounded, so
that the cost is; which of them are taken is the same every time.
"""

import ast
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from hatch_vibesafe.gates import structure
from hatch_vibesafe.gates.adequacy import JUDGED, Adequacy, Survivor
from hatch_vibesafe.gates.constants import constant_implementations
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.differences import Runner, allowed_cases, both_shown
from hatch_vibesafe.gates.distinguishing import Told, made_simpler, told_apart
from hatch_vibesafe.gates.doctests import judge
from hatch_vibesafe.gates.examination import Course, Ground, examine, job
from hatch_vibesafe.gates.mutants import Mutant, mutants
from hatch_vibesafe.gates.properties import SEED, generated_cases
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.shared_part import batch_of
from hatch_vibesafe.gates.stated_properties import Attempt, first_trials, tried
from hatch_vibesafe.gates.surroundings import surroundings
from hatch_vibesafe.gates.unit_calls import Case, doctest_line, example_cases, parameters_of
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.gates.without_answers import without_answers
from hatch_vibesafe.spec.model import Clause, Spec

MOST = 48
"""How many mutants of one implementation are judged."""

_WRONG = 12
_SECONDS = 1.0


@dataclass(slots=True)
class _Subject:
    """One implementation on its way: its mutants, those that live, and the calls to tell them apart by."""

    candidate: Candidate
    mutants: tuple[Mutant, ...]
    alive: list[Mutant]
    killed: list[Mutant]
    cases: tuple[Case, ...] = ()


def adequacy_of(
    candidates: Sequence[Candidate], context: GateContext, *, most: int = MOST
) -> tuple[Adequacy | None, ...]:
    """Return what became of the mutants of each implementation; None for one that its own examples refuse.

    `most` is how many mutants of each are judged.

    Raises:
        VibesafeConfigurationError: if the platform cannot confine, or the sources cannot be read.
    """
    if not candidates:
        return ()
    surrounding = surroundings(context, [each.spec for each in candidates])
    config = context.project.config
    keys = [provider.api_key_env for provider in config.providers]
    quick = replace(config.sandbox, timeout=min(config.sandbox.timeout, _SECONDS))
    batch = batch_of([each.spec for each in candidates], context, surrounding)
    modules = frozenset(surrounding.files)
    found: list[Adequacy | None] = [None] * len(candidates)
    waiting = list(range(len(candidates)))
    for settings in dict.fromkeys((quick, config.sandbox)):
        ground = Ground(batch, modules, Sandbox(settings, keys))
        passed = [
            not each for each in _refused([(candidates[it].spec, _text(candidates[it])) for it in waiting], ground)
        ]
        ready = [number for number, has_passed in zip(waiting, passed, strict=True) if has_passed]
        subjects = [_subject(candidates[number], surrounding.files, most) for number in ready]
        for number, adequacy in zip(ready, _measured(subjects, ground), strict=True):
            found[number] = adequacy
        waiting = [number for number in waiting if number not in ready]
        if not waiting:
            break
    return tuple(found)


def chosen_mutants(spec: Spec, source: str, files: dict[str, tuple[str, bool]], most: int = MOST) -> tuple[Mutant, ...]:
    """Return the mutants that are judged: of what was written for the spec, not of what the spec says itself."""
    every = list(mutants(source))
    Random(SEED).shuffle(every)  # noqa: S311 - it is to be the same every time
    chosen: list[Mutant] = []
    for mutant in every:
        if len(chosen) == most:
            break
        if not structure.check(Candidate(spec, mutant.source.encode()), files):
            chosen.append(mutant)
    return tuple(sorted(chosen, key=lambda mutant: (mutant.line, mutant.source)))


def _subject(candidate: Candidate, files: dict[str, tuple[str, bool]], most: int) -> _Subject:
    chosen = chosen_mutants(candidate.spec, _text(candidate), files, most)
    return _Subject(candidate, chosen, [], [])


def _measured(subjects: Sequence[_Subject], ground: Ground) -> list[Adequacy]:
    jobs = [(subject.candidate.spec, mutant.source) for subject in subjects for mutant in subject.mutants]
    refused = iter(_refused(jobs, ground))
    for subject in subjects:
        for mutant in subject.mutants:
            (subject.killed if next(refused) else subject.alive).append(mutant)
    asked = [(each.candidate.spec, _every_case(each.candidate.spec)) for each in subjects]
    for subject, cases in zip(subjects, allowed_cases(asked, ground), strict=True):
        subject.cases = cases
    return [_concluded(subject, ground) for subject in subjects]


def _concluded(subject: _Subject, ground: Ground) -> Adequacy:
    spec = subject.candidate.spec
    constants = constant_implementations(spec) if spec.contract else ()
    against = Runner(spec, _text(subject.candidate), subject.cases)
    told = told_apart(against, [*(mutant.source for mutant in subject.alive), *constants], ground)
    living = [mutant for mutant in subject.alive if mutant.source in told]
    wrong = [mutant.source for mutant in subject.killed[:_WRONG]]
    wrong += [source for source in constants if source in told]
    refused, broken = _refused_by_contract(spec, [mutant.source for mutant in living], wrong, subject.cases, ground)
    surviving = [mutant for mutant, is_refused in zip(living, refused, strict=True) if not is_refused]
    simplest = made_simpler(against, {mutant.source: told[mutant.source] for mutant in surviving}, ground)
    survivors = [_survivor(subject.candidate, mutant, simplest[mutant.source]) for mutant in surviving]
    tried_on = len(living) + len(wrong) if spec.contract else 0
    judged = tuple(clause for clause in spec.contract if clause.kind in JUDGED)
    return Adequacy(
        unit=spec.unit,
        killed=len(subject.killed) + len(living) - len(survivors),
        equivalent=len(subject.alive) - len(living),
        survivors=tuple(sorted(survivors, key=lambda each: (len(each.call), each.call, each.line))),
        wrong=tried_on,
        vacuous=tuple(clause for clause in judged if clause not in broken) if tried_on and subject.cases else (),
    )


def _refused(modules: Sequence[tuple[Spec, str]], ground: Ground) -> list[bool]:
    """Return whether the examples refuse each module."""
    jobs = [job(spec, without_answers(source), [each.source for each in spec.examples]) for spec, source in modules]
    results = ground.sandbox.run(ground.batch, jobs)
    return [bool(judge(spec, result)) for (spec, _), result in zip(modules, results, strict=True)]


def _refused_by_contract(
    spec: Spec, living: Sequence[str], wrong: Sequence[str], cases: tuple[Case, ...], ground: Ground
) -> tuple[list[bool], set[Clause]]:
    """Return whether contract or properties refuse each living mutant, and the clauses that any module here breaks."""
    refused = [False] * len(living)
    broken: set[Clause] = set()
    if spec.contract:
        courses = [Course(Candidate(spec, source.encode()), cases) for source in (*living, *wrong)]
        for number, judged in enumerate(examine(courses, ground)):
            broken |= {clause for each in judged for clause in each.broken}
            if number < len(living):
                refused[number] = any(each.violation for each in judged)
    if spec.properties:
        trials = first_trials(spec, SEED)
        attempts = [Attempt(Candidate(spec, source.encode()), trials) for source in living]
        for number, own in enumerate(tried(attempts, ground)):
            refused[number] = refused[number] or any(each.violation for each in own)
    return refused, broken


def _survivor(candidate: Candidate, mutant: Mutant, told: Told) -> Survivor:
    case, one, other = told
    spec = candidate.spec
    ours, theirs = both_shown(one, other)
    call = doctest_line(spec, parameters_of(spec), case.call).removeprefix(">>> ")
    return Survivor(
        values=case.call,
        call=call,
        ours=ours,
        theirs=theirs,
        change=mutant.kind,
        line=mutant.line,
        mutation=mutation_text(_text(candidate), mutant),
        source=mutant.source,
    )


def mutation_text(source: str, mutant: Mutant) -> str:
    """Return what was changed, for people: the lines as they were and as they are."""
    before, after = ast.unparse(ast.parse(source)).split("\n"), mutant.source.rstrip("\n").split("\n")
    removed, added = [], []
    for line in difflib.ndiff(before, after):
        if line.startswith("- "):
            removed.append(line[2:].strip())
        elif line.startswith("+ "):
            added.append(line[2:].strip())
    return f"`{' '.join(removed)}` became `{' '.join(added)}`"


def _every_case(spec: Spec) -> tuple[Case, ...]:
    return (*example_cases(spec, parameters_of(spec)), *generated_cases(spec))


def _text(candidate: Candidate) -> str:
    return candidate.implementation.decode("utf-8", "replace")
