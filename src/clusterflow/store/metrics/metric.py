"""The evidence rows behind each metric, and the fold that turns them into its number, so that the two always agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Date, Row, Select, bindparam, or_, select

from clusterflow.domain.measurement import (
    Evidence,
    Fold,
    Measurement,
    MetricCall,
    MetricDeclaration,
    Rate,
    Staleness,
)
from clusterflow.rules.change_days import EarlierDay
from clusterflow.store.columns import Instant
from clusterflow.store.database import plan_quickly
from clusterflow.store.metrics.aggregates import (
    Line,
    MetricRows,
    Part,
    Statement,
    sums_by_value,
    sums_of,
    sums_together,
)
from clusterflow.store.metrics.register import METRICS, Rows, rows_by_value, sums_written
from clusterflow.store.metrics.sums import Sums, converted, fold_sums, minor_units, to_fraction
from clusterflow.store.metrics.texts import stored_statement
from clusterflow.store.query_scope import Scope, parameter_values
from clusterflow.store.tables import REGISTRY_TABLES

ROW_COLUMNS = ("initiative", "record", "entry", "what", "on", "part", "whole", "most")


Lines = Sequence[Any]
"""What a statement returned for one initiative: the line, or a line for each currency."""


class Metric(NamedTuple):
    """A metric of a third party, offered under the entry-point group ``clusterflow.metrics``."""

    declaration: MetricDeclaration
    rows: Rows


class FoldRule(NamedTuple):
    """How the rows of a metric become its number, and whether the day of the newest one counts."""

    fold: Fold
    is_dated: bool

    @classmethod
    def of(cls, declared: MetricDeclaration) -> FoldRule:
        return cls(declared.fold, declared.freshness_days is not None)


@lru_cache(maxsize=2048)
def rows_of(call: MetricCall, scope: Scope) -> tuple[Select[Any], frozenset[EarlierDay]]:
    """The statement of the rows, built once, and the earlier days that it needs."""
    recorded = replace(scope, earlier_days=set())
    rows = METRICS[call.metric](recorded, **dict(call.parameters))
    return rows, frozenset(recorded.earlier_days)


@lru_cache(maxsize=2048)
def _summed(call: MetricCall, scope: Scope, rule: FoldRule, by: tuple[str, ...] = ()) -> Statement:
    return sums_of(MetricRows(call, *rows_of(call, scope), *rule), by)


@lru_cache(maxsize=128)
def _together(wanted: tuple[tuple[MetricCall, FoldRule], ...], scope: Scope) -> tuple[Statement, ...]:
    by_metric: dict[tuple[str, str, Rows], list[MetricCall]] = defaultdict(list)
    others: list[MetricRows] = []
    for call, rule in wanted:
        if (by_value := rows_by_value(call.metric)) is not None:
            by_metric[call.metric, *by_value].append(call)
        else:
            write = None if rule.is_dated else sums_written(call.metric)
            written = None if write is None else write(scope, **dict(call.parameters))
            others.append(MetricRows(call, *rows_of(call, scope), *rule, written))
    rules = dict(wanted)
    return (
        *sums_together(others),
        *(_by_value(name, rows, calls, scope, rules[calls[0]]) for (_, name, rows), calls in by_metric.items()),
    )


def _by_value(name: str, rows: Rows, calls: Sequence[MetricCall], scope: Scope, rule: FoldRule) -> Statement:
    recorded = replace(scope, earlier_days=set())
    every = rows(recorded)
    wanted = {str(dict(call.parameters)[name]): call for call in calls}
    return sums_by_value(MetricRows(calls[0], every, frozenset(recorded.earlier_days), *rule), name, wanted)


def measure(
    connection: Connection,
    calls: Iterable[MetricCall],
    declarations: dict[str, MetricDeclaration],
    as_of: date,
    initiatives: list[str] | None = None,
    known_at: datetime | None = None,
) -> dict[MetricCall, dict[str, Measurement]]:
    """Measure each metric as of the day, in one statement for all initiatives (None: every initiative).

    Metrics that count the same rows share a statement where it is for every initiative. With ``known_at`` the result is
    what was known at that moment: later entries and corrections are ignored.
    """
    scope = Scope.over(initiatives, known_at is not None)
    wanted = tuple((c, FoldRule.of(declarations[c.metric])) for c in sorted(set(calls)) if c.metric in METRICS)
    # The statements of each combination are compiled once. Of some initiatives there would be too many combinations.
    waiting = (
        [*_together(wanted, scope)]
        if scope.everywhere
        else [_single(connection, call, scope, rule) for call, rule in wanted]
    )
    if not scope.single:
        plan_quickly(connection)
    in_money = any("currency" in part.layout.names for statement in waiting for part in statement.parts)
    rates = _rates(connection, as_of, known_at) if in_money else ()
    found: dict[MetricCall, dict[str, Measurement]] = {call: {} for call, _ in wanted}
    while waiting:
        statement = waiting.pop()
        values = parameter_values(statement.earlier_days, as_of, initiatives, known_at)
        rows = statement.rows(connection, values)
        for part, own in statement.rows_of_parts(rows):
            declared = declarations[part.call.metric]
            if part.currencies is not None and any(map(part.is_mixed, own)):
                waiting.append(_summed(part.call, scope, FoldRule.of(declared)))
            else:
                found[part.call] = _Folding(part, declared, as_of, rates).by_initiative(own)
    return found


def _single(connection: Connection, call: MetricCall, scope: Scope, rule: FoldRule) -> Statement:
    return stored_statement(connection, call, scope, rule, lambda: _summed(call, scope, rule))


class _Folding:
    """Turns the lines of a statement into measurements. Initiatives with the same sums share one."""

    def __init__(self, part: Part, declared: MetricDeclaration, as_of: date, rates: tuple[Rate, ...]) -> None:
        self.part, self.declared, self.as_of, self.rates = part, declared, as_of, rates
        self.known: dict[Lines, Measurement] = {}
        self.values = itemgetter(*part.columns)

    def by_initiative(self, rows: Iterable[Line]) -> dict[str, Measurement]:
        """Return the measurements by initiative. A statement for several metrics may have found no row of this one."""
        part, values = self.part, self.values
        if "currency" not in part.layout.names or part.currencies is not None:
            count = part.columns[part.layout.names.index("rows")]
            known, of_line = self.known, self.of_line
            counted = ((row[0], values(row)) for row in rows if row[count])
            return {initiative: known.get(line) or of_line(line) for initiative, line in counted}
        lines: dict[str, Lines] = {}
        for row in rows:
            lines[row[0]] = (*lines.get(row[0], ()), values(row))
        return {initiative: self.of_lines(some) for initiative, some in lines.items()}

    def of_line(self, values: Sequence[Any]) -> Measurement:
        """Return the measurement of an initiative with one line."""
        return self.known.get(values) or self.known.setdefault(values, self.of_lines((values,)))

    def of_lines(self, lines: Lines) -> Measurement:
        """Return the measurement of the lines of one initiative, or of a part of it."""
        found = self.known.get(lines)
        if found is None:
            sums = [Sums.of(self.part.layout, values) for values in lines]
            found = self.known[lines] = _measured(sums, self.declared, self.as_of, self.rates)
        return found


def _rates(connection: Connection, as_of: date, known_at: datetime | None) -> tuple[Rate, ...]:
    """Return the latest exchange rate of each pair of currencies, as of the day."""
    values = {"as_of": as_of, "known_at": known_at}
    rows = connection.execute(_rates_statement(known_at is not None), values)
    latest = {(row.base, row.quote): row.rate for row in rows}
    # A rate is the decimal number that somebody wrote.
    return tuple(Rate(base, quote, Fraction(str(rate))) for (base, quote), rate in sorted(latest.items()))


@cache
def _rates_statement(known_then: bool) -> Select[Any]:
    table = REGISTRY_TABLES["exchange-rate"]
    query = select(table.c.base, table.c.quote, table.c.rate).where(
        table.c.valid_from <= bindparam("as_of", type_=Date), table.c.retracted.is_(False)
    )
    if not known_then:
        query = query.where(table.c.superseded_at.is_(None))
    else:
        then = bindparam("known_at", type_=Instant)
        open_then = or_(table.c.superseded_at.is_(None), table.c.superseded_at > then)
        query = query.where(table.c.entered_at <= then, open_then)
    return query.order_by(table.c.valid_from)


def measure_by_part(
    connection: Connection,
    call: MetricCall,
    by: tuple[str, ...],
    declarations: Mapping[str, MetricDeclaration],
    as_of: date,
    initiatives: list[str] | None = None,
    known_at: datetime | None = None,
) -> dict[str, dict[tuple[str | None, ...], Measurement]]:
    """Measure a metric for each part of an initiative: its rows are folded separately by some of their columns.

    Args:
        by: the columns, for example ``("body",)``. Rows with null there are a part of their own, under None.

    Returns:
        By initiative, then by the values of the columns. Parts without rows are left out.
    """
    declared = declarations[call.metric]
    statement = _summed(call, Scope.over(initiatives, known_at is not None), FoldRule.of(declared), by)
    lines: dict[str, dict[tuple[str | None, ...], Lines]] = {}
    values = parameter_values(statement.earlier_days, as_of, initiatives, known_at)
    (part,) = statement.parts
    folding = _Folding(part, declared, as_of, _rates(connection, as_of, known_at))
    for row in statement.rows(connection, values):
        parts, name = lines.setdefault(row[0], {}), tuple(row[1 : 1 + len(by)])
        parts[name] = (*parts.get(name, ()), folding.values(row))
    return {
        initiative: {name: folding.of_lines(some) for name, some in parts.items()}
        for initiative, parts in lines.items()
    }


def evidence(
    connection: Connection,
    call: MetricCall,
    initiative: str,
    as_of: date,
    known_at: datetime | None = None,
    limit: int = 200,
) -> tuple[Evidence, ...]:
    """Return the rows behind one number of one initiative."""
    if call.metric not in METRICS:
        return ()
    selected, earlier_days = rows_of(call, Scope.over([initiative], known_at is not None))
    ordered = _ordered(selected).limit(limit)
    values = parameter_values(earlier_days, as_of, [initiative], known_at)
    return tuple(_piece(row) for row in connection.execute(ordered, values))


@lru_cache(maxsize=2048)
def _ordered(selected: Select[Any]) -> Select[Any]:
    rows = selected.subquery("evidence")
    return select(rows).order_by(rows.c.on, rows.c.entry)


def _piece(row: Row[Any]) -> Evidence:
    part, whole = to_fraction(row.part), to_fraction(row.whole)
    currency = row._mapping.get("currency")
    scale = minor_units(currency)
    return Evidence(
        record=row.record,
        entry=row.entry,
        what=row.what,
        on=row.on,
        part=None if part is None else part / scale,
        # A sum has no denominator: each of its rows has 1 there.
        whole=whole if whole is None or whole == 1 else whole / scale,
        currency=currency,
    )


def _measured(sums: Sequence[Sums], declared: MetricDeclaration, as_of: date, rates: tuple[Rate, ...]) -> Measurement:
    """Return the number of the rows; only the reason if the newest row is too old for the day."""
    found, days = fold_sums(converted(sums, rates, declared.fold), declared.fold), declared.freshness_days
    if rates and (found.currency or found.amounts):
        found = found._replace(rates=rates)
    newest = max((s.newest for s in sums if s.newest is not None), default=None)
    if days is None or newest is None or (as_of - newest).days <= days:
        return found
    return found._replace(low=None, high=None, amounts=(), stale=Staleness(newest, days))
