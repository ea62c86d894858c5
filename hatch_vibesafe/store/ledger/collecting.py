"""Removing what the ledger need not keep: the words of old exchanges. Their digests, counts and outcomes stay."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from hatch_vibesafe.store.ledger.schema import exchanges, transcripts


@dataclass(frozen=True, slots=True)
class Removed:
    """How many transcripts, and how many bytes they took."""

    transcripts: int
    size: int


def remove_transcripts(engine: Engine, before: str, *, dry_run: bool) -> Removed:
    """Remove the transcripts of exchanges from before a time, given as the ledger writes it; say what it was.

    A file gives the room back to the system.
    """
    old = sa.select(exchanges.c.id).where(exchanges.c.at < before)
    meant = transcripts.c.exchange.in_(old)
    sizes = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.func.length(transcripts.c.content)), 0))
    with engine.begin() as connection:
        count, size = connection.execute(sizes.where(meant)).one()
        if count and not dry_run:
            connection.execute(sa.delete(transcripts).where(meant))
    if count and not dry_run and engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
    return Removed(int(count), int(size))
