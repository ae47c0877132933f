"""Gate reviews that went back to the office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gate_review", sa.Column("referred_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("gate_review", "referred_on")
