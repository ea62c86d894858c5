"""`vibesafe test`: gate the current checkpoints again."""

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.cli.verdicts import finding_as_json, finding_problems
from hatch_vibesafe.gates.retest import retest
from hatch_vibesafe.gates.verdict import Verdict
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.records import Checkpoint


@click.command(name="test", epilog="Examples:  vibesafe test   |   vibesafe test --target app.math --json")
@options.target
@options.allow_unsandboxed
@options.as_json
def command(targets: tuple[str, ...], *, allow_unsandboxed: bool, as_json: bool) -> int:
    """Gate the current checkpoints again, and store what the gates said as their evidence.

    A unit's current checkpoint is the newest one made for its spec as it is now: the one that `save` would activate.
    """
    session = open_session(targets, allow_unsandboxed=allow_unsandboxed)
    announce(session.project.config)
    current, missing = _current(session)
    verdicts = [verdict for verdict, _ in retest(session.project, session.scan, current)]
    outcomes = list(zip((spec for spec, _ in current), verdicts, strict=True))
    refused = tuple(
        problem
        for spec, verdict in outcomes
        for problem in finding_problems(spec, verdict, f"vibesafe compile --force --target {spec.unit}")
    )
    problems = (*session.scan_problems, *missing, *refused)
    if as_json:
        output.print_json(
            {
                "units": [_document(spec, verdict) for spec, verdict in outcomes],
                "problems": output.problems_as_json(problems),
            }
        )
    else:
        output.print_table(
            ("unit", "outcome", "gates"),
            [(str(spec.unit), _outcome(verdict), _gates(verdict)) for spec, verdict in outcomes],
        )
        output.print_problems(problems)
    return EXIT_FINDINGS if problems else 0


def _current(session: Session) -> tuple[list[tuple[Spec, Checkpoint]], tuple[Problem, ...]]:
    """Return the checkpoints to gate, and a problem for each unit that has none."""
    found: list[tuple[Spec, Checkpoint]] = []
    missing: list[Problem] = []
    for spec in session.specs:
        current = session.statuses[spec.unit].current
        if current is None:
            what = "there is no whole checkpoint for this spec"
            missing.append(Problem(spec.where, what, f"vibesafe compile --target {spec.unit}"))
        else:
            found.append((spec, read_checkpoint(session.project.checkpoints_path, spec.unit, current)))
    return found, tuple(missing)


def _outcome(verdict: Verdict) -> str:
    return "passed" if verdict.passed else "refused"


def _gates(verdict: Verdict) -> str:
    return ", ".join(f"{record.gate} {'ok' if record.passed else 'REFUSED'}" for record in verdict.records)


def _document(spec: Spec, verdict: Verdict) -> dict[str, object]:
    return {
        "unit": str(spec.unit),
        "passed": verdict.passed,
        "sandbox": verdict.sandbox,
        "gates": [output.gate_as_json(record) for record in verdict.records],
        "findings": [finding_as_json(finding) for finding in verdict.findings],
    }
