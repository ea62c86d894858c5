"""The ledger's tables, the same in SQLite and PostgreSQL. What nobody knows is NULL, never zero."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

VERSION = "0003"
"""The newest migration; what a fresh ledger is stamped with."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _run() -> Column[str]:
    return Column("run", String(40), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False)


runs = Table(
    "runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project", Text, nullable=False),
    Column("command", String(20), nullable=False),
    Column("started", String(27), nullable=False),
    Column("ended", String(27)),
    Column("tool", String(40), nullable=False),
)
"""One command. `ended` is NULL where it was killed, or is still running. Times are UTC, ISO 8601, microseconds."""

steps = Table(
    "steps",
    metadata,
    Column("id", Integer, primary_key=True),
    _run(),
    Column("unit", Text, nullable=False),
    Column("spec_hash", String(64)),
    Column("template", Text),
    Column("outcome", String(20)),
    Column("checkpoint", String(64)),
    Column("ended", String(27)),
    Index("ix_steps_run", "run"),
    Index("ix_steps_unit", "unit"),
)
"""One unit in a run. `outcome` is "passed", "refused", "failed", "interrupted"; NULL where it never ended."""

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", Integer, primary_key=True),
    _run(),
    Column("unit", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", String(27), nullable=False),
    Column("request", String(64)),
    Column("prompt", String(64)),
    Column("answer", String(64)),
    Column("strategy", String(30)),
    Column("provider", Text),
    Column("model", Text),
    Column("recorded", Boolean, nullable=False),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cost", Float),
    Column("seconds", Float),
    Column("outcome", String(20)),
    Column("why", Text),
    Index("ix_exchanges_run", "run"),
    Index("ix_exchanges_unit", "unit"),
)
"""One answer: "passed", "refused", "repeated", or NULL where it was never judged. `answer` and `prompt` are digests."""

tries = Table(
    "tries",
    metadata,
    Column("id", Integer, primary_key=True),
    _run(),
    Column("unit", Text, nullable=False),
    Column("request", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", String(27), nullable=False),
    Column("strategy", String(30)),
    Column("provider", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("model", Text),
    Column("outcome", String(20), nullable=False),
    Column("reason", String(30)),
    Column("what", Text),
    Column("seconds", Float),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cost", Float),
    Index("ix_tries_run", "run"),
    Index("ix_tries_unit", "unit"),
)
"""One request: "answered", "failed", "unusable" (no other can have an answer either) or "lost", and why."""

gate_results = Table(
    "gate_results",
    metadata,
    Column("id", Integer, primary_key=True),
    _run(),
    Column("unit", Text, nullable=False),
    Column("request", String(64)),
    Column("position", Integer, nullable=False),
    Column("gate", Text, nullable=False),
    Column("tool", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("counts", Text, nullable=False),
    Index("ix_gate_results_run", "run"),
)
"""What one gate said of one candidate, in the order in which they ran; `counts` is a JSON object."""

transcripts = Table(
    "transcripts",
    metadata,
    Column("exchange", Integer, ForeignKey("exchanges.id", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""The words of an exchange, redacted and compressed. Removed by `gc`; the digests stay with the exchange."""
