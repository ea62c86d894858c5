"""`vibesafe test`: gate the current checkpoints again."""

import click

from hatch_vibesafe.cli import adequacy as adequacy_view
from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.recording import recording
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.cli.verdicts import finding_as_json, finding_problems
from hatch_vibesafe.gates.adequacy import recorded
from hatch_vibesafe.gates.retest import retest
from hatch_vibesafe.gates.verdict import Verdict
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.records import Checkpoint


@click.command(name="test", epilog="Examples:  vibesafe test   |   vibesafe test --adequacy --target app.math --json")
@options.target
@click.option("--adequacy", is_flag=True, help="Also mutate what passed, and ask what no example decides.")
@options.allow_unsandboxed
@options.as_json
def command(targets: tuple[str, ...], *, adequacy: bool, allow_unsandboxed: bool, as_json: bool) -> int:
    """Gate the current checkpoints again, and store what the gates said as their evidence.

    A unit's current checkpoint is the newest one made for its spec as it is now: the one that `save` would activate.
    With --adequacy, or where gates.min_adequacy is configured, the evidence also says how much each spec decides.
    """
    session = open_session(targets, allow_unsandboxed=allow_unsandboxed)
    announce(session.project.config)
    current, missing = _current(session)
    with recording(session.project, "test", [spec for spec, _ in current]) as recorder:
        recorder.begin([spec.unit for spec, _ in current])
        retested = retest(session.project, session.scan, current, measures=adequacy)
        for (spec, checkpoint), (verdict, _) in zip(current, retested, strict=True):
            recorder.verdict(spec.unit, verdict, checkpoint.hash)
    verdicts = [verdict for verdict, _ in retested]
    outcomes = list(zip((spec for spec, _ in current), verdicts, strict=True))
    refused = tuple(
        problem
        for spec, verdict in outcomes
        for problem in finding_problems(spec, verdict, f"vibesafe compile --force --target {spec.unit}")
    )
    scores = {
        spec.unit: score
        for (spec, _), (_, evidence) in zip(current, retested, strict=True)
        if (score := recorded(evidence)) is not None
    }
    warnings = adequacy_view.warnings(session.specs, scores)
    problems = (*session.scan_problems, *missing, *refused, *_inadequate(session, outcomes))
    if as_json:
        output.print_json(
            {
                "units": [_document(spec, verdict) for spec, verdict in outcomes],
                "problems": output.problems_as_json(problems),
                "warnings": output.problems_as_json(warnings),
            }
        )
    else:
        output.print_table(
            ("unit", "outcome", "gates"),
            [(str(spec.unit), _outcome(verdict), _gates(verdict)) for spec, verdict in outcomes],
        )
        adequacy_view.print_scores(scores)
        adequacy_view.print_questions([verdict.adequacy for verdict in verdicts if verdict.adequacy])
        output.print_warnings(warnings)
        output.print_problems(problems)
    return EXIT_FINDINGS if problems else 0


def _inadequate(session: Session, outcomes: list[tuple[Spec, Verdict]]) -> tuple[Problem, ...]:
    """Return a problem for each spec that decides less than the project asks for."""
    least = session.project.config.gates.min_adequacy
    return tuple(
        Problem(
            spec.where,
            f"the spec refuses {found.killed} of {found.judged} mutants, {found.score:.0%}, "
            f"and gates.min_adequacy is {least:g}",
            f"add examples that answer what is asked by: vibesafe test --adequacy --target {spec.unit}",
        )
        for spec, verdict in outcomes
        if (found := verdict.adequacy) is not None and found.score < least
    )


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
    } | ({"adequacy": adequacy_view.adequacy_as_json(verdict.adequacy)} if verdict.adequacy else {})
