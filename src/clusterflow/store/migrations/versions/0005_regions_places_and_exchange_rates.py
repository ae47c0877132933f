"""Regions with their own holidays, places and roles of organisations, exchange rates."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from clusterflow.store.columns import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDED: dict[str, dict[str, Any]] = {
    "initiative": {"subdivision": sa.String},
    "person": {"subdivision": sa.String},
    "organisation": {"latitude": sa.Float, "longitude": sa.Float, "chain_role": sa.String},
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind(), nullable=True))
    op.create_table(
        "exchange_rate",
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("entered_by", sa.String(64), nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", Instant(), nullable=True),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "entry", name="pk_exchange_rate"),
    )
    op.create_index("ix_exchange_rate_key", "exchange_rate", ["chain", "base", "quote", "valid_from"])


def downgrade() -> None:
    op.drop_table("exchange_rate")
    for table, columns in ADDED.items():
        for name in columns:
            op.drop_column(table, name)
