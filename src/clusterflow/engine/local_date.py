"""What day it is, where the initiative is."""

from __future__ import annotations

from datetime import date

from clusterflow.engine.transaction import Work


def today_of(work: Work, initiative: str) -> date:
    """The day of the command's moment where the initiative is."""
    return work.calendar(initiative).today(work.moment(initiative))
