"""The whole schema: every table, and the indexes that belong to it.

To create or compare a schema takes the indexes. A statement needs none of them, so the tables are declared
without: one of the indexes has a condition, for which SQLAlchemy would import PostgreSQL's dialect in every command.
"""

from __future__ import annotations

from threading import Lock

from sqlalchemy import Index, MetaData, Table, text

from clusterflow.domain.records import RECORDS
from clusterflow.store.tables import REGISTRY_TABLES, metadata

_COLUMNS: dict[str, tuple[str, ...]] = {
    "api_token": ("person",),
    "attendance": ("chain organisation", "person"),
    "body": ("valid_from",),
    "coming_turn": ("occasion day",),
    "delegation": ("delegate", "person"),
    "document": ("valid_from",),
    "gate_review": ("status",),
    "initiative": ("office",),
    "invoice": ("due", "valid_from"),
    "learning_enrolment": ("series", "person"),
    "learning_session": ("planned",),
    "ledger_command": ("name",),
    "meeting": ("chain body valid_from", "valid_from"),
    "membership": ("organisation", "valid_from", "valid_to"),
    "objective": ("valid_from",),
    "payment": ("chain invoice",),
    "reading": ("valid_from",),
    "refused_submission": ("state", "told_at"),
    "representation": ("organisation",),
    "seat": ("person",),
    "sign_in_link": ("person", "expires_at"),
    "survey_wave": ("valid_from",),
    "web_session": ("person",),
}
"""The columns of indexes whose names list them. In the registry they find rows by a day in all initiatives, or by whom
they concern in one."""

_NAMES = {
    "ix_due_moment_at": "due_moment at initiative",
    "ix_notice_recipient": "notice recipient sent_at",
    "ix_notice_waiting": "notice sent_at dead_at gathered_into due_at id",
}
"""The table and the columns of indexes with names of their own."""

IS_WAITING = "version > published OR version > told"
"""Whether a chain has entries to publish, or to make notices of."""

_lock = Lock()  # two threads of the web pages may need the schema at once


def whole_schema() -> MetaData:
    """Return the metadata with every table and index in it; ``metadata`` alone holds the tables used so far."""
    for name in REGISTRY_TABLES:
        REGISTRY_TABLES[name]
    with _lock:
        if not any(table.indexes for table in metadata.tables.values()):
            _add_indexes()
    return metadata


def _add_indexes() -> None:
    # It holds only the chains where something waits: few among many thousands.
    chain, is_waiting = metadata.tables["chain"], text(IS_WAITING)
    Index("ix_chain_waiting", chain.c.id, sqlite_where=is_waiting, postgresql_where=is_waiting)
    for name, places in _NAMES.items():
        table, *columns = places.split()
        _index(name, metadata.tables[table], columns)
    for table, indexes in _COLUMNS.items():
        for columns in map(str.split, indexes):
            _index("_".join(["ix", table, *columns]), metadata.tables[table], columns)
    for record, cls in RECORDS.items():
        registry_table = REGISTRY_TABLES[record]
        key = [column for column in cls.key if column != "valid_from"]
        _index(f"ix_{registry_table.name}_key", registry_table, ["chain", *key, "valid_from"])


def _index(name: str, table: Table, columns: list[str]) -> None:
    Index(name, *(table.c[column] for column in columns))
