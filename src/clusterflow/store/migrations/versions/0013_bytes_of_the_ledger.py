"""The ledger in fewer bytes: hashes as bytes, words as codes, and nothing that follows from the entry before.

The entries say the same as before and have the same hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from clusterflow.store.bulk import insert_many
from clusterflow.store.columns import Coded, HexBytes, Instant, ShortInstant
from clusterflow.store.ledger_codes import KINDS, RECORDS
from clusterflow.store.ledger_entries import body_of, command_numbers, command_of, shorten

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
rewrites = True

PAGE = 5000
GENESIS = "0" * 64
NOTIFIED = [
    "initiative.migrated",
    "finding.changed",
    "gate.opened",
    "gate.reopened",
    "gate.changed",
    "gate.withdrawn",
    "hold.ended",
    "gate.decided",
    "vote.fell",
    "gate.referred",
    "code.renewed",
    "milestone.achieved",
    "milestone.lapsed",
    "stage.overdue",
    "condition.missed",
    "label.expiring",
    "label.expired",
    "label.forfeited",
    "strategy.expiring",
    "strategy.expired",
]
FORMER, NEW, BESIDE = "ledger_before_0013", "ledger", "ledger_command"
IS_WAITING = sa.text("version > published OR version > told")


def upgrade() -> None:
    op.create_table(
        BESIDE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_command"),
    )
    op.create_index("ix_ledger_command_name", BESIDE, ["name"])
    _set_aside()
    op.create_table(
        NEW,
        sa.Column("version", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", ShortInstant(), nullable=False),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.Column("command", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("kind", Coded(KINDS, 64), nullable=False),
        sa.Column("record", Coded(RECORDS, 64), nullable=True),
        sa.Column("digest", HexBytes(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("hash", HexBytes(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "version", name="pk_ledger"),
    )
    connection, short = op.get_bind(), _short()
    for page in _pages(connection, sa.select(_long())):
        numbers = command_numbers(connection, {row.command: None for row in page})
        rows = [
            {
                "chain": row.chain, "version": row.version, "at": row.at, "actor": row.actor, "kind": row.kind,
                "command": numbers[row.command], "hash": row.hash, **shorten(row.kind, row.body)._asdict(),
            }
            for row in page
        ]  # fmt: skip
        insert_many(connection, short, rows)
    _replace_heads(connection, sa.String(64), HexBytes())
    op.add_column("chain", sa.Column("notifiable", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("chain") as table:
        table.alter_column("notifiable", existing_type=sa.BigInteger(), server_default=None)
    _count_notifiable(connection, short)
    op.create_index("ix_chain_waiting", "chain", ["id"], sqlite_where=IS_WAITING, postgresql_where=IS_WAITING)
    op.drop_table(FORMER)


def downgrade() -> None:
    op.drop_index("ix_chain_waiting", "chain")
    with op.batch_alter_table("chain") as table:
        table.drop_column("notifiable")
    _set_aside()
    op.create_table(
        NEW,
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("command", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("chain", "version", name="pk_ledger"),
    )
    connection, long, short = op.get_bind(), _long(NEW), _short(FORMER)
    command = sa.TableClause(BESIDE, sa.column("id"), sa.column("name"))
    query = sa.select(short, command.c.name.label("command_key")).join(
        command, command.c.id == short.c.command, isouter=True
    )
    last = ("", GENESIS)
    for page in _pages(connection, query):
        rows = []
        for row in page:
            rows.append(
                {
                    "chain": row.chain, "version": row.version, "at": row.at, "actor": row.actor, "kind": row.kind,
                    "command": command_of(row), "body": body_of(row), "hash": row.hash,
                    "previous": last[1] if last[0] == row.chain else GENESIS,
                }
            )  # fmt: skip
            last = (row.chain, row.hash)
        insert_many(connection, long, rows)
    _replace_heads(connection, HexBytes(), sa.String(64))
    op.drop_table(FORMER)
    op.drop_table(BESIDE)


def _long(name: str = FORMER) -> sa.Table:
    """Return the table of the ledger as it was until now."""
    texts = ("chain", "actor", "command", "kind", "body", "previous", "hash")
    columns = (sa.Column(text, sa.String()) for text in texts)
    return sa.Table(name, sa.MetaData(), sa.Column("version", sa.BigInteger()), sa.Column("at", Instant()), *columns)


def _short(name: str = NEW) -> sa.Table:
    """Return the table of the ledger as it is from now on."""
    return sa.Table(
        name,
        sa.MetaData(),
        sa.Column("version", sa.BigInteger()),
        sa.Column("at", ShortInstant()),
        sa.Column("replaces", sa.BigInteger()),
        sa.Column("command", sa.Integer()),
        sa.Column("chain", sa.String()),
        sa.Column("actor", sa.String()),
        sa.Column("kind", Coded(KINDS, 64)),
        sa.Column("record", Coded(RECORDS, 64)),
        sa.Column("digest", HexBytes()),
        sa.Column("body", sa.Text()),
        sa.Column("hash", HexBytes()),
    )


def _count_notifiable(connection: sa.Connection, ledger: sa.Table) -> None:
    """Count the entries that notices can still be made of, where something waits."""
    chain = sa.TableClause("chain", *(sa.column(name) for name in ("id", "version", "told", "notifiable")))
    after = (ledger.c.chain == chain.c.id, ledger.c.version > chain.c.told, ledger.c.kind.in_(NOTIFIED))
    number = sa.select(sa.func.count()).where(*after).correlate(chain).scalar_subquery()
    connection.execute(sa.update(chain).where(chain.c.version > chain.c.told).values(notifiable=number))


def _set_aside() -> None:
    op.rename_table(NEW, FORMER)
    if op.get_context().dialect.name == "postgresql":  # there the names of keys are those of indexes, and unique
        op.execute(f"ALTER TABLE {FORMER} RENAME CONSTRAINT pk_ledger TO pk_{FORMER}")


def _pages(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Sequence[sa.Row[Any]]]:
    """Yield the rows of a ledger, some at a time, in the order of the chains."""
    columns = query.selected_columns
    place = sa.tuple_(columns["chain"], columns["version"])
    query = query.order_by(columns["chain"], columns["version"]).limit(PAGE)
    last: sa.Row[Any] | None = None
    while page := connection.execute(query if last is None else query.where(place > (last.chain, last.version))).all():
        yield page
        last = page[-1]


def _replace_heads(connection: sa.Connection, former: sa.types.TypeEngine[Any], new: sa.types.TypeEngine[Any]) -> None:
    """Store the hashes at which the chains end in another type."""
    op.add_column("chain", sa.Column("next_head", new, nullable=True))
    chain = sa.TableClause("chain", sa.column("id"), sa.column("head", former), sa.column("next_head", new))
    heads = [{"this": row.id, "digest": row.head} for row in connection.execute(sa.select(chain.c.id, chain.c.head))]
    if heads:
        this = chain.c.id == sa.bindparam("this")
        connection.execute(sa.update(chain).where(this).values(next_head=sa.bindparam("digest", type_=new)), heads)
    with op.batch_alter_table("chain") as table:
        table.drop_column("head")
    with op.batch_alter_table("chain") as table:
        plain = sa.LargeBinary() if isinstance(new, HexBytes) else new
        table.alter_column("next_head", new_column_name="head", existing_type=plain, nullable=False)
