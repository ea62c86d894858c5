"""What gates said, as a person reads it."""

from hatch_vibesafe.gates.verdict import Finding, Verdict
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec


def finding_problems(spec: Spec, verdict: Verdict, remedy: str) -> tuple[Problem, ...]:
    """Return one problem for each finding of a verdict."""
    return tuple(Problem(spec.where, finding_text(finding), remedy) for finding in verdict.findings)


def finding_text(finding: Finding) -> str:
    """Return a finding in one text: the gate, the implementation's line where one is meant, and what is wrong."""
    line = f" (line {finding.line} of the implementation)" if finding.line else ""
    return f"{finding.gate}{line}: {finding.message}"


def finding_as_json(finding: Finding) -> dict[str, object]:
    """Return a finding in its JSON form."""
    return {"gate": finding.gate, "line": finding.line, "message": finding.message}
