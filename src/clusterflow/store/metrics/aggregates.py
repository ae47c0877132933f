"""Builds the statements that sum the evidence rows of metrics by initiative, of several metrics at once if they share
their rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

from sqlalchemy import ColumnClause, ColumnElement, Connection, FromClause, Select, Subquery, and_, case, func, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import ColumnCollection
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, Case, Label, Over
from sqlalchemy.sql.operators import add
from sqlalchemy.sql.selectable import SelectState

from clusterflow.domain.measurement import Fold, MetricCall
from clusterflow.rules.change_days import EarlierDay
from clusterflow.store.metrics.evidence_rows import UNKNOWN
from clusterflow.store.metrics.register import WrittenSums
from clusterflow.store.metrics.sums import Given, Layout
from clusterflow.store.statement_text import StatementText

Columns = ColumnCollection[str, Any]
Line = Sequence[Any]
"""A row that a statement returned."""
Query = Select[Any] | StatementText


class MetricRows(NamedTuple):
    """The rows of a metric: how to select them, the earlier days that this needs, and how they become one number."""

    call: MetricCall
    rows: Select[Any]
    earlier_days: frozenset[EarlierDay]
    fold: Fold
    is_dated: bool
    """Whether the day of the newest row counts."""
    written: WrittenSums | None = None
    """The sums without the rows, for a statement over all initiatives."""


class Currencies(NamedTuple):
    """The columns with the first and the last currency, and the numbers of rows with a currency and with an amount."""

    lowest: int
    highest: int
    with_currency: int
    with_amount: int


class Part(NamedTuple):
    """The columns of a statement that are about one metric, in the order of its layout."""

    call: MetricCall
    layout: Layout
    columns: tuple[int, ...]
    value: str | None = None
    """The part of an initiative that it is about, if the statement returns a row for each part."""
    currencies: Currencies | None = None
    """The columns that say whether an initiative has amounts in several currencies. Then the sums mean nothing."""

    def is_mixed(self, row: Line) -> bool:
        if self.currencies is None:
            return False
        lowest, highest, with_currency, with_amount = self.currencies
        return bool(row[lowest] != row[highest] or row[with_currency] != row[with_amount])


class Statement(NamedTuple):
    """Returns a row for each initiative, or for each of its parts: their names, and the sums of metrics."""

    query: Query
    earlier_days: frozenset[EarlierDay]
    parts: tuple[Part, ...]

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Line]:
        """Execute the statement."""
        if isinstance(self.query, StatementText):
            return self.query.rows(connection, values)
        return connection.execute(self.query, values).all()

    def rows_of_parts(self, rows: Sequence[Line]) -> Iterator[tuple[Part, Sequence[Line]]]:
        """Yield the rows about each metric."""
        by_value: dict[str, list[Line]] = defaultdict(list)
        for row in rows if any(part.value is not None for part in self.parts) else ():
            by_value[row[1]].append(row)
        for part in self.parts:
            yield part, rows if part.value is None else by_value[part.value]


def sums_of(metric: MetricRows, by: tuple[str, ...] = ()) -> Statement:
    """Return the statement that sums the rows of one metric, by initiative and by some more of their columns."""
    query, part = _sums_query(metric, by)
    return Statement(query, metric.earlier_days, (part,))


def sums_by_value(every: MetricRows, column: str, calls: Mapping[str, MetricCall]) -> Statement:
    """Return the statement that sums the rows of several calls of one metric, which differ in one parameter.

    Args:
        every: the rows of all values of the parameter.
        column: the column of the rows with the value.
        calls: the calls by the value of the parameter.
    """
    query, part = _sums_query(every, (column,))
    value = query.selected_columns[column]
    parts = tuple(part._replace(call=call, value=name) for name, call in calls.items())
    return Statement(query.where(value.in_(sorted(calls))), every.earlier_days, parts)


def _sums_query(metric: MetricRows, by: tuple[str, ...]) -> tuple[Select[Any], Part]:
    rows = metric.rows.subquery("evidence")
    apart = [rows.c[name] for name in by]
    currency = [rows.c.currency] if "currency" in rows.c else []
    columns, layout = _sums(metric, rows.c, None)
    query = select(rows.c.initiative, *apart, *currency, *columns).group_by(rows.c.initiative, *apart, *currency)
    first = 1 + len(apart)
    return query, Part(metric.call, layout, tuple(range(first, first + len(layout.names))))


def sums_together(metrics: Iterable[MetricRows]) -> Iterator[Statement]:
    """Yield statements for all the metrics. Those that count the same rows are summed by one."""
    by_source: dict[FromClause, list[MetricRows]] = {}
    for metric in metrics:
        source = _source_of(metric.rows) if metric.written is None else metric.written.source
        if source is None:
            yield sums_of(metric)
        else:
            by_source.setdefault(source, []).append(metric)
    for shared, sharing in by_source.items():
        is_alone = len(sharing) == 1 and sharing[0].written is None
        yield sums_of(sharing[0]) if is_alone else _shared(shared, sharing)


def _shared(source: FromClause, sharing: Sequence[MetricRows]) -> Statement:
    columns: list[Any] = [source.c.initiative]
    parts: list[Part] = []

    def place(column: Any) -> int:
        """Return the place of a column, which several metrics may need."""
        found = next((number for number, one in enumerate(columns) if one.compare(column)), len(columns))
        columns.extend([column] if found == len(columns) else [])
        return found

    for metric in sharing:
        if metric.written is not None:
            names = tuple(metric.written.columns)
            places = tuple(map(place, metric.written.columns.values()))
            parts.append(Part(metric.call, Layout(names, 1, Given.BY_ROW, metric.written.all_words), places))
            continue
        row, where = metric.rows.selected_columns, metric.rows.whereclause
        own, layout = _sums(metric, row, where)
        sums, currencies = [_bare(column) for column in own], None
        if "currency" in row:
            currency, part = (_counted(_bare(row[name]), where) for name in ("currency", "part"))
            currency_columns = (func.min(currency), func.max(currency), func.count(currency), func.count(part))
            sums, currencies = [currency_columns[0], *sums], Currencies(*map(place, currency_columns))
        parts.append(Part(metric.call, layout, tuple(map(place, sums)), currencies=currencies))
    labelled = [column.label(f"c{number}") for number, column in enumerate(columns[1:])]
    query = select(columns[0], *labelled).select_from(source).group_by(columns[0])
    return Statement(query, frozenset().union(*(metric.earlier_days for metric in sharing)), tuple(parts))


def _source_of(rows: Any) -> Subquery | None:
    """Return the rows that a metric only counts, without joining or grouping them; None of others."""
    if not isinstance(rows, Select):
        return None
    plain = not (rows._group_by_clauses or rows._distinct or rows._has_row_limiting_clause or rows._having_criteria)
    # As get_final_froms(), which first compiles the whole statement to have a compiler, and makes no use of it.
    sources = SelectState(rows, None)._get_display_froms()  # type: ignore[arg-type]
    if not plain or len(sources) != 1 or not isinstance(sources[0], Subquery):
        return None
    windows = any(isinstance(part, Over) for column in rows.selected_columns for part in visitors.iterate(column))
    return None if windows else sources[0]


def _sums(metric: MetricRows, row: Columns, where: ColumnElement[bool] | None) -> tuple[list[Any], Layout]:
    """Return the sums that the fold of a metric needs, and what they are.

    Args:
        row: the values of a row: the metric's own expressions, or the columns of its subquery.
        where: which rows count; all of them if None.
    """

    def counted(value: Any) -> Any:
        return _counted(value, where)

    written, only = metric.rows.selected_columns, _source_of(metric.rows)
    whole, most = _constant(written["whole"]), _constant(written["most"])
    part, limit = _bare(row["part"]), _bare(row["most"])
    found: dict[str, Any] = {"rows": func.count() if where is None else func.count(case((where, 1)))}
    if not _is_never_null(written["part"], only):
        found["known"] = func.count(counted(part))
        if isinstance(most, Given):
            unknown = part.is_(None) if where is None else and_(where, part.is_(None))
            found["limitless"] = func.count(case((and_(unknown, limit.is_(None)), 1)))
            found["room"] = func.sum(case((unknown, limit)))
            found |= {"most": func.max(case((unknown, limit)))} if metric.fold is Fold.LARGEST else {}
    if metric.fold is Fold.LARGEST:
        found["largest"] = func.max(counted(part))
    elif metric.fold is Fold.SMALLEST:
        found["smallest"] = func.min(counted(part))
    else:
        found["part"] = func.sum(counted(part))
    if metric.fold is Fold.RATIO and isinstance(whole, Given):
        found["whole"] = func.sum(counted(_bare(row["whole"])))
        if not _is_never_null(written["whole"], only):
            found["wholes"] = func.count(counted(_bare(row["whole"])))
    if metric.is_dated:
        found["newest"] = func.max(counted(_bare(row["on"])))
    currency = ("currency",) if "currency" in row else ()
    return [column.label(name) for name, column in found.items()], Layout((*currency, *found), whole, most)


def _counted(value: Any, where: ColumnElement[bool] | None) -> Any:
    return value if where is None else case((where, value))


def _bare(column: Any) -> Any:
    return column.element if isinstance(column, Label) else column


def _constant(column: Any) -> int | Given | None:
    """Return the value of a column that is the same in every row."""
    bare = _bare(column)
    if bare is UNKNOWN:
        return None
    return bare.value if _is_literal(bare) and isinstance(bare.value, int) else Given.BY_ROW


def _is_literal(value: Any) -> TypeGuard[BindParameter[Any]]:
    return isinstance(value, BindParameter) and value.value is not None and not value.required


def _is_never_null(value: Any, only: Subquery | None = None) -> bool:
    """Whether an expression always has a value: literals, choices between them, their sums, and columns of these.

    Args:
        only: the one source of the rows. A column of a source that is joined to others may be null in some of them.
    """
    value = _bare(value)
    if isinstance(value, ColumnClause):
        query = only.element if only is not None and value.table is only else None
        return isinstance(query, Select) and _is_never_null(query.selected_columns[value.key])
    if isinstance(value, Case):
        return value.else_ is not None and all(
            _is_never_null(one, only) for one in (value.else_, *(t for _, t in value.whens))
        )
    if isinstance(value, BinaryExpression):
        return value.operator is add and _is_never_null(value.left, only) and _is_never_null(value.right, only)
    return _is_literal(value)
