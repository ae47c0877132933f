"""What a metric can select from the registry: rows that are true on a day, for the initiatives of the pass.

Days are bound parameters. So one statement, built once, serves every day, for one initiative or ten thousand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Float,
    FromClause,
    Integer,
    String,
    Subquery,
    TableClause,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy import column as column_of
from sqlalchemy import table as table_of
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from clusterflow.domain.records import Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Initiative
from clusterflow.rules.change_days import EarlierDay
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


class day_after(FunctionElement[date]):  # noqa: N801 - reads as the SQL function it is
    """The day after a date, in both dialects."""

    type = Date()
    inherit_cache = True


@compiles(day_after, "sqlite")
def _sqlite_day_after(element: day_after, compiler: SQLCompiler, **kw: Any) -> str:
    (day,) = (compiler.process(c, **kw) for c in element.clauses)
    return f"DATE({day}, '+1 day')"


@compiles(day_after)
def _day_after(element: day_after, compiler: SQLCompiler, **kw: Any) -> str:
    (day,) = (compiler.process(c, **kw) for c in element.clauses)
    return f"(CAST({day} AS DATE) + 1)"


class months_as_31sts(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """Months since the year 0 and days of the month, as 31sts of months, of a date."""

    type = Integer()
    inherit_cache = True


@compiles(months_as_31sts, "sqlite")
def _sqlite_months(element: months_as_31sts, compiler: SQLCompiler, **kw: Any) -> str:
    (day,) = (compiler.process(c, **kw) for c in element.clauses)
    # Of the text YYYY-MM-DD: several times as fast as strftime.
    return (
        f"((CAST(substr({day}, 1, 4) AS INTEGER) * 12 + CAST(substr({day}, 6, 2) AS INTEGER)) * 31"
        f" + CAST(substr({day}, 9, 2) AS INTEGER))"
    )


@compiles(months_as_31sts)
def _months(element: months_as_31sts, compiler: SQLCompiler, **kw: Any) -> str:
    (day,) = (f"CAST({compiler.process(c, **kw)} AS DATE)" for c in element.clauses)
    months = f"EXTRACT(year FROM {day}) * 12 + EXTRACT(month FROM {day})"
    return f"CAST(({months}) * 31 + EXTRACT(day FROM {day}) AS INTEGER)"


def months_between(first: ColumnElement[Any], second: ColumnElement[Any]) -> ColumnElement[Any]:
    """Months from the first date to the second; a month is complete at each monthly anniversary, and the days beyond it
    count as 31sts.
    """
    # One division, so that both dialects give the same float, from which the exact fraction can be read.
    return cast(months_as_31sts(second) - months_as_31sts(first), Float) / 31.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The initiatives, the day and the moment of knowledge for which a metric is computed.

    A pass covers some initiatives, a single one, or all (``everywhere``). It uses what is known now, or what was known
    at an earlier moment.
    """

    everywhere: bool = False
    single: bool = False
    known_then: bool = False
    earlier_days: set[EarlierDay] = field(default_factory=set, compare=False)
    """The earlier days that a statement needs as parameters when it runs."""

    @classmethod
    def over(cls, initiatives: list[str] | None, known_then: bool = False) -> Scope:
        """Return the scope of a pass over these initiatives; None means all of them."""
        single = initiatives is not None and len(initiatives) == 1
        return cls(everywhere=initiatives is None, single=single, known_then=known_then)

    @property
    def over_all_initiatives(self) -> Scope:
        """Return the same scope over all initiatives, for rows that are joined to rows of the pass."""
        return replace(self, everywhere=True, single=False)

    @property
    def as_of(self) -> BindParameter[date]:
        """The day that the answer is for."""
        return bindparam("as_of", type_=Date)

    def ago(self, *, months: int = 0, days: int = 0) -> BindParameter[date]:
        """A day before ``as_of``."""
        ago = EarlierDay(months, days)
        self.earlier_days.add(ago)
        return bindparam(ago.name, type_=Date)

    def current(
        self,
        record: type[Record],
        on: ColumnElement[date] | None = None,
        name: str | None = None,
        only: Collection[str] | None = None,
    ) -> Subquery:
        """Select the rows of a record type that are true on a day (default: ``as_of``), one for each key.

        From its first day on, a later row replaces an earlier one. Columns: ``initiative``, ``entry``
        and those of the record, or ``only`` some of them: SQLAlchemy renders each, also those that nobody reads.
        """
        day = self.as_of if on is None else on
        table = _table(record, only).alias()
        true = and_(self._last(record, table, day), or_(table.c.valid_to.is_(None), table.c.valid_to >= day))
        return self._rows(record, table, true, name, only)

    def latest(self, record: type[Record], name: str | None = None) -> Subquery:
        """Select the latest row of each key on or before ``as_of``, whether or not it is still true.

        An ended fact is also knowledge: if all members left, there are zero members; if no member was ever recorded,
        the number is unknown. Use ``in_force`` to select the rows that are still true. Of an event record it selects
        one row for each event.
        """
        table = _table(record).alias()
        return self._rows(record, table, self._last(record, table, self.as_of), name)

    def in_force(self, rows: FromClause) -> ColumnElement[bool]:
        """Whether a row of ``latest`` is still true on the day."""
        return or_(rows.c.valid_to.is_(None), rows.c.valid_to >= self.as_of)

    def happened(
        self, record: type[Record], after: ColumnElement[date] | None = None, name: str | None = None
    ) -> Subquery:
        """Select the rows of a record type that began on or before ``as_of`` (and after a given day), whether or not
        they are still true.
        """
        table = _table(record).alias()
        true = table.c.valid_from <= self.as_of
        if after is not None:
            true = and_(true, table.c.valid_from > after)
        return self._rows(record, table, true, name)

    def in_order(self, record: type[Record]) -> Subquery:
        """Select the rows that began on or before ``as_of``, with ``replaced_on``: the day from which a later row of
        the same key counts instead, which may be a day after ``as_of``.
        """
        table = _table(record).alias()
        replaced_on = self._replaced_on(record, table).label("replaced_on")
        return self._rows(record, table, table.c.valid_from <= self.as_of, None, also=(replaced_on,))

    def described(self, name: str | None = None) -> Subquery:
        """Select the initiatives of the pass with their description on the day. ``initiative`` is the initiative's own
        id.
        """
        own = self.current(Initiative)
        columns = [c for c in own.c if c.name not in ("initiative", "id")]
        query = select(own.c.id.label("initiative"), *columns)
        return query.where(*self._mine(own.c.id)).subquery(name)

    def visits(self, name: str | None = None) -> Subquery:
        """Select the visits to stages that began on or before ``as_of`` and had not ended by then."""
        table = tables.stage_visit
        query = select(table).where(
            table.c.entered_on <= self.as_of, or_(table.c.left_on.is_(None), table.c.left_on > self.as_of)
        )
        return query.where(*self._mine(table.c.initiative)).subquery(name)

    def _last(self, record: type[Record], table: FromClause, day: ColumnElement[date]) -> ColumnElement[bool]:
        """Whether a row began on or before the day and no later row of the same key had replaced it by then."""
        begun = table.c.valid_from <= day
        if not self.known_then:
            return and_(begun, or_(table.c.replaced_on.is_(None), table.c.replaced_on > day))
        later, is_later = self._later(record, table)
        return and_(begun, ~exists().where(is_later, later.c.valid_from <= day))

    def _replaced_on(self, record: type[Record], table: FromClause) -> ColumnElement[date]:
        """Return the day from which a later row of the same key counts instead of a row."""
        if not self.known_then:
            return table.c.replaced_on
        later, is_later = self._later(record, table)
        return select(func.min(later.c.valid_from)).where(is_later).scalar_subquery()

    def _later(self, record: type[Record], table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
        """Return the table once more, and whether a row in it is a later one of the same key as a row.

        What was known at an earlier moment is not stored with each row, but looked up.
        """
        later = _table(record, ()).alias()
        same = [later.c[k] == table.c[k] for k in ("chain", *record.key) if k != "valid_from"]
        return later, and_(*same, later.c.valid_from > table.c.valid_from, self._known(later))

    def _rows(
        self,
        record: type[Record],
        table: FromClause,
        true: ColumnElement[bool],
        name: str | None,
        only: Collection[str] | None = None,
        also: Iterable[ColumnElement[Any]] = (),
    ) -> Subquery:
        names = [c.name for c in tables.REGISTRY_TABLES[record.type].c if c.name not in _HOUSEKEEPING]
        own = [table.c[name] for name in names if only is None or name in only]
        query = select(table.c.chain.label("initiative"), table.c.entry, *own, *also)
        # Organisations and people are on one chain. The condition names it, so that the index of their keys is used.
        where = self._mine(table.c.chain) if record.of_initiative else [table.c.chain == REGISTRY]
        return query.where(*where, true, self._known(table)).subquery(name)

    def _mine(self, column: ColumnElement[str]) -> list[ColumnElement[bool]]:
        """Whether a row belongs to an initiative of the pass."""
        if self.everywhere:
            return []
        # A list is rendered into the statement at each run. For one initiative the rendering takes longer than the
        # query.
        return [column == bindparam("initiative", type_=String) if self.single else column.in_(self.initiatives)]

    def _known(self, table: FromClause) -> ColumnElement[bool]:
        if not self.known_then:
            return and_(table.c.superseded_at.is_(None), table.c.retracted == false())
        then = bindparam("known_at", type_=Instant)
        return and_(
            table.c.entered_at <= then,
            or_(table.c.superseded_at.is_(None), table.c.superseded_at > then),
            table.c.retracted == false(),
        )

    @property
    def initiatives(self) -> BindParameter[Any]:
        """Return the initiatives of the pass as a list that is bound when the statement runs."""
        return bindparam("initiatives", expanding=True, type_=String)


def _table(record: type[Record], only: Iterable[str] | None = None) -> TableClause:
    """Return the table of a record type with the columns that a statement reads.

    An alias of the whole table would make a copy of each of its columns, for which a short command spends more time
    than for the query.

    Args:
        only: the columns of the record beside its key and its days; None means all.
    """
    return _narrow_table(record, None if only is None else frozenset(only))


@cache
def _narrow_table(record: type[Record], only: frozenset[str] | None) -> TableClause:
    whole = tables.REGISTRY_TABLES[record.type]
    always = {"chain", "entry", "entered_at", "superseded_at", "retracted", "replaced_on", "valid_from", "valid_to"}
    always |= {*record.key}
    names = [
        c.name
        for c in whole.c
        if c.name in always or (c.name not in _HOUSEKEEPING and (only is None or c.name in only))
    ]
    return table_of(whole.name, *(column_of(name, whole.c[name].type) for name in names))


_HOUSEKEEPING = {
    "chain", "entry", "entered_at", "entered_by", "superseded_by", "superseded_at", "retracted", "salt", "replaced_on",
}  # fmt: skip


def parameter_values(
    earlier_days: Iterable[EarlierDay], as_of: date, initiatives: list[str] | None, known_at: datetime | None
) -> dict[str, Any]:
    """Return the values of the bound parameters of a statement."""
    values: dict[str, Any] = {"as_of": as_of, "known_at": known_at, "initiatives": initiatives}
    if initiatives is not None and len(initiatives) == 1:
        values["initiative"] = initiatives[0]
    for ago in earlier_days:
        values[ago.name] = ago.of(as_of)
    return values
