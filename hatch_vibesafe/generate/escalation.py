"""`.vibesafe/escalations/MODULE/NAME.md`: a unit that was given up, for the person who takes it from there."""

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

from hatch_vibesafe.gates.verdict import Finding
from hatch_vibesafe.generate.candidates import KeptCandidate, kept_candidates
from hatch_vibesafe.generate.causes import likely_cause
from hatch_vibesafe.generate.stub import fence_for, stub_source
from hatch_vibesafe.generate.unit_run import Tried, UnitRun
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.project import Project
from hatch_vibesafe.store.files import write_atomically
from hatch_vibesafe.store.places import unit_directory

_INPUT = re.compile(r"^(?:>>> (?P<counterexample>.+)|example \d+ \(.*\)\n {4}(?P<example>.+))$", re.MULTILINE)
_LONGEST_REASON = 120


def escalation_path(project: Project, unit: UnitId) -> Path:
    """Return where a unit's escalation lies."""
    directory = unit_directory(project.root / project.config.paths.escalations, unit)
    return directory.with_name(f"{directory.name}.md")


def write_escalation(project: Project, run: UnitRun, contradictions: Sequence[Problem] = ()) -> Path | None:
    """Write down what is known of a unit that was given up; return where, or None where it cannot be written."""
    spec = run.spec
    kept = [each for each in kept_candidates(project, spec.unit, spec.spec_hash) if not each.passed]
    text = escalation(run, kept[0] if kept else None, contradictions)
    path = escalation_path(project, spec.unit)
    try:
        write_atomically(path, text.encode("utf-8", "replace"))
    except VibesafeError:
        return None
    return path


def remove_escalation(project: Project, unit: UnitId) -> None:
    """Remove a unit's escalation, where there is one: it has an implementation now."""
    with contextlib.suppress(OSError):
        escalation_path(project, unit).unlink(missing_ok=True)


def escalation(run: UnitRun, best: KeptCandidate | None, contradictions: Sequence[Problem]) -> str:
    """Return the text: the likely cause, the spec, what was tried, the best candidate, and what can be done. Pure."""
    spec = run.spec
    parts = [
        f"# {spec.unit} was given up",
        f"`{spec.path}:{spec.line}`, spec hash `{spec.spec_hash}`",
        "## Likely cause",
        *([] if run.error is None else [f"Nothing more was asked: {_cell(run.error.problems[0].what)}."]),
        likely_cause(run.tried, run.held, contradictions),
        "## The spec",
        _fenced("python", stub_source(spec)),
    ]
    if run.held:
        numbers = ", ".join(map(str, run.held))
        parts.append(f"Not shown to the model: example {numbers} (`[generate] holdout`).")
    if run.tried:
        parts += ["## What was tried", _table(run.tried)]
    if best is not None:
        found = smallest_input(best.findings)
        parts += [
            "## The best candidate",
            _fenced("python", best.implementation.decode("utf-8", "replace")),
            f"Refused by {', '.join(sorted({finding.gate for finding in best.findings}))}:",
            _fenced("text", "\n\n".join(finding.message for finding in best.findings)),
            *(["The smallest input on which it fails:", _fenced("python", found)] if found else []),
        ]
    parts += ["## What can be done", _steps(run, contradictions)]
    return "\n\n".join(parts) + "\n"


def smallest_input(findings: Sequence[Finding]) -> str:
    """Return the shortest input that findings name; empty where they name none."""
    found = [
        match["counterexample"] or match["example"]
        for finding in findings
        for match in _INPUT.finditer(finding.message)
    ]
    return min(found, key=lambda text: (len(text), text), default="")


def _table(tried: Sequence[Tried]) -> str:
    rows = [
        f"| {number} | {each.strategy} | {_model(each)} | {_reason(each)} |"
        for number, each in enumerate(tried, start=1)
    ]
    return "\n".join(["| | strategy | model | refused for |", "|---|---|---|---|", *rows])


def _model(tried: Tried) -> str:
    return f"{_cell(tried.model)} (recorded)" if tried.recorded else _cell(tried.model)


def _reason(tried: Tried) -> str:
    first = tried.findings[0] if tried.findings else Finding("", 0, "")
    more = f" (and {len(tried.findings) - 1} more)" if len(tried.findings) > 1 else ""
    message = " ".join(first.message.split())
    short = message if len(message) <= _LONGEST_REASON else f"{message[: _LONGEST_REASON - 1]}…"
    return f"{first.gate}: {_cell(short)}{more}"


def _cell(text: str) -> str:
    return re.sub(r"([|`*_<>\[\]\\])", r"\\\1", " ".join(text.split()))


def _fenced(language: str, text: str) -> str:
    fence = fence_for(text)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _steps(run: UnitRun, contradictions: Sequence[Problem]) -> str:
    unit = run.spec.unit
    mended = [f"{problem.remedy}: `{problem.where}`" for problem in contradictions]
    steps = [
        *mended,
        "say in the docstring what the answers got wrong, or add the example that decides it",
        f"ask another model: `model=` or `provider=` in the decorator, then `vibesafe compile --target {unit}`",
        f"write it: `vibesafe submit {unit} FILE`",
    ]
    return "\n".join(f"- {step}" for step in steps)
