"""The doctest gate: the worker says what the examples show; this process decides whether the spec says the same."""

import doctest
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.examination import Ground
from hatch_vibesafe.gates.frameworks import missing_frameworks
from hatch_vibesafe.gates.hash_order import REMEDY, results_with_other_hashes
from hatch_vibesafe.gates.limits_of_code import bounded, example_results, variants_of
from hatch_vibesafe.gates.modules_probe import ROOM, module_faults
from hatch_vibesafe.gates.sandbox import Result, Sandbox
from hatch_vibesafe.gates.shared_part import batch_of
from hatch_vibesafe.gates.spec_faults import CHECKED_FLAGS, REPORTING_FLAGS, spec_faults
from hatch_vibesafe.gates.surroundings import Surroundings
from hatch_vibesafe.gates.unshown import unshown, unshown_of
from hatch_vibesafe.gates.values import MalformedAnswerError, Outcome, Raised, read_outcome, same_but_for_set_order
from hatch_vibesafe.gates.verdict import Candidate, Fault, Finding, Opinion
from hatch_vibesafe.gates.with_examples import Ran, run_examples
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Example, Spec
from hatch_vibesafe.store.records import GateRecord
from hatch_vibesafe.unexpected import reason

GATE = "doctests"
_CHECKER = doctest.OutputChecker()
_SHOWN = 500
_SECONDS_BEYOND = 1.0
_NUMBERED = re.compile(r"example (\d+) \(")


def check(
    candidates: Sequence[Candidate], context: GateContext, surrounding: Surroundings, sandbox: Sandbox
) -> tuple[Opinion, ...]:
    """Run the examples of each candidate, and return what is wrong with each, in order.

    One that passes them is also asked what no example shows (`unshown.py`, `limits_of_code.py`).
    What no candidate could do right is a fault: an example that proves nothing, a module that cannot be imported,
    limits that are too small.
    """
    faults = [spec_faults(candidate.spec) + missing_frameworks(candidate.spec) for candidate in candidates]
    sound = [candidate for candidate, fault in zip(candidates, faults, strict=True) if not fault]
    batch = batch_of([candidate.spec for candidate in sound], context, surrounding)
    patient = Ground(batch, frozenset(surrounding.files), sandbox)
    with sandbox.within(_SECONDS_BEYOND) as narrower:
        quick = replace(patient, sandbox=narrower)
        ran = iter(run_examples(sound, quick, patient))
        runs = [None if fault else next(ran) for fault in faults]
        doubtful = [each.candidate.spec for each in runs if each is not None and _is_doubtful(each.examples)]
        probed = module_faults(doubtful, context, surrounding, sandbox, room=ROOM)
        opinions = [
            Fault(fault) if each is None else _opinion(each, probed) for each, fault in zip(runs, faults, strict=True)
        ]
        for ask in (partial(_unshown, patient=patient), _bounded, _unsteady):
            passed = {number: each for number, each in enumerate(runs) if each is not None and opinions[number] == ()}
            for number, what in zip(passed, ask(list(passed.values()), quick), strict=True):
                opinions[number] = (Finding(GATE, 0, what),) if what else ()
    return tuple(opinions)


def _opinion(ran: Ran, probed: Mapping[str, tuple[Problem, ...]]) -> Opinion:
    """Return what the examples say of a candidate; of a module that cannot be imported no candidate can be judged."""
    module = ran.candidate.spec.unit.module
    if module in probed and _is_doubtful(ran.examples):
        return Fault(probed[module])
    return judge(ran.candidate.spec, ran.examples)


def _unshown(passed: Sequence[Ran], ground: Ground, patient: Ground) -> list[str]:
    """Return of each candidate what is wrong in calls that no example shows; empty where nothing is."""
    asked = [each.asked or unshown_of(each.candidate) for each in passed]
    return unshown(asked, [each.shown for each in passed], ground, patient)


def _bounded(passed: Sequence[Ran], ground: Ground) -> list[str]:
    """Return of each candidate which bound of its own decides an answer; empty where none does."""
    candidates = [each.candidate for each in passed]
    variants = [variants_of(each) for each in candidates]
    asked = [(candidates[number].spec, each.source) for number, several in enumerate(variants) for each in several]
    results = iter(example_results(asked, ground) if asked else ())
    found = [""] * len(candidates)
    for number, several in enumerate(variants):
        passing = [each for each in several if not judge(candidates[number].spec, next(results))]
        found[number] = bounded(candidates[number], passing, ground) if passing else ""
    return found


def _unsteady(passed: Sequence[Ran], ground: Ground) -> list[str]:
    """Return of each candidate which example it fails where texts have other hashes; empty where it fails none."""
    candidates = [each.candidate for each in passed]
    found: list[str] = []
    for each, results in zip(candidates, results_with_other_hashes(candidates, ground), strict=True):
        failed = next(filter(None, (judge(each.spec, result) for result in results)), ())
        found.append(f"{failed[0].message}\n{REMEDY}" if failed else "")
    return found


def _is_doubtful(result: Result) -> bool:
    """Whether a failure may be no candidate's: not even the first example was reached, or memory was short."""
    match result.answers:
        case () | (["failed", *_], *_):
            return True
    return any(_ran_short(answer) for answer in result.answers)


def _ran_short(answer: object) -> bool:
    match answer:
        case ["example", _, ["builtins", "MemoryError", *_], _]:
            return True
    return False


def record(spec: Spec, findings: Sequence[Finding]) -> GateRecord:
    """Return the gate's line in the evidence."""
    counts = (("examples", len(spec.examples)),)
    return GateRecord(GATE, "doctest", platform.python_version(), not findings, counts)


def judge(spec: Spec, result: Result) -> tuple[Finding, ...]:
    """Return why a candidate is refused whose worker gave this: every example needs an answer, and the right one."""
    match result.answers:
        case (["failed", str(text), int(line)], *_):
            return (Finding(GATE, line, f"the module of the unit cannot be imported with this implementation: {text}"),)
    findings: list[Finding] = []
    answers = list(result.answers)
    for number, example in enumerate(spec.examples, start=1):
        place = f"example {number} ({spec.path}:{example.line})\n    {_indented(example.source)}"
        if number > len(answers) or answers[number - 1] == ["done"]:
            how = result.ending or "ended"
            findings.append(Finding(GATE, 0, f"{place}\nhas no answer: the worker {how}"))
            return tuple(findings)
        try:
            outcome = read_outcome(answers[number - 1])
        except (MalformedAnswerError, RecursionError) as error:
            findings.append(Finding(GATE, 0, f"{place}\nhas no readable answer: {reason(error)}"))
            return tuple(findings)
        disagreed = disagreement(example, outcome)
        if disagreed:
            line = outcome.raised.line if outcome.raised else 0
            findings.append(Finding(GATE, line, f"{place}\n{disagreed}"))
    ended_in_order = len(answers) == len(spec.examples) + 1 and answers[-1] == ["done"] and not result.ending
    if not findings and not ended_in_order:
        how = result.ending or "sent more than its answers"
        findings.append(Finding(GATE, 0, f"after the last example the worker {how}"))
    return tuple(findings)


def example_of(finding: Finding) -> int | None:
    """Return the number of the example that a finding of `judge` is about, or None where it is about none."""
    told = _NUMBERED.match(finding.message) if finding.gate == GATE else None
    return int(told[1]) if told else None


def disagreement(example: Example, outcome: Outcome) -> str:
    """Return why what an example showed is not what the spec says; empty where it is."""
    unchecked = [flag for flag in example.options if flag not in CHECKED_FLAGS and flag not in REPORTING_FLAGS]
    if unchecked:
        return f"has the doctest option {', '.join(unchecked)}, and so proves nothing: take it out of the spec"
    if outcome.refusals:
        return f"cannot be believed: {'; '.join(outcome.refusals)}"
    # A value is compared exactly typed: True is never taken for 1.
    flags = sum(
        getattr(doctest, flag) for flag in {*example.options, "DONT_ACCEPT_TRUE_FOR_1"} if flag in CHECKED_FLAGS
    )
    if outcome.raised is not None:
        return _wrong_exception(example, outcome.raised, flags)
    return _wrong_text(example, outcome, flags)


def _wrong_text(example: Example, outcome: Outcome, flags: int) -> str:
    got = _indented(outcome.text) or "(nothing)"
    if example.exception is not None:
        return f"expected the exception\n    {_indented(example.exception)}\nbut none was raised; got\n    {got}"
    if _CHECKER.check_output(example.want, outcome.text, flags):
        return ""
    if outcome.has_set and same_but_for_set_order(example.want, outcome.text):
        return ""
    return f"expected\n    {_indented(example.want) or '(nothing)'}\ngot\n    {got}"


def _wrong_exception(example: Example, raised: Raised, flags: int) -> str:
    if raised.made_up:
        return f"raised {raised.qualname}, an exception that the implementation defines itself"
    if example.exception is None:
        expected = _indented(example.want) or "(nothing)"
        return f"expected\n    {expected}\nbut it raised\n    {_indented(raised.text)}"
    wanted = example.exception.rstrip("\n") + "\n"
    if _CHECKER.check_output(wanted, raised.text, flags):
        return ""
    if flags & doctest.IGNORE_EXCEPTION_DETAIL and _exception_name(wanted) == _exception_name(raised.text):
        return ""
    return f"expected the exception\n    {_indented(wanted)}\nbut it raised\n    {_indented(raised.text)}"


def _exception_name(text: str) -> str:
    """Return the class's name without its module, which is all that IGNORE_EXCEPTION_DETAIL compares."""
    return text.partition("\n")[0].partition(":")[0].strip().rpartition(".")[2]


def _indented(text: str) -> str:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return shown.rstrip("\n").replace("\n", "\n    ")
