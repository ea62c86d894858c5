"""Into which tests a unit falls, and which of them a reason to refuse its implementation belongs to. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hatch_vibesafe.gates.verdict import Finding, Verdict
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.required import CONTRACT_GATES, gates_for

_DOCTESTS, _CONTRACTS, _PROPERTIES = "doctests", *CONTRACT_GATES
_EXAMPLE = re.compile(r"example (\d+) \(")
_UNANSWERED = re.compile(r"\nhas no (?:readable )?answer: ")
_STATED = re.compile(r"\(the property of [^\n]*:(\d+)\)")


@dataclass(frozen=True, slots=True)
class Case:
    """One test of a unit.

    Attributes:
        name: Its name beside the unit's: "example 2", "ensures 1", "property 1", or a gate's.
        gates: The gates that judge it.
        line: Its line in the source file, from 1.
        clause: The clause of the contract that it is about, as a person writes it; empty where it is about none.
    """

    name: str
    gates: frozenset[str]
    line: int
    clause: str = ""


def unit_cases(spec: Spec, configured: tuple[str, ...]) -> tuple[Case, ...]:
    """Return the tests of a unit whose project requires these gates, in the order in which they are judged."""
    required = gates_for(spec, configured)
    cases = [Case(gate, frozenset({gate}), spec.line) for gate in required if gate not in {_DOCTESTS, *CONTRACT_GATES}]
    if _DOCTESTS in required:
        shown = enumerate(spec.examples, start=1)
        examples = [Case(f"example {number}", frozenset({_DOCTESTS}), each.line) for number, each in shown]
        cases += examples or [Case(_DOCTESTS, frozenset({_DOCTESTS}), spec.line)]
    if _CONTRACTS in required:
        cases += _clauses(spec) or [Case("contract", frozenset(CONTRACT_GATES), spec.line)]
    if _PROPERTIES in required:
        stated = enumerate(spec.properties, start=1)
        cases += [Case(f"property {number}", frozenset({_PROPERTIES}), each.line) for number, each in stated]
    return tuple(cases)


def _clauses(spec: Spec) -> list[Case]:
    """Return a test for each clause that binds the implementation; `Requires` binds who calls it."""
    numbers: dict[str, int] = {}
    found: list[Case] = []
    for clause in spec.contract:
        if clause.kind != "requires":
            numbers[clause.kind] = numbers.get(clause.kind, 0) + 1
            name = f"{clause.kind} {numbers[clause.kind]}"
            found.append(Case(name, frozenset(CONTRACT_GATES), clause.line, clause.text))
    return found


def spread(spec: Spec, cases: Sequence[Case], verdict: Verdict, remedy: str) -> dict[str, tuple[Problem, ...]]:
    """Return what is wrong with each test of a unit; nothing exactly where its gates ran and say nothing against it.

    A finding that names no test is wrong with all that its gate judges, and one of a gate that judges none with all of
    the unit: nothing that refuses an implementation lets all of its tests pass, nor all of the gate's that says it.
    """
    if verdict.faults:
        return {case.name: verdict.faults for case in cases}
    owned: dict[str, list[Problem]] = {case.name: [] for case in cases}
    for finding in verdict.findings:
        for case in _owners(spec, cases, finding):
            owned[case.name].append(_problem(spec, case, finding, remedy))
    ran = {record.gate for record in verdict.records}
    stopped = _first_unanswered(verdict)
    for case in cases:
        if not owned[case.name] and (why := _unjudged(case, ran, verdict, stopped)):
            owned[case.name].append(Problem(_where(spec, case), f"was not judged: {why}", remedy))
    return {name: tuple(problems) for name, problems in owned.items()}


def _owners(spec: Spec, cases: Sequence[Case], finding: Finding) -> Sequence[Case]:
    named = [case for case in cases if finding.gate in case.gates and _names(spec, finding, case)]
    judged = [case for case in cases if finding.gate in case.gates]
    return named or judged or cases


def _names(spec: Spec, finding: Finding, case: Case) -> bool:
    if finding.gate == _DOCTESTS:
        told = _EXAMPLE.match(finding.message)
        return told is not None and case.name == f"example {told[1]}"
    if case.clause:
        return f"`{case.clause}`" in finding.message
    stated = _STATED.search(finding.message)
    return stated is not None and case.line == int(stated[1]) and bool(spec.properties)


def _first_unanswered(verdict: Verdict) -> int | None:
    """Return the example after which none was judged, because the implementation gave no answer to it."""
    for finding in verdict.findings:
        told = _EXAMPLE.match(finding.message) if finding.gate == _DOCTESTS else None
        if told and _UNANSWERED.search(finding.message):
            return int(told[1])
    return None


def _unjudged(case: Case, ran: set[str], verdict: Verdict, stopped: int | None) -> str:
    """Return why a test that nothing is said against has not passed; empty where it has."""
    if not case.gates <= ran:
        first = next((record.gate for record in verdict.records if not record.passed), "an earlier")
        return f"the {first} gate refuses the implementation, and no later one runs"
    told = _EXAMPLE.match(f"{case.name} (")
    if told and stopped is not None and int(told[1]) > stopped:
        return f"the implementation gave no answer to example {stopped}"
    return ""


def _problem(spec: Spec, case: Case, finding: Finding, remedy: str) -> Problem:
    line = f" (line {finding.line} of the implementation)" if finding.line else ""
    return Problem(_where(spec, case), f"{finding.gate}{line}: {finding.message}", remedy)


def _where(spec: Spec, case: Case) -> str:
    return f"{spec.path}:{case.line}  {spec.unit}"


Outcomes = Mapping[str, Mapping[str, Sequence[Problem]]]
"""What is wrong with each test of each unit, by unit id and the test's name."""
