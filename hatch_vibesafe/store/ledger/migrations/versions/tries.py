"""The requests that were sent, those without an answer too."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of requests."""
    op.create_table(
        "tries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("run", sa.String(40), nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("strategy", sa.String(30)),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(30)),
        sa.Column("what", sa.Text),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("input_tokens", sa.Integer),
        sa.Column("output_tokens", sa.Integer),
        sa.Column("cost", sa.Float),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_tries_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_tries"),
    )
    for column in ("run", "unit"):
        op.create_index(f"ix_tries_{column}", "tries", [column])
