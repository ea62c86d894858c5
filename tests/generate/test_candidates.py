"""What is kept of judged candidates, and that damage to it is never believed."""

from pathlib import Path

import pytest

from hatch_vibesafe.config import Config
from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.candidates import KeptCandidate, all_kept_candidates, keep_candidate, kept_candidates
from hatch_vibesafe.identity import SpecHash, UnitId
from hatch_vibesafe.project import Project
from tests.generate.test_compile import Make, Reply, Server, make_project, right, run, serve, wrong

__all__ = ["make_project"]  # a fixture

UNIT = UnitId("app.m", "C.f")
SPEC = SpecHash("a" * 64)
WRONG = (Finding("doctests", 3, "example 1"), Finding("doctests", 0, "example 2"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, Config())


def kept(code: str, *findings: Finding, spec: SpecHash = SPEC) -> KeptCandidate:
    return KeptCandidate(UNIT, spec, code.encode(), findings, "first", "m")


def test_candidates_come_back_as_they_were_kept_the_best_first(project: Project) -> None:
    bad, passed = kept("def f(): 'ä'\n", *WRONG), kept("def f(): 2\n")
    for candidate in (bad, kept("def f(): 1\n", WRONG[0]), passed):
        keep_candidate(project, candidate)
    found = kept_candidates(project, UNIT, SPEC)
    assert (found[0], found[-1]) == (passed, bad)
    assert [candidate.passed for candidate in found] == [True, False, False]


def test_the_same_candidate_is_kept_once_with_the_last_findings(project: Project) -> None:
    keep_candidate(project, kept("def f(): 1\n", *WRONG))
    keep_candidate(project, kept("def f(): 1\n"))
    assert kept_candidates(project, UNIT, SPEC) == (kept("def f(): 1\n"),)


def test_another_spec_has_candidates_of_its_own_and_all_are_found(project: Project) -> None:
    other = SpecHash("b" * 64)
    for spec in (SPEC, other):
        keep_candidate(project, kept("def f(): 1\n", spec=spec))
    assert kept_candidates(project, UNIT, other) == (kept("def f(): 1\n", spec=other),)
    assert [candidate.spec_hash for candidate in all_kept_candidates(project)] == [SPEC, other]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": 1}', b"\xff"])
def test_what_is_damaged_or_edited_is_no_candidate(project: Project, content: bytes) -> None:
    keep_candidate(project, kept("def f(): 1\n"))
    (path,) = project.cache_path.rglob("*.json")
    edited = path.read_bytes().replace(b"1\\n", b"2\\n")
    for damaged in (content, edited):
        path.write_bytes(damaged)
        assert kept_candidates(project, UNIT, SPEC) == ()
        assert all_kept_candidates(project) == ()


def test_where_nothing_was_kept_there_is_nothing(project: Project) -> None:
    assert kept_candidates(project, UNIT, SPEC) == ()
    assert all_kept_candidates(project) == ()


def test_every_candidate_of_a_run_is_kept_with_what_the_gates_said(
    make_project: Make, model_server: Server, reply: Reply
) -> None:
    project = make_project()
    serve(model_server, reply, lambda prompt: right(prompt) if "was refused" in prompt else wrong(prompt))
    run(project)
    passed, refused = all_kept_candidates(project)
    assert b"return x + 1" in passed.implementation
    assert (passed.passed, passed.model, passed.unit) == (True, "answering-model", UnitId("app.unit1", "f1"))
    assert b"return x - 1" in refused.implementation
    assert {finding.gate for finding in refused.findings} == {"doctests"}
