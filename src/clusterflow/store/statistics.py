"""Lets PostgreSQL count the rows of our tables anew after many were written at once.

It plans statements by what it counted last, and it counts by itself only some time after a commit. A portfolio that is
reviewed before that took minutes where seconds suffice. SQLite plans by its indexes alone.
"""

from __future__ import annotations

from sqlalchemy import Connection

from clusterflow.store.metadata import metadata

MANY = 1000
"""So many new facts are worth a count, which reads a sample of each table."""


def refresh_statistics(connection: Connection) -> None:
    """Count anew in every table of ours. Others may read and write meanwhile."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        connection.exec_driver_sql(f"ANALYZE {names}")
