"""`vibesafe rollback`: make an earlier checkpoint the active one."""

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.save import who_approves
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.rollback import Known, Required, known_checkpoints, named, roll_back


@click.command(
    name="rollback", epilog="Examples:  vibesafe rollback app.math/add   |   vibesafe rollback app.math/add 3f9a1c"
)
@options.unit
@click.argument("checkpoint", default="")
@click.option("--approver", metavar="NAME", help="Who approves. Default: git's user.")
@options.as_json
def command(unit: str, checkpoint: str, *, approver: str | None, as_json: bool) -> int:
    """Make CHECKPOINT (the beginning of its name) the active one of UNIT; without it, list what there is.

    It must be for the spec as it is now, whole, and with complete, passing evidence: what drifted is refused with the
    reason. The next `vibesafe save` takes it too. Exits 1 where it is refused.
    """
    session = open_session((unit,))
    spec = session.one_spec(unit)
    known = checkpoints_of(session, spec)
    if not checkpoint:
        if as_json:
            output.print_json({"unit": str(spec.unit), "checkpoints": [as_document(each) for each in known]})
        else:
            list_checkpoints(known)
        return 0 if known else EXIT_FINDINGS
    chosen = named(spec, checkpoint, known)
    by = who_approves(session.project.root, approver)
    is_there = chosen.active and not chosen.refused
    project = session.project
    previous = (
        chosen.stored.hash if is_there else roll_back(spec, chosen, project.index_path, project.checkpoints_path, by)
    )
    if as_json:
        document = {"unit": str(spec.unit), "active": chosen.stored.hash, "previous": previous, "approver": by}
        output.print_json(document)
        return 0
    if is_there:
        click.echo(f"unchanged  {spec.unit}  {chosen.stored.hash[:12]} is the active one already")
        return 0
    before = f" (was {previous[:12]})" if previous else ""
    click.echo(f"active  {spec.unit}  {chosen.stored.hash[:12]}{before}{f', approved by {by}' if by else ''}")
    return 0


def checkpoints_of(session: Session, spec: Spec) -> tuple[Known, ...]:
    """Return the checkpoints of a unit, newest first."""
    config = session.project.config
    required = Required(gate_settings_digest(config), config.gates.required, config.sandbox.min_sandbox)
    return known_checkpoints(spec, session.index, session.project.checkpoints_path, required)


def list_checkpoints(known: tuple[Known, ...]) -> None:
    """Print a line for each checkpoint."""
    if not known:
        click.echo("no checkpoint was made yet: vibesafe compile, or vibesafe submit")
        return
    rows = [(each.stored.hash[:12], each.created[:19], each.writer, _state(each)) for each in known]
    output.print_table(("checkpoint", "made (UTC)", "by", "state"), rows)


def as_document(known: Known) -> dict[str, object]:
    """Return a checkpoint in its JSON form."""
    return {
        "checkpoint": known.stored.hash,
        "created": known.created,
        "by": known.writer,
        "active": known.active,
        "refused": output.problems_as_json(known.refused),
    }


def _state(known: Known) -> str:
    if known.refused:
        return ("active, but " if known.active else "") + known.refused[0].what
    return "active" if known.active else "could be active"
