"""The lint gate: ruff's bug-finding rules over a whole batch in one process, whatever the user's own ruff is told."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hatch_vibesafe.gates.tools import EMPTY, Reports, ToolRun, judged, run_module, version, version_of_batch
from hatch_vibesafe.gates.verdict import Candidate, Fault, Finding, Opinion
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


def check(candidates: Sequence[Candidate], options: Sequence[str]) -> tuple[Opinion, ...]:
    """Return ruff's findings on each candidate, in order; a fault where ruff can judge nothing at all.

    Args:
        candidates: The candidates.
        options: The project's own command-line options, added to ours.

    Raises:
        VibesafeConfigurationError: if ruff is not installed.
    """
    version("ruff", GATE)
    with tempfile.TemporaryDirectory(prefix="vibesafe-lint-") as name:
        directory = Path(name).resolve()
        modules = [f"candidate_{number}" for number in range(len(candidates))]
        for module, content in [*zip(modules, (each.implementation for each in candidates), strict=True), (EMPTY, b"")]:
            (directory / f"{module}.py").write_bytes(content)
        arguments = ["check", "--isolated", "--no-cache", "--ignore-noqa", "--output-format", "json"]
        arguments += ["--select", ",".join(RULES), "--ignore", ",".join(NOT_RULES), *options, "--"]

        def ask(batch: Sequence[str]) -> Reports | ToolRun:
            files = [f"{module}.py" for module in batch]
            return _reports(run_module("ruff", [*arguments, *files], directory, TIMEOUT_SECONDS, {}))

        found = judged(GATE, "ruff", modules, ask)
        return tuple(_opinion(found[module], directory / f"{module}.py") for module in modules)


def record(findings: Sequence[Finding]) -> GateRecord:
    """Return the gate's line in the evidence."""
    return GateRecord(GATE, "ruff", version_of_batch("ruff", GATE), not findings, (("findings", len(findings)),))


def _reports(run: ToolRun) -> Reports | ToolRun:
    """Return what ruff reported, or the run where it did not come to the end."""
    try:
        reported = json.loads(run.output) if run.code in (0, 1) else None
    except ValueError:
        return run
    return reported if isinstance(reported, list) else run


def _opinion(found: Reports | Finding | Fault, file: Path) -> Opinion:
    if isinstance(found, Fault):
        return found
    if isinstance(found, Finding):
        return (found,)
    return tuple(_finding(item) for item in found if Path(str(item["filename"])) == file)


def _finding(item: "dict[str, object]") -> Finding:
    location = item.get("location")
    line = location.get("row", 0) if isinstance(location, dict) else 0
    return Finding(GATE, line if isinstance(line, int) else 0, f"{item.get('code') or 'syntax'}: {item.get('message')}")
