"""`vibesafe save`: make checkpoints with complete evidence the active ones."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from hatch_vibesafe.approver import LONGEST, approver_from_git, is_approver
from hatch_vibesafe.cli import behaviour, options, output
from hatch_vibesafe.cli.main import EXIT_FINDINGS
from hatch_vibesafe.cli.session import Session, open_session
from hatch_vibesafe.config import gate_settings_digest
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.spec.capabilities import listed
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.acknowledgements import LONGEST as LONGEST_REASON
from hatch_vibesafe.store.acknowledgements import Acknowledgement, acknowledge, is_reason
from hatch_vibesafe.store.drift import orphan_units
from hatch_vibesafe.store.frozen import REQUIREMENTS, requirements_text, write_requirements
from hatch_vibesafe.store.granted import newly_granted
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
@click.option(
    "--acknowledge",
    "reason",
    metavar="REASON",
    help="Why it is right that what is saved does other things than before under the same spec; kept.",
)
@click.option(
    "--freeze-http-deps",
    "freezes",
    is_flag=True,
    help="Gate endpoints with what is installed, and keep its versions in requirements.vibesafe.txt and meta.toml.",
)
@options.allow_unsandboxed
@options.as_json
def command(
    targets: tuple[str, ...],
    *,
    dry_run: bool,
    approver: str | None,
    reason: str | None,
    freezes: bool,
    allow_unsandboxed: bool,
    as_json: bool,
) -> int:
    """Make checkpoints with complete, passing evidence the active ones; refuse the rest and say why.

    A checkpoint that does other things than the active one, under a spec that did not change, is saved with
    --acknowledge alone. Without --target, units that the project no longer has leave the index too.
    """
    refuse_no_reason(reason, 'vibesafe save --acknowledge "REASON"')
    session = open_session(targets, allow_unsandboxed=allow_unsandboxed)
    named = who_approves(session.project.root, approver)
    pruned = () if targets else orphan_units(session.scan, session.index)

    def saved(specs: Sequence[Spec], *, dry_run: bool) -> SavePlan:
        return save_units(
            specs,
            session.project.index_path,
            session.project.checkpoints_path,
            gate_settings_digest(session.project.config),
            session.project.config.gates.required,
            min_sandbox=session.project.config.sandbox.min_sandbox,
            approver=named,
            approve_again=approver is not None,
            prune=pruned,
            dry_run=dry_run,
        )

    unfrozen = _freeze(session) if freezes and not dry_run else {}
    diverging = _diverging(session, saved(session.specs, dry_run=True))
    if reason is None:
        refused = diverging
    else:
        refused = {}
        for each in diverging if not dry_run else ():
            status = session.statuses[each]
            if status.active is not None and status.current is not None:
                why = Acknowledgement(status.active, status.current, reason, named)
                acknowledge(session.project.checkpoints_path, each, why)
    refused = refused | unfrozen
    directory = session.project.checkpoints_path
    active = {unit: status.active for unit, status in session.statuses.items()}
    new = {spec.unit: newly_granted(directory, spec, active[spec.unit]) for spec in session.specs}
    plan = saved([spec for spec in session.specs if spec.unit not in refused], dry_run=dry_run)
    written = freezes and not dry_run and _write_requirements(session)
    problems = (*session.scan_problems, *plan.problems, *(it for each in refused.values() for it in each))
    capabilities = {spec.unit: spec.options.capabilities for spec in session.specs}
    if as_json:
        output.print_json(
            _document(plan, capabilities, new, tuple(refused), dry_run=dry_run)
            | {"problems": output.problems_as_json(problems)}
        )
    else:
        verb = "would save" if dry_run else "saved"
        for activation in plan.activate:
            before = f" (was {activation.previous[:12]})" if activation.previous else ""
            by = f", approved by {activation.entry.approver}" if activation.entry.approver else ""
            granted = f", may use {', '.join(capabilities[activation.unit])}" if capabilities[activation.unit] else ""
            granted += f", newly granted: {', '.join(new[activation.unit])}" if new[activation.unit] else ""
            click.echo(f"{verb}  {activation.unit}  {activation.entry.active[:12]}{before}{by}{granted}")
        for unit in diverging if reason is not None else ():
            click.echo(f"{'would acknowledge' if dry_run else 'acknowledged'}  {unit}  {reason}")
        if written:
            click.echo(f"wrote  {REQUIREMENTS}")
        for unit in plan.prune:
            click.echo(f"{'would drop' if dry_run else 'dropped'}  {unit}  the project no longer has it")
        click.echo(
            f"{len(plan.activate)} {verb}, {len(plan.unchanged)} unchanged, {len(plan.refuse) + len(refused)} refused"
        )
        output.print_problems(problems)
    return EXIT_FINDINGS if problems else 0


def _freeze(session: Session) -> dict[UnitId, tuple[Problem, ...]]:
    """Freeze what endpoints pass with, and return why some were not; they are not saved."""
    from hatch_vibesafe.cli.freezing import freeze_endpoints  # noqa: PLC0415 - slow to load, and needed only here

    if not any(spec.options.kind == "http" for spec in session.specs):
        what = "there is no unit of kind 'http' among those that are meant, so nothing to freeze"
        raise VibesafeConfigurationError(Problem("--freeze-http-deps", what, "vibesafe save"))
    _, refused = freeze_endpoints(session)
    return refused


def _write_requirements(session: Session) -> bool:
    """Write what all endpoints that are active were frozen with; return whether that is anything new."""
    from hatch_vibesafe.cli.http_dependencies import active_versions  # noqa: PLC0415 - as above

    whole = open_session()
    endpoints = [spec.unit for spec in whole.specs if spec.options.kind == "http"]
    frozen = active_versions(whole, endpoints)
    return bool(frozen) and write_requirements(session.project.root, requirements_text(frozen))


def who_approves(root: Path, named: str | None) -> str:
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


def refuse_no_reason(reason: str | None, remedy: str) -> None:
    """Refuse what was given as a reason and cannot be recorded as one.

    Raises:
        VibesafeConfigurationError: if it is none; `remedy` is the command as it is meant.
    """
    if reason is not None and not is_reason(reason):
        what = f"is {reason!r:.80}, where one printable line of at most {LONGEST_REASON} characters is expected"
        raise VibesafeConfigurationError(Problem("--acknowledge", what, remedy))


def _diverging(session: Session, plan: SavePlan) -> dict[UnitId, tuple[Problem, ...]]:
    """Return the problems of what would be saved and does other things than what is active, under the same spec."""
    specs = {spec.unit: spec for spec in session.specs}
    found = {
        each.unit: behaviour.unacknowledged(session, specs[each.unit], each.previous, each.entry.active)
        for each in plan.activate
        if each.previous is not None and each.previous != each.entry.active
    }
    return {unit: problems for unit, problems in found.items() if problems}


def _document(
    plan: SavePlan,
    capabilities: Mapping[UnitId, tuple[str, ...]],
    new: Mapping[UnitId, tuple[str, ...]],
    diverging: tuple[UnitId, ...],
    *,
    dry_run: bool,
) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "saved": [
            {
                "unit": str(each.unit),
                "checkpoint": each.entry.active,
                "previous": each.previous,
                "capabilities": list(listed(capabilities[each.unit])),
                "newly_granted": list(new[each.unit]),
                "approver": each.entry.approver,
            }
            for each in plan.activate
        ],
        "unchanged": [str(unit) for unit in plan.unchanged],
        "refused": sorted(str(unit) for unit in (*(refusal.unit for refusal in plan.refuse), *diverging)),
        "dropped": [str(unit) for unit in plan.prune],
    }
