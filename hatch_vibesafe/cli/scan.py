"""`vibesafe scan`: every unit with its kind, number of examples and state."""

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.spec.capabilities import listed
from hatch_vibesafe.start.changes import write_changes
from hatch_vibesafe.start.shims import shim_changes


@click.command(
    name="scan",
    epilog="Examples:  vibesafe scan   |   vibesafe scan --target app.math   |   vibesafe scan --json",
)
@options.target
@click.option("--write-shims", is_flag=True, help="Write __generated__, where projects of older releases import from.")
@options.as_json
def command(targets: tuple[str, ...], *, write_shims: bool, as_json: bool) -> int:
    """List every unit with its kind, number of examples and state.

    Reads the sources only: nothing of the project is imported, and without --write-shims nothing is written.
    Exits 1 where a unit or a file cannot be used, or where there is no unit at all.
    """
    session = open_session(targets)
    problems = session.scan_problems
    if write_shims:
        _write_shims(session)
    warnings = (*session.scan.warnings, *session.weaknesses())
    if as_json:
        output.print_json(
            {
                "units": [*_units(session), *_invalid_units(session)],
                "problems": output.problems_as_json(problems),
                "warnings": output.problems_as_json(warnings),
            }
        )
    else:
        rows = [
            (
                str(spec.unit),
                spec.options.kind,
                str(len(spec.examples)),
                session.statuses[spec.unit].state,
                spec.spec_hash[:12],
            )
            for spec in session.specs
        ]
        rows += [(str(unit.unit), unit.kind, str(unit.examples), "invalid", "") for unit in session.invalid]
        output.print_table(("unit", "kind", "examples", "state", "spec"), rows)
        output.print_warnings(warnings)
        output.print_problems(problems)
    return EXIT_FINDINGS if problems else 0


def _write_shims(session: Session) -> None:
    root = session.project.root
    changes = shim_changes(root, session.specs)
    write_changes(changes, session.project.index_path)
    for change in changes:
        click.echo(f"written  {change.path.relative_to(root).as_posix()}", err=True)


def _units(session: Session) -> list[dict[str, object]]:
    return [
        {
            "unit": str(spec.unit),
            "kind": spec.options.kind,
            "path": spec.path,
            "line": spec.line,
            "examples": len(spec.examples),
            "capabilities": list(listed(spec.options.capabilities)),
            "state": session.statuses[spec.unit].state,
            "spec_hash": spec.spec_hash,
            "active": session.statuses[spec.unit].active,
            "current": session.statuses[spec.unit].current,
        }
        for spec in session.specs
    ]


def _invalid_units(session: Session) -> list[dict[str, object]]:
    return [
        {
            "unit": str(unit.unit),
            "kind": unit.kind,
            "path": unit.path,
            "line": unit.line,
            "examples": unit.examples,
            "capabilities": None,
            "state": "invalid",
            "spec_hash": None,
            "active": None,
            "current": None,
        }
        for unit in session.invalid
    ]
