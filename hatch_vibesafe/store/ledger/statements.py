"""The statements that write a run down, each made once: making one anew costs more than the database does with it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TypeVar

from sqlalchemy import Insert, Update, bindparam
from sqlalchemy.engine import Connection

from hatch_vibesafe.store.ledger.entries import (
    Entry,
    ExchangeJudged,
    ExchangeMade,
    GatesSaid,
    Paid,
    RunBegan,
    RunEnded,
    StepBegan,
    StepEnded,
    TryMade,
)
from hatch_vibesafe.store.ledger.schema import exchanges, gate_results, runs, steps, transcripts, tries

_Of = TypeVar("_Of")
_Row = dict[str, object]
_EXCHANGE = tuple(field.name for field in fields(ExchangeMade) if field.name != "transcript")
_TRY = tuple(field.name for field in fields(TryMade))

_END_STEP = (
    steps.update()
    .where((steps.c.run == bindparam("of_run")) & (steps.c.unit == bindparam("of_unit")))
    .values(outcome=bindparam("with_outcome"), checkpoint=bindparam("with_checkpoint"), ended=bindparam("at"))
)
_JUDGE_EXCHANGE = (
    exchanges.update()
    .where(
        (exchanges.c.run == bindparam("of_run"))
        & (exchanges.c.unit == bindparam("of_unit"))
        & (exchanges.c.request == bindparam("of_request"))
    )
    .values(outcome=bindparam("with_outcome"), why=bindparam("with_why"))
)
_END_RUN = runs.update().where(runs.c.id == bindparam("of_run")).values(ended=bindparam("at"))
_BEGIN_RUN = runs.insert()
_BEGIN_STEP = steps.insert()
_ADD_TRY = tries.insert()
_ADD_EXCHANGE = exchanges.insert()
_ADD_TRANSCRIPT = transcripts.insert()
_ADD_GATE = gate_results.insert()


def begin_run(connection: Connection, run: RunBegan) -> None:
    """Write down that a run began."""
    row = {"id": run.id, "project": run.project, "command": run.command, "started": run.started, "tool": run.tool}
    connection.execute(_BEGIN_RUN, row)


def write(connection: Connection, run: str, entries: Sequence[Entry]) -> None:
    """Write entries of a run, those of one kind together: what changes a row comes behind what makes it."""
    _execute(
        connection,
        _BEGIN_STEP,
        (
            {"run": run, "unit": each.unit, "spec_hash": each.spec_hash, "template": each.template}
            for each in _of(StepBegan, entries)
        ),
    )
    _execute(connection, _ADD_TRY, (_row(run, each, _TRY) for each in _of(TryMade, entries)))
    _add_exchanges(connection, run, _of(ExchangeMade, entries))
    _execute(connection, _ADD_GATE, (row for each in _of(GatesSaid, entries) for row in _gates(run, each)))
    _execute(
        connection,
        _JUDGE_EXCHANGE,
        (
            {
                "of_run": run,
                "of_unit": each.unit,
                "of_request": each.request,
                "with_outcome": each.outcome,
                "with_why": each.why,
            }
            for each in _of(ExchangeJudged, entries)
        ),
    )
    _execute(
        connection,
        _END_STEP,
        (
            {
                "of_run": run,
                "of_unit": each.unit,
                "with_outcome": each.outcome,
                "with_checkpoint": each.checkpoint,
                "at": each.at,
            }
            for each in _of(StepEnded, entries)
        ),
    )
    _execute(connection, _END_RUN, ({"of_run": run, "at": each.at} for each in _of(RunEnded, entries)))


def _add_exchanges(connection: Connection, run: str, made: Iterable[ExchangeMade]) -> None:
    kept: list[_Row] = []
    for each in made:
        inserted = connection.execute(_ADD_EXCHANGE, _row(run, each, _EXCHANGE))
        if each.transcript is not None and inserted.inserted_primary_key is not None:
            kept.append({"exchange": inserted.inserted_primary_key[0], "content": each.transcript})
    _execute(connection, _ADD_TRANSCRIPT, kept)


def _gates(run: str, said: GatesSaid) -> Iterable[_Row]:
    for position, gate in enumerate(said.gates):
        yield {
            "run": run,
            "unit": said.unit,
            "request": said.request,
            "position": position,
            "gate": gate.gate,
            "tool": gate.tool,
            "version": gate.version,
            "passed": gate.passed,
            "counts": json.dumps(dict(gate.counts), sort_keys=True),
        }


def _of(kind: type[_Of], entries: Iterable[Entry]) -> list[_Of]:
    return [entry for entry in entries if isinstance(entry, kind)]


def _row(run: str, entry: Paid, names: Iterable[str]) -> _Row:
    return {"run": run, **{name: getattr(entry, name) for name in names}}


def _execute(connection: Connection, statement: Insert | Update, rows: Iterable[_Row]) -> None:
    if together := list(rows):
        connection.execute(statement, together)
