"""`[ledger]`: where runs are written down."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from hatch_vibesafe.toml_table import Table

_SCHEMES = ("postgresql", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class LedgerConfig:
    """Where runs are written down.

    Attributes:
        enabled: Whether they are at all.
        url: The address of a PostgreSQL database that a team shares; empty for a file of the project.
        transcripts: Whether the words of prompts and answers are kept too.
    """

    enabled: bool = True
    url: str = ""
    transcripts: bool = True


LOCAL = LedgerConfig()


def read_ledger(table: Table) -> LedgerConfig:
    """Return what `[ledger]` says, with every wrong key recorded in the table."""
    url = table.optional_text("url", shown=False) or ""
    if url:
        _check(table, url)
    config = LedgerConfig(
        enabled=table.boolean("enabled", default=LOCAL.enabled),
        url=url,
        transcripts=table.boolean("transcripts", default=LOCAL.transcripts),
    )
    table.refuse_unknown()
    return config


def _check(table: Table, url: str) -> None:
    try:
        parts = urlsplit(url)
        scheme, password, names_database = parts.scheme, parts.password, bool(parts.path.strip("/"))
    except ValueError:
        scheme, password, names_database = "", None, False
    if password is not None or "password=" in url:
        table.problem("url", "holds a password", "take it out and set PGPASSWORD, or write it into ~/.pgpass")
    elif scheme not in _SCHEMES or not names_database:
        table.problem("url", "is no address of a PostgreSQL database", 'write "postgresql://user@host/database"')
