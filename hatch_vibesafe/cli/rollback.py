"""`vibesafe rollback`: make an earlier checkpoint the active one."""

import click

from hatch_vibesafe.cli import behaviour, options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.save import refuse_no_reason, who_approves
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.identity import CheckpointHash
from hatch_vibesafe.problems import Problem, VibesafeValidationError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.acknowledgements import Acknowledgement, acknowledge
from hatch_vibesafe.store.rollback import Known, Required, known_checkpoints, named, roll_back


@click.command(
    name="rollback", epilog="Examples:  vibesafe rollback app.math/add   |   vibesafe rollback app.math/add 3f9a1c"
)
@options.unit
@click.argument("checkpoint", default="")
@click.option("--approver", metavar="NAME", help="Who approves. Default: git's user.")
@click.option(
    "--acknowledge",
    "reason",
    metavar="REASON",
    help="Why it is right that CHECKPOINT does other things than the active one under the same spec; kept.",
)
@options.allow_unsandboxed
@options.as_json
def command(
    unit: str, checkpoint: str, *, approver: str | None, reason: str | None, allow_unsandboxed: bool, as_json: bool
) -> int:
    """Make CHECKPOINT (the beginning of its name) the active one of UNIT; without it, list what there is.

    It must be for the spec as it is now, whole, and with complete, passing evidence: what drifted is refused with the
    reason. One that does other things than the active one needs --acknowledge. The next `vibesafe save` takes it too.
    Exits 1 where it is refused.
    """
    refuse_no_reason(reason, f'vibesafe rollback {unit} {checkpoint or "CHECKPOINT"} --acknowledge "REASON"')
    session = open_session((unit,), allow_unsandboxed=allow_unsandboxed)
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
    if chosen.active and not chosen.refused:
        previous: CheckpointHash | None = chosen.stored.hash
        acknowledged = False
    else:
        previous, acknowledged = _rolled_back(session, spec, chosen, by, reason)
    if as_json:
        why = reason if acknowledged else None
        document = {"unit": str(spec.unit), "active": chosen.stored.hash, "previous": previous, "approver": by}
        output.print_json(document | {"acknowledged": why})
        return 0
    if previous == chosen.stored.hash:
        click.echo(f"unchanged  {spec.unit}  {chosen.stored.hash[:12]} is the active one already")
        return 0
    before = f" (was {previous[:12]})" if previous else ""
    click.echo(f"active  {spec.unit}  {chosen.stored.hash[:12]}{before}{f', approved by {by}' if by else ''}")
    if acknowledged:
        click.echo(f"acknowledged  {spec.unit}  {reason}")
    return 0


def _rolled_back(
    session: Session, spec: Spec, chosen: Known, by: str, reason: str | None
) -> tuple[CheckpointHash | None, bool]:
    """Make a checkpoint the active one; return the one that was, and whether they do different things, for a reason.

    Raises:
        VibesafeValidationError: if it cannot be active, or does other things and nobody says why that is right.
    """
    project, after = session.project, chosen.stored.hash
    entry = session.index.units.get(spec.unit)
    before = None if entry is None or chosen.refused or entry.active == after else entry.active
    diverging: tuple[Problem, ...] = ()
    if before is not None:
        mend = f'vibesafe rollback {spec.unit} {after[:12]} --acknowledge "REASON"'
        diverging = behaviour.unacknowledged(session, spec, before, after, mend)
    if diverging and reason is None:
        raise VibesafeValidationError(*diverging)
    if diverging and before is not None and reason is not None:
        acknowledge(project.checkpoints_path, spec.unit, Acknowledgement(before, after, reason, by))
    return roll_back(spec, chosen, project.index_path, project.checkpoints_path, by), bool(diverging)


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
