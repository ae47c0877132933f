"""Decides when notices are sent and which are sent together: quiet hours, weekly cap, digest, batches.

All moments are arguments; the functions return values and change nothing. An urgent notice is sent at once and is
never held back. Of all other notices, no more than the weekly cap is sent to a person in any seven days. The last
message under the cap is reserved for the digest, and a digest that is due is sent before anything else. So every notice
is sent in the end, at the latest in a digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clusterflow.domain.terms import Urgency, Weekday
from clusterflow.rules.work_calendar import DAY, WorkCalendar

WEEK = timedelta(days=7)

MORNING = time(8)
"""The time at which a digest is sent if there are no quiet hours."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """The calendar of a recipient (time zone and holidays) and the day of their digest."""

    calendar: WorkCalendar
    digest_day: Weekday


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """The rules by which an office sends notices. The numbers are proposals of this project (P)."""

    quiet: tuple[time, time] | None = (time(20), time(8))
    """The hours in which only urgent notices are sent, in the recipient's time zone. With them, weekends and national
    holidays are quiet as well. None: there are no quiet times."""
    weekly_cap: int | None = 10
    """How many messages a person gets in any seven days; None: no cap."""
    digest_day: Weekday = Weekday.MONDAY
    """The day of the digest for people who have not chosen one."""
    gather: timedelta = timedelta(minutes=15)
    """How long a notice waits for others of its kind, to be sent with them."""

    def is_quiet(self, calendar: WorkCalendar, at: datetime) -> bool:
        if self.quiet is None:
            return False
        local = at.astimezone(ZoneInfo(calendar.timezone))
        since, until = self.quiet
        clock = local.time()
        asleep = since <= clock < until if since <= until else clock >= since or clock < until
        return asleep or not calendar.is_working_day(local.date())

    def opens_at(self, calendar: WorkCalendar, at: datetime) -> datetime:
        """Return the moment itself, or the first later one that is not quiet."""
        if self.quiet is None or not self.is_quiet(calendar, at):
            return at
        zone, day = ZoneInfo(calendar.timezone), calendar.today(at)
        while True:
            day = calendar.working_day(day)
            # The clock may show a time twice on a day: both moments are checked.
            ends = (datetime.combine(day, self.quiet[1], zone).replace(fold=fold) for fold in (0, 1))
            candidates = [calendar.begins(day), *(end.astimezone(UTC) for end in ends)]
            for moment in sorted(candidates):
                if moment > at and not self.is_quiet(calendar, moment):
                    return moment
            day += DAY

    def digest_at(self, receiver: Receiver, at: datetime) -> datetime:
        """Return when the next digest is sent, from ``at`` on: on the recipient's day, or on the next working day."""
        calendar = receiver.calendar
        hour = MORNING if self.quiet is None else self.quiet[1]
        # A day that holidays moved may still lie ahead, though it is one of the week gone by.
        day = calendar.today(at) - 2 * WEEK
        day += (receiver.digest_day.number - day.weekday()) % 7 * DAY
        while True:
            begins = datetime.combine(day, hour, ZoneInfo(calendar.timezone)).astimezone(UTC)
            moment = self.opens_at(calendar, begins)
            if moment >= at:
                return moment
            day += WEEK

    def first_due(self, receiver: Receiver, urgency: Urgency, at: datetime) -> datetime:
        """Return when a notice that is stored at a moment is first considered for sending."""
        if urgency is Urgency.URGENT:
            return at
        if urgency is Urgency.DIGEST:
            return self.digest_at(receiver, at)
        return self.opens_at(receiver.calendar, at + self.gather)


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """A notice that is not urgent and was not released yet."""

    id: int
    kind: tuple[str, str]
    """Its rule and initiative. Notices of one kind are sent together."""
    urgency: Urgency
    due_at: datetime
    receiver: Receiver


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that a person received, or that is being sent."""

    at: datetime
    """When it was sent; the present moment if it is being sent."""
    urgency: Urgency


@dataclass(slots=True)
class Plan:
    """What is done with the waiting notices of one person."""

    batches: list[tuple[int, ...]] = field(default_factory=list)
    """The messages to send: each contains one notice, or several of one kind."""
    digest: tuple[int, ...] = ()
    """The notices of the digest, the one that was due first at the top; empty if no digest is sent now. The digest
    follows the calendar of its first notice, because the others may belong to other time zones."""
    put_off: dict[int, datetime] = field(default_factory=dict)
    """The notices to consider again later."""
    to_digest: dict[int, datetime] = field(default_factory=dict)
    """The notices that exceed the cap, and when the digest that will contain them is sent."""


def plan(
    policy: DeliveryPolicy, waiting: Iterable[WaitingNotice], lately: Iterable[SentMessage], now: datetime
) -> Plan:
    """Select the notices to send to one person now, and batch them.

    Args:
        waiting: all of it, whether due or not: of one kind what is not due yet goes along with what is.
        lately: all messages of the last seven days that count.
    """
    found = Plan()
    everything = sorted(waiting, key=lambda w: (w.due_at, w.id))
    week = _Week(policy.weekly_cap, [m for m in lately if m.at > now - WEEK], now)
    awake: list[WaitingNotice] = []
    for one in everything:
        if one.due_at <= now:
            if policy.is_quiet(one.receiver.calendar, now):
                found.put_off[one.id] = policy.opens_at(one.receiver.calendar, now)
            else:
                awake.append(one)
    _digest(policy, everything, awake, week, found)
    for kind in dict.fromkeys(one.kind for one in awake if one.urgency is not Urgency.DIGEST):
        group = [one for one in everything if one.kind == kind and one.urgency is not Urgency.DIGEST]
        if week.has_room():
            week.add(Urgency.NORMAL)
            found.batches.append(tuple(one.id for one in group))
        elif found.digest:
            found.digest += tuple(one.id for one in group)
        else:
            found.to_digest |= {one.id: policy.digest_at(one.receiver, now) for one in group}
    return found


def _digest(
    policy: DeliveryPolicy,
    everything: Sequence[WaitingNotice],
    awake: Sequence[WaitingNotice],
    week: _Week,
    found: Plan,
) -> None:
    """Return the digest if one is due, with all notices that wait for it, even those due with the next one only."""
    due = [one for one in awake if one.urgency is Urgency.DIGEST]
    if not due:
        return
    if week.has_room_for_digest():
        week.add(Urgency.DIGEST)
        others = (one for one in everything if one.urgency is Urgency.DIGEST and one is not due[0])
        found.digest = (due[0].id, *(one.id for one in others))
        for one in found.digest:
            found.put_off.pop(one, None)
    else:
        found.put_off |= {one.id: policy.opens_at(one.receiver.calendar, week.room_at()) for one in due}


class _Week:
    """The messages that a person got in the last seven days, and how many more may be sent."""

    def __init__(self, cap: int | None, messages: Sequence[SentMessage], now: datetime) -> None:
        self.cap, self.messages, self.now = cap, list(messages), now

    def add(self, urgency: Urgency) -> None:
        self.messages.append(SentMessage(self.now, urgency))

    def has_room_for_digest(self) -> bool:
        return self.cap is None or self._count(not_counted=Urgency.URGENT) < self.cap

    def has_room(self) -> bool:
        """Return whether an ordinary message may be sent. Urgent messages count, too."""
        if self.cap is None:
            return True
        return self._count(not_counted=Urgency.DIGEST) < self.cap - 1 and self.has_room_for_digest()

    def room_at(self) -> datetime:
        """Return when a digest may be sent."""
        counted = sorted(m.at for m in self.messages if m.urgency is not Urgency.URGENT)
        return counted[-(self.cap or 1)] + WEEK

    def _count(self, not_counted: Urgency) -> int:
        return sum(m.urgency is not not_counted for m in self.messages)
