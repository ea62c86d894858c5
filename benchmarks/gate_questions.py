"""What is left of the wrong code that all gates accept, once somebody answers questions or another answer is compared.

Each wrong candidate that the gates accept stands where a developer would find it: as what would ship. Then, either at
most five questions of `vibesafe tighten` are answered, by the solution; or the solution stands for one other sample of
`compile --samples`, and the two are compared on generated calls. The solution is looked at for nothing else. For the
corpus, whose specs have no solution, that is the first honest implementation.

usage: python -m benchmarks.gate_questions EVERY     (of mutants, variants and tables each such one is taken)
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.gate_candidates import (
    GIVEN,
    HONEST,
    HOSTILE,
    LATER,
    SLIPS,
    SOLUTIONS,
    UNSEEN,
    Measured,
    candidates,
    write_projects,
)
from benchmarks.measure import clean_environment
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.differences import Runner, shown_by
from hatch_vibesafe.gates.divergence import compared, ground_of
from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.tightening import tightened
from hatch_vibesafe.gates.verdict import Candidate
from hatch_vibesafe.generate.tighten import rivals_around
from hatch_vibesafe.project import open_project, scan_project
from hatch_vibesafe.spec.model import Spec

ROOT = Path(__file__).resolve().parents[1]
EVERY = 6
GROUPS = (SLIPS, GIVEN, HOSTILE, LATER, UNSEEN)


@dataclass(slots=True)
class _Count:
    """How many of a group were judged, accepted by the gates, and accepted all the same afterwards."""

    judged: int = 0
    accepted: int = 0
    answered: int = 0
    agreed: int = 0
    questions: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def main(our_python: Path, _rival_python: Path) -> None:
    """Print the table, made by an interpreter that has the gates."""
    command = [str(our_python), "-m", "benchmarks.gate_questions", str(EVERY)]
    subprocess.run(command, cwd=ROOT, env=clean_environment(), check=True)


def measure(every: int) -> None:
    """Print the table."""
    counts = {group: _Count() for group in GROUPS}
    with tempfile.TemporaryDirectory(prefix="vibesafe-questions-") as name:
        root = Path(name)
        write_projects(root)
        found = candidates(root, every=every)
        tables = [each for each in found if each.group == UNSEEN][:: max(1, every // 2)]
        asked = [each for each in found if each.group in {SLIPS, GIVEN, HOSTILE, LATER}] + tables
        project = open_project(root)
        scan = scan_project(project)
        context = GateContext(project, scan, {})
        specs = {str(spec.unit): spec for spec in scan.specs}
        solutions = {each.unit: each.source for each in reversed(found) if each.group in {SOLUTIONS, HONEST}}
        verdicts = judge_each([_candidate(each, specs) for each in asked], context)
        for each, verdict in zip(asked, verdicts, strict=True):
            count = counts[each.group]
            count.judged += 1
            if verdict.passed:
                count.accepted += 1
                started = time.perf_counter()
                _ask(each, specs[each.unit], solutions[each.unit], context, count)
                count.seconds.append(time.perf_counter() - started)
    _print(counts, every)


def _candidate(each: Measured, specs: dict[str, Spec]) -> Candidate:
    return Candidate(specs[each.unit], each.source.encode())


def _ask(each: Measured, spec: Spec, solution: str, context: GateContext, count: _Count) -> None:
    ground = ground_of(spec, context)
    rivals = rivals_around(spec, [each.source.encode()], context, ground)
    ((*right,),) = shown_by([Runner(spec, solution, rivals.cases)], ground)
    answers = dict(zip(rivals.cases, right, strict=True))
    decided = tightened(rivals, answers.__getitem__)
    living: frozenset[int] = frozenset({0})
    for place, answer in decided:
        if answer is not None:
            living = rivals.after(place, answer, living)
    count.questions.append(len(decided))
    count.answered += 0 in living
    count.agreed += not compared(spec, each.source.encode(), solution.encode(), context).is_divergent


def _print(counts: dict[str, _Count], every: int) -> None:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\n## What questions and samples add to the gates ({os.cpu_count()} cores, load {load})\n")
    print(f"Of mutants and variants one in {every} is taken.\n")
    print(
        "| wrong code | accepted by all gates | after at most five answers | where another sample agrees | questions |"
    )
    print("|---|---|---|---|---|")
    for group, count in counts.items():
        cells = [_share(part, count.judged) for part in (count.accepted, count.answered, count.agreed)]
        print(f"| {group} | {' | '.join(cells)} | {_mean(count.questions):.1f} on average |")
    seconds = [each for count in counts.values() for each in count.seconds]
    print(f"\n{_mean(seconds):.1f} s a candidate for both.")


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none"


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


if __name__ == "__main__":
    measure(int(sys.argv[1]))
