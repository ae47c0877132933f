"""The evidence rows behind each metric, and the fold that turns them into its number, so that the two always agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select

from clusterflow.domain.measurement import (
    UNMEASURED,
    Evidence,
    Fold,
    Measurement,
    MetricCall,
    MetricDeclaration,
    Staleness,
)
from clusterflow.domain.money import exponent
from clusterflow.store.metrics.scope import EarlierDay, Scope, parameter_values

Rows = Callable[..., Select[Any]]
"""``rows(scope, **parameters)``: a select of ``ROW_COLUMNS``, one row for each piece of evidence.

``part`` is how much the row counts. It is null if that is unknown; then ``most`` is the upper limit (null: no limit),
and the lower limit is zero. ``whole`` is the denominator, if the metric is a ratio. With a column ``currency`` the
amounts are in its minor units, and the result is in its main unit. Rows in several currencies make the result unknown.
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
def _rows(call: MetricCall, scope: Scope) -> tuple[Select[Any], frozenset[EarlierDay]]:
    """The statement of the rows, built once, and the earlier days that it needs."""
    recorded = replace(scope, earlier_days=set())
    rows = METRICS[call.metric](recorded, **dict(call.parameters))
    return rows, frozenset(recorded.earlier_days)


@lru_cache(maxsize=2048)
def _folded(call: MetricCall, scope: Scope, by: tuple[str, ...] = ()) -> tuple[Select[Any], frozenset[EarlierDay]]:
    selected, earlier_days = _rows(call, scope)
    rows = selected.subquery("evidence")
    unknown = case((rows.c.part.is_(None), 1), else_=0)
    limitless = case((rows.c.part.is_(None) & rows.c.most.is_(None), 1), else_=0)
    currency = rows.c.currency if "currency" in rows.c else None
    apart = [rows.c[name] for name in by]
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
        *((func.count(currency.distinct()).label("currencies"), func.min(currency).label("currency"))
          if currency is not None else ()),
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
    for call in sorted(set(calls)):
        if call.metric not in METRICS:
            continue
        statement, earlier_days = _folded(call, scope)
        values = parameter_values(earlier_days, as_of, initiatives, known_at)
        declared = declarations[call.metric]
        found[call] = {
            row.initiative: _measured(row, declared, as_of) for row in connection.execute(statement, values).all()
        }
    return found


def measure_by_part(
    connection: Connection,
    call: MetricCall,
    by: tuple[str, ...],
    declarations: Mapping[str, MetricDeclaration],
    as_of: date,
    initiatives: list[str] | None = None,
) -> dict[str, dict[tuple[str | None, ...], Measurement]]:
    """Measure a metric for each part of an initiative: its rows are folded separately by some of their columns.

    Args:
        by: the columns, for example ``("body",)``. Rows with null there are a part of their own, under None.

    Returns:
        By initiative, then by the values of the columns. Parts without rows are left out.
    """
    statement, earlier_days = _folded(call, Scope.over(initiatives), by)
    found: dict[str, dict[tuple[str | None, ...], Measurement]] = {}
    for row in connection.execute(statement, parameter_values(earlier_days, as_of, initiatives, None)).all():
        part = tuple(row._mapping[name] for name in by)
        found.setdefault(row.initiative, {})[part] = _measured(row, declarations[call.metric], as_of)
    return found


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
    selected, earlier_days = _rows(call, Scope.over([initiative], known_at is not None))
    rows = selected.subquery("evidence")
    ordered = select(rows).order_by(rows.c.on, rows.c.entry).limit(limit)
    values = parameter_values(earlier_days, as_of, [initiative], known_at)
    return tuple(_piece(row) for row in connection.execute(ordered, values))


def _piece(row: Row[Any]) -> Evidence:
    part, whole = to_fraction(row.part), to_fraction(row.whole)
    scale = minor_units(row._mapping.get("currency"))
    return Evidence(
        record=row.record,
        entry=row.entry,
        what=row.what,
        on=row.on,
        part=None if part is None else part / scale,
        whole=None if whole is None else whole / scale,
    )


def minor_units(currency: str | None) -> int:
    """Return how many minor units one main unit of the currency has; one if the number is not money."""
    return 10 ** exponent(currency) if currency else 1


def _measured(row: Row[Any], declared: MetricDeclaration, as_of: date) -> Measurement:
    """Return the number of the rows; only the reason if the newest row is too old for the day."""
    found, days = fold_row(row, declared.fold, as_of), declared.freshness_days
    if days is None or row.newest is None or (as_of - row.newest).days <= days:
        return found
    return replace(found, low=None, high=None, stale=Staleness(row.newest, days))


def fold_row(row: Row[Any], fold: Fold, as_of: date) -> Measurement:
    """Return one number from the sums of its rows. Unknown values of the rows become the range of the number."""
    entered = row.entered_at.date() if row.entered_at else None
    fields = row._mapping
    if fields.get("currencies", 1) > 1:
        return UNMEASURED
    low: Fraction | None
    high: Fraction | None
    part = to_fraction(row.part) or Fraction(0)
    room = None if row.limitless else part + (to_fraction(row.room) or Fraction(0))
    match fold:
        case Fold.SUM:
            low, high = part, room
        case Fold.RATIO:
            whole = to_fraction(row.whole)
            if row.wholeless or not whole:
                return UNMEASURED
            low, high = part / whole, None if room is None else room / whole
        case Fold.LARGEST:
            low = to_fraction(row.largest)
            tops = [top for top in (low, to_fraction(row.most)) if top is not None]
            high = None if row.limitless else max(tops)
        case Fold.SMALLEST:
            high = to_fraction(row.smallest)
            low = None if row.unknown else high
    # A ratio of two amounts is not an amount.
    currency = None if fold is Fold.RATIO else fields.get("currency")
    scale = minor_units(currency)
    return Measurement(
        low=None if low is None else low / scale,
        high=None if high is None else high / scale,
        rows=row.rows,
        unknown_rows=int(row.unknown),
        entered=entered,
        late=entered is not None and entered > as_of,
        currency=currency,
    )


def to_fraction(value: Any) -> Fraction | None:
    """Return the database's number as a fraction. A float is read as its shortest decimal."""
    if value is None:
        return None
    return Fraction(value).limit_denominator(10**6) if isinstance(value, float) else Fraction(value)
