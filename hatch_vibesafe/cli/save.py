"""`vibesafe save`: make checkpoints with complete evidence the active ones."""

from collections.abc import Mapping
from pathlib import Path

import click

from hatch_vibesafe.approver import LONGEST, approver_from_git, is_approver
from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import open_session
from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.spec.capabilities import listed
from hatch_vibesafe.store.drift import orphan_units
from hatch_vibesafe.store.save import SavePlan, save_units


@click.command(
    name="save",
    epilog="Examples:  vibesafe save --dry-run   |   vibesafe save   |   vibesafe save --approver Ada",
)
@options.target
@click.option("--dry-run", is_flag=True, help="Say what would become active, write nothing.")
@click.option(
    "--approver",
    metavar="NAME",
    help="Who approves; recorded also for what is active already. Default: git's user, for what becomes active.",
)
@options.as_json
def command(targets: tuple[str, ...], dry_run: bool, approver: str | None, as_json: bool) -> int:
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
        min_sandbox=config.sandbox.min_sandbox,
        approver=_approver(session.project.root, approver),
        approve_again=approver is not None,
        prune=() if targets else orphan_units(session.scan, session.index),
        dry_run=dry_run,
    )
    problems = (*session.scan_problems, *plan.problems)
    capabilities = {spec.unit: spec.options.capabilities for spec in session.specs}
    if as_json:
        output.print_json(
            _document(plan, capabilities, dry_run=dry_run) | {"problems": output.problems_as_json(problems)}
        )
    else:
        verb = "would save" if dry_run else "saved"
        for activation in plan.activate:
            before = f" (was {activation.previous[:12]})" if activation.previous else ""
            by = f", approved by {activation.entry.approver}" if activation.entry.approver else ""
            granted = f", may use {', '.join(capabilities[activation.unit])}" if capabilities[activation.unit] else ""
            click.echo(f"{verb}  {activation.unit}  {activation.entry.active[:12]}{before}{by}{granted}")
        for unit in plan.prune:
            click.echo(f"{'would drop' if dry_run else 'dropped'}  {unit}  the project no longer has it")
        click.echo(f"{len(plan.activate)} {verb}, {len(plan.unchanged)} unchanged, {len(plan.refuse)} refused")
        output.print_problems(problems)
    return EXIT_FINDINGS if problems else 0


def _approver(root: Path, named: str | None) -> str:
    """Return who approves: the one who is named, else git's user, else nobody.

    Raises:
        VibesafeConfigurationError: if that is nothing that can be recorded.
    """
    approver = approver_from_git(root) if named is None else named
    if is_approver(approver) or (named is None and not approver):
        return approver
    where = "git config user.name and user.email" if named is None else "--approver"
    what = f"is {approver!r:.80}, where one printable line of at most {LONGEST} characters is expected"
    raise VibesafeConfigurationError(Problem(where, what, "vibesafe save --approver NAME"))


def _document(plan: SavePlan, capabilities: Mapping[UnitId, tuple[str, ...]], *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "saved": [
            {
                "unit": str(each.unit),
                "checkpoint": each.entry.active,
                "previous": each.previous,
                "capabilities": list(listed(capabilities[each.unit])),
                "approver": each.entry.approver,
            }
            for each in plan.activate
        ],
        "unchanged": [str(unit) for unit in plan.unchanged],
        "refused": [str(refusal.unit) for refusal in plan.refuse],
        "dropped": [str(unit) for unit in plan.prune],
    }
