"""Foresight: what comes in the life of an initiative if nothing more is recorded.

The days to come are evaluated like today, by the same rules. Between two days on which an answer, a deadline or the
right to vote can change, an evaluation would find nothing new, so only those days are evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.events import LifeEvent
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import Measurement, MetricCall
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import Answer
from clusterflow.rules.deadlines import Deadline, End, deadlines_of, expiry_deadlines, plan_expiries
from clusterflow.rules.evaluation import assess, plan_evaluation, required_calls
from clusterflow.rules.judge import judge
from clusterflow.rules.quorum import Electorate
from clusterflow.rules.tally import conditions_in
from clusterflow.rules.transition import Transition
from clusterflow.rules.work_calendar import WorkCalendar

MOST_ROUNDS = 10
"""How often a day is evaluated until nothing changes any more; two rounds are usual."""

Electorates = Callable[[InitiativeState, date], Mapping[str, Electorate]]


class NumbersAhead(Protocol):
    """The numbers of one initiative on the days to come."""

    def on(self, calls: Iterable[MetricCall], day: date) -> Mapping[MetricCall, Measurement]:
        """Return the numbers of some metrics on a day."""

    def change_days(self, calls: Iterable[MetricCall]) -> Iterable[date]:
        """Return the days on which the answer of a criterion about one of the metrics may change."""


@dataclass(frozen=True, slots=True)
class Life:
    """What the future of one initiative follows from, beside its numbers."""

    model: LifecycleModel
    state: InitiativeState
    calendar: WorkCalendar
    ends: tuple[End, ...]
    """The recorded last days of labels and strategies."""
    electorates: Electorates
    voting_days: tuple[date, ...] = ()
    """The days on which somebody gains or loses a right to vote."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What an evaluation on a day to come would write."""

    day: date
    event: LifeEvent


def look_ahead(life: Life, numbers: NumbersAhead, today: date, until: date) -> tuple[Turn, ...]:
    """Return what comes from today on, up to a day, in order. What is due today but was not yet written comes first."""
    turns: list[Turn] = []
    state = life.state
    day: date | None = today
    while day is not None and day <= until:
        state, events = live_through(life, state, numbers, day)
        turns += (Turn(day, event) for event in events)
        day = min((d for d in _coming_days(life, state, numbers) if d > day), default=None)
    return tuple(turns)


def live_through(
    life: Life, state: InitiativeState, numbers: NumbersAhead, day: date
) -> tuple[InitiativeState, tuple[LifeEvent, ...]]:
    """Evaluate a day until nothing changes any more; return the state at its end and the events."""
    events: list[LifeEvent] = []
    for _ in range(MOST_ROUNDS):
        planned = list(plan_expiries(state, life.ends, life.calendar, day))
        measurements = numbers.on(required_calls(life.model, state), day)
        assessment = assess(life.model, state, measurements, life.electorates(state, day))
        planned += plan_evaluation(life.model, state, assessment, day, life.calendar)
        if not planned:
            break
        events += planned
        transition = Transition(life.model, state, day)
        for event in planned:
            transition.add(event)
        state = transition.state
    return state, tuple(events)


def _coming_days(life: Life, state: InitiativeState, numbers: NumbersAhead) -> Iterator[date]:
    due: frozenset[Deadline] = deadlines_of(life.model, state) | expiry_deadlines(state, life.ends)
    # A deadline is acted on from the first working day that is not before it.
    yield from (life.calendar.working_day(d.day) for d in due)
    yield from numbers.change_days(required_calls(life.model, state))
    for review in state.open_reviews:
        votes = state.standing_votes(review.id)
        if votes:
            yield from life.voting_days
        for vote in votes:
            # A proposal is void from the day that it names.
            yield from (day for day in (vote.until, *conditions_in(vote.conditions).values()) if day is not None)


Answers = tuple[tuple[Answer, Answer], ...]


def answers_to(criteria: Sequence[Criterion], measurement: Measurement) -> Answers:
    """Return the answers to some criteria about one number: for the bound, and for the bound to keep."""
    findings = (judge(criterion, measurement) for criterion in criteria)
    return tuple((finding.answer, finding.kept) for finding in findings)


def criteria_by_call(model: LifecycleModel) -> Mapping[MetricCall, tuple[Criterion, ...]]:
    """Return the criteria of all gates of a model by the number that they are about."""
    found: dict[MetricCall, list[Criterion]] = {}
    for stage in model.stages:
        for criterion in stage.gate.criteria:
            found.setdefault(criterion.call, []).append(criterion)
    return {call: tuple(criteria) for call, criteria in found.items()}
