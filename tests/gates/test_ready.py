"""What is made ready while answers are on their way, and gates that work side by side and are told of in order."""

import pytest

from hatch_vibesafe.gates import lint
from hatch_vibesafe.gates.ready import making_ready
from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.verdict import Fault
from hatch_vibesafe.problems import Problem
from tests.gates.conftest import MakeDouble

UNIT = "app.numbers/double"
HONEST = "def double(n: int) -> int:\n    return n * 2\n"
WRONG_THRICE = "def double(n: int) -> int:\n    if n is 2:\n        return undefined\n    return str(n)\n"
NO_TYPES = '[gates]\nrequired = ["structure", "doctests"]\n'


def test_mypy_reads_the_standard_library_beforehand_only_where_it_is_required_and_never_did(
    make_double: MakeDouble,
) -> None:
    made = make_double("")
    cache = made.project.cache_path / "mypy"
    with making_ready(made.context(), []):
        pass
    assert not cache.exists()
    with making_ready(made.context(), [made.spec(UNIT)]):
        pass
    written = sorted(path.name for path in cache.rglob("*"))
    assert written
    with making_ready(made.context(), [made.spec(UNIT)]):
        pass
    assert sorted(path.name for path in cache.rglob("*")) == written
    (verdict,) = judge_each([made.candidate(UNIT, HONEST)], made.context())
    assert verdict.passed


def test_nothing_is_made_ready_that_no_gate_needs(make_double: MakeDouble) -> None:
    made = make_double(NO_TYPES)
    with making_ready(made.context(), [made.spec(UNIT)]):
        pass
    assert not (made.project.cache_path / "mypy").exists()


def test_findings_and_records_come_in_the_order_of_the_gates(make_double: MakeDouble) -> None:
    made = make_double("")
    (verdict,) = judge_each([made.candidate(UNIT, WRONG_THRICE)], made.context())
    gates = [finding.gate for finding in verdict.findings]
    assert list(dict.fromkeys(gates)) == ["lint", "types", "doctests"]
    recorded = [record.gate for record in verdict.records]
    assert recorded[:4] == ["structure", "lint", "types", "doctests"]


def test_behind_a_fault_nothing_of_a_candidate_is_told(
    make_double: MakeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault((Problem("gate lint", "could not judge", "mend it"),))
    monkeypatch.setattr(lint, "check", lambda candidates, _options: (fault,) * len(candidates))
    made = make_double("")
    (verdict,) = judge_each([made.candidate(UNIT, WRONG_THRICE)], made.context())
    assert verdict.faults == fault.problems
    assert verdict.findings == ()
    assert [record.gate for record in verdict.records] == ["structure"]
