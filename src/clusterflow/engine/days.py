"""Which day it is: a moment has another date in Monterrey than in Bilbao."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from clusterflow.engine.work import Work
from clusterflow.store.registry import initiative_records


def today_of(work: Work, initiative: str) -> date:
    """The day of the command's moment where the initiative is."""
    record = initiative_records(work.connection, work.now.date(), [initiative]).get(initiative)
    zone = record.timezone if record is not None else "UTC"
    return work.now.astimezone(ZoneInfo(zone)).date()
