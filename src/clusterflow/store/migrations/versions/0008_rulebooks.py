"""Labels name their rulebook, and may have no level; waivers and cut-offs are recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clusterflow.store.columns import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = {
    "waiver": ("granted_by", "reason"),
    "cut_off": ("bound",),
}


def upgrade() -> None:
    with op.batch_alter_table("label") as table:
        table.add_column(sa.Column("rulebook", sa.String(), nullable=True))
        table.alter_column("level", existing_type=sa.String(), nullable=True)
    for name, columns in TABLES.items():
        op.create_table(
            name,
            sa.Column("chain", sa.String(64), nullable=False),
            sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("entered_at", Instant(), nullable=False),
            sa.Column("entered_by", sa.String(64), nullable=False),
            sa.Column("superseded_by", sa.BigInteger(), nullable=True),
            sa.Column("superseded_at", Instant(), nullable=True),
            sa.Column("retracted", sa.Boolean(), nullable=False),
            sa.Column("salt", sa.String(32), nullable=False),
            sa.Column("source", sa.String(), nullable=True),
            sa.Column("valid_from", sa.Date(), nullable=False),
            sa.Column("valid_to", sa.Date(), nullable=True),
            sa.Column("rulebook", sa.String(), nullable=False),
            sa.Column("rule", sa.String(), nullable=False),
            *(sa.Column(column, sa.String(), nullable=False) for column in columns),
            sa.PrimaryKeyConstraint("chain", "entry", name=f"pk_{name}"),
        )
        op.create_index(f"ix_{name}_key", name, ["chain", "rulebook", "rule", "valid_from"])


def downgrade() -> None:
    for name in TABLES:
        op.drop_index(f"ix_{name}_key", name)
        op.drop_table(name)
    op.execute("UPDATE label SET level = 'bronze' WHERE level IS NULL")
    with op.batch_alter_table("label") as table:
        table.alter_column("level", existing_type=sa.String(), nullable=False)
        table.drop_column("rulebook")
