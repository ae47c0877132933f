"""From which day a later fact with the same key counts instead of a fact: ``replaced_on``, kept beside each fact.

So the facts that count on a day are found by comparing two days of each row, and not by looking for later rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection, Update, bindparam, func, select, update

from clusterflow.domain.records import RECORDS
from clusterflow.store import tables
from clusterflow.store.registry import Fact


class Replacement(NamedTuple):
    """A stored fact, and the first day on which a later one counts instead; None if none was recorded."""

    fact: Fact
    replaced_on: date | None


def replacements(facts: Iterable[Fact]) -> Iterator[Replacement]:
    """Yield the facts of one key that hold, in the order of their first days, each with the day of the next one.

    A key has one such fact for each first day.
    """
    holding = sorted((f for f in facts if not f.retracted), key=lambda f: f.record.valid_from)
    for fact, later in pairwise([*holding, None]):
        if fact is not None:
            yield Replacement(fact, None if later is None else later.record.valid_from)


def write_replacements(connection: Connection, changed: Iterable[Replacement]) -> None:
    """Write the day of stored facts that another fact has changed."""
    by_type: dict[str, list[dict[str, object]]] = {}
    for fact, day in changed:
        row = {"of_chain": fact.chain, "of_entry": fact.entry, "day": day}
        by_type.setdefault(fact.record.type, []).append(row)
    for name, rows in by_type.items():
        connection.execute(_one(name), rows)


def find_replacements(connection: Connection, records: Sequence[str] | None = None) -> None:
    """Find the day for every fact that holds, after facts were written without it.

    Args:
        records: the types of the facts; all if None.
    """
    for name in records or RECORDS:
        connection.execute(_every(name))


@cache
def _one(record: str) -> Update:
    table = tables.REGISTRY_TABLES[record]
    this = (table.c.chain == bindparam("of_chain"), table.c.entry == bindparam("of_entry"))
    return update(table).where(*this).values(replaced_on=bindparam("day"))


@cache
def _every(record: str) -> Update:
    table = tables.REGISTRY_TABLES[record]
    later = table.alias("later")
    same = [later.c[k] == table.c[k] for k in ("chain", *RECORDS[record].key) if k != "valid_from"]
    holds = (later.c.superseded_at.is_(None), later.c.retracted.is_(False))
    following = select(func.min(later.c.valid_from)).where(*same, later.c.valid_from > table.c.valid_from, *holds)
    day = following.scalar_subquery()
    return update(table).where(table.c.superseded_at.is_(None), table.c.replaced_on.is_distinct_from(day)).values(
        replaced_on=day
    )  # fmt: skip
