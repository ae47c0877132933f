"""What a metric may ask the registry: rows as they are true on a day, for the initiatives of the pass.

Days enter the statements as bound parameters, so that one statement, built once, serves every day, one initiative
or ten thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    String,
    Subquery,
    and_,
    bindparam,
    exists,
    false,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from clusterflow.model.records import Record
from clusterflow.store import tables
from clusterflow.store.columns import Instant


class days_between(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """Whole days from the first date to the second, in both dialects."""

    type = Integer()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _sqlite_days(element: days_between, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = (compiler.process(c, **kw) for c in element.clauses)
    return f"CAST(julianday({second}) - julianday({first}) AS INTEGER)"


@compiles(days_between)
def _days(element: days_between, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = (compiler.process(c, **kw) for c in element.clauses)
    return f"(CAST({second} AS DATE) - CAST({first} AS DATE))"


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month where it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month + 1, last)
            except ValueError:
                continue
    raise AssertionError("every month has a 28th")


class Scope:
    """The initiatives, the day and the knowledge that a metric is computed for."""

    def __init__(self, *, everywhere: bool = False, known_then: bool = False) -> None:
        self._everywhere = everywhere
        self._known_then = known_then

    @property
    def as_of(self) -> BindParameter[date]:
        """The day the answer is for."""
        return bindparam("as_of", type_=Date)

    def ago(self, *, months: int = 0, days: int = 0) -> BindParameter[date]:
        """A day before ``as_of``."""
        return bindparam(f"ago_{months}m_{days}d", type_=Date)

    def current(self, record: type[Record], on: ColumnElement[date] | None = None, name: str | None = None) -> Subquery:
        """The rows of a record type that are true on a day (``as_of`` where none is given): one for each key.

        A later start takes the place of an earlier one from its day on. Columns: ``initiative``, ``entry``,
        ``entered_at`` and the record's own.
        """
        day = self.as_of if on is None else on
        table = tables.REGISTRY_TABLES[record.type].alias()
        later = tables.REGISTRY_TABLES[record.type].alias()
        same = [later.c[k] == table.c[k] for k in record.key if k != "valid_from"]
        overtaken = exists().where(
            later.c.chain == table.c.chain, *same, later.c.valid_from > table.c.valid_from, later.c.valid_from <= day,
            self._known(later),
        )  # fmt: skip
        true = and_(table.c.valid_from <= day, or_(table.c.valid_to.is_(None), table.c.valid_to >= day), ~overtaken)
        return self._rows(record, table, true, name)

    def happened(
        self, record: type[Record], after: ColumnElement[date] | None = None, name: str | None = None
    ) -> Subquery:
        """The rows of a record type that began on or before ``as_of`` (and after a day, where one is given),
        whether or not they are still true."""
        table = tables.REGISTRY_TABLES[record.type].alias()
        true = table.c.valid_from <= self.as_of
        if after is not None:
            true = and_(true, table.c.valid_from > after)
        return self._rows(record, table, true, name)

    def visits(self, name: str | None = None) -> Subquery:
        """The stays in stages that began on or before ``as_of`` and had not ended by then."""
        table = tables.stage_visit
        query = select(table).where(
            table.c.entered_on <= self.as_of, or_(table.c.left_on.is_(None), table.c.left_on > self.as_of)
        )
        if not self._everywhere:
            query = query.where(table.c.initiative.in_(self._initiatives))
        return query.subquery(name)

    def _rows(self, record: type[Record], table: FromClause, true: ColumnElement[bool], name: str | None) -> Subquery:
        own = [table.c[c.name] for c in tables.REGISTRY_TABLES[record.type].c if c.name not in _HOUSEKEEPING]
        query = select(table.c.chain.label("initiative"), table.c.entry, table.c.entered_at, *own)
        query = query.where(true, self._known(table))
        if record.of_initiative and not self._everywhere:
            query = query.where(table.c.chain.in_(self._initiatives))
        return query.subquery(name)

    def _known(self, table: FromClause) -> ColumnElement[bool]:
        if not self._known_then:
            return and_(table.c.superseded_at.is_(None), table.c.retracted == false())
        then = bindparam("known_at", type_=Instant)
        return and_(
            table.c.entered_at <= then,
            or_(table.c.superseded_at.is_(None), table.c.superseded_at > then),
            table.c.retracted == false(),
        )

    @property
    def _initiatives(self) -> BindParameter[Any]:
        return bindparam("initiatives", expanding=True, type_=String)


_HOUSEKEEPING = {"chain", "entry", "entered_at", "entered_by", "superseded_by", "superseded_at", "retracted", "salt"}


def days_of(
    names: Mapping[str, Any], as_of: date, initiatives: list[str] | None, known_at: datetime | None
) -> dict[str, Any]:
    """The values of the bound parameters that a statement asks for by name."""
    values: dict[str, Any] = {}
    for name in names:
        if name == "as_of":
            values[name] = as_of
        elif name == "initiatives":
            values[name] = initiatives
        elif name == "known_at":
            values[name] = known_at
        elif name.startswith("ago_"):
            months, days = (int(part[:-1]) for part in name.split("_")[1:])
            day = months_before(as_of, months)
            values[name] = date.fromordinal(day.toordinal() - days)
    return values


