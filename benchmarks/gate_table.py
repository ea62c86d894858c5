"""Judges all candidates by each gate alone, by all gates together and by the usual stack, and prints one table.

usage: python -m benchmarks.gate_table EVERY     (of mutants and wrong variants each such one is taken)
"""

import dataclasses
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.gate_candidates import (
    HOSTILE,
    LATER,
    LOOK_UPS,
    RIGHT,
    UNSEEN,
    WRONG,
    Measured,
    candidates,
    write_projects,
)
from benchmarks.plain_project import with_docstring, write_plain
from benchmarks.usual_stack import accepted_by
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.run import judge_each
from hatch_vibesafe.gates.verdict import Candidate, Verdict
from hatch_vibesafe.project import Project, open_project, scan_project
from hatch_vibesafe.spec.model import Scan, Spec

ALL = "all gates together"


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    Attributes:
        judge: Who judged.
        accepted: Whether it accepted each candidate; None where it could not judge it, or was not asked.
        seconds: What it took for each candidate that it was asked about.
    """

    judge: str
    accepted: Sequence[bool | None]
    seconds: float


def main(every: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="vibesafe-strength-") as name:
        root, plain, files = (Path(name, each) for each in ("project", "plain", "files"))
        for directory in (root, plain, files):
            directory.mkdir()
        write_projects(root)
        measured = candidates(root, every=every)
        project = open_project(root)
        scan = scan_project(project)
        specs = {str(spec.unit): spec for spec in scan.specs}
        lines = list(_ours(measured, project, scan, specs))
        write_plain(root, plain)
        lines += _peers(measured, specs, plain, files)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\n## Strength of the gates ({os.cpu_count()} cores, load {load})\n")
    if every > 1:
        print(f"Of mutants and wrong variants one in {every} is taken.\n")
    print(f"| judge | {' | '.join((*WRONG, *RIGHT))} | ms each |\n|---|{'---|' * len((*WRONG, *RIGHT))}---|")
    print(f"| | {' | '.join(['accepted'] * len(WRONG) + ['refused'] * len(RIGHT))} | |")
    for line in lines:
        cells = [_cell(line, measured, group, counted=group in WRONG) for group in (*WRONG, *RIGHT)]
        took = f"{1000 * line.seconds:.0f}" if line.seconds else "not timed"
        print(f"| {line.judge} | {' | '.join(cells)} | {took} |")
    together = next(line for line in lines if line.judge == ALL)
    for group in (HOSTILE, LATER, LOOK_UPS, UNSEEN, *RIGHT):
        names = [
            each.name
            for each, accepted in zip(measured, together.accepted, strict=True)
            if each.group == group and accepted is (group in WRONG)
        ]
        print(f"\n{group} {'accepted' if group in WRONG else 'refused'} by {ALL}: {', '.join(names) or 'none'}")


def _cell(line: Line, measured: Sequence[Measured], group: str, *, counted: bool) -> str:
    """Return how many of a group were accepted, or refused, out of how many were judged."""
    said = [
        accepted
        for each, accepted in zip(measured, line.accepted, strict=True)
        if each.group == group and accepted is not None
    ]
    count = sum(accepted is counted for accepted in said)
    return f"{count} of {len(said)} ({100 * count / len(said):.1f} %)" if said else "not asked"


def _ours(measured: Sequence[Measured], project: Project, scan: Scan, specs: dict[str, Spec]) -> Iterator[Line]:
    """Yield what each gate says alone, then what all say together."""
    every = [Candidate(specs[each.unit], each.source.encode()) for each in measured]
    for gate in (*project.config.gates.required, ALL):
        gates = project.config.gates
        if gate != ALL:
            gates = dataclasses.replace(gates, required=(gate,))
        asked = dataclasses.replace(project, config=dataclasses.replace(project.config, gates=gates))
        chosen = every if gate == ALL else [_without_contract(candidate) for candidate in every]
        started = time.perf_counter()
        verdicts = judge_each(chosen, GateContext(asked, scan, {}))
        seconds = (time.perf_counter() - started) / len(every)
        yield Line(gate if gate == ALL else f"{gate} alone", [_accepted(verdict) for verdict in verdicts], seconds)


def _without_contract(candidate: Candidate) -> Candidate:
    """Return a candidate to which the gates do not come that its contract brings with it."""
    return dataclasses.replace(candidate, spec=dataclasses.replace(candidate.spec, contract=()))


def _accepted(verdict: Verdict) -> bool | None:
    return None if verdict.faults else verdict.passed


def _peers(measured: Sequence[Measured], specs: dict[str, Spec], plain: Path, files: Path) -> Iterator[Line]:
    """Yield what the usual stack says of the corpus, the solutions and some tables: a process each is slow."""
    asked = [number for number, each in enumerate(measured) if each.group in {HOSTILE, LATER, LOOK_UPS, *RIGHT}]
    tables = [number for number in asked if measured[number].group == LOOK_UPS]
    asked = [number for number in asked if number not in set(tables) - set(tables[::8])]
    sources = [_as_written(measured[number], specs[measured[number].unit]) for number in asked]
    started = time.perf_counter()
    found = accepted_by(sources, plain, files)
    seconds = (time.perf_counter() - started) / len(asked)
    for judge, said in found.items():
        accepted: list[bool | None] = [None] * len(measured)
        for number, each in zip(asked, said, strict=True):
            accepted[number] = each
        name = "the usual stack: pytest, mypy --strict, ruff" if judge == "all" else f"the usual {judge} alone"
        yield Line(name, accepted, seconds if judge == "all" else 0.0)


def _as_written(each: Measured, spec: Spec) -> str:
    try:
        return with_docstring(each.source, spec.unit.name, spec.docstring)
    except SyntaxError:
        return each.source


if __name__ == "__main__":
    main(int(sys.argv[1]))
