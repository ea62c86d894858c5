"""`vibesafe check`: all of it for CI. Needs no key and no network, and writes nothing."""

import tempfile
from dataclasses import replace
from pathlib import Path

import click

from hatch_vibesafe.cli import behaviour, options, output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.cli.verdicts import finding_problems
from hatch_vibesafe.config import ADEQUACY
from hatch_vibesafe.gates.run import GateContext, run_gates
from hatch_vibesafe.gates.verdict import Candidate, Verdict
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.project import Project
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.drift import orphans
from hatch_vibesafe.store.evidence import read_evidence


@click.command(
    name="check",
    epilog="Examples:  vibesafe check   |   vibesafe check --no-gates   |   vibesafe check --json > report.json",
)
@options.target
@click.option("--no-gates", is_flag=True, help="Trust the stored evidence: do not gate the active checkpoints again.")
@options.allow_unsandboxed
@options.as_json
def command(targets: tuple[str, ...], *, no_gates: bool, allow_unsandboxed: bool, as_json: bool) -> int:
    """Do all of it for CI: scan, drift, stored bytes, evidence, and every gate again on what is active.

    What is active and does other things than the checkpoint before it, under the same spec, needs a reason that was
    given to `vibesafe save --acknowledge`.

    Finds everything that would make a build fail. Needs no key and no network, and writes nothing.
    """
    session = open_session(targets, allow_unsandboxed=allow_unsandboxed)
    if not no_gates:
        announce(session.project.config)
    drift = tuple(problem for status in session.statuses.values() for problem in status.problems)
    refused = () if no_gates else (*_gate_again(session), *_unacknowledged(session))
    problems = (*session.scan_problems, *drift, *refused)
    left_over = () if targets else orphans(session.scan, session.index)
    gated = 0 if no_gates else len(_active(session))
    if as_json:
        output.print_json(
            {
                "units": {str(unit): status.state for unit, status in session.statuses.items()},
                "gated": gated,
                "problems": output.problems_as_json(problems),
                "warnings": output.problems_as_json(left_over),
            }
        )
    else:
        for problem in left_over:
            click.echo(f"warning: {problem.where}: {problem.what}; {problem.remedy}", err=True)
        output.print_problems(problems)
        click.echo(f"{len(session.specs)} units checked, {gated} gated again, {len(problems)} problems")
    return EXIT_FINDINGS if problems else 0


def _active(session: Session) -> dict[UnitId, bytes]:
    """Return the implementations that are active and whole."""
    directory = session.project.checkpoints_path
    return {
        unit: read_checkpoint(directory, unit, status.active).implementation
        for unit, status in session.statuses.items()
        if status.active is not None and not status.problems
    }


def _gate_again(session: Session) -> tuple[Problem, ...]:
    """Gate what is active once more: committed evidence is a claim, this is the proof. No cache is written."""
    active = _active(session)
    candidates = [Candidate(spec, active[spec.unit]) for spec in session.specs if spec.unit in active]
    if not candidates:
        return ()
    with tempfile.TemporaryDirectory(prefix="vibesafe-check-") as scratch:
        project = _with_cache(session.project, Path(scratch))
        verdicts = run_gates(candidates, GateContext(project=project, scan=session.scan, active=active))
    problems: list[Problem] = []
    for candidate, verdict in zip(candidates, verdicts, strict=True):
        unit = candidate.spec.unit
        problems += finding_problems(candidate.spec, verdict, f"vibesafe compile --force --target {unit}")
        problems += _false_evidence(session, candidate.spec, verdict)
    return tuple(problems)


def _unacknowledged(session: Session) -> tuple[Problem, ...]:
    """Return a problem for each unit that does other things than before under the same spec, and nobody said why."""
    problems: list[Problem] = []
    for spec in session.specs:
        status = session.statuses[spec.unit]
        if status.active is None or status.problems:
            continue
        parent = read_checkpoint(session.project.checkpoints_path, spec.unit, status.active).provenance.parent
        if parent is not None:
            problems += behaviour.unacknowledged(session, spec, parent, status.active)
    return tuple(problems)


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
