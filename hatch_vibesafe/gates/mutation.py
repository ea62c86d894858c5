"""Measures how much a spec decides: mutates an implementation that passed, and judges the mutants by what they do.

A mutant is killed by an example, a clause of the contract or a stated property. One that no input tells from the
implementation is taken for equivalent: the inputs are drawn from the types, changed examples, and calls at the borders
that the implementation draws, the same ones every time. Mutants run as candidates do, in the sandbox, and for a shorter
time. How many there are is bounded, so that the cost is; which of them are taken is the same every time.
"""

import ast
import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from hatch_vibesafe.gates import structure
from hatch_vibesafe.gates.adequacy import JUDGED, Adequacy, Survivor
from hatch_vibesafe.gates.constants import constant_implementations
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.differences import Runner, allowed_cases, both_shown
from hatch_vibesafe.gates.distinguishing import Comparison, Told, made_simpler, told_apart
from hatch_vibesafe.gates.doctests import judge
from hatch_vibesafe.gates.examination import Course, Ground, examine, job
from hatch_vibesafe.gates.input_borders import border_cases
from hatch_vibesafe.gates.mutants import Mutant, mutants
from hatch_vibesafe.gates.named_cases import named_cases
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
    """One implementation on its way.

    Attributes:
        candidate: The implementation.
        mutants: Its mutants, of which the examples `killed` some and left others `alive`.
        constants: Functions that ignore what they are given, to try a contract on.
        cases: The calls to tell modules apart by.
        told: What tells a module from the implementation, by the module's source; equivalent ones are not in it.
        refused: The sources of living mutants that contract or properties refuse.
        broken: The clauses that some wrong module breaks.
    """

    candidate: Candidate
    mutants: tuple[Mutant, ...]
    constants: tuple[str, ...]
    alive: list[Mutant] = field(default_factory=list)
    killed: list[Mutant] = field(default_factory=list)
    cases: tuple[Case, ...] = ()
    told: dict[str, Told] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    broken: set[Clause] = field(default_factory=set)

    @property
    def others(self) -> tuple[str, ...]:
        return (*(mutant.source for mutant in self.alive), *self.constants)

    @property
    def living(self) -> list[Mutant]:
        return [mutant for mutant in self.alive if mutant.source in self.told]

    @property
    def surviving(self) -> list[Mutant]:
        return [mutant for mutant in self.living if mutant.source not in self.refused]

    @property
    def wrong(self) -> list[str]:
        killed = [mutant.source for mutant in self.killed[:_WRONG]]
        return [*killed, *(source for source in self.constants if source in self.told)]


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
    keys = config.secret_variables(os.environ)
    quick = replace(config.sandbox, timeout=min(config.sandbox.timeout, _SECONDS))
    batch = batch_of([each.spec for each in candidates], context, surrounding)
    modules = frozenset(surrounding.files)
    found: list[Adequacy | None] = [None] * len(candidates)
    waiting = list(range(len(candidates)))
    for settings in dict.fromkeys((quick, config.sandbox)):
        with Sandbox(settings, keys) as sandbox:
            ground = Ground(batch, modules, sandbox)
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
        if not structure.check(Candidate(spec, mutant.source.encode()), files, reads_docstring=False):
            chosen.append(mutant)
    return tuple(sorted(chosen, key=lambda mutant: (mutant.line, mutant.source)))


def _subject(candidate: Candidate, files: dict[str, tuple[str, bool]], most: int) -> _Subject:
    chosen = chosen_mutants(candidate.spec, _text(candidate), files, most)
    constants = constant_implementations(candidate.spec) if candidate.spec.contract else ()
    return _Subject(candidate, chosen, constants)


def _measured(subjects: Sequence[_Subject], ground: Ground) -> list[Adequacy]:
    jobs = [(subject.candidate.spec, mutant.source) for subject in subjects for mutant in subject.mutants]
    refused = iter(_refused(jobs, ground))
    for subject in subjects:
        for mutant in subject.mutants:
            (subject.killed if next(refused) else subject.alive).append(mutant)
    asked = [(each.candidate.spec, _every_case(each.candidate)) for each in subjects]
    for subject, cases in zip(subjects, allowed_cases(asked, ground), strict=True):
        subject.cases = cases
    sound = [subject for subject in subjects if subject.cases]
    own = [Runner(it.candidate.spec, _text(it.candidate), it.cases) for it in sound]
    told = told_apart([Comparison(each, it.others) for each, it in zip(own, sound, strict=True)], ground)
    for subject, differing in zip(sound, told, strict=True):
        subject.told = differing
    _judge_by_contract(subjects, ground)
    surviving = [{mutant.source: it.told[mutant.source] for mutant in it.surviving} for it in sound]
    for subject, simpler in zip(sound, made_simpler(own, surviving, ground), strict=True):
        subject.told |= simpler
    return [_concluded(subject) for subject in subjects]


def _concluded(subject: _Subject) -> Adequacy:
    spec = subject.candidate.spec
    survivors = [_survivor(subject.candidate, mutant, subject.told[mutant.source]) for mutant in subject.surviving]
    tried_on = len(subject.living) + len(subject.wrong) if spec.contract and subject.cases else 0
    judged = [clause for clause in spec.contract if clause.kind in JUDGED and clause not in subject.broken]
    return Adequacy(
        unit=spec.unit,
        killed=len(subject.killed) + len(subject.refused),
        equivalent=len(subject.alive) - len(subject.living),
        survivors=tuple(sorted(survivors, key=lambda each: (len(each.call), each.call, each.line))),
        wrong=tried_on,
        vacuous=tuple(judged) if tried_on else (),
    )


def _refused(modules: Sequence[tuple[Spec, str]], ground: Ground) -> list[bool]:
    """Return whether the examples refuse each module."""
    jobs = [job(spec, without_answers(source), [each.source for each in spec.examples]) for spec, source in modules]
    results = ground.sandbox.run(ground.batch, jobs)
    return [
        bool(judge(spec, result) or structure.check(Candidate(spec, source.encode()), ground.modules))
        for (spec, source), result in zip(modules, results, strict=True)
    ]


def _judge_by_contract(subjects: Sequence[_Subject], ground: Ground) -> None:
    """Note which living mutants a contract or a stated property refuses, and which clauses a wrong module breaks."""
    contracted = [
        (subject, source)
        for subject in subjects
        if subject.candidate.spec.contract
        for source in (*(mutant.source for mutant in subject.living), *subject.wrong)
    ]
    courses = [Course(Candidate(it.candidate.spec, source.encode()), it.cases) for it, source in contracted]
    for (subject, source), judged in zip(contracted, examine(courses, ground), strict=True):
        subject.broken |= {clause for each in judged for clause in each.broken}
        if any(each.violation for each in judged):
            subject.refused.add(source)
    stating = [
        (subject, mutant.source)
        for subject in subjects
        if subject.candidate.spec.properties
        for mutant in subject.surviving
    ]
    trials = {it.candidate.spec.unit: first_trials(it.candidate.spec, SEED) for it, _ in stating}
    attempts = [
        Attempt(Candidate(it.candidate.spec, source.encode()), trials[it.candidate.spec.unit]) for it, source in stating
    ]
    for (subject, source), own in zip(stating, tried(attempts, ground), strict=True):
        if any(each.violation for each in own):
            subject.refused.add(source)
    for subject in subjects:
        subject.refused &= {mutant.source for mutant in subject.living}


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


def _every_case(candidate: Candidate) -> tuple[Case, ...]:
    spec = candidate.spec
    known = (*example_cases(spec, parameters_of(spec)), *named_cases(spec), *generated_cases(spec))
    shown = {case.call for case in known}
    borders = border_cases([_text(candidate)], known)
    return (*known, *(case for case in borders if case.call not in shown))


def _text(candidate: Candidate) -> str:
    return candidate.implementation.decode("utf-8", "replace")
