"""The evidence rows behind each metric, and the fold that turns them into its number, so that the two always agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Date, Row, Select, bindparam, case, func, or_, select

from clusterflow.domain.measurement import (
    Amount,
    Evidence,
    Fold,
    Measurement,
    MetricCall,
    MetricDeclaration,
    Rate,
    Staleness,
)
from clusterflow.domain.money import exponent
from clusterflow.rules.change_days import EarlierDay
from clusterflow.store.columns import Instant
from clusterflow.store.query_scope import Scope, parameter_values
from clusterflow.store.tables import REGISTRY_TABLES

Rows = Callable[..., Select[Any]]
"""``rows(scope, **parameters)``: a select of ``ROW_COLUMNS``, one row for each piece of evidence.

``part`` is how much the row counts. It is null if that is unknown; then ``most`` is the upper limit (null: no limit),
and the lower limit is zero. ``whole`` is the denominator, if the metric is a ratio. With a column ``currency`` the
amounts are in its minor units, and the result is in its main unit. A sum in several currencies has an amount in each.
If there are no rows, nothing is known. Further columns name the part of the initiative that a row belongs to (a
committee, a size class); ``measure_apart`` folds the rows by them.
"""

ROW_COLUMNS = ("initiative", "record", "entry", "what", "on", "part", "whole", "most", "entered_at")

METRICS: dict[str, Rows] = {}


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of a third party, offered under the entry-point group ``clusterflow.metrics``."""

    declaration: MetricDeclaration
    rows: Rows


def metric(metric_id: str) -> Callable[[Rows], Rows]:
    """Register the rows of a metric that ``configs/metrics.yaml`` declares under this id."""

    def keep(rows: Rows) -> Rows:
        if metric_id in METRICS:
            raise ValueError(f"two metrics are called {metric_id}")
        METRICS[metric_id] = rows
        return rows

    return keep


@lru_cache(maxsize=2048)
def rows_of(call: MetricCall, scope: Scope) -> tuple[Select[Any], frozenset[EarlierDay]]:
    """The statement of the rows, built once, and the earlier days that it needs."""
    recorded = replace(scope, earlier_days=set())
    rows = METRICS[call.metric](recorded, **dict(call.parameters))
    return rows, frozenset(recorded.earlier_days)


@lru_cache(maxsize=2048)
def _folded(call: MetricCall, scope: Scope, by: tuple[str, ...] = ()) -> tuple[Select[Any], frozenset[EarlierDay]]:
    selected, earlier_days = rows_of(call, scope)
    rows = selected.subquery("evidence")
    unknown = case((rows.c.part.is_(None), 1), else_=0)
    limitless = case((rows.c.part.is_(None) & rows.c.most.is_(None), 1), else_=0)
    currency = rows.c.currency if "currency" in rows.c else None
    apart = [*(rows.c[name] for name in by), *([currency] if currency is not None else [])]
    statement = select(
        rows.c.initiative,
        *apart,
        func.count().label("rows"),
        func.sum(unknown).label("unknown"),
        func.sum(limitless).label("limitless"),
        func.sum(rows.c.part).label("part"),
        func.sum(case((rows.c.part.is_(None), rows.c.most), else_=0)).label("room"),
        func.sum(rows.c.whole).label("whole"),
        func.sum(case((rows.c.whole.is_(None), 1), else_=0)).label("wholeless"),
        func.max(rows.c.part).label("largest"),
        func.min(rows.c.part).label("smallest"),
        func.max(case((rows.c.part.is_(None), rows.c.most))).label("most"),
        func.max(rows.c.entered_at).label("entered_at"),
        func.max(rows.c.on).label("newest"),
    ).group_by(rows.c.initiative, *apart)  # fmt: skip
    return statement, earlier_days


def measure(
    connection: Connection,
    calls: Iterable[MetricCall],
    declarations: dict[str, MetricDeclaration],
    as_of: date,
    initiatives: list[str] | None = None,
    known_at: datetime | None = None,
) -> dict[MetricCall, dict[str, Measurement]]:
    """Measure each metric as of the day, with one statement per metric for all initiatives (None: every initiative).

    With ``known_at`` the result is what was known at that moment: later entries and corrections are ignored.
    """
    found: dict[MetricCall, dict[str, Measurement]] = {}
    scope = Scope.over(initiatives, known_at is not None)
    rates = _rates(connection, as_of, known_at)
    for call in sorted(set(calls)):
        if call.metric not in METRICS:
            continue
        statement, earlier_days = _folded(call, scope)
        values = parameter_values(earlier_days, as_of, initiatives, known_at)
        declared = declarations[call.metric]
        groups: dict[str, list[Row[Any]]] = {}
        for row in connection.execute(statement, values).all():
            groups.setdefault(row.initiative, []).append(row)
        alike: dict[tuple[Any, ...], Measurement] = {}
        found[call] = {
            initiative: alike.get(key) or alike.setdefault(key, _measured(rows, declared, as_of, rates))
            for initiative, rows in groups.items()
            for key in [_sums_key(rows)]
        }
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
    statement, earlier_days = _folded(call, Scope.over(initiatives, known_at is not None), by)
    groups: dict[str, dict[tuple[str | None, ...], list[Row[Any]]]] = {}
    for row in connection.execute(statement, parameter_values(earlier_days, as_of, initiatives, known_at)).all():
        part = tuple(row._mapping[name] for name in by)
        groups.setdefault(row.initiative, {}).setdefault(part, []).append(row)
    declared, rates = declarations[call.metric], _rates(connection, as_of, known_at)
    return {
        initiative: {part: _measured(rows, declared, as_of, rates) for part, rows in parts.items()}
        for initiative, parts in groups.items()
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


def minor_units(currency: str | None) -> int:
    """Return how many minor units one main unit of the currency has; one if the number is not money."""
    return 10 ** exponent(currency) if currency else 1


def _sums_key(rows: Sequence[Row[Any]]) -> tuple[Any, ...]:
    """Return what the measurement of some rows depends on. Initiatives with the same sums share one measurement."""
    return tuple((row.entered_at and row.entered_at.date(), *row[1:-2], row[-1]) for row in rows)


def _measured(
    rows: Sequence[Row[Any]], declared: MetricDeclaration, as_of: date, rates: tuple[Rate, ...]
) -> Measurement:
    """Return the number of the rows; only the reason if the newest row is too old for the day."""
    sums = [_Sums.of(row) for row in rows]
    found, days = fold_sums(_converted(sums, rates, declared.fold), declared.fold, as_of), declared.freshness_days
    if rates and (found.currency or found.amounts):
        found = replace(found, rates=rates)
    newest = max((s.newest for s in sums if s.newest is not None), default=None)
    if days is None or newest is None or (as_of - newest).days <= days:
        return found
    return replace(found, low=None, high=None, amounts=(), stale=Staleness(newest, days))


@dataclass(frozen=True, slots=True)
class _Sums:
    """The sums over the evidence rows of one currency, or of those that have none."""

    currency: str | None
    rows: int
    unknown: int
    part: Fraction
    room: Fraction | None
    """What the rows of unknown value add at most; None if they have no limit."""
    whole: Fraction | None
    largest: Fraction | None
    smallest: Fraction | None
    most: Fraction | None
    entered_at: datetime | None
    newest: date | None

    @classmethod
    def of(cls, row: Row[Any]) -> _Sums:
        currency = row.currency if "currency" in row._fields else None
        scale = minor_units(currency)

        def scaled(value: Any) -> Fraction | None:
            return number if (number := to_fraction(value)) is None or scale == 1 else number / scale

        return cls(
            currency=currency,
            rows=row.rows,
            unknown=int(row.unknown),
            part=scaled(row.part) or Fraction(0),
            room=None if row.limitless else scaled(row.room) or Fraction(0),
            whole=None if row.wholeless else scaled(row.whole),
            largest=scaled(row.largest),
            smallest=scaled(row.smallest),
            most=scaled(row.most),
            entered_at=row.entered_at,
            newest=row.newest,
        )

    def plus(self, other: _Sums) -> _Sums:
        """Return the sums of both. The other is in the same currency, or has none."""

        def least_and_most(*values: Fraction | None) -> list[Fraction]:
            return [value for value in values if value is not None]

        return replace(
            self,
            rows=self.rows + other.rows,
            unknown=self.unknown + other.unknown,
            part=self.part + other.part,
            room=None if self.room is None or other.room is None else self.room + other.room,
            whole=None if self.whole is None or other.whole is None else self.whole + other.whole,
            largest=max(least_and_most(self.largest, other.largest), default=None),
            smallest=min(least_and_most(self.smallest, other.smallest), default=None),
            most=max(least_and_most(self.most, other.most), default=None),
            entered_at=max((at for at in (self.entered_at, other.entered_at) if at is not None), default=None),
            newest=max((day for day in (self.newest, other.newest) if day is not None), default=None),
        )

    def times(self, rate: Fraction, currency: str) -> _Sums:
        """Return the sums in another currency."""
        return replace(
            self,
            currency=currency,
            part=self.part * rate,
            room=None if self.room is None else self.room * rate,
            whole=None if self.whole is None else self.whole * rate,
        )


def _converted(sums: Sequence[_Sums], rates: tuple[Rate, ...], fold: Fold) -> Sequence[_Sums]:
    """Return the sums of a ratio in one currency, if there are rates for all of them; other sums as they are."""
    currencies = sorted({s.currency for s in sums if s.currency is not None})
    if fold is not Fold.RATIO or len(currencies) < 2:
        return sums
    about = Measurement(None, None, rates=rates)
    for quote in currencies:
        values = {currency: about.rate(currency, quote) for currency in currencies}
        known = {currency: value for currency, value in values.items() if value is not None}
        if len(known) == len(currencies):
            return [_together([s.times(known.get(s.currency or "", Fraction(1)), quote) for s in sums])]
    return sums


def _together(sums: Sequence[_Sums]) -> _Sums:
    first, *others = sums
    for other in others:
        first = first.plus(other)
    return first


def fold_sums(sums: Sequence[_Sums], fold: Fold, as_of: date) -> Measurement:
    """Return one number from the sums of its rows. Unknown values of the rows become the range of the number."""
    entered_at = max((s.entered_at for s in sums if s.entered_at is not None), default=None)
    entered = entered_at.date() if entered_at else None
    bare = [s for s in sums if s.currency is None]
    by_currency = sorted((s for s in sums if s.currency is not None), key=lambda s: s.currency or "")
    if by_currency and bare:
        # What has no currency adds nothing, or something unknown, to each of them.
        by_currency = [s.plus(bare[0]) for s in by_currency]
    about = Measurement(
        low=None,
        high=None,
        rows=sum(s.rows for s in sums),
        unknown_rows=sum(s.unknown for s in sums),
        entered=entered,
        late=entered is not None and entered > as_of,
        currencies=tuple(s.currency or "" for s in by_currency) if len(by_currency) > 1 else (),
    )
    if len(by_currency) <= 1:
        only = (by_currency or bare)[0]
        low, high = _range_of(only, fold)
        # A ratio of two amounts is not an amount.
        return replace(about, low=low, high=high, currency=None if fold is Fold.RATIO else only.currency)
    if fold is Fold.SUM:
        amounts = (Amount(s.currency or "", *_range_of(s, fold)) for s in by_currency)
        return replace(about, amounts=tuple(amounts), currencies=())
    if fold is Fold.RATIO and all(s.whole is not None and s.whole > 0 for s in by_currency):
        # Whatever the rates are, the ratio of the whole lies between those of the currencies.
        lows, highs = zip(*(_range_of(s, fold) for s in by_currency), strict=True)
        low = None if None in lows else min(lows)
        high = None if None in highs else max(highs)
        return replace(about, low=low, high=high)
    return about


def _range_of(sums: _Sums, fold: Fold) -> tuple[Fraction | None, Fraction | None]:
    """Return the lowest and the highest number that the rows allow; None where there is no limit."""
    room = None if sums.room is None else sums.part + sums.room
    match fold:
        case Fold.SUM:
            return sums.part, room
        case Fold.RATIO:
            if not sums.whole:
                return None, None
            return sums.part / sums.whole, None if room is None else room / sums.whole
        case Fold.LARGEST:
            tops = [top for top in (sums.largest, sums.most) if top is not None]
            return sums.largest, None if sums.room is None else max(tops)
        case _:
            return None if sums.unknown else sums.smallest, sums.smallest


whole_number = lru_cache(maxsize=4096)(Fraction)
"""A whole number as a fraction: to make one takes longer than to look it up."""


def to_fraction(value: Any) -> Fraction | None:
    """Return the database's number as a fraction. A float is read as its shortest decimal."""
    if value is None:
        return None
    return Fraction(value).limit_denominator(10**6) if isinstance(value, float) else whole_number(value)
