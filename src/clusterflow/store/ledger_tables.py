"""The tables of the ledger, in as few bytes as its entries allow (docs/decisions/0045-bytes-of-the-ledger.md)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String, Table, Text

from clusterflow.store.columns import Coded, HexBytes, Instant, ShortInstant
from clusterflow.store.ledger_codes import KINDS, RECORDS
from clusterflow.store.metadata import metadata

chain = Table(
    "chain",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("head", HexBytes, nullable=False),
    Column("at", Instant, nullable=False),
    # The last entry published as a Prefect event, and the last entry that notices were made of.
    Column("published", BigInteger, nullable=False, default=0),
    Column("told", BigInteger, nullable=False, default=0),
    # How many entries after ``told`` notices can be made of; kept, because counting them would read the ledger.
    Column("notifiable", BigInteger, nullable=False, default=0),
)

ledger = Table(
    "ledger",
    metadata,
    # First the columns of fixed length: PostgreSQL aligns each of them to 8 bytes.
    Column("version", BigInteger, nullable=False, autoincrement=False),
    Column("at", ShortInstant, nullable=False),
    # The fact that a correction or retraction replaces.
    Column("replaces", BigInteger),
    # A number of ``ledger_command``, or below 0 a command of ``ledger_codes.COMMANDS``.
    Column("command", Integer, nullable=False),
    Column("chain", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("kind", Coded(KINDS, 64), nullable=False),
    # The event: of a fact its record type and digest, of anything else the body (``ledger_entries``).
    Column("record", Coded(RECORDS, 64)),
    Column("digest", HexBytes),
    Column("body", Text),
    Column("hash", HexBytes, nullable=False),
    PrimaryKeyConstraint("chain", "version"),
)

ledger_command = Table(
    "ledger_command",
    metadata,
    # The idempotency keys of commands, each once: a command can write many thousand entries.
    Column("id", Integer, primary_key=True),
    Column("name", String(128), nullable=False),
)
