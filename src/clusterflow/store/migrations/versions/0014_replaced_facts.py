"""From which day a later fact counts instead of a fact, kept beside each fact.

An older version would record facts without it. So it cannot work on this schema.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEYS = {
    "organisation": ("id",),
    "person": ("id",),
    "channel": ("person", "channel"),
    "representation": ("person", "organisation"),
    "office": ("id",),
    "initiative": ("id",),
    "membership": ("organisation",),
    "body": ("id",),
    "seat": ("body", "person"),
    "delegation": ("person", "delegate"),
    "meeting": ("id",),
    "attendance": ("meeting", "person"),
    "document": ("id",),
    "signature": ("document", "organisation"),
    "legal_entity": ("name",),
    "strategy": ("id",),
    "strategy_review": ("strategy",),
    "objective": ("id",),
    "reading": ("objective",),
    "action": ("id",),
    "project": ("id",),
    "dues_adoption": ("scheme",),
    "dues_scheme": ("size",),
    "invoice": ("id",),
    "payment": ("id",),
    "income": ("id",),
    "budget": ("id",),
    "staff": ("person",),
    "exchange_rate": ("base", "quote"),
    "learning_series": ("id",),
    "learning_session": ("id",),
    "learning_enrolment": ("series", "person"),
    "learning_attendance": ("session", "person"),
    "training": ("id",),
    "survey_wave": ("topic",),
    "link": ("id",),
    "business": ("id",),
    "label": ("name",),
    "observation": ("metric",),
    "waiver": ("rulebook", "rule"),
    "cut_off": ("rulebook", "rule"),
}
"""The tables of facts, with the columns of their keys beside the chain and the first day."""


def upgrade() -> None:
    for name, key in KEYS.items():
        op.add_column(name, sa.Column("replaced_on", sa.Date(), nullable=True))
        op.execute(_find(name, key))


def downgrade() -> None:
    for name in KEYS:
        op.drop_column(name, "replaced_on")


def _find(name: str, key: tuple[str, ...]) -> sa.Update:
    columns = ("chain", *key, "valid_from", "superseded_at", "replaced_on")
    fact = sa.table(name, *map(sa.column, columns), sa.column("retracted", sa.Boolean))
    later = fact.alias("later")
    is_later = sa.and_(
        *(later.c[k] == fact.c[k] for k in ("chain", *key)),
        later.c.valid_from > fact.c.valid_from,
        later.c.superseded_at.is_(None),
        later.c.retracted.is_(False),
    )
    first = sa.select(sa.func.min(later.c.valid_from)).where(is_later).correlate(fact).scalar_subquery()
    has_later = sa.exists().where(is_later).correlate(fact)
    return sa.update(fact).where(fact.c.superseded_at.is_(None), has_later).values(replaced_on=first)
