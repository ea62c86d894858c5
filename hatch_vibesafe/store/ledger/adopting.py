"""Writing down what a dead command left behind: the requests of which nobody knows what came."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from hatch_vibesafe.problems import Problem
from hatch_vibesafe.store.ledger.entries import LOST, RequestBegan, TryMade
from hatch_vibesafe.store.ledger.journal import LeftBehind
from hatch_vibesafe.store.ledger.schema import runs, steps, tries
from hatch_vibesafe.store.ledger.statements import begin_run, write

_WHAT = "its command was killed, or could not write: nobody knows what came of it, or what it cost"


def adopt(connection: Connection, left: LeftBehind) -> Problem | None:
    """Write down a dead run's requests that the ledger does not tell of; return what there is to say of them."""
    if connection.execute(sa.select(runs.c.id).where(runs.c.id == left.run.id)).first() is None:
        begin_run(connection, left.run)
    told = {
        (row.unit, row.request, row.number)
        for row in connection.execute(
            sa.select(tries.c.unit, tries.c.request, tries.c.number).where(tries.c.run == left.run.id)
        )
    }
    units = set(connection.execute(sa.select(steps.c.unit).where(steps.c.run == left.run.id)).scalars())
    lost = [request for request in left.requests if request.key not in told]
    begun = {request.step.unit: request.step for request in lost if request.step.unit not in units}
    write(connection, left.run.id, [*begun.values(), *(_lost(request) for request in lost)])
    if not lost:
        return None
    count = "1 request" if len(lost) == 1 else f"{len(lost)} requests"
    what = f"was killed, or could not write, with {count} on the way: what came of that, and what it cost, is not known"
    return Problem(f"run {left.run.id}", what, f"vibesafe log {left.run.id}")


def _lost(request: RequestBegan) -> TryMade:
    return TryMade(
        unit=request.step.unit,
        request=request.request,
        number=request.number,
        at=request.at,
        strategy=request.strategy,
        provider=request.provider,
        kind=request.kind,
        model=request.model,
        outcome=LOST,
        reason=LOST,
        what=_WHAT,
        seconds=None,
        input_tokens=None,
        output_tokens=None,
        cost=None,
    )
