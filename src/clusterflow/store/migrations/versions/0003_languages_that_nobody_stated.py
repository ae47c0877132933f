"""The language of a person or an initiative may be unknown; until now Spanish stood in its place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("person", "initiative")


def upgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.alter_column("language", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    for name in TABLES:
        op.execute(f"UPDATE {name} SET language = 'es' WHERE language IS NULL")  # noqa: S608 - the names are ours
        with op.batch_alter_table(name) as table:
            table.alter_column("language", existing_type=sa.String(), nullable=False)
