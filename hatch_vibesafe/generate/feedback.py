"""What is learnt from a refusal: what goes back to the model, and what makes two refusals alike. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hatch_vibesafe.gates.verdict import Finding

_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Feedback:
    """What goes back to the model: the code that was refused, and why."""

    answer: str
    findings: tuple[Finding, ...]


def normalised_error(findings: Sequence[Finding]) -> str:
    """Return what findings say apart from values, names and lines, so that two refusals can be told to be alike."""
    return "\n".join(sorted({f"{finding.gate}: {_normalised(finding.message)}" for finding in findings}))


def _normalised(message: str) -> str:
    return " ".join(_NUMBER.sub("0", _QUOTED.sub("'…'", message)).split())
