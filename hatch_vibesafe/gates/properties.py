"""The property gate: generated calls within `Requires` are held against the contract, draws against stated properties.

Half of the inputs are drawn from the types, half are calls of the examples that were changed a little; from a fixed
seed, so that everybody has the same ones. Some more lie at the borders that an implementation draws itself. The first
call that shows something against a candidate is made as simple as it can be, and shown as the line of a doctest.
"""

import ast
import platform
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from operator import le
from random import Random

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.contract_verdict import Judged
from hatch_vibesafe.gates.contracts import findings
from hatch_vibesafe.gates.counterexamples import counterexample
from hatch_vibesafe.gates.differences import case_size, simpler_cases
from hatch_vibesafe.gates.examination import OUT_OF_TIME, Course, Ground, examine
from hatch_vibesafe.gates.input_borders import border_cases
from hatch_vibesafe.gates.input_changes import changed
from hatch_vibesafe.gates.input_types import draws
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.shared_part import batch_of
from hatch_vibesafe.gates.stated_properties import Attempt, Trial, Tried, first_trials, simplest
from hatch_vibesafe.gates.surroundings import Surroundings
from hatch_vibesafe.gates.unit_calls import Case, Parameter, UnitCall, example_cases, parameters_of
from hatch_vibesafe.gates.verdict import Candidate, Fault, Finding, Opinion
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.spec.strategies import NotAStrategyError
from hatch_vibesafe.spec.walking import walk
from hatch_vibesafe.store.records import GateRecord

GATE = "properties"
SEED = 0
_FROM_TYPES = 40
_FROM_EXAMPLES = 40
_AT_BORDERS = 40
_BASES = 3
_LARGE = 1000
_RESTARTS = 2
_SECONDS_BEHIND = 1.0
_OF_CONTRACT = "the contract "
_ROUNDS = 5


def check(
    candidates: Sequence[Candidate], context: GateContext, surrounding: Surroundings, sandbox: Sandbox
) -> tuple[Opinion, ...]:
    """Return why each candidate is refused: the simplest call that breaks its contract, the simplest draw that fails.

    A stated property that no candidate could fulfil, or that nothing was tried on, is a fault.
    """
    batch = batch_of([each.spec for each in candidates], context, surrounding)
    ground = Ground(batch, frozenset(surrounding.files), sandbox)
    under_contract = [each for each in candidates if each.spec.contract]
    broken = iter(_against_contracts(under_contract, ground))
    of_contract: list[Opinion] = [next(broken) if each.spec.contract else () for each in candidates]
    stating = [each for each in candidates if each.spec.properties]
    failed = iter(_against_properties(stating, ground))
    of_properties: list[Opinion] = [next(failed) if each.spec.properties else () for each in candidates]
    return tuple(map(_both, of_contract, of_properties))


def _both(one: Opinion, other: Opinion) -> Opinion:
    if isinstance(one, Fault):
        return one
    return other if isinstance(other, Fault) else (*one, *other)


def _against_contracts(candidates: Sequence[Candidate], ground: Ground) -> list[Opinion]:
    judged = _judged([Course(each, _cases_for(each)) for each in candidates], ground)
    endless = [_endless(each.spec, found) for each, found in zip(candidates, judged, strict=True)]
    worst = [found or _simplest(each) for found, each in zip(endless, judged, strict=True)]
    for _ in range(_ROUNDS):
        broken = [number for number, each in enumerate(worst) if each is not None and endless[number] is None]
        courses = [Course(candidates[number], _simpler(worst[number])) for number in broken]
        if not any(course.cases for course in courses):
            break
        better = [_simplest(each) for each in examine(courses, ground)]
        if not any(better):
            break
        for number, found in zip(broken, better, strict=True):
            worst[number] = found or worst[number]
    shown = [() if each is None else (each,) for each in worst]
    return [
        findings(GATE, each.spec, found) or _nothing_in_time(each.spec, all_of_it)
        for each, found, all_of_it in zip(candidates, shown, judged, strict=True)
    ]


def _judged(courses: Sequence[Course], ground: Ground) -> list[list[Judged]]:
    """Return what came of each call; behind one that took all the time the others are made in less of it."""
    found = examine(courses, ground)
    for _ in range(_RESTARTS):
        left = {number: place for number, each in enumerate(found) if (place := _behind_endless(courses[number], each))}
        if not left:
            break
        with ground.sandbox.within(_SECONDS_BEHIND) as quick:
            rest = [Course(courses[number].candidate, courses[number].cases[place:]) for number, place in left.items()]
            again = examine(rest, replace(ground, sandbox=quick))
        for (number, place), judged in zip(left.items(), again, strict=True):
            found[number][place:] = judged
    return found


def _behind_endless(course: Course, judged: Sequence[Judged]) -> int:
    """Return the place behind the call that took all the time of those that follow; 0 where none did.

    Nor is more asked where a call is refused already.
    """
    if any(each.violation for each in judged) or _endless(course.candidate.spec, judged) is not None:
        return 0
    known = max((place for place, each in enumerate(judged) if not each.unjudged), default=-1)
    late = [place for place, each in enumerate(judged) if place > known and OUT_OF_TIME in each.unjudged]
    return late[0] + 1 if len(late) > 1 else 0


def _nothing_in_time(spec: Spec, judged: Sequence[Judged]) -> Opinion:
    """Return a fault where no generated call was judged, as the contract takes all the time: that proves nothing."""
    late = next((each.unjudged for each in judged if each.unjudged.startswith(_OF_CONTRACT)), "")
    if OUT_OF_TIME not in late or not all(each.unjudged for each in judged):
        return ()
    what = f"nothing could be judged by the contract: {late.removeprefix(_OF_CONTRACT)}"
    return Fault((Problem(spec.where, what, "raise sandbox.timeout, or say the clauses so that they take less time"),))


def _against_properties(candidates: Sequence[Candidate], ground: Ground) -> list[Opinion]:
    trials = [_first_trials(each.spec) for each in candidates]
    sound = [Attempt(each, own) for each, own in zip(candidates, trials, strict=True) if not isinstance(own, Fault)]
    judged = iter(simplest(sound, ground))
    return [
        own if isinstance(own, Fault) else _opinion(each.spec, next(judged))
        for each, own in zip(candidates, trials, strict=True)
    ]


def _first_trials(spec: Spec) -> tuple[Trial, ...] | Fault:
    try:
        return first_trials(spec, SEED)
    except NotAStrategyError as error:
        return Fault((Problem(spec.where, f"a property cannot be tried: {error}", "draw it with st.builds(...)"),))


def _opinion(spec: Spec, found: Tried) -> Opinion:
    faults = tuple(
        Problem(f"{spec.path}:{spec.properties[number].line}  {spec.unit}", why, "mend the property")
        for number, why in found.faults
    )
    if faults:
        return Fault(faults)
    return () if found.worst is None else (Finding(GATE, 0, counterexample(spec, found.worst)),)


def record(spec: Spec, findings: Sequence[Finding]) -> GateRecord:
    """Return the gate's line in the evidence; the seed makes the same inputs again."""
    counts = [("seed", SEED)]
    if spec.contract:
        counts.append(("inputs", len(generated_cases(spec))))
    if spec.properties:
        counts += [("draws", len(first_trials(spec, SEED))), ("stated", len(spec.properties))]
    return GateRecord(GATE, "properties", platform.python_version(), not findings, tuple(sorted(counts)))


@lru_cache(maxsize=256)
def generated_cases(spec: Spec) -> tuple[Case, ...]:
    """Return calls of a unit that no example shows, the same every time; none where its types say too little."""
    random = Random(SEED)  # noqa: S311 - it is to be the same every time
    parameters = parameters_of(spec)
    examples = example_cases(spec, parameters)
    found = {case.call: case for case in _from_types(spec, parameters, random)}
    found |= {case.call: case for case in _from_examples(examples, random)}
    shown = {case.call for case in examples}
    cases = [case for call, case in found.items() if call not in shown]
    return tuple(sorted(cases, key=lambda case: (len(case.setup), case_size(case))))


def _cases_for(candidate: Candidate) -> tuple[Case, ...]:
    """Return the calls that a candidate is judged by: those of its unit, and some at its own constants.

    A border at a large number may take long, and is left out where no example has one.
    """
    spec = candidate.spec
    generated, examples = generated_cases(spec), example_cases(spec, parameters_of(spec))
    known = {case.call for case in (*generated, *examples)}
    largest = max([_LARGE, *(_extent(case)[1] for case in examples)])
    bases = (examples or generated)[:_BASES]
    found = border_cases([candidate.implementation.decode("utf-8", "replace")], bases)
    borders = [case for case in found if case.call not in known and _extent(case)[1] <= largest]
    chosen = Random(SEED).sample(borders, min(len(borders), _AT_BORDERS))  # noqa: S311 - the same every time
    return (*generated, *sorted(chosen, key=case_size))


def _from_types(spec: Spec, parameters: tuple[Parameter, ...], random: Random) -> list[Case]:
    given = []
    for parameter in parameters:
        draw = draws(parameter.annotation, spec) if parameter.kind not in {"rest", "more"} else None
        if draw is None and parameter.default is None:
            return []
        given.append((draw, parameter.default))
    return [
        Case(UnitCall(tuple(str(default) if draw is None else draw(random) for draw, default in given)))
        for _ in range(_FROM_TYPES if given else 0)
    ]


def _from_examples(examples: tuple[Case, ...], random: Random) -> list[Case]:
    cases: list[Case] = []
    for _ in range(_FROM_EXAMPLES if examples else 0):
        case = random.choice(examples)
        values = [changed(value, random) if random.random() < 0.6 else value for value in case.call.values]  # noqa: PLR2004 - mostly
        cases.append(Case(UnitCall(tuple(values)), setup=case.setup))
    return cases


def _simpler(judged: Judged | None) -> tuple[Case, ...]:
    return () if judged is None else simpler_cases(judged.case)


def _simplest(judged: Sequence[Judged]) -> Judged | None:
    return min((each for each in judged if each.violation), key=lambda each: case_size(each.case), default=None)


def _endless(spec: Spec, judged: Sequence[Judged]) -> Judged | None:
    """Return the call that did not end, where an example is no smaller; of a larger one nobody said that it ends."""
    late = (each for each in judged if OUT_OF_TIME in each.unjudged and not each.unjudged.startswith(_OF_CONTRACT))
    found = next(late, None)
    examples = [_extent(case) for case in example_cases(spec, parameters_of(spec))]
    if found is None or not any(all(map(le, _extent(found.case), extent)) for extent in examples):
        return None
    return replace(found, violation=found.unjudged, unjudged="")


def _extent(case: Case) -> tuple[int, float]:
    """Return how long the text of a call is, and its largest number."""
    nodes = [node for value in case.call.values for node in walk(ast.parse(value, mode="eval"))]
    numbers = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, int | float)]
    return case_size(case)[0], max((abs(number) for number in numbers), default=0)
