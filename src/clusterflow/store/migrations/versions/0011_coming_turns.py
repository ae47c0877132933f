"""What will soon turn if nothing more is recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coming_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("initiative", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("occasion", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_coming_turn"),
    )
    op.create_index("ix_coming_turn_occasion_day", "coming_turn", ["occasion", "day"])


def downgrade() -> None:
    op.drop_index("ix_coming_turn_occasion_day", "coming_turn")
    op.drop_table("coming_turn")
