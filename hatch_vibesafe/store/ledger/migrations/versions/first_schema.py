"""Runs, steps, exchanges, gate results and transcripts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _run(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("run", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=f"fk_{table}_run", ondelete="CASCADE"),
    )


def _key(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", sa.Integer, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def upgrade() -> None:
    """Make the tables of the first release."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("command", sa.String(20), nullable=False),
        sa.Column("started", sa.String(27), nullable=False),
        sa.Column("ended", sa.String(27)),
        sa.Column("tool", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_table(
        "steps",
        *_key("steps"),
        *_run("steps"),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("spec_hash", sa.String(64)),
        sa.Column("template", sa.Text),
        sa.Column("outcome", sa.String(20)),
        sa.Column("checkpoint", sa.String(64)),
        sa.Column("ended", sa.String(27)),
    )
    op.create_table(
        "exchanges",
        *_key("exchanges"),
        *_run("exchanges"),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("request", sa.String(64)),
        sa.Column("prompt", sa.String(64)),
        sa.Column("answer", sa.String(64)),
        sa.Column("strategy", sa.String(30)),
        sa.Column("provider", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("recorded", sa.Boolean, nullable=False),
        sa.Column("input_tokens", sa.Integer),
        sa.Column("output_tokens", sa.Integer),
        sa.Column("cost", sa.Float),
        sa.Column("seconds", sa.Float),
        sa.Column("outcome", sa.String(20)),
        sa.Column("why", sa.Text),
    )
    op.create_table(
        "gate_results",
        *_key("gate_results"),
        *_run("gate_results"),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("request", sa.String(64)),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("gate", sa.Text, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
    )
    op.create_table(
        "transcripts",
        sa.Column("exchange", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["exchange"], ["exchanges.id"], name="fk_transcripts_exchange", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("exchange", name="pk_transcripts"),
    )
    for table, column in (
        ("steps", "run"),
        ("steps", "unit"),
        ("exchanges", "run"),
        ("exchanges", "unit"),
        ("gate_results", "run"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
