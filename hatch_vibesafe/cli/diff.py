"""`vibesafe diff`: what drifted, which part moved, and how implementations differ."""

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.problems import VibesafeError
from hatch_vibesafe.spec.capabilities import listed
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.comparison import implementation_diff
from hatch_vibesafe.store.drift import UnitStatus


@click.command(name="diff", epilog="Examples:  vibesafe diff   |   vibesafe diff --target app.math/add --json")
@options.target
@options.as_json
def command(targets: tuple[str, ...], as_json: bool) -> int:
    """Show what drifted and which part moved: signature, example, helper, template, settings, bytes, evidence.

    Where a newer checkpoint waits to be saved, the difference between the two implementations follows.
    Exits 1 where anything drifted.
    """
    session = open_session(targets)
    differing = [status for status in session.statuses.values() if status.problems or status.current != status.active]
    problems = (*session.scan_problems, *(problem for status in differing for problem in status.problems))
    capabilities = {spec.unit: spec.options.capabilities for spec in session.specs}
    implementations = {status.unit: _implementation_diff(session, status) for status in differing}
    if as_json:
        output.print_json(
            {
                "units": [
                    {
                        "unit": str(status.unit),
                        "state": status.state,
                        "moved": list(status.moved),
                        "capabilities": list(listed(capabilities[status.unit])),
                        "active": status.active,
                        "current": status.current,
                        "implementation": implementations[status.unit],
                    }
                    for status in differing
                ],
                "problems": output.problems_as_json(problems),
            }
        )
    else:
        for status in differing:
            granted = [f"may use {', '.join(capabilities[status.unit])}"] if capabilities[status.unit] else []
            click.echo("\n  ".join([f"{status.unit}  {status.state}", *status.moved, *granted]))
            if implementations[status.unit]:
                click.echo(implementations[status.unit])
        if not differing:
            click.echo("nothing differs")
        output.print_problems(problems)
    return EXIT_FINDINGS if problems else 0


def _implementation_diff(session: Session, status: UnitStatus) -> str:
    """Return the difference from the active implementation to the one that `save` would activate, or nothing."""
    if status.active is None or status.current is None or status.active == status.current:
        return ""
    directory = session.project.checkpoints_path
    try:
        active = read_checkpoint(directory, status.unit, status.active)
        current = read_checkpoint(directory, status.unit, status.current)
    except VibesafeError:
        return ""  # that one of them is damaged is among the problems already
    return implementation_diff(active.implementation, current.implementation, active.hash, current.hash)
