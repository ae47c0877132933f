"""Parts of work over a large portfolio, which several workers share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clusterflow.store.columns import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    op.create_table(
        "shard",
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("initiatives", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("job", "number", name="pk_shard"),
    )


def downgrade() -> None:
    op.drop_table("shard")
