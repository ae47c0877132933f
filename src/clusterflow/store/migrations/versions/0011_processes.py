"""Heartbeats of processes, and which versions the schema serves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clusterflow.store.columns import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    op.create_table(
        "process",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("schema", sa.String(16), nullable=False),
        sa.Column("secret", sa.String(32), nullable=False),
        sa.Column("ahead_seconds", sa.Integer(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("heard_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_process"),
    )
    op.create_table(
        "schema_support",
        sa.Column("revision", sa.String(16), nullable=False),
        sa.Column("oldest", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_schema_support"),
    )


def downgrade() -> None:
    op.drop_table("schema_support")
    op.drop_table("process")
