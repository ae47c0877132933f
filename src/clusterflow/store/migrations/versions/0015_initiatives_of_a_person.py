"""Indexes by person: the calendar of a person finds its initiatives without reading every attendance."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
additive = True

TABLES = ("attendance", "delegation", "learning_enrolment")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_person", table, ["person"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_person", table)
