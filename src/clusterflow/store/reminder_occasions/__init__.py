"""Occasions: what people are reminded of before or after a day. One statement finds each kind for all initiatives."""

from __future__ import annotations

from clusterflow.store.reminder_occasions import meetings, members, money, retained_members, strategy, trust
from clusterflow.store.reminder_occasions.occasion import (
    OccasionMatch,
    Search,
    find_occasions,
    searches_worth_running,
    statement,
)

__all__ = [
    "OccasionMatch",
    "Search",
    "find_occasions",
    "meetings",
    "members",
    "money",
    "retained_members",
    "searches_worth_running",
    "statement",
    "strategy",
    "trust",
]
