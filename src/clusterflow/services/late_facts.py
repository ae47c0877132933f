"""Marks the numbers of a past day that were changed by facts entered after it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Connection

from clusterflow.domain.measurement import UNMEASURED, Measurement, MetricCall, MetricDeclaration
from clusterflow.services.local_time import end_of_day
from clusterflow.store.metrics import measure

Measured = dict[MetricCall, dict[str, Measurement]]
"""By call, then by initiative."""


def measure_day(
    connection: Connection,
    calls: Collection[MetricCall],
    metrics: dict[str, MetricDeclaration],
    day: date,
    initiative: str,
    today: date,
    known_at: datetime | None = None,
) -> Measured:
    """Measure an initiative as of a day, which may be past.

    A number is ``late`` if it was another number when that day ended, or if it was the sum of more or of fewer rows: a
    fact was entered, corrected, ended or withdrawn since.

    Args:
        today: the current day of the initiative.
        known_at: facts that were entered later do not count.
    """
    now = measure(connection, calls, metrics, day, [initiative], known_at)
    if day >= today:
        return now
    end = end_of_day(connection, initiative, day)
    if known_at is not None and known_at <= end:
        return now
    then = measure(connection, calls, metrics, day, [initiative], end)
    found: Measured = {}
    for call in now:
        number, other = (by[call].get(initiative, UNMEASURED) for by in (now, then))
        known = number if number == other else number._replace(late=True)
        found[call] = {} if known is UNMEASURED else {initiative: known}
    return found
