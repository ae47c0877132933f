"""The six stories of the demonstration, one file each. People, firms and institutions are invented."""

from __future__ import annotations

from datetime import date

from clusterflow.demo.stories import basque, catalan, colombian, cordoba, ecuador, nuevo_leon
from clusterflow.demo.story import Calendar, Story

TELLERS = (nuevo_leon, cordoba, ecuador, basque, catalan, colombian)


def stories(end: date) -> tuple[Story, ...]:
    """Return all six stories, on one calendar whose last day is ``end``."""
    calendar = Calendar(end)
    return tuple(teller.story(calendar) for teller in TELLERS)
