"""Which tests a unit falls into, and that no reason to refuse an implementation is lost among them."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatch_vibesafe.gates.verdict import Finding, Verdict
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.pytest_units.cases import spread, unit_cases
from hatch_vibesafe.spec.model import SourceFile, Spec, UnitSettings
from hatch_vibesafe.spec.scan import scan
from hatch_vibesafe.store.records import GateRecord
from tests.pytest_units.conftest import SOURCE

GATES = ("structure", "lint", "types", "doctests")
CLAMP, DOUBLE = scan(
    [SourceFile("app.math", "app/math.py", SOURCE.encode(), is_package=False)],
    lambda _options: UnitSettings("function.j2", ""),
).specs
RAN: Final = (*GATES, "contracts", "properties")


def verdict(*findings: Finding, ran: tuple[str, ...] = RAN) -> Verdict:
    refusing = {finding.gate for finding in findings}
    return Verdict(tuple(GateRecord(gate, gate, "1", gate not in refusing) for gate in ran), findings, "L3")


def failing(spec: Spec, judged: Verdict) -> list[str]:
    cases = unit_cases(spec, GATES)
    found = spread(spec, cases, judged, "mend it")
    assert list(found) == [case.name for case in cases]
    return [name for name, problems in found.items() if problems]


def test_nothing_said_is_nothing_wrong() -> None:
    assert failing(CLAMP, verdict()) == []
    assert failing(DOUBLE, verdict()) == []


def test_a_finding_belongs_to_the_test_that_it_names() -> None:
    example = Finding("doctests", 2, "example 2 (app/math.py:10)\n    clamp(30, 10)\nexpected\n    10\ngot\n    9")
    clause = Finding("properties", 0, ">>> clamp(1, 0)\nbreaks `Ensures result <= limit`\nit returned 1")
    stated = Finding("properties", 0, ">>> double(1) % 2 == 0\nTrue\nis false (the property of app/math.py:29)")
    line = DOUBLE.properties[0].line
    assert failing(CLAMP, verdict(example)) == ["example 2"]
    assert failing(CLAMP, verdict(clause)) == ["ensures 1"]
    assert failing(DOUBLE, verdict(replace(stated, message=stated.message.replace(":29", f":{line}")))) == [
        "property 1"
    ]
    assert failing(CLAMP, verdict(Finding("types", 1, "no"))) == ["types"]


def test_examples_after_the_last_answer_have_not_passed() -> None:
    silent = Finding("doctests", 0, "example 1 (app/math.py:8)\n    clamp(3, 10)\nhas no answer: the worker ended")
    assert failing(CLAMP, verdict(silent)) == ["example 1", "example 2"]


def test_behind_a_refusing_structure_gate_nothing_has_passed() -> None:
    refused = verdict(Finding("structure", 1, "no"), ran=("structure",))
    assert failing(CLAMP, refused) == [case.name for case in unit_cases(CLAMP, GATES)]


def test_what_could_not_be_judged_has_not_passed() -> None:
    fault = replace(verdict(), faults=(Problem("here", "cannot", "mend"),))
    assert failing(DOUBLE, fault) == [case.name for case in unit_cases(DOUBLE, GATES)]


def test_a_contract_that_binds_callers_alone_is_one_test() -> None:
    spec = replace(CLAMP, contract=tuple(clause for clause in CLAMP.contract if clause.kind == "requires"))
    assert [case.name for case in unit_cases(spec, GATES)][-1] == "contract"
    assert failing(spec, verdict(Finding("properties", 0, ">>> clamp(1, 1)\nraises"))) == ["contract"]


@given(
    st.lists(
        st.builds(
            Finding,
            gate=st.sampled_from((*RAN, "another")),
            line=st.integers(0, 3),
            message=st.sampled_from(
                ("example 1 (x", "example 7 (x", "`Ensures result <= limit`", "(the property of a.py:1)", "", "\n")
            )
            | st.text(max_size=20),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from((CLAMP, DOUBLE)),
)
def test_whatever_refuses_an_implementation_fails_a_test_of_it(findings: list[Finding], spec: Spec) -> None:
    found = spread(spec, unit_cases(spec, GATES), verdict(*findings), "mend it")
    told = {problem.what.partition(": ")[2] for problems in found.values() for problem in problems}
    assert {finding.message for finding in findings} <= told


@pytest.mark.parametrize("missing", RAN)
def test_a_gate_that_did_not_run_has_passed_nobody(missing: str) -> None:
    judged = verdict(ran=tuple(gate for gate in RAN if gate != missing))
    wanted = [case.name for case in unit_cases(CLAMP, GATES) if missing in case.gates]
    assert failing(CLAMP, judged) == wanted


def test_the_source_is_where_the_fixture_says() -> None:
    assert Path(CLAMP.path).name == "math.py"
