"""Decides when notices are sent and which are sent together: quiet hours, weekly cap, digest, batches.

Every moment is an argument, every answer a value. What is urgent leaves at once and is never held back. Of all else no
more than the weekly cap reaches a person in any seven days. The last place under the cap belongs to the digest, and a
digest that is due goes before anything else; so whatever waits leaves with it in the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clusterflow.domain.notice import Urgency
from clusterflow.domain.terms import Weekday
from clusterflow.rules.work_calendar import DAY, WorkCalendar

WEEK = timedelta(days=7)

MORNING = time(8)
"""When a digest leaves where there are no quiet hours whose end it could wait for."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """By which clock and holidays somebody lives, and on which day they read their digest."""

    calendar: WorkCalendar
    digest_day: Weekday


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """The rules by which an office sends notices. The numbers are proposals of this project (P)."""

    quiet: tuple[time, time] | None = (time(20), time(8))
    """From when to when nothing but the urgent is sent, on the receiver's clock; then weekends and national holidays
    are quiet, too. None: there is no quiet time."""
    weekly_cap: int | None = 10
    """Messages a person in any seven days; None: no cap."""
    digest_day: Weekday = Weekday.MONDAY
    """For whoever names no other."""
    gather: timedelta = timedelta(minutes=15)
    """How long a notice waits for more of its kind."""

    def is_quiet(self, calendar: WorkCalendar, at: datetime) -> bool:
        if self.quiet is None:
            return False
        local = at.astimezone(ZoneInfo(calendar.timezone))
        since, until = self.quiet
        clock = local.time()
        asleep = since <= clock < until if since <= until else clock >= since or clock < until
        return asleep or not calendar.is_working_day(local.date())

    def opens_at(self, calendar: WorkCalendar, at: datetime) -> datetime:
        """The moment itself, or the first one after it that is not quiet."""
        if self.quiet is None or not self.is_quiet(calendar, at):
            return at
        zone, day = ZoneInfo(calendar.timezone), calendar.today(at)
        while True:
            day = calendar.working_day(day)
            # The clock may show a time twice on a day: both moments are looked at.
            ends = (datetime.combine(day, self.quiet[1], zone).replace(fold=fold) for fold in (0, 1))
            candidates = [calendar.begins(day), *(end.astimezone(UTC) for end in ends)]
            for moment in sorted(candidates):
                if moment > at and not self.is_quiet(calendar, moment):
                    return moment
            day += DAY

    def digest_at(self, receiver: Receiver, at: datetime) -> datetime:
        """The first moment from ``at`` on at which a digest leaves: on the receiver's day, or the working day after."""
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
        """When a notice that is kept at a moment is first looked at."""
        if urgency is Urgency.URGENT:
            return at
        if urgency is Urgency.DIGEST:
            return self.digest_at(receiver, at)
        return self.opens_at(receiver.calendar, at + self.gather)


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """A notice, not urgent, that was not let out yet."""

    id: int
    kind: tuple[str, str]
    """Rule and initiative: what is of one kind goes together."""
    urgency: Urgency
    due_at: datetime
    receiver: Receiver


@dataclass(frozen=True, slots=True)
class SentMessage:
    """Something that reached a person, or is on its way."""

    at: datetime
    """When it was sent; now, while it is on its way."""
    urgency: Urgency


@dataclass(slots=True)
class Plan:
    """What becomes of one person's waiting notices."""

    batches: list[tuple[int, ...]] = field(default_factory=list)
    """Each is one message; of one notice, or of several of a kind."""
    digest: tuple[int, ...] = ()
    """What goes together as the digest, led by what was due first; empty: there is none now. It lives by the clock of
    its first, for the others may be at home elsewhere."""
    put_off: dict[int, datetime] = field(default_factory=dict)
    """What is looked at again later."""
    to_digest: dict[int, datetime] = field(default_factory=dict)
    """What finds no room under the cap, and when the digest that will hold it leaves."""


def plan(
    manners: DeliveryPolicy, waiting: Iterable[WaitingNotice], lately: Iterable[SentMessage], now: datetime
) -> Plan:
    """Select the notices to send to one person now, and batch them.

    Args:
        waiting: all of it, whether due or not: of one kind what is not due yet goes along with what is.
        lately: all messages of the last seven days that count.
    """
    found = Plan()
    everything = sorted(waiting, key=lambda w: (w.due_at, w.id))
    week = _Week(manners.weekly_cap, [m for m in lately if m.at > now - WEEK], now)
    awake: list[WaitingNotice] = []
    for one in everything:
        if one.due_at <= now:
            if manners.is_quiet(one.receiver.calendar, now):
                found.put_off[one.id] = manners.opens_at(one.receiver.calendar, now)
            else:
                awake.append(one)
    _digest(manners, everything, awake, week, found)
    for kind in dict.fromkeys(one.kind for one in awake if one.urgency is not Urgency.DIGEST):
        group = [one for one in everything if one.kind == kind and one.urgency is not Urgency.DIGEST]
        if week.has_room():
            week.add(Urgency.NORMAL)
            found.batches.append(tuple(one.id for one in group))
        elif found.digest:
            found.digest += tuple(one.id for one in group)
        else:
            found.to_digest |= {one.id: manners.digest_at(one.receiver, now) for one in group}
    return found


def _digest(
    manners: DeliveryPolicy,
    everything: Sequence[WaitingNotice],
    awake: Sequence[WaitingNotice],
    week: _Week,
    found: Plan,
) -> None:
    """The digest, where one is due: all that waits for it goes along, also what is only due with the next one."""
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
        found.put_off |= {one.id: manners.opens_at(one.receiver.calendar, week.room_at()) for one in due}


class _Week:
    """What a person got in the last seven days, and what still has room."""

    def __init__(self, cap: int | None, messages: Sequence[SentMessage], now: datetime) -> None:
        self.cap, self.messages, self.now = cap, list(messages), now

    def add(self, urgency: Urgency) -> None:
        self.messages.append(SentMessage(self.now, urgency))

    def has_room_for_digest(self) -> bool:
        return self.cap is None or self._count(not_counted=Urgency.URGENT) < self.cap

    def has_room(self) -> bool:
        """For an ordinary message. The urgent ones count here: who got many is spared the rest."""
        if self.cap is None:
            return True
        return self._count(not_counted=Urgency.DIGEST) < self.cap - 1 and self.has_room_for_digest()

    def room_at(self) -> datetime:
        """When there will be room for a digest."""
        counted = sorted(m.at for m in self.messages if m.urgency is not Urgency.URGENT)
        return counted[-(self.cap or 1)] + WEEK

    def _count(self, not_counted: Urgency) -> int:
        return sum(m.urgency is not not_counted for m in self.messages)
