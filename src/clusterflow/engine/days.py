"""Which day it is: a moment has another date in Monterrey than in Bilbao."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from clusterflow.engine.work import Work
from clusterflow.store.registry import timezone_of


def today_of(work: Work, initiative: str) -> date:
    """The day of the command's moment where the initiative is."""
    zone = timezone_of(work.connection, work.now.date(), initiative)
    return work.moment(initiative).astimezone(ZoneInfo(zone)).date()
