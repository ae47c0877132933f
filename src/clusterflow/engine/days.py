"""Which day it is: a moment has another date in Monterrey than in Bilbao."""

from __future__ import annotations

from datetime import date

from clusterflow.engine.work import Work


def today_of(work: Work, initiative: str) -> date:
    """The day of the command's moment where the initiative is."""
    return work.calendar(initiative).today(work.now)
