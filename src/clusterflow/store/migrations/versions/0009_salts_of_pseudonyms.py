"""The salt of a pseudonym, which shows that it belongs to its person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pseudonym", sa.Column("salt", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("pseudonym", "salt")
