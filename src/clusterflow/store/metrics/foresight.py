"""Measures initiatives on the days to come on which a number can change, all of them in one statement a day."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import Connection

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.measurement import UNMEASURED, Measurement, MetricCall, MetricDeclaration
from clusterflow.rules.change_days import turns_between
from clusterflow.rules.foresight import answers_to
from clusterflow.store.metrics.change_days import change_days, dependence_of
from clusterflow.store.metrics.metric import measure
from clusterflow.store.metrics.register import METRICS

DAY = timedelta(days=1)

Criteria = Mapping[MetricCall, tuple[Criterion, ...]]
"""The criteria that are about a number. They may be of a model, of a rulebook, or of several."""


class PortfolioForesight:
    """The numbers of some initiatives from a day on. They are measured when they are first asked for."""

    def __init__(
        self,
        connection: Connection,
        declarations: dict[str, MetricDeclaration],
        criteria: Mapping[str, Criteria],
        today: date,
        until: date,
    ) -> None:
        """Prepare to measure.

        Args:
            criteria: by initiative, what its numbers are judged by.
        """
        self.connection, self.declarations, self.criteria = connection, declarations, criteria
        self.today, self.until = today, until
        self.values: dict[tuple[str, MetricCall], dict[date, Measurement]] = {}
        self.days: dict[tuple[str, MetricCall], list[date]] = {}
        """The days from which on a number may be another one, today first."""
        self.turns: dict[tuple[str, MetricCall], list[date]] = {}

    def of(self, initiative: str) -> InitiativeForesight:
        """Return the numbers of one initiative."""
        return InitiativeForesight(self, initiative)

    def prepare(self, wanted: Mapping[str, Iterable[MetricCall]]) -> None:
        """Measure what is not measured yet: each metric on the days on which it can change."""
        missing = {
            initiative: {c for c in calls if (initiative, c) not in self.values} for initiative, calls in wanted.items()
        }
        every = {call for calls in missing.values() for call in calls}
        if not every:
            return
        names = [initiative for initiative, calls in missing.items() if calls]
        changes = change_days(self.connection, every, self.declarations, names, self.today, self.until)
        batches: dict[date, dict[MetricCall, list[str]]] = defaultdict(lambda: defaultdict(list))
        for initiative in names:
            for call in missing[initiative]:
                days = [self.today, *changes.get(call, {}).get(initiative, ())]
                self.days[initiative, call], self.values[initiative, call] = days, {}
                for day in {*days, *(self._ends(days) if self.grows(call) else ())}:
                    batches[day][call].append(initiative)
        for day in sorted(batches):
            self._measure(day, batches[day])
        for initiative in names:
            for call in missing[initiative]:
                self.turns[initiative, call] = self._turns(initiative, call)

    def _ends(self, days: Iterable[date]) -> Iterable[date]:
        """Return the last days of the times in which a number only grows."""
        return (*(day - DAY for day in days if day > self.today), self.until)

    def _measure(self, day: date, batch: Mapping[MetricCall, Collection[str]]) -> None:
        together: dict[tuple[str, ...], list[MetricCall]] = defaultdict(list)
        for call, initiatives in batch.items():
            together[tuple(sorted(initiatives))].append(call)
        for initiatives, calls in together.items():
            found = measure(self.connection, calls, self.declarations, day, list(initiatives))
            for call in calls:
                for initiative in initiatives:
                    self.values[initiative, call][day] = found.get(call, {}).get(initiative, UNMEASURED)

    def grows(self, call: MetricCall) -> bool:
        """Whether a number grows from day to day, as an age does."""
        return call.metric in METRICS and dependence_of(call, self.declarations[call.metric]).grows

    def number(self, initiative: str, call: MetricCall, day: date) -> Measurement:
        """Return a number on a day."""
        values, days = self.values[initiative, call], self.days[initiative, call]
        if not self.grows(call):
            return values[days[bisect_right(days, day) - 1]]
        if day not in values:
            self._measure(day, {call: [initiative]})
        return values[day]

    def days_of_value(self, initiative: str, call: MetricCall) -> Iterable[date]:
        """Return the days from which on a number may be another one; every day if it grows."""
        if not self.grows(call):
            return self.days[initiative, call]
        return [self.today + n * DAY for n in range((self.until - self.today).days + 1)]

    def measure_growing(self, initiatives: Iterable[str], calls: Iterable[MetricCall], day: date) -> None:
        """Measure on a day, for several initiatives at once, the numbers that grow from day to day."""
        names = list(initiatives)
        batch = {call: [i for i in names if day not in self.values[i, call]] for call in calls if self.grows(call)}
        self._measure(day, {call: missing for call, missing in batch.items() if missing})

    def _turns(self, initiative: str, call: MetricCall) -> list[date]:
        criteria, found = self.criteria[initiative].get(call, ()), list[date]()

        def answers(day: date) -> object:
            return answers_to(criteria, self.number(initiative, call, day))

        days = self.days[initiative, call]
        for place, day in enumerate(days):
            if place and answers(day) != answers(day - DAY):
                found.append(day)
            if self.grows(call):
                last = days[place + 1] - DAY if place + 1 < len(days) else self.until
                found += (turn for turn, _ in turns_between(day, last, answers))
        return found


class InitiativeForesight:
    """The numbers of one initiative on the days to come."""

    def __init__(self, portfolio: PortfolioForesight, initiative: str) -> None:
        self.portfolio, self.initiative = portfolio, initiative

    def on(self, calls: Iterable[MetricCall], day: date) -> dict[MetricCall, Measurement]:
        """Return the numbers of some metrics on a day."""
        wanted = tuple(calls)
        self.portfolio.prepare({self.initiative: wanted})
        return {call: self.portfolio.number(self.initiative, call, day) for call in wanted}

    def change_days(self, calls: Iterable[MetricCall]) -> list[date]:
        """Return the days on which the answer of a criterion about one of the metrics changes."""
        wanted = tuple(calls)
        self.portfolio.prepare({self.initiative: wanted})
        return [day for call in wanted for day in self.portfolio.turns[self.initiative, call]]
