"""Days in the time zone of an initiative."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from clusterflow.store.registry import calendar_of, initiative_records


def today_of(connection: Connection, initiatives: Sequence[str], now: datetime) -> dict[str, date]:
    """Return the current day of each initiative."""
    records = initiative_records(connection, now.date(), initiatives)
    zones = {i: records[i].timezone if i in records else "UTC" for i in initiatives}
    return {i: now.astimezone(ZoneInfo(zone)).date() for i, zone in zones.items()}


def end_of_day(connection: Connection, initiative: str, day: date) -> datetime:
    """Return the last moment of a day in the initiative's time zone: 20:00 in Monterrey is already the
    next day in UTC.
    """
    return datetime.combine(day, time.max, ZoneInfo(calendar_of(connection, day, initiative).timezone))
