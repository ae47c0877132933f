"""Foresight by brute force: every day is measured and evaluated. The rival of the fast way, with the same answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import Connection

from clusterflow.domain.measurement import UNMEASURED, Measurement, MetricCall, MetricDeclaration
from clusterflow.rules.foresight import Life, Turn, live_through
from clusterflow.store.metrics import measure


class MeasuredEachDay:
    """The numbers of one initiative, measured on the day that is asked for."""

    def __init__(self, connection: Connection, declarations: dict[str, MetricDeclaration], initiative: str) -> None:
        self.connection, self.declarations, self.initiative = connection, declarations, initiative

    def on(self, calls: Iterable[MetricCall], day: date) -> dict[MetricCall, Measurement]:
        wanted = tuple(calls)
        found = measure(self.connection, wanted, self.declarations, day, [self.initiative])
        return {call: found.get(call, {}).get(self.initiative, UNMEASURED) for call in wanted}

    def change_days(self, calls: Iterable[MetricCall]) -> Iterable[date]:
        raise AssertionError("every day is evaluated")


def look_at_each_day(life: Life, numbers: MeasuredEachDay, today: date, until: date) -> tuple[Turn, ...]:
    """Evaluate each day from today on, up to a day."""
    turns: list[Turn] = []
    state, day = life.state, today
    while day <= until:
        state, events = live_through(life, state, numbers, day)
        turns += (Turn(day, event) for event in events)
        day += timedelta(days=1)
    return tuple(turns)
