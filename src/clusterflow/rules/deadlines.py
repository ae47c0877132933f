"""Computes deadlines from an initiative's state and the recorded end dates of labels and strategies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from clusterflow.domain.events import LifeEvent
from clusterflow.domain.expiries import LabelExpired, LabelExpiring, LabelForfeited, StrategyExpired, StrategyExpiring
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.state import GRACE_OVER, InitiativeState, Review, Visit
from clusterflow.domain.terms import ConditionStatus, DueKind, Standing
from clusterflow.rules.work_calendar import FOR_EVER, WorkCalendar, months_before

LEAD_MONTHS: dict[DueKind, tuple[int, ...]] = {DueKind.LABEL: (12, 6, 3, 0), DueKind.STRATEGY: (12, 6, 0)}
"""Months before an end at which people are notified (ESCA-B, AEIREG; for strategies a proposal); 0: it has ended."""

GRACE = timedelta(days=90)
"""How long a label can still be renewed after its last day, where its record does not say (a proposal)."""


class Deadline(NamedTuple):
    """Something becomes due on a day: the first on which it is late, has ended or must be announced."""

    kind: DueKind
    subject: str
    day: date


class End(NamedTuple):
    """The last day of a label or strategy that nothing on record follows."""

    kind: DueKind
    subject: str
    until: date
    known_on: date
    """The day on which this end was recorded: what lay behind on that day is no news."""
    grace: date | None = None
    """Until when a label can still be renewed, as its record says."""

    @property
    def grace_until(self) -> date | None:
        """Until when it can still be renewed, if only by our proposal; None where there is no such time."""
        if self.kind is not DueKind.LABEL:
            return None
        until = self.grace or min(self.until, FOR_EVER) + GRACE
        return until if until > self.until else None


def day_after(day: date) -> date:
    """The next day; the end of time has none."""
    return min(day, FOR_EVER) + timedelta(days=1)


def deadlines_of(model: LifecycleModel, state: InitiativeState) -> frozenset[Deadline]:
    """What becomes due in the life of an initiative if nothing else happens."""
    if state.standing is Standing.STOPPED:
        return frozenset()
    found = [d for v in state.open_visits for d in _overdue(model, state, v)]
    referrals = ((r.id, referral_day(model, r)) for r in state.open_reviews)
    found += [Deadline(DueKind.REFERRAL, review, day) for review, day in referrals if day is not None]
    for stage in model.by_id:
        until = state.held_until(stage)
        if until is not None:
            found.append(Deadline(DueKind.HOLD, stage, until))
        for condition in state.conditions_at(stage):
            if condition.status is ConditionStatus.PENDING:
                subject = f"{condition.review}/{condition.criterion}"
                found.append(Deadline(DueKind.CONDITION, subject, day_after(condition.due_on)))
    return frozenset(d for d in found if d.day < FOR_EVER)


def referral_day(model: LifecycleModel, review: Review) -> date | None:
    """The day on which an undecided gate goes back to the office; None if it never does, or has gone already."""
    days = model.stage(review.stage).gate.decided_by.split.office_after_days
    if days is None or review.referred_on is not None or review.opened_on >= FOR_EVER:
        return None
    return review.opened_on + timedelta(days=days)


def _overdue(model: LifecycleModel, state: InitiativeState, visit: Visit) -> Iterator[Deadline]:
    stage = model.stage(visit.stage)
    excused = stage.optional and stage.term is None
    if visit.held_until is not None or excused or state.milestone(visit.stage) is not None:
        return
    subject = f"{visit.stage}/{visit.round}"
    if stage.term is not None:
        # At the end of a fixed term the gate opens; a stage whose gate is open is not late.
        if state.open_review(visit.stage) is None:
            yield Deadline(DueKind.STAGE, subject, day_after(visit.due_on))
        return
    if visit.overdue_level < 1:
        yield Deadline(DueKind.STAGE, subject, day_after(visit.due_on))
    if visit.overdue_level < 2:
        yield Deadline(DueKind.ESCALATION, subject, day_after(visit.escalate_on))


def expiry_deadlines(state: InitiativeState, ends: Iterable[End]) -> frozenset[Deadline]:
    """When people must be notified of the recorded ends."""
    if state.standing is Standing.STOPPED:
        return frozenset()
    return frozenset(Deadline(end.kind, end.subject, day) for end in ends for _, day in _leads(state, end))


def _leads(state: InitiativeState, end: End) -> list[tuple[int, date]]:
    """The months before an end at which people must still be notified, each with its day, the last one last."""
    if end.until < end.known_on:
        return []
    this = (end.kind.value, end.subject, end.until)
    months = next((e.months for e in state.expiries if (e.record, e.subject, e.until) == this), None)
    days = [(m, months_before(end.until, m) if m else day_after(end.until)) for m in LEAD_MONTHS[end.kind]]
    if end.grace_until is not None:
        days.append((GRACE_OVER, day_after(end.grace_until)))
    return [(m, d) for m, d in days if end.known_on < d < FOR_EVER and (months is None or m < months)]


def plan_expiries(
    state: InitiativeState, ends: Iterable[End], calendar: WorkCalendar, today: date
) -> tuple[LifeEvent, ...]:
    """The ends to announce on a day. If several lead times have passed unseen, only the nearest to the end counts."""
    found: list[LifeEvent] = []
    if state.standing is Standing.STOPPED:
        return ()
    for end in ends:
        reached = [months for months, day in _leads(state, end) if calendar.is_due(day, today)]
        if reached:
            found.append(_expiry(end, reached[-1], today))
    return tuple(found)


def _expiry(end: End, months: int, today: date) -> LifeEvent:
    if end.kind is DueKind.LABEL:
        grace, proposed = end.grace_until, end.grace is None
        if months == GRACE_OVER and grace is not None:
            return LabelForfeited(label=end.subject, until=end.until, grace_until=grace, proposed=proposed, on=today)
        if months:
            return LabelExpiring(label=end.subject, until=end.until, months=months, on=today)
        return LabelExpired(label=end.subject, until=end.until, grace_until=grace, proposed=proposed, on=today)
    if months:
        return StrategyExpiring(strategy=end.subject, until=end.until, months=months, on=today)
    return StrategyExpired(strategy=end.subject, until=end.until, on=today)
