"""The tables by which several machines share one database: parts of work, heartbeats, and what a schema serves."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Table, Text

from clusterflow.store.columns import Instant
from clusterflow.store.metadata import metadata

shard = Table(
    "shard",
    metadata,
    # A part of work over many initiatives, which one worker claims for a time. Not in the ledger: it changes nothing.
    Column("job", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("initiatives", Text, nullable=False),
    Column("as_of", Date),
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Until when its claim lasts, or when it may be tried again; in real time, never simulated time.
    Column("until", Instant, nullable=False),
    Column("error", Text),
    Column("result", Text),
    Column("done_at", Instant),
)

process = Table(
    "process",
    metadata,
    # The heartbeats of web pages, relays and workers; ``heard_at`` by the clock of the database.
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", String(32), nullable=False),
    Column("schema", String(16), nullable=False),
    # A keyed fingerprint, by which two secrets can be distinguished.
    Column("secret", String(32), nullable=False),
    Column("ahead_seconds", Integer, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
)

schema_support = Table(
    "schema_support",
    metadata,
    # For a schema: the oldest one whose version of clusterflow can work on it, because all migrations since then add.
    Column("revision", String(16), primary_key=True),
    Column("oldest", String(16), nullable=False),
)
