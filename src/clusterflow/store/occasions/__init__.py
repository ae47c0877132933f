"""Occasions: what people are told of before or after a day, each kind found by one statement over all initiatives."""

from __future__ import annotations

from clusterflow.store.occasions import meetings, members, money, retained_members, strategy, trust
from clusterflow.store.occasions.occasion import OccasionMatch, find_occasions, statement

__all__ = [
    "OccasionMatch",
    "find_occasions",
    "meetings",
    "members",
    "money",
    "retained_members",
    "statement",
    "strategy",
    "trust",
]
