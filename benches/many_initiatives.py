"""A database with many initiatives in seconds: some are lived through, the others are copies of them under other ids.

A copy has the same facts, stages, gates and people, each under an id of its own. Its ledger does not verify, because
the hashes are those of the original; no page reads them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sqlalchemy import Column, Connection, String, Table, case, insert, literal, select

from clusterflow.domain.records.base import REGISTRY
from clusterflow.engine.record import Submission
from clusterflow.services import registry
from clusterflow.services.context import Context
from clusterflow.store.schema import whole_schema
from tests.support.crowd import gather_crowd

SEATS = 10
MEMBERS = 40
LIVED = 100
"""How many initiatives are lived through; the others are copies."""

APART = 1_000_000
"""The entries of a copy in the registry are so far from those of the copy before."""

NAMED = ("chain", "initiative", "id", "person", "source")
"""The columns that hold the id of an initiative, or of one of its people."""


def fill(context: Context, number: int, end: date) -> list[str]:
    """Enrol so many initiatives, each with a board and members, under one office, and return their ids."""
    initiatives = gather_crowd(context, min(number, LIVED), end)
    _people(context, initiatives)
    return copies(context, initiatives, number)


def copies(context: Context, initiatives: Sequence[str], number: int, without: Collection[str] = ()) -> list[str]:
    """Copy initiatives until there are so many, and return the ids of all.

    Args:
        without: the names of tables that the copies have no rows in.
    """
    prefixes = [f"k{n:03}" for n in range(1, -(-number // len(initiatives)))]
    with context.database.begin() as connection:
        for place, prefix in enumerate(prefixes, start=1):
            for table in whole_schema().sorted_tables:
                if table.name not in without:
                    _copy(connection, table, prefix, place)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")
    return [*initiatives, *(f"{prefix}{i}" for prefix in prefixes for i in initiatives)][:number]


def _copy(connection: Connection, table: Table, prefix: str, place: int) -> None:
    about = "chain" if "chain" in table.c else "id" if table.name == "chain" else "initiative"
    if about not in table.c or table.name in ("notice", "inbox", "outbox"):
        return
    of_initiative = table.c[about].like("c____")
    if "entry" in table.c and "id" in table.c:
        of_initiative |= (table.c[about] == REGISTRY) & table.c.id.like("c____%") & (table.c.id != "crowd")
    query = select(*(_copied(column, table, prefix, place) for column in table.c)).where(of_initiative)
    connection.execute(insert(table).from_select([c.name for c in table.c], query))


def _copied(column: Column[object], table: Table, prefix: str, place: int) -> object:
    if column.name in NAMED and isinstance(column.type, String):
        return case((column.like("c____%"), literal(prefix) + column), else_=column)
    if column.name == "entry" and "chain" in table.c:
        return case((table.c.chain == REGISTRY, column + place * APART), else_=column)
    return column


def _people(context: Context, initiatives: Sequence[str]) -> None:
    """Give each initiative a board and members of its own, and one office to all of them."""
    first = {"from": "2020-01-01"}
    helixes = ("company", "academia", "government", "civil-society")
    common = [
        Submission("organisation", {"id": "agency", "name": "Agency", "helix": "government", **first}, "bench"),
        Submission("office", {"id": "office", "organisation": "agency", "name": "Office", **first}, "bench"),
        Submission("person", {"id": "officer", "name": "Officer", **first}, "bench"),
        Submission("representation", {"person": "officer", "organisation": "agency", **first}, "bench"),
        *(
            Submission("organisation", {"id": f"firm-{n}", "name": f"Ácero {n}", "helix": helixes[n % 4], **first}, "b")
            for n in range(MEMBERS)
        ),
    ]
    people = [
        Submission("person", {"id": f"{i}-{n}", "name": f"Person {i} {n}", **first}, "bench")
        for i in initiatives
        for n in range(SEATS)
    ]
    registry.record(context, [*common, *people])
    for i in initiatives:
        record = registry.initiative_record(context, i)
        assert record is not None
        own = {"id": i, "from": record.valid_from.isoformat(), "office": "office"}
        registry.record(context, [*_facts(i), Submission("initiative", own, "bench", i)])


def _facts(initiative: str) -> Iterator[Submission]:
    first = {"from": "2020-01-01"}
    yield Submission("body", {"id": "board", "kind": "board", "name": "Board", **first}, "bench", initiative)
    for n in range(SEATS):
        seat = {"body": "board", "person": f"{initiative}-{n}", **first}
        yield Submission("seat", seat, "bench", initiative)
    for n in range(MEMBERS):
        joined = f"202{n % 6}-0{1 + n % 9}-01"
        yield Submission("membership", {"organisation": f"firm-{n}", "from": joined}, "bench", initiative)
    for n in range(6):
        meeting = {"id": f"m-{n}", "body": "board", "on": f"2026-0{1 + n}-15"}
        yield Submission("meeting", meeting, "bench", initiative)
