"""`vibesafe diff`: what drifted, which part moved, and how implementations differ."""

import click

from hatch_vibesafe.cli import behaviour, options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError
from hatch_vibesafe.spec.capabilities import listed
from hatch_vibesafe.store.checkpoints import read_checkpoint
from hatch_vibesafe.store.comparison import implementation_diff
from hatch_vibesafe.store.drift import UnitStatus
from hatch_vibesafe.store.granted import newly_granted


@click.command(name="diff", epilog="Examples:  vibesafe diff   |   vibesafe diff --behaviour app.math/add --json")
@click.argument("checkpoints", nargs=-1, metavar="[ONE OTHER]")
@options.target
@click.option(
    "--behaviour",
    "unit",
    metavar="UNIT",
    help="Run two checkpoints of this unit on the same calls: ONE and OTHER, or the active and the newest.",
)
@click.option(
    "--crosshair",
    "symbolically",
    is_flag=True,
    help="With --behaviour: have CrossHair search for calls too (the extra `symbolic`).",
)
@options.allow_unsandboxed
@options.as_json
def command(
    checkpoints: tuple[str, ...],
    targets: tuple[str, ...],
    *,
    unit: str | None,
    symbolically: bool,
    allow_unsandboxed: bool,
    as_json: bool,
) -> int:
    """Show what drifted and which part moved: signature, example, helper, template, settings, bytes, evidence.

    Where a newer checkpoint waits to be saved, the difference between the two implementations follows.
    Exits 1 where anything drifted.

    With --behaviour, shows the smallest calls for which two checkpoints of a unit do different things, and exits 1
    where there is one.
    """
    _refuse_odd(checkpoints, targets, unit)
    if symbolically and unit is None:
        what = "searches for calls of one unit, and none is named"
        raise VibesafeConfigurationError(Problem("--crosshair", what, "vibesafe diff --behaviour UNIT --crosshair"))
    session = open_session(targets if unit is None else (unit,), allow_unsandboxed=allow_unsandboxed)
    if unit is not None:
        _refuse_unusable(session, unit)
        return behaviour.show_difference(session, checkpoints, symbolically=symbolically, as_json=as_json)
    differing = [status for status in session.statuses.values() if status.problems or status.current != status.active]
    problems = (*session.scan_problems, *(problem for status in differing for problem in status.problems))
    capabilities = {spec.unit: spec.options.capabilities for spec in session.specs}
    directory = session.project.checkpoints_path
    meant = {status.unit: status.active for status in differing}
    new = {spec.unit: newly_granted(directory, spec, meant[spec.unit]) for spec in session.specs if spec.unit in meant}
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
                        "newly_granted": list(new[status.unit]),
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
            granted += [f"newly granted: {', '.join(new[status.unit])}"] if new[status.unit] else []
            click.echo("\n  ".join([f"{status.unit}  {status.state}", *status.moved, *granted]))
            if implementations[status.unit]:
                click.echo(implementations[status.unit])
        if not differing:
            click.echo("nothing differs")
        output.print_problems(problems)
    return EXIT_FINDINGS if problems else 0


def _refuse_odd(checkpoints: tuple[str, ...], targets: tuple[str, ...], unit: str | None) -> None:
    if unit is None and checkpoints:
        what = "checkpoints are named, and no unit that they are of"
        raise VibesafeConfigurationError(Problem("diff", what, "vibesafe diff --behaviour UNIT ONE OTHER"))
    if len(checkpoints) not in {0, 2}:
        what = f"{len(checkpoints)} checkpoint named, where two are compared"
        raise VibesafeConfigurationError(Problem("diff", what, "vibesafe diff --behaviour UNIT ONE OTHER"))
    if unit is not None and targets:
        raise VibesafeConfigurationError(Problem("--target", "stands beside --behaviour UNIT", "leave one of them out"))


def _refuse_unusable(session: Session, unit: str) -> None:
    if len(session.specs) != 1:
        problems = session.scan_problems if not session.specs else ()
        what = f"means {len(session.specs)} units that can be compared, where one is"
        named = Problem(f"--behaviour {unit}", what, "see `vibesafe scan` for the unit ids")
        raise VibesafeConfigurationError(*problems, named)


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
