"""`vibesafe status`: where every unit stands and what to do next."""

from collections import Counter

import click

from hatch_vibesafe.cli import adequacy, options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.ship.printable import printable
from hatch_vibesafe.store.drift import orphans

# State -> the command that brings a unit of that state forward.
NEXT_STEPS = {
    "invalid": "mend the sources: vibesafe scan",
    "no checkpoint": "have it written: vibesafe compile",
    "drift": "see what moved: vibesafe diff; then vibesafe compile",
    "unsaved": "lock it: vibesafe save",
}


@click.command(name="status", epilog="Examples:  vibesafe status   |   vibesafe status --target 'app.*' --json")
@options.target
@options.as_json
def command(targets: tuple[str, ...], as_json: bool) -> int:
    """Say where every unit stands and what to do next.

    Exits 0 where every unit is active, else 1.
    """
    session = open_session(targets)
    counts = _counts(session)
    steps = [f"{state}: {step}" for state, step in NEXT_STEPS.items() if counts[state]]
    asking = [(str(spec.unit), spec.options.capabilities) for spec in session.specs if spec.options.capabilities]
    stand_ins = _stand_ins(session)
    scores = adequacy.measured(session)
    left_over = () if targets else orphans(session.scan, session.index)
    warnings = (*left_over, *adequacy.warnings(session.specs, scores))
    if as_json:
        output.print_json(
            {
                "counts": dict(counts),
                "units": {str(unit): status.state for unit, status in session.statuses.items()}
                | {str(unit.unit): "invalid" for unit in session.invalid},
                "capabilities": {unit: list(capabilities) for unit, capabilities in asking},
                "stand_ins": {
                    unit: {"provider": provider, "model": model, "in_place_of": asked}
                    for unit, provider, model, asked in stand_ins
                },
                "next": steps,
                "problems": output.problems_as_json(session.scan_problems),
                "warnings": output.problems_as_json(warnings),
                "adequacy": {str(unit): adequacy.recorded_as_json(each) for unit, each in scores.items()},
            }
        )
    else:
        output.print_table(("state", "units"), [(state, str(count)) for state, count in counts.items()])
        waiting = [(str(unit), status.state) for unit, status in session.statuses.items() if status.state != "active"]
        waiting += [(str(unit.unit), "invalid") for unit in session.invalid]
        if waiting:
            click.echo()
            output.print_table(("unit", "state"), sorted(waiting))
        if asking:
            click.echo()
            output.print_table(("unit", "may use"), [(unit, ", ".join(granted)) for unit, granted in asking])
        if stand_ins:
            click.echo()
            output.print_table(("unit", "written by", "model", "in the place of"), stand_ins)
        adequacy.print_scores(scores)
        output.print_warnings(warnings)
        click.echo()
        for step in steps or ([] if session.scan_problems else ["nothing to do: every unit is active"]):
            click.echo(step)
        output.print_problems(session.scan_problems)
    return EXIT_FINDINGS if steps or session.scan_problems else 0


def _stand_ins(session: Session) -> list[tuple[str, str, str, str]]:
    """Return the units that another provider wrote than the one that they ask: its name, its model, and that one."""
    found = ((str(unit), status.provenance) for unit, status in session.statuses.items())
    return [
        (unit, printable(said.provider), printable(said.model_answered), printable(said.in_place_of))
        for unit, said in found
        if said is not None and said.in_place_of
    ]


def _counts(session: Session) -> Counter[str]:
    states = [status.state for status in session.statuses.values()]
    return Counter(sorted([*states, *("invalid" for _ in session.invalid)]))
