"""All gates together, and what the evidence is told."""

import importlib.metadata
import platform

import pytest

from hatch_vibesafe.gates.reach import found_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeDouble


UNIT = "app.numbers/double"
HONEST = "def double(n: int) -> int:\n    return n * 2\n"


def test_the_records_name_tools_versions_and_counts_in_order(double: "Bench") -> None:
    (verdict,) = double.gates(UNIT, HONEST)
    assert verdict.passed
    assert verdict.sandbox == found_once().level
    python, ruff, mypy = (
        platform.python_version(),
        importlib.metadata.version("ruff"),
        importlib.metadata.version("mypy"),
    )
    assert [(record.gate, record.tool, record.version, record.passed, record.counts) for record in verdict.records] == [
        ("structure", "ast", python, True, ()),
        ("lint", "ruff", ruff, True, (("findings", 0),)),
        ("types", "mypy", mypy, True, (("errors", 0),)),
        ("doctests", "doctest", python, True, (("examples", 2),)),
    ]


def test_each_candidate_has_its_own_verdict_in_order(double: "Bench") -> None:
    sources = {
        "": HONEST,
        "structure": "x = 1\n",
        "lint": HONEST.replace("return", "n == 1\n    return"),
        "types": "def _half(n: int) -> str:\n    return n\n\n\n" + HONEST,
        "doctests": HONEST.replace("2", "3"),
    }
    verdicts = double.gates(UNIT, *sources.values())
    for gate, verdict in zip(sources, verdicts, strict=True):
        assert {finding.gate for finding in verdict.findings} == ({gate} if gate else set())
        assert [record.gate for record in verdict.records if not record.passed] == ([gate] if gate else [])
        assert verdict.passed == (not gate)
    assert [record.gate for record in verdicts[1].records] == ["structure"]


def test_a_gate_that_is_not_required_does_not_run(make_double: "MakeDouble") -> None:
    made = make_double('[gates]\nrequired = ["structure", "doctests"]\n')
    (verdict,) = made.gates(UNIT, HONEST.replace("return", "unknown: str = 1\n    return"))
    assert [record.gate for record in verdict.records] == ["structure", "doctests"]
    assert verdict.passed


def test_no_candidates_need_no_tools(double: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    assert double.gates(UNIT) == ()


def test_hostile_code_never_reaches_the_sandbox(double: "Bench") -> None:
    (verdict,) = double.gates(UNIT, "import os\n\n\n" + HONEST.replace("return", "os._exit(0)\n    return"))
    assert [record.gate for record in verdict.records] == ["structure"]
    assert not verdict.passed
