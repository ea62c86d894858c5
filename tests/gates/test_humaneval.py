"""Forty real problems: every solution passes every gate; every variant that its examples can tell is refused."""

import json
from pathlib import Path

import pytest

from hatch_vibesafe.gates import doctests
from hatch_vibesafe.gates.run import run_gates
from hatch_vibesafe.gates.sandbox import Sandbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.gates.conftest import Bench, MakeBench


DATA = Path(__file__).parents[1] / "data" / "humaneval" / "dev.jsonl"
PROBLEMS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


# Its solution uses a helper of the project, and its spec does not say so: what a spec names is what its hash covers.
SILENT, NAMED = "that is a palindrome.", "that is a palindrome (`is_palindrome`)."


@pytest.fixture
def problems(bench: "MakeBench") -> "Bench":
    stubs = {
        f"{problem['module'].replace('.', '/')}.py": problem["stub"].replace(SILENT, NAMED) for problem in PROBLEMS
    }
    return bench({"problems/__init__.py": "", **stubs}, "[sandbox]\ntimeout = 2\n")


def test_every_solution_passes_every_gate(problems: "Bench") -> None:
    candidates = [problems.candidate(problem["unit"], problem["solution"]) for problem in PROBLEMS]
    verdicts = run_gates(candidates, problems.context())
    assert [verdict.findings for verdict in verdicts if not verdict.passed] == []
    assert len(verdicts) == 40


def refusals(problems: "Bench", wrong: list[tuple[str, str]]) -> list[bool]:
    candidates = [problems.candidate(unit, source) for unit, source in wrong]
    sandbox = Sandbox(problems.project.config.sandbox)
    found = doctests.check(candidates, problems.context(), problems.surroundings(), sandbox)
    return [bool(findings) for findings in found]


def variants(*, pass_doctests: bool, cheats: bool | None = None) -> list[tuple[str, str]]:
    return [
        (problem["unit"], variant["source"])
        for problem in PROBLEMS
        for variant in problem["wrong"]
        if variant["passes_doctests"] is pass_doctests and cheats in {None, variant["kind"].startswith("cheat")}
    ]


def test_wrong_variants_are_refused_where_the_examples_tell_them(problems: "Bench") -> None:
    sample = variants(pass_doctests=False)[::15]
    assert len(sample) >= 40
    assert all(refusals(problems, sample))


@pytest.mark.campaign
def test_all_variants_are_judged_as_their_examples_say(problems: "Bench") -> None:
    assert all(refusals(problems, variants(pass_doctests=False)))
    assert not any(refusals(problems, variants(pass_doctests=True, cheats=False)))


@pytest.mark.campaign
def test_most_look_ups_are_told_by_what_they_do_where_no_example_looks(problems: "Bench") -> None:
    refused = refusals(problems, variants(pass_doctests=True, cheats=True))
    assert len(refused) >= 40
    assert sum(refused) > len(refused) / 2
