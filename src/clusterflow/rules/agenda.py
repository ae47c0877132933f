"""Derives an initiative's calendar entries from its ledger: each event adds, moves or cancels a day.

The number of entries about a day is its sequence, so that it can be computed at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from clusterflow.domain import events as ev
from clusterflow.domain.appointment import AppointmentKind as Kind
from clusterflow.domain.events import Entry, Event
from clusterflow.domain.expiries import LabelExpired, LabelExpiring, StrategyExpired, StrategyExpiring
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.records import Record
from clusterflow.domain.terms import DecisionKind, Role
from clusterflow.rules.work_calendar import FOR_EVER, WorkCalendar

ROLES_BY_KIND: dict[Kind, frozenset[Role]] = {
    Kind.GATE_REVIEW: frozenset({Role.MANAGER, Role.OFFICE}),
    Kind.STAGE_DUE: frozenset({Role.MANAGER, Role.OFFICE}),
    Kind.HOLD_ENDS: frozenset({Role.MANAGER}),
    Kind.CONDITION_DUE: frozenset({Role.MANAGER, Role.OFFICE}),
    Kind.LABEL_ENDS: frozenset({Role.MANAGER, Role.BOARD_CHAIR, Role.BOARD_MEMBER}),
    Kind.STRATEGY_ENDS: frozenset({Role.MANAGER, Role.BOARD_CHAIR, Role.BOARD_MEMBER}),
    Kind.MEETING: frozenset({Role.MANAGER}),
}
"""In whose calendar something stands by role, as in ``configs/notices.yaml``; who sits in the body that meets, who is
invited and who is enrolled is concerned in any role."""

REVIEW_TIME = timedelta(days=14)
"""How long deciders have from the opening of a gate to the day of its review (a proposal)."""

DECIDER_KINDS = frozenset({Kind.GATE_REVIEW, Kind.STAGE_DUE, Kind.HOLD_ENDS})
"""What concerns those, too, who decide at the gate of the stage."""


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day in the life of an initiative."""

    kind: Kind
    subject: str
    stage: str
    day: date
    at: datetime
    criterion: str | None = None
    sequence: int = 0
    cancelled: bool = False
    done: bool = False
    """It took place, on ``day``."""


@dataclass(slots=True)
class _Diary:
    model: LifecycleModel
    calendar: WorkCalendar
    days: dict[tuple[Kind, str], PlannedDay] = field(default_factory=dict)
    due: dict[str, date] = field(default_factory=dict)
    """Until when each stage under way may take."""

    def put(self, kind: Kind, subject: str, stage: str, day: date, entry: Entry, criterion: str | None = None) -> None:
        if day < FOR_EVER:
            before = self.days.get((kind, subject))
            sequence = 0 if before is None else before.sequence + 1
            self.days[kind, subject] = PlannedDay(kind, subject, stage, day, entry.at, criterion, sequence)

    def cancel(
        self, entry: Entry, on: date, *kinds: Kind, stage: str | None = None, subject: str | None = None
    ) -> None:
        """Call off what is still to come. A review that is closed is over whatever its day."""
        for key, planned in self.days.items():
            meant = planned.kind in kinds and stage in (None, planned.stage) and subject in (None, planned.subject)
            to_come = planned.day >= on or planned.kind is Kind.GATE_REVIEW
            if meant and to_come and not planned.cancelled and not planned.done:
                self.days[key] = replace(planned, cancelled=True, sequence=planned.sequence + 1, at=entry.at)

    def finish(self, entry: Entry, on: date, kind: Kind, subject: str) -> None:
        """Mark something as done, on the day on which it was done."""
        planned = self.days.get((kind, subject))
        if planned is not None and not planned.cancelled and not planned.done:
            done = replace(planned, day=on, done=True, sequence=planned.sequence + 1, at=entry.at)
            self.days[kind, subject] = done

    def _review_day(self, stage: str, opened: date) -> date:
        """The day of a review: a working day soon after the gate opened, if possible before the stage is late."""
        day, due = opened + REVIEW_TIME, self.due.get(stage)
        if due is not None and due >= opened:
            day = min(day, due)
        return self.calendar.working_day(day)

    def take(self, entry: Entry) -> None:
        match entry.event:
            case ev.InitiativeMigrated():
                self._migrate(entry, entry.event)
            case ev.StageEntered(stage=stage, round=round_, due_on=due_on):
                if not self._is_optional(stage):
                    self.due[stage] = due_on
                    self.put(Kind.STAGE_DUE, f"{stage}/{round_}", stage, due_on, entry)
            case ev.StageLeft(stage=stage, on=on) | ev.StageDeclined(stage=stage, on=on):
                self.due.pop(stage, None)
                self.cancel(entry, on, Kind.STAGE_DUE, Kind.HOLD_ENDS, stage=stage)
            case ev.MilestoneAchieved(stage=stage, round=round_, on=on):
                self.due.pop(stage, None)
                self.finish(entry, on, Kind.STAGE_DUE, f"{stage}/{round_}")
                self.cancel(entry, on, Kind.HOLD_ENDS, stage=stage)
            case ev.GateOpened(review=review, stage=stage, on=on) | ev.GateReopened(review=review, stage=stage, on=on):
                self.put(Kind.GATE_REVIEW, review, stage, self._review_day(stage, on), entry)
            case ev.GateWithdrawn(review=review, on=on):
                self.cancel(entry, on, Kind.GATE_REVIEW, subject=review)
            case ev.GateDecided():
                self._decided(entry, entry.event)
            case ev.ConditionSet(review=review, stage=stage, criterion=criterion, due_on=due_on):
                self.put(Kind.CONDITION_DUE, f"{review}/{criterion}", stage, due_on, entry, criterion)
            case ev.ConditionMet(review=review, criterion=criterion, on=on):
                self.finish(entry, on, Kind.CONDITION_DUE, f"{review}/{criterion}")
            case ev.MilestoneWithdrawn(stage=stage, on=on):
                self.cancel(entry, on, Kind.CONDITION_DUE, Kind.HOLD_ENDS, stage=stage)
            case ev.InitiativeStopped(on=on):
                self.cancel(entry, on, *Kind)
            case _:
                pass

    def _is_optional(self, stage: str) -> bool:
        """Whether nobody has to hurry in a stage. Stages of former models are left out at the end."""
        return stage in self.model.by_id and self.model.stage(stage).optional

    def _migrate(self, entry: Entry, event: ev.InitiativeMigrated) -> None:
        """Give the days to the stages that take the place of the former ones, with their new ends."""
        for stage in event.interrupted:
            self.due.pop(stage, None)
            self.cancel(entry, event.on, Kind.STAGE_DUE, Kind.HOLD_ENDS, stage=stage)
        for subject in event.conditions:
            self.cancel(entry, event.on, Kind.CONDITION_DUE, subject=subject)
        renamed: dict[tuple[Kind, str], PlannedDay] = {}
        for (kind, subject), planned in self.days.items():
            stage = event.stages.get(planned.stage, planned.stage)
            if kind is Kind.STAGE_DUE:
                subject = f"{stage}/{subject.rpartition('/')[2]}"
            renamed[kind, subject] = replace(planned, subject=subject, stage=stage)
        self.days = renamed
        self.due = {event.stages.get(stage, stage): day for stage, day in self.due.items()}
        for stage in event.opens.keys() & event.due_on.keys():
            subjects = [s for (kind, s), d in self.days.items() if kind is Kind.STAGE_DUE and d.stage == stage]
            if subjects and not self._is_optional(stage):
                self.due[stage] = event.due_on[stage]
                self.put(Kind.STAGE_DUE, subjects[-1], stage, event.due_on[stage], entry)

    def _decided(self, entry: Entry, event: ev.GateDecided) -> None:
        self.finish(entry, event.on, Kind.GATE_REVIEW, event.review)
        # Whatever is decided takes the place of an earlier hold, and a decision to go on that of earlier conditions.
        self.cancel(entry, event.on, Kind.HOLD_ENDS, stage=event.stage)
        if event.decision in (DecisionKind.GO, DecisionKind.CONDITIONAL_GO):
            self.cancel(entry, event.on, Kind.CONDITION_DUE, stage=event.stage)
        if event.decision is DecisionKind.HOLD and event.until is not None:
            self.put(Kind.HOLD_ENDS, event.review, event.stage, event.until, entry)
            self._move_due(entry, event)

    def _move_due(self, entry: Entry, event: ev.GateDecided) -> None:
        """The days of a hold do not count: the stage may take longer."""
        if event.stage in self.due and event.due_on is not None:
            self.due[event.stage] = event.due_on
            stays = [s for (kind, s), d in self.days.items() if kind is Kind.STAGE_DUE and d.stage == event.stage]
            self.put(Kind.STAGE_DUE, stays[-1], event.stage, event.due_on, entry)


CALENDAR_EVENTS = (
    ev.StageEntered, ev.StageLeft, ev.StageDeclined, ev.MilestoneAchieved,
    ev.GateOpened, ev.GateReopened, ev.GateWithdrawn,
    ev.GateDecided, ev.ConditionSet, ev.ConditionMet, ev.MilestoneWithdrawn, ev.InitiativeMigrated,
    ev.InitiativeStopped,
)  # fmt: skip
"""The events that add, move or cancel a calendar entry."""


def planned_days(entries: Iterable[Entry], model: LifecycleModel, calendar: WorkCalendar) -> tuple[PlannedDay, ...]:
    """The days of a life, with those that are done or were called off."""
    diary = _Diary(model, calendar)
    for entry in entries:
        diary.take(entry)
    # A former life, or a former model, may have had other stages.
    return tuple(planned for planned in diary.days.values() if planned.stage in model.by_id)


def subject_of(event: Event) -> tuple[Kind, str] | None:
    """Which appointment an event is about, for its notice."""
    match event:
        case ev.GateOpened() | ev.GateReopened() | ev.GateChanged() | ev.GateWithdrawn() | ev.GateDecided():
            return Kind.GATE_REVIEW, event.review
        case LabelExpiring() | LabelExpired():
            return Kind.LABEL_ENDS, event.label
        case StrategyExpiring() | StrategyExpired():
            return Kind.STRATEGY_ENDS, event.strategy
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Version:
    """One word on a record: what was said, when, and whether it still holds."""

    record: Record
    entry: int
    at: datetime
    holds: bool


def version_on(versions: Sequence[Version], day: date) -> Version:
    """What holds on a day: the latest that has begun, or the first to begin; where all was withdrawn, the last word."""
    standing = sorted((v for v in versions if v.holds), key=lambda v: (v.record.valid_from, v.entry))
    begun = [v for v in standing if v.record.valid_from <= day]
    return (begun or standing[:1] or [max(versions, key=lambda v: v.entry)])[-1]


def latest_version(versions: Sequence[Version]) -> Version:
    """What was said last and holds; where all was withdrawn, the last word."""
    return max(versions, key=lambda v: (v.holds, v.entry))


def count_changes(versions: Sequence[Version], day: date) -> int:
    """How often a record has changed up to a day: by each entry, and again when a later one begins. Never falls."""
    begun = {v.record.valid_from for v in versions if v.record.valid_from <= day}
    return max(len(versions) - 1, 0) + max(len(begun) - 1, 0)
