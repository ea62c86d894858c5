"""`vibesafe save`: make checkpoints with complete evidence the active ones."""

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.store.drift import orphan_units
from hatch_vibesafe.store.save import SavePlan, save_units


@click.command(
    name="save",
    epilog="Examples:  vibesafe save --dry-run   |   vibesafe save   |   vibesafe save --target app.math/add",
)
@options.target
@click.option("--dry-run", is_flag=True, help="Say what would become active, write nothing.")
@options.as_json
def command(targets: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Make checkpoints with complete, passing evidence the active ones; refuse the rest and say why.

    Without --target, units that the project no longer has leave the index too.
    """
    session = open_session(targets)
    config = session.project.config
    plan = save_units(
        session.specs,
        session.project.index_path,
        session.project.checkpoints_path,
        gate_settings_digest(config),
        config.gates.required,
        prune=() if targets else orphan_units(session.scan, session.index),
        dry_run=dry_run,
    )
    problems = (*session.scan_problems, *plan.problems)
    if as_json:
        output.print_json(_document(plan, dry_run=dry_run) | {"problems": output.problems_as_json(problems)})
    else:
        verb = "would save" if dry_run else "saved"
        for activation in plan.activate:
            before = f" (was {activation.previous[:12]})" if activation.previous else ""
            click.echo(f"{verb}  {activation.unit}  {activation.entry.active[:12]}{before}")
        for unit in plan.prune:
            click.echo(f"{'would drop' if dry_run else 'dropped'}  {unit}  the project no longer has it")
        click.echo(f"{len(plan.activate)} {verb}, {len(plan.unchanged)} unchanged, {len(plan.refuse)} refused")
        output.print_problems(problems)
    return EXIT_FINDINGS if problems else 0


def _document(plan: SavePlan, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "saved": [
            {"unit": str(each.unit), "checkpoint": each.entry.active, "previous": each.previous}
            for each in plan.activate
        ],
        "unchanged": [str(unit) for unit in plan.unchanged],
        "refused": [str(refusal.unit) for refusal in plan.refuse],
        "dropped": [str(unit) for unit in plan.prune],
    }
