"""The contract gate: every call in the examples is held against the clauses of the docstring."""

import platform
from collections.abc import Sequence

from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.contract_verdict import Judged
from hatch_vibesafe.gates.examination import Course, Ground, examine
from hatch_vibesafe.gates.sandbox import Sandbox
from hatch_vibesafe.gates.shared_part import batch_of
from hatch_vibesafe.gates.surroundings import Surroundings
from hatch_vibesafe.gates.unit_calls import doctest_line, example_cases, parameters_of
from hatch_vibesafe.gates.verdict import Candidate, Finding, Opinion
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.records import GateRecord

GATE = "contracts"
_SHOWN = 500


def check(
    candidates: Sequence[Candidate], context: GateContext, surrounding: Surroundings, sandbox: Sandbox
) -> tuple[Opinion, ...]:
    """Return why each candidate is refused: which clause a call in an example breaks, and with what values."""
    courses = [Course(each, example_cases(each.spec, parameters_of(each.spec))) for each in candidates]
    batch = batch_of([each.spec for each in candidates], context, surrounding)
    judged = examine(courses, Ground(batch, frozenset(surrounding.files), sandbox))
    return tuple(
        findings(GATE, each.spec, found) or _nothing_judged(found)
        for each, found in zip(candidates, judged, strict=True)
    )


def record(spec: Spec, findings: Sequence[Finding]) -> GateRecord:
    """Return the gate's line in the evidence."""
    counts = (("clauses", len(spec.contract)), ("examples", len(example_cases(spec, parameters_of(spec)))))
    return GateRecord(GATE, "contracts", platform.python_version(), not findings, counts)


def findings(gate: str, spec: Spec, judged: Sequence[Judged]) -> tuple[Finding, ...]:
    """Return a finding for each call that shows something against the candidate."""
    parameters = parameters_of(spec)
    return tuple(
        Finding(gate, 0, "\n".join([_shortened(doctest_line(spec, parameters, each.case.call)), *_reasons(each)]))
        for each in judged
        if each.violation
    )


def _nothing_judged(judged: Sequence[Judged]) -> tuple[Finding, ...]:
    """Return a finding where there are calls and the contract said nothing about any: that proves nothing."""
    if not judged or not all(each.unjudged for each in judged):
        return ()
    what = f"none of the {len(judged)} calls in the examples could be held against the contract: {judged[0].unjudged}"
    return (Finding(GATE, 0, _shortened(what)),)


def _reasons(judged: Judged) -> list[str]:
    return [judged.violation, *([_shortened(f"it {judged.got}")] if judged.got else [])]


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
