"""Reads the heads of the ledger's chains. What needs no entry imports this, and none of the kinds of events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from clusterflow.store import tables

GENESIS = "0" * 64

# Built once: SQLAlchemy takes longer to build a statement and look up its compiled form than to run it.
_OF_CHAIN = tables.chain.c.id == bindparam("chain")
_HEAD = select(tables.chain).where(_OF_CHAIN).with_for_update()
_VERSION = select(tables.chain.c.version).where(_OF_CHAIN)


class Head(NamedTuple):
    """The end of a chain when a command read it."""

    chain: str
    version: int = 0
    hash: str = GENESIS
    at: datetime | None = None


def read_head(connection: Connection, chain: str) -> Head:
    """Return the head of a chain, with a row lock where the database has row locks."""
    row = connection.execute(_HEAD, {"chain": chain}).one_or_none()
    return Head(chain) if row is None else Head(chain, row.version, row.head, row.at)


def peek_version(connection: Connection, chain: str) -> int:
    """Return the version of a chain without locking it."""
    return connection.execute(_VERSION, {"chain": chain}).scalar() or 0


def heads(connection: Connection, chains: Iterable[str] | None = None) -> list[Head]:
    """Return the heads of chains without locking them."""
    query = select(tables.chain).order_by(tables.chain.c.id)
    if chains is not None:
        query = query.where(tables.chain.c.id.in_(list(chains)))
    return [Head(r.id, r.version, r.head, r.at) for r in connection.execute(query)]
