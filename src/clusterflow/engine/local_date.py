"""Gives the current local date of an initiative."""

from __future__ import annotations

from datetime import date

from clusterflow.engine.transaction import Transaction


def today_of(tx: Transaction, initiative: str) -> date:
    """Return the command's date in the initiative's time zone."""
    return tx.calendar(initiative).today(tx.moment(initiative))
