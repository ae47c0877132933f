"""What day it is, where the initiative is."""

from __future__ import annotations

from datetime import date

from clusterflow.engine.transaction import Transaction


def today_of(tx: Transaction, initiative: str) -> date:
    """The day of the command's moment where the initiative is."""
    return tx.calendar(initiative).today(tx.moment(initiative))
