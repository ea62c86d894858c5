"""What a gate says of a candidate."""

from dataclasses import dataclass

from hatch_vibesafe.config import ADEQUACY
from hatch_vibesafe.gates.adequacy import Adequacy
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.records import GateRecord


@dataclass(frozen=True, slots=True)
class Candidate:
    """An implementation that has not passed the gates yet: exactly the bytes that would be stored and shipped."""

    spec: Spec
    implementation: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to refuse a candidate.

    Attributes:
        gate: The gate that found it.
        line: The line in the implementation, from 1; 0 where no line is meant.
        message: What is wrong, in words that a person and a model can act on.
    """

    gate: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a gate could not judge a candidate, by no fault of the candidate's: no other one would fare better."""

    problems: tuple[Problem, ...]


Opinion = tuple[Finding, ...] | Fault
"""What one gate says of one candidate: why it is refused (nothing where it passed), or that it could not be judged."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that the gates say of one candidate.

    Attributes:
        records: One record for each gate that ran, in order. A gate after a failed structure gate does not run.
        findings: Every reason to refuse it; empty exactly where every required gate passed.
        sandbox: The sandbox level that was reached.
        faults: What kept it from being judged; then it neither passed nor was refused.
        adequacy: How much its spec decides, where that was measured; it is in the records too, and refuses nothing.
    """

    records: tuple[GateRecord, ...]
    findings: tuple[Finding, ...]
    sandbox: str
    faults: tuple[Problem, ...] = ()
    adequacy: Adequacy | None = None

    @property
    def passed(self) -> bool:
        """Whether every required gate ran and passed."""
        return (
            not self.findings
            and not self.faults
            and all(record.passed for record in self.records if record.gate != ADEQUACY)
        )
