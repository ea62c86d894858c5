"""All required gates over a batch of candidates: structure first, each tool once, the examples in the sandbox."""

from collections.abc import Callable, Sequence

from hatch_vibesafe.gates import doctests, lint, structure, types
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.surroundings import surroundings
from hatch_vibesafe.gates.verdict import Candidate, Finding, Verdict
from hatch_vibesafe.store.records import GateRecord

__all__ = ["GateContext", "run_gates"]

Findings = tuple[Finding, ...]
Check = Callable[[Sequence[Candidate]], tuple[Findings, ...]]
Record = Callable[[Candidate, Findings], GateRecord]


def run_gates(candidates: Sequence[Candidate], context: GateContext) -> tuple[Verdict, ...]:
    """Return the verdict on each candidate, in order. Where the structure gate fails, no later one runs.

    Raises:
        VibesafeConfigurationError: if a tool is missing, the platform cannot confine, or the sources cannot be read.
    """
    if not candidates:
        return ()
    config = context.project.config
    sandbox = Sandbox(config.sandbox)
    surrounding = surroundings(context, [candidate.spec for candidate in candidates])
    gates: dict[str, tuple[Check, Record]] = {
        "structure": (
            lambda batch: tuple(structure.check(candidate, surrounding.files) for candidate in batch),
            lambda _, findings: structure.record(findings),
        ),
        "lint": (
            lambda batch: lint.check(batch, config.gates.ruff),
            lambda _, findings: lint.record(findings),
        ),
        "types": (
            lambda batch: types.check(batch, surrounding, context.project.cache_path, config.gates.mypy),
            lambda _, findings: types.record(findings),
        ),
        "doctests": (
            lambda batch: doctests.check(batch, context, surrounding, sandbox),
            lambda candidate, findings: doctests.record(candidate.spec, findings),
        ),
    }
    records: list[list[GateRecord]] = [[] for _ in candidates]
    findings: list[list[Finding]] = [[] for _ in candidates]
    judged = list(range(len(candidates)))
    for name, (check, record) in gates.items():
        if name not in config.gates.required or not judged:
            continue
        for number, found in zip(judged, check([candidates[number] for number in judged]), strict=True):
            records[number].append(record(candidates[number], found))
            findings[number] += found
        if name == structure.GATE:
            judged = [number for number in judged if not findings[number]]
    outcomes = zip(records, findings, strict=True)
    return tuple(Verdict(tuple(recorded), tuple(found), sandbox.level) for recorded, found in outcomes)
