"""What a metric is: the evidence rows behind it. The number follows by folding them, so the two cannot disagree."""

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

``part`` is what the row counts for; null where that is not known, and then ``most`` is the most it could count for
(null: without limit; the least is nought). ``whole`` is what the part is a part of, where the metric is a ratio. With
a column ``currency`` the amounts are minor units of it, and the number comes out in the currency's main unit; rows in
several currencies make the number unknown rather than wrong. No rows at all: nothing is known. Further columns say of
which part of the initiative a row is (a committee, a size class): ``measure_apart`` folds those apart.
"""

ROW_COLUMNS = ("initiative", "record", "entry", "what", "on", "part", "whole", "most", "entered_at")

METRICS: dict[str, Rows] = {}


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of a third party, offered under the entry-point group ``clusterflow.metrics``."""

    declaration: MetricDeclaration
    rows: Rows


def metric(metric_id: str) -> Callable[[Rows], Rows]:
    """Give the rows of a metric declared in ``configs/metrics.yaml`` under this id."""

    def keep(rows: Rows) -> Rows:
        if metric_id in METRICS:
            raise ValueError(f"two metrics are called {metric_id}")
        METRICS[metric_id] = rows
        return rows

    return keep


@lru_cache(maxsize=2048)
def _rows(call: MetricCall, scope: Scope) -> tuple[Select[Any], frozenset[EarlierDay]]:
    """The statement of the rows, built once, and the earlier days that it asks for."""
    asked = replace(scope, earlier_days=set())
    rows = METRICS[call.metric](asked, **dict(call.parameters))
    return rows, frozenset(asked.earlier_days)


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
    """Each metric as of the day: one statement each, over all the initiatives (None: every one there is).

    With ``known_at``, as it was known at that moment: later entries and corrections are left aside.
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
    """The same metric for each part of an initiative: its rows folded apart by columns that they carry.

    Args:
        by: the columns, as ``("body",)``; what the registry leaves open there is a part of its own, under None.

    Returns:
        By initiative, then by the values of the columns; a part without rows is not among them.
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
    """The rows behind one number of one initiative."""
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
    """How many of the currency's minor units make one of its main unit; one where the number is no money."""
    return 10 ** exponent(currency) if currency else 1


def _measured(row: Row[Any], declared: MetricDeclaration, as_of: date) -> Measurement:
    """The number of the rows, or nothing but the reason where the newest of them is too old to tell of the day."""
    found, days = fold_row(row, declared.fold, as_of), declared.freshness_days
    if days is None or row.newest is None or (as_of - row.newest).days <= days:
        return found
    return replace(found, low=None, high=None, stale=Staleness(row.newest, days))


def fold_row(row: Row[Any], fold: Fold, as_of: date) -> Measurement:
    """One number out of the sums of its rows; what is unknown of the rows becomes the span of the number."""
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
    # A share of two amounts is no amount.
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
    """The database's number as a fraction; a float is read as the decimal that was meant."""
    if value is None:
        return None
    return Fraction(value).limit_denominator(10**6) if isinstance(value, float) else Fraction(value)
