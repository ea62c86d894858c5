"""`vibesafe check`: all of it for CI. Needs no key and no network, and writes nothing."""

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.found_here import BEHAVIOUR, GATES, FoundHere
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.identity import CheckpointHash, Digest, digest
from hatch_vibesafe.problems import Problem
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.acknowledgements import acknowledgements_digest
from hatch_vibesafe.store.drift import orphans


@click.command(
    name="check",
    epilog="Examples:  vibesafe check   |   vibesafe check --no-gates   |   vibesafe check --json > report.json",
)
@options.target
@click.option("--no-gates", is_flag=True, help="Trust the stored evidence: do not gate the active checkpoints again.")
@options.again
@options.allow_unsandboxed
@options.as_json
def command(targets: tuple[str, ...], *, no_gates: bool, again: bool, allow_unsandboxed: bool, as_json: bool) -> int:
    """Do all of it for CI: scan, drift, stored bytes, evidence, and every gate again on what is active.

    What is active and does other things than the checkpoint before it, under the same spec, needs a reason that was
    given to `vibesafe save --acknowledge`.

    Finds everything that would make a build fail. Needs no key and no network, and writes nothing that is committed.
    What passed on this machine before is not gated again while nothing changed that could change the verdict; committed
    evidence alone is not believed.
    """
    session = open_session(targets, allow_unsandboxed=allow_unsandboxed)
    drift = tuple(problem for status in session.statuses.values() for problem in status.problems)
    refused, gated = ((), 0) if no_gates else _gated(session, again=again)
    problems = (*session.scan_problems, *drift, *refused)
    left_over = () if targets else orphans(session.scan, session.index)
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


def _gated(session: Session, *, again: bool) -> tuple[tuple[Problem, ...], int]:
    """Return what the gates refuse of what is active, and what diverges without a reason; and how many were gated."""
    found = FoundHere(session, again=again)
    whole = [
        (spec, status.active, session.index.units[spec.unit].evidence)
        for spec in session.specs
        if (status := session.statuses[spec.unit]).active is not None and not status.problems
    ]
    waiting = [each for each in whole if not found.holds(GATES, *each)]
    comparing = [each for each in _with_reasons(session, whole) if not found.holds(BEHAVIOUR, *each)]
    if not waiting and not comparing:
        return (), 0
    from hatch_vibesafe.cli.checking import gate_again, unacknowledged  # noqa: PLC0415 - slow to load

    problems: list[Problem] = []
    refused = gate_again(session, [spec for spec, _, _ in waiting])
    diverging = unacknowledged(session, [spec for spec, _, _ in comparing])
    for finding, asked, said in ((GATES, waiting, refused), (BEHAVIOUR, comparing, diverging)):
        for each in asked:
            problems += said[each[0].unit]
            if not said[each[0].unit]:
                found.add(finding, *each)
    found.keep()
    return tuple(problems), len(waiting)


def _with_reasons(
    session: Session, whole: list[tuple[Spec, CheckpointHash, Digest]]
) -> list[tuple[Spec, CheckpointHash, Digest]]:
    """Return the same, bound also to the reasons that were given for diverging."""
    directory = session.project.checkpoints_path
    return [
        (spec, active, digest(f"{evidence} {acknowledgements_digest(directory, spec.unit)}".encode()))
        for spec, active, evidence in whole
    ]
