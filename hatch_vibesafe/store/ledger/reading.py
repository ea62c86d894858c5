"""Reading the ledger: its rows as values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from hatch_vibesafe.store.ledger.schema import exchanges, gate_results, runs, steps, tries
from hatch_vibesafe.store.ledger.statistics import Exchange, LedgerTry

_Query = TypeVar("_Query", bound=sa.Select[tuple[object, ...]])
_EXCHANGE = {field.name for field in fields(Exchange)}
_TRY = {field.name for field in fields(LedgerTry)}


@dataclass(frozen=True, slots=True)
class RunRow:
    """One command. `ended` is None where it was killed, or is still running."""

    id: str
    command: str
    started: str
    ended: str | None
    units: int
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StepRow:
    """One unit in a run; `outcome` is None where it never ended."""

    run: str
    command: str
    started: str
    unit: str
    outcome: str | None
    checkpoint: str | None


@dataclass(frozen=True, slots=True)
class GateRow:
    """What one gate said of one candidate."""

    run: str
    unit: str
    request: str | None
    gate: str
    passed: bool


def read_exchanges(engine: Engine, *, run: str = "", unit: str = "") -> tuple[Exchange, ...]:
    """Return the exchanges in the order of their coming; those of a run or a unit where one is named."""
    template = sa.select(steps.c.template).where(steps.c.run == exchanges.c.run, steps.c.unit == exchanges.c.unit)
    query = sa.select(exchanges, template.limit(1).scalar_subquery().label("template"))
    with engine.connect() as connection:
        rows = connection.execute(_narrowed(query, exchanges, run, unit)).mappings()
        return tuple(Exchange(**{name: value for name, value in row.items() if name in _EXCHANGE}) for row in rows)


def read_tries(engine: Engine, *, run: str = "", unit: str = "") -> tuple[LedgerTry, ...]:
    """Return the requests that were sent, in the order of their ends; those of a run or a unit where one is named."""
    template = sa.select(steps.c.template).where(steps.c.run == tries.c.run, steps.c.unit == tries.c.unit)
    query = sa.select(tries, template.limit(1).scalar_subquery().label("template"))
    with engine.connect() as connection:
        rows = connection.execute(_narrowed(query, tries, run, unit)).mappings()
        return tuple(LedgerTry(**{name: value for name, value in row.items() if name in _TRY}) for row in rows)


def read_runs(engine: Engine, *, last: int) -> tuple[RunRow, ...]:
    """Return the last runs, the newest first."""
    newest = sa.select(runs).order_by(runs.c.started.desc(), runs.c.id.desc()).limit(last)
    with engine.connect() as connection:
        found = connection.execute(newest).all()
        ids = [row.id for row in found]
        counts: dict[str, dict[str, int]] = {run: {} for run in ids}
        query = sa.select(steps.c.run, steps.c.outcome, sa.func.count()).where(steps.c.run.in_(ids))
        for run, outcome, count in connection.execute(query.group_by(steps.c.run, steps.c.outcome)):
            counts[run][outcome or "unfinished"] = count
    return tuple(
        RunRow(row.id, row.command, row.started, row.ended, sum(counts[row.id].values()), counts[row.id])
        for row in found
    )


def read_steps(engine: Engine, *, run: str = "", unit: str = "") -> tuple[StepRow, ...]:
    """Return the units of runs, in order; those of a run or a unit where one is named."""
    query = sa.select(steps, runs.c.command, runs.c.started).join(runs, runs.c.id == steps.c.run)
    with engine.connect() as connection:
        return tuple(
            StepRow(row.run, row.command, row.started, row.unit, row.outcome, row.checkpoint)
            for row in connection.execute(_narrowed(query, steps, run, unit))
        )


def read_gates(engine: Engine, *, run: str = "", unit: str = "") -> tuple[GateRow, ...]:
    """Return what gates said, in order; in a run or of a unit where one is named."""
    query = _narrowed(sa.select(gate_results), gate_results, run, unit)
    with engine.connect() as connection:
        return tuple(GateRow(row.run, row.unit, row.request, row.gate, row.passed) for row in connection.execute(query))


def _narrowed(query: _Query, table: sa.Table, run: str, unit: str) -> _Query:
    """Return a query of a table's rows in their order; of a run or a unit alone where one is named."""
    wanted = [column == value for column, value in ((table.c.run, run), (table.c.unit, unit)) if value]
    return query.where(*wanted).order_by(table.c.id)
