"""The lint gate: ruff's bug-finding rules over a whole batch in one process, whatever the user's own ruff is told."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hatch_vibesafe.gates.tools import run_module, version
from hatch_vibesafe.gates.verdict import Candidate, Finding
from hatch_vibesafe.store.records import GateRecord

GATE = "lint"
TIMEOUT_SECONDS = 60.0
# What is wrong, not what is ugly: names belong to the spec, and an unused import harms nobody.
RULES = (
    *("E9", "F", "PLE", "PLW0127", "PLW0129", "PLW0245", "PLW0711"),
    *("B002", "B003", "B005", "B012", "B014", "B015", "B016", "B018", "B020", "B021", "B022", "B023", "B025"),
    *("B029", "B030", "B031", "B032", "B033", "B035"),
)
NOT_RULES = ("F401", "F541", "F841")


def check(candidates: Sequence[Candidate], options: Sequence[str]) -> tuple[tuple[Finding, ...], ...]:
    """Return ruff's findings on each candidate, in order.

    Args:
        candidates: The candidates.
        options: The project's own command-line options, added to ours.

    Raises:
        VibesafeConfigurationError: if ruff is not installed.
    """
    version("ruff", GATE)
    with tempfile.TemporaryDirectory(prefix="vibesafe-lint-") as name:
        directory = Path(name).resolve()
        files = [directory / f"candidate_{number}.py" for number in range(len(candidates))]
        for file, candidate in zip(files, candidates, strict=True):
            file.write_bytes(candidate.implementation)
        arguments = ["check", "--isolated", "--no-cache", "--ignore-noqa", "--output-format", "json"]
        arguments += ["--select", ",".join(RULES), "--ignore", ",".join(NOT_RULES), *options, "--", "."]
        run = run_module("ruff", arguments, directory, TIMEOUT_SECONDS, {})
    try:
        reported = json.loads(run.output) if run.code in (0, 1) else None
    except ValueError:
        reported = None
    if not isinstance(reported, list):
        return tuple((Finding(GATE, 0, f"could not be judged: ruff {run.failure}"),) for _ in candidates)
    return tuple(tuple(_finding(item) for item in reported if Path(str(item["filename"])) == file) for file in files)


def record(findings: Sequence[Finding]) -> GateRecord:
    """Return the gate's line in the evidence."""
    return GateRecord(GATE, "ruff", version("ruff", GATE), not findings, (("findings", len(findings)),))


def _finding(item: "dict[str, object]") -> Finding:
    location = item.get("location")
    line = location.get("row", 0) if isinstance(location, dict) else 0
    return Finding(GATE, line if isinstance(line, int) else 0, f"{item.get('code') or 'syntax'}: {item.get('message')}")
