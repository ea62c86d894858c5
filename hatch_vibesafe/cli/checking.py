"""What `vibesafe check` gates and compares, where it does not know the outcome: slow to load."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hatch_vibesafe.cli import behaviour, output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.cli.verdicts import finding_problems
from hatch_vibesafe.config import ADEQUACY
from hatch_vibesafe.gates.run import GateContext, run_gates
from hatch_vibesafe.gates.verdict import Candidate, Verdict
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.evidence import read_evidence


def gate_again(session: Session, specs: Sequence[Spec]) -> dict[UnitId, tuple[Problem, ...]]:
    """Gate what is active once more, and return what is wrong with each: evidence is a claim, this is the proof.

    The tools' caches are not used: they may have come with the sources.

    Raises:
        VibesafeError: if the gates cannot run, or some could not be judged.
    """
    active = _active(session)
    candidates = [Candidate(spec, active[spec.unit]) for spec in specs]
    if not candidates:
        return {}
    announce(session.project.config)
    with tempfile.TemporaryDirectory(prefix="vibesafe-check-") as scratch:
        project = _with_cache(session.project, Path(scratch))
        with output.working(f"gating {len(candidates)} units"):
            verdicts = run_gates(candidates, GateContext(project=project, scan=session.scan, active=active))
    return {
        spec.unit: (
            *finding_problems(spec, verdict, f"vibesafe compile --force --target {spec.unit}"),
            *_false_evidence(session, spec, verdict),
        )
        for spec, verdict in zip(specs, verdicts, strict=True)
    }


def _active(session: Session) -> dict[UnitId, bytes]:
    """Return the implementations that are active and whole."""
    directory = session.project.checkpoints_path
    return {
        unit: read_checkpoint(directory, unit, status.active).implementation
        for unit, status in session.statuses.items()
        if status.active is not None and not status.problems
    }


def unacknowledged(session: Session, specs: Sequence[Spec]) -> dict[UnitId, tuple[Problem, ...]]:
    """Return, for units whose active checkpoint is whole, the problem of one that does other things than before.

    It is one where both are under the same spec, and nobody said why.
    """
    found: dict[UnitId, tuple[Problem, ...]] = {}
    for spec in specs:
        active = session.index.units[spec.unit].active
        parent = read_checkpoint(session.project.checkpoints_path, spec.unit, active).provenance.parent
        found[spec.unit] = () if parent is None else behaviour.unacknowledged(session, spec, parent, active)
    return found


def _false_evidence(session: Session, spec: Spec, verdict: Verdict) -> tuple[Problem, ...]:
    """Return a problem where the stored evidence claims other outcomes or counts than the gates have now.

    Versions of tools and the sandbox level may differ from machine to machine, and are not compared; nor is an adequacy
    that was not measured again.
    """
    active = session.index.units[spec.unit].active
    stored, _ = read_evidence(session.project.checkpoints_path, spec.unit, active)
    left_out = () if verdict.adequacy else (ADEQUACY,)
    claimed = {(it.gate, it.tool, it.passed, it.counts) for it in stored.gates if it.gate not in left_out}
    found = {(it.gate, it.tool, it.passed, it.counts) for it in verdict.records}
    if claimed == found:
        return ()
    gates = ", ".join(sorted({each[0] for each in claimed ^ found}))
    what = f"its evidence does not say what the gates say now ({gates})"
    return (Problem(spec.where, what, f"vibesafe test --target {spec.unit} && vibesafe save --target {spec.unit}"),)


def _with_cache(project: Project, cache: Path) -> Project:
    return replace(project, config=replace(project.config, paths=replace(project.config.paths, cache=str(cache))))
