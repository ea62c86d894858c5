"""`vibesafe log`: what runs asked, got, judged and paid."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hatch_vibesafe.cli import options, output
from hatch_vibesafe.cli.ledger import opened_ledger
from hatch_vibesafe.identity import UnitId
from hatch_vibesafe.problems import Problem, VibesafeConfigurationError
from hatch_vibesafe.project import Project, open_project
from hatch_vibesafe.ship.printable import printable
from hatch_vibesafe.store.index import read_index
from hatch_vibesafe.store.ledger.statistics import Exchange, LedgerTry
from hatch_vibesafe.store.rollback import Known, recorded_checkpoints

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from hatch_vibesafe.store.ledger.reading import GateRow, RunRow, StepRow

_EMPTY = "the ledger tells of no run yet; vibesafe compile writes it"


@click.command(
    name="log",
    epilog="Examples:  vibesafe log   |   vibesafe log 20260102T030405-a1b2c3   |   vibesafe log app.math/add",
)
@click.argument("subject", metavar="[RUN|UNIT]", default="", shell_complete=options.unit_ids)
@click.option("--last", default=20, type=click.IntRange(1), show_default=True, help="How many runs to list.")
@options.as_json
def command(subject: str, last: int, *, as_json: bool) -> int:
    """List the last runs, or tell one RUN, or what is known of one UNIT: its checkpoints, its runs."""
    project = open_project(Path.cwd())
    with opened_ledger(project) as engine:
        if subject:
            _tell(engine, subject, _made(project, subject), as_json=as_json)
        else:
            _list(engine, last, as_json=as_json)
    return 0


def _list(engine: "Engine | None", last: int, *, as_json: bool) -> None:
    found: tuple[RunRow, ...] = ()
    if engine is not None:
        from hatch_vibesafe.store.ledger.reading import read_runs  # noqa: PLC0415 - needs the extra [dev]

        found = read_runs(engine, last=last)
    if as_json:
        output.print_json({"runs": [asdict(run) for run in found], "problems": []})
    elif not found:
        click.echo(_EMPTY)
    else:
        rows = [
            (run.id, run.command, run.started[:19], _counts(run), "" if run.ended else "not ended") for run in found
        ]
        output.print_table(("run", "command", "began (UTC)", "units", ""), rows)


def _made(project: Project, subject: str) -> tuple[Known, ...]:
    """Return the checkpoints of a unit, which are known on every clone; none where a run is meant."""
    try:
        unit = UnitId.parse(subject)
    except ValueError:
        return ()
    return recorded_checkpoints(unit, read_index(project.index_path), project.checkpoints_path)


def _tell(engine: "Engine | None", subject: str, made: tuple[Known, ...], *, as_json: bool) -> None:
    steps: tuple[StepRow, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    tries: tuple[LedgerTry, ...] = ()
    gates: tuple[GateRow, ...] = ()
    if engine is not None:
        from hatch_vibesafe.store.ledger.reading import (  # noqa: PLC0415 - needs the extra [dev]
            read_exchanges,
            read_gates,
            read_steps,
            read_tries,
        )

        run, unit = ("", subject) if "/" in subject else (subject, "")
        steps = read_steps(engine, run=run, unit=unit)
        exchanges = read_exchanges(engine, run=run, unit=unit)
        tries = read_tries(engine, run=run, unit=unit)
        gates = read_gates(engine, run=run, unit=unit)
    if not steps and not made:
        raise VibesafeConfigurationError(
            Problem(subject, "is no run and no unit that the ledger tells of", "vibesafe log")
        )
    if as_json:
        output.print_json(
            {
                "steps": [asdict(step) for step in steps],
                "exchanges": [asdict(each) for each in exchanges],
                "tries": [asdict(each) for each in tries],
                "gates": [asdict(gate) for gate in gates],
                "problems": [],
                "checkpoints": [_checkpoint(each) for each in made],
            }
        )
        return
    if made:
        rows = [(each.stored.hash[:12], each.created[:19], each.writer, "active" * each.active) for each in made]
        output.print_table(("checkpoint", "made (UTC)", "by", ""), rows)
    refusing = {(gate.run, gate.unit): gate.gate for gate in gates if not gate.passed}
    for step in steps:
        checkpoint = f"  {step.checkpoint[:12]}" if step.checkpoint else ""
        click.echo(f"{step.run}  {step.command}  {step.unit}  {step.outcome or 'unfinished'}{checkpoint}")
        own = [each for each in exchanges if (each.run, each.unit) == (step.run, step.unit)]
        failed = [each for each in tries if (each.run, each.unit) == (step.run, step.unit) and each.what]
        lines = [(each.at, f"{each.number}. {_exchange(each)}") for each in own]
        lines += [(each.at, f"-  {_failed(each)}") for each in failed]
        for _, line in sorted(lines):
            click.echo(f"  {line}")
        if not own and step.outcome == "refused" and (step.run, step.unit) in refusing:
            click.echo(f"  refused by {refusing[step.run, step.unit]}")


def _checkpoint(known: Known) -> dict[str, object]:
    return {
        "checkpoint": known.stored.hash,
        "created": known.created,
        "by": known.writer,
        "active": known.active,
    }


def _counts(run: "RunRow") -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(run.outcomes.items()))


def _failed(each: LedgerTry) -> str:
    took = "" if each.seconds is None else f", {each.seconds:.1f} s"
    told = f"{printable(each.model or '?')} ({each.provider}, {each.strategy or '?'}{took})"
    return f"{told}  no answer: {each.what}"


def _exchange(each: Exchange) -> str:
    source = "recorded" if each.recorded else each.provider or "?"
    tokens = "? tokens" if each.tokens is None else f"{each.tokens} tokens"
    cost = "" if each.cost is None else f", ${each.cost:.4f}"
    took = "" if each.seconds is None else f", {each.seconds:.1f} s"
    why = f": {each.why}" if each.why else ""
    told = f"{printable(each.model or '?')} ({source}, {each.strategy or '?'}, {tokens}{cost}{took})"
    return f"{told}  {each.outcome or 'never judged'}{why}"
