"""Requests of which nobody knows what came: nor how long they took."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the time that a request took be unknown."""
    with op.batch_alter_table("tries") as table:
        table.alter_column("seconds", existing_type=sa.Float, nullable=True)
