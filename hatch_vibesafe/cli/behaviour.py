"""How the behaviour of two checkpoints is compared from the command line, and how the difference is shown."""

import click

from hatch_vibesafe.cli import output
from hatch_vibesafe.cli.announcement import announce
from hatch_vibesafe.cli.session import Session
from hatch_vibesafe.gates.acknowledged import divergence_problem, silent_divergence
from hatch_vibesafe.gates.context import GateContext
from hatch_vibesafe.gates.divergence import Comparison, compared
from hatch_vibesafe.gates.retest import active_implementations
from hatch_vibesafe.identity import CheckpointHash, UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError, VibesafeError
from hatch_vibesafe.spec.model import Spec
from hatch_vibesafe.store.acknowledgements import Acknowledgement, read_acknowledgements
from hatch_vibesafe.store.checkpoints import list_checkpoints, read_checkpoint
from hatch_vibesafe.store.records import Checkpoint


def show_difference(session: Session, names: tuple[str, ...], *, symbolically: bool, as_json: bool) -> int:
    """Print where two checkpoints of the one unit of a session differ: the named ones, or the active and the current.

    Returns 1 where they do. `names` are beginnings of checkpoint hashes, the earlier one first.

    Raises:
        VibesafeConfigurationError: if a name is none, or there are not two checkpoints.
    """
    (spec,) = session.specs
    announce(session.project.config)
    before, after = _two_checkpoints(session, spec, names)
    found = compared(spec, before.implementation, after.implementation, _context(session), symbolically=symbolically)
    said = acknowledged(session, spec.unit, after.hash)
    if as_json:
        output.print_json(_document(spec, before, after, found, said))
    else:
        click.echo("\n".join(_lines(spec, before, after, found, said)))
    return 1 if found.divergences or found.unsettled else 0


def acknowledged(session: Session, unit: UnitId, after: CheckpointHash | None) -> tuple[Acknowledgement, ...]:
    """Return why it is right that a checkpoint does other things than those before it."""
    said = read_acknowledgements(session.project.checkpoints_path, unit)
    return tuple(each for each in said if each.after == after)


def unacknowledged(
    session: Session, spec: Spec, before: CheckpointHash, after: CheckpointHash, command: str = ""
) -> tuple[Problem, ...]:
    """Return the problem of a checkpoint that does other things than another under the same spec, without a reason.

    `command` gives the reason, where that is not `vibesafe save`.
    None where one of them is not there whole: then nothing can be compared.
    """
    directory = session.project.checkpoints_path
    try:
        said = read_acknowledgements(directory, spec.unit)
    except VibesafeError as error:
        return error.problems
    try:
        old, new = (read_checkpoint(directory, spec.unit, each) for each in (before, after))
    except VibesafeError:
        return ()
    found = silent_divergence(spec, old, new, said, _context(session))
    return () if found is None else (divergence_problem(spec, old, new, found, command),)


def _context(session: Session) -> GateContext:
    return GateContext(session.project, session.scan, active_implementations(session.project))


def _two_checkpoints(session: Session, spec: Spec, names: tuple[str, ...]) -> tuple[Checkpoint, Checkpoint]:
    directory, status = session.project.checkpoints_path, session.statuses[spec.unit]
    every = list_checkpoints(directory, spec.unit)
    if names:
        chosen = [_named(spec, name, every) for name in names]
    else:
        chosen = [each for each in (status.active, status.current) if each is not None]
        if len(set(chosen)) != 2:  # noqa: PLR2004 - one active, one current
            what = "there are no two checkpoints to compare: one that is active, and a newer one for the spec as it is"
            listed = ", ".join(each[:12] for each in every) or "none"
            mend = f"name two, of {listed}: vibesafe diff --behaviour {spec.unit} ONE OTHER"
            raise VibesafeConfigurationError(Problem(spec.where, what, mend))
    one, other = (read_checkpoint(directory, spec.unit, each) for each in chosen)
    return one, other


def _named(spec: Spec, name: str, every: tuple[CheckpointHash, ...]) -> CheckpointHash:
    found = [each for each in every if name and each.startswith(name)]
    if len(found) == 1:
        return found[0]
    what = f"{name!r:.80} begins the name of {len(found) or 'no'} checkpoint{'s' if len(found) > 1 else ''} of the unit"
    listed = ", ".join(each[:12] for each in every) or "none"
    raise VibesafeConfigurationError(Problem(str(spec.unit), what, f"name one of {listed}"))


def _lines(
    spec: Spec, before: Checkpoint, after: Checkpoint, found: Comparison, said: tuple[Acknowledgement, ...]
) -> list[str]:
    lines = [f"{spec.unit}  {before.hash[:12]} -> {after.hash[:12]}"]
    lines += [
        f"  non-deterministic: {(before if each.side == 'before' else after).hash[:12]} gives {each.first}, "
        f"then {each.again} for {each.call}"
        for each in found.unsettled
    ]
    for each in found.divergences:
        lines += [f"  >>> {each.call}", f"  - {each.before}", f"  + {each.after}"]
    if not found.calls and before.implementation != after.implementation:
        lines.append("  no call could be made: the types say too little, and no example writes its arguments out")
    elif found.divergences:
        lines.append(f"  {found.differing} of {found.calls} calls differ")
    elif not found.unsettled:
        lines.append(f"  no difference in {found.calls} calls" if found.calls else "  the same bytes")
    lines += [f"  CrossHair: {found.symbolic}"] if found.symbolic else []
    lines += [f"  acknowledged{f' by {each.approver}' if each.approver else ''}: {each.reason}" for each in said]
    return lines


def _document(
    spec: Spec, before: Checkpoint, after: Checkpoint, found: Comparison, said: tuple[Acknowledgement, ...]
) -> dict[str, object]:
    return {
        "unit": str(spec.unit),
        "before": before.hash,
        "after": after.hash,
        "calls": found.calls,
        "differing": found.differing,
        "crosshair": found.symbolic,
        "divergences": [{"call": it.call, "before": it.before, "after": it.after} for it in found.divergences],
        "non_deterministic": [
            {"side": it.side, "call": it.call, "first": it.first, "again": it.again} for it in found.unsettled
        ],
        "acknowledged": [{"reason": it.reason, "approver": it.approver} for it in said],
        "problems": [],
    }
