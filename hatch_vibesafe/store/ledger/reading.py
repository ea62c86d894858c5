"""Reading the ledger: its rows as values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import sqlalchemy as sa
from sqlalchemy.engine import Engine, RowMapping

from hatch_vibesafe.store.ledger.schema import exchanges, gate_results, runs, steps, tries
from hatch_vibesafe.store.ledger.statistics import Exchange, LedgerTry

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
    query = sa.select(exchanges, template.limit(1).scalar_subquery().label("template")).order_by(exchanges.c.id)
    query = query.where(exchanges.c.run == run) if run else query
    query = query.where(exchanges.c.unit == unit) if unit else query
    with engine.connect() as connection:
        return tuple(_exchange(row) for row in connection.execute(query).mappings())


def read_tries(engine: Engine, *, run: str = "", unit: str = "") -> tuple[LedgerTry, ...]:
    """Return the requests that were sent, in the order of their ends; those of a run or a unit where one is named."""
    template = sa.select(steps.c.template).where(steps.c.run == tries.c.run, steps.c.unit == tries.c.unit)
    query = sa.select(tries, template.limit(1).scalar_subquery().label("template")).order_by(tries.c.id)
    query = query.where(tries.c.run == run) if run else query
    query = query.where(tries.c.unit == unit) if unit else query
    with engine.connect() as connection:
        rows = connection.execute(query).mappings()
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
    query = query.where(steps.c.run == run) if run else query
    query = query.where(steps.c.unit == unit) if unit else query
    with engine.connect() as connection:
        return tuple(
            StepRow(row.run, row.command, row.started, row.unit, row.outcome, row.checkpoint)
            for row in connection.execute(query.order_by(steps.c.id))
        )


def read_gates(engine: Engine, *, run: str = "", unit: str = "") -> tuple[GateRow, ...]:
    """Return what gates said, in order; in a run or of a unit where one is named."""
    query = sa.select(gate_results).order_by(gate_results.c.id)
    query = query.where(gate_results.c.run == run) if run else query
    query = query.where(gate_results.c.unit == unit) if unit else query
    with engine.connect() as connection:
        return tuple(GateRow(row.run, row.unit, row.request, row.gate, row.passed) for row in connection.execute(query))


def _exchange(row: RowMapping) -> Exchange:
    return Exchange(**{name: value for name, value in row.items() if name in _EXCHANGE})
