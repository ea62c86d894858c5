"""`vibesafe test`: gate the current checkpoints again."""

import click

from hatch_vibesafe.cli import adequacy as adequacy_view
from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.found_here import GATES, FoundHere
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.cli.verdicts import finding_as_json, finding_problems
from hatch_vibesafe.gates.adequacy import recorded
from hatch_vibesafe.gates.verdict import Verdict
from hatch_vibesafe.identity import CheckpointHash
from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.evidence import read_evidence
from hatch_vibesafe.store.records import Evidence


@click.command(name="test", epilog="Examples:  vibesafe test   |   vibesafe test --adequacy --target app.math --json")
@options.target
@click.option("--adequacy", is_flag=True, help="Also mutate what passed, and ask what no example decides.")
@options.again
@options.allow_unsandboxed
@options.as_json
def command(targets: tuple[str, ...], *, adequacy: bool, again: bool, allow_unsandboxed: bool, as_json: bool) -> int:
    """Gate the current checkpoints again, and store what the gates said as their evidence.

    A unit's current checkpoint is the newest one made for its spec as it is now: the one that `save` would activate.
    What passed on this machine before is not gated again while nothing changed that could change the verdict.
    With --adequacy, or where gates.min_adequacy is configured, the evidence also says how much each spec decides.
    """
    session = open_session(targets, allow_unsandboxed=allow_unsandboxed)
    current, missing = _current(session)
    retested, gated = _tested(session, current, adequacy=adequacy, again=again)
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
                "gated": gated,
                "problems": output.problems_as_json(problems),
                "warnings": output.problems_as_json(warnings),
            }
        )
    else:
        output.print_table(
            ("unit", "outcome", "gates"),
            [(str(spec.unit), _outcome(verdict), _gates(verdict)) for spec, verdict in outcomes],
        )
        if gated < len(outcomes):
            click.echo(f"{gated} gated now, {len(outcomes) - gated} as they were found here before (--again gates all)")
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


def _current(session: Session) -> tuple[list[tuple[Spec, CheckpointHash]], tuple[Problem, ...]]:
    """Return the checkpoints to gate, and a problem for each unit that has none."""
    found: list[tuple[Spec, CheckpointHash]] = []
    missing: list[Problem] = []
    for spec in session.specs:
        current = session.statuses[spec.unit].current
        if current is None:
            what = "there is no whole checkpoint for this spec"
            missing.append(Problem(spec.where, what, f"vibesafe compile --target {spec.unit}"))
        else:
            found.append((spec, current))
    return found, tuple(missing)


def _tested(
    session: Session, current: list[tuple[Spec, CheckpointHash]], *, adequacy: bool, again: bool
) -> tuple[list[tuple[Verdict, Evidence]], int]:
    """Return what the gates say of each checkpoint, now or before, and how many were gated now."""
    found = FoundHere(session, again=again or adequacy)
    known = {spec.unit: each for spec, hash_ in current if (each := _found_before(session, found, spec, hash_))}
    waiting = [(spec, hash_) for spec, hash_ in current if spec.unit not in known]
    if waiting:
        from hatch_vibesafe.cli.gating import gated  # noqa: PLC0415 - slow to load, and needed only here

        known |= gated(session, waiting, found, measures=adequacy)
    return [known[spec.unit] for spec, _ in current], len(waiting)


def _found_before(
    session: Session, found: FoundHere, spec: Spec, checkpoint: CheckpointHash
) -> tuple[Verdict, Evidence] | None:
    """Return what was found of a checkpoint on this machine; None where that is not known, or would not hold now."""
    try:
        evidence, digest = read_evidence(session.project.checkpoints_path, spec.unit, checkpoint)
    except VibesafeError:
        return None
    if not found.holds(GATES, spec, checkpoint, digest):
        return None
    return Verdict(evidence.gates, (), evidence.sandbox), evidence


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
