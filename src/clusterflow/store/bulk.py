"""Inserts many rows at once, past the statement compiler: values are converted once a column, not once a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, Dialect, Insert, Table, insert
from sqlalchemy.exc import DBAPIError

from clusterflow.store.columns import HexBytes, Instant, ShortInstant

FEW = 20
"""Up to so many rows are inserted by an ordinary statement."""

Rows = Sequence[Mapping[str, Any]]


class _Shape(NamedTuple):
    """The statement for a table, its columns, and how the values of some of them are converted."""

    sql: str
    names: tuple[str, ...]
    converted: tuple[tuple[int, Callable[[Any], Any]], ...]


def insert_many(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows; each has a value for every column.

    Raises:
        DBAPIError: the database refuses a row, as for an ordinary statement.
    """
    if not rows:
        return
    if len(rows) <= FEW:
        connection.execute(_insert(table), [*rows])
    elif connection.dialect.name == "sqlite":
        shape = _shape(table, connection.dialect)
        connection.exec_driver_sql(shape.sql, [tuple(row) for row in map(shape_values(shape), rows)])
    else:
        _copy(connection, table, rows)


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


def shape_values(shape: _Shape) -> Callable[[Mapping[str, Any]], list[Any]]:
    """Return the function that gives the values of a row as the driver takes them."""
    names, converted = shape.names, shape.converted

    def values(row: Mapping[str, Any]) -> list[Any]:
        found = [row[name] for name in names]
        for place, convert in converted:
            if found[place] is not None:
                found[place] = convert(found[place])
        return found

    return values


_SHAPES: dict[tuple[Table, str], _Shape] = {}
"""The shape of each table in use, by the name of the database system."""


def _shape(table: Table, dialect: Dialect) -> _Shape:
    found = _SHAPES.get((table, dialect.name))
    if found is None:
        names = tuple(column.name for column in table.columns)
        sql = str(insert(table).compile(dialect=dialect))
        found = _SHAPES[table, dialect.name] = _Shape(sql, names, tuple(_conversions(table, dialect)))
    return found


def _conversions(table: Table, dialect: Dialect) -> Iterator[tuple[int, Callable[[Any], Any]]]:
    """Yield the places of the columns whose values the driver does not take as they are, and how to convert them."""
    takes_moments = dialect.name != "sqlite"
    for place, column in enumerate(table.columns):
        kind = column.type
        if isinstance(kind, HexBytes):
            yield place, kind.bind_processor(dialect)
        elif isinstance(kind, sa.Date) and not takes_moments:
            yield place, date.isoformat
        elif isinstance(kind, sa.TypeDecorator) and not (takes_moments and isinstance(kind, (Instant, ShortInstant))):
            yield place, cache_last(kind.bind_processor(dialect))


def cache_last(convert: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """Return the conversion with a memory of its last value: the rows of a command have one moment."""
    last: tuple[Any, Any] = (None, None)

    def converted(value: Any) -> Any:
        nonlocal last
        if last[0] != value:
            last = (value, convert(value) if convert else value)
        return last[1]

    return converted


def _copy(connection: Connection, table: Table, rows: Rows) -> None:
    """Send rows to PostgreSQL by COPY."""
    shape = _shape(table, connection.dialect)
    sql = f"COPY {_quoted(table.name)} ({', '.join(map(_quoted, shape.names))}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(sql) as copy:
            for values in map(shape_values(shape), rows):
                copy.write_row(values)
    except connection.dialect.loaded_dbapi.Error as problem:
        raise DBAPIError.instance(
            sql, None, problem, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
        ) from problem


def _quoted(name: str) -> str:
    return f'"{name}"'
