"""For any queue of notices, recipients and clocks: no cap is exceeded, nobody is woken, nothing waits for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.terms import Urgency, Weekday
from clusterflow.rules.delivery_policy import WEEK, DeliveryPolicy, Receiver, SentMessage, WaitingNotice, plan
from clusterflow.rules.work_calendar import WorkCalendar

PLACES = (
    WorkCalendar("Europe/Madrid", "ES"),
    WorkCalendar("America/Monterrey", "MX"),
    WorkCalendar("America/Santiago", "CL"),  # the clock goes forward at midnight
    WorkCalendar("America/Havana", "CU"),  # and back at one
    WorkCalendar("Pacific/Auckland", None),
    WorkCalendar(),
)
HOURS = (
    None,
    (time(20), time(8)),
    (time(0), time(7)),
    (time(13), time(15, 30)),
    (time(23, 30), time(2, 30)),  # ends in the hour that spring skips and autumn repeats
    (time(8), time(8)),
)
MOMENTS = st.one_of(
    st.integers(0, 3 * 365 * 24 * 60).map(lambda m: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=m)),
    # Around the changes of the clock in Europe, Chile, Cuba and New Zealand.
    st.builds(
        lambda day, minutes: datetime.combine(day, time(), UTC) + timedelta(minutes=minutes),
        st.sampled_from([date(2024, 3, 31), date(2024, 10, 27), date(2024, 9, 8), date(2024, 11, 3), date(2024, 4, 7)]),
        st.integers(-24 * 60, 24 * 60),
    ),
)
CALENDARS, QUIET = st.sampled_from(PLACES), st.sampled_from(HOURS)
DAYS = st.sampled_from(Weekday)
LONGEST = timedelta(days=30)
"""Seven days to the digest, seven more for room under the cap, and the holidays between."""


def local(calendar: WorkCalendar, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(calendar.timezone))


@given(CALENDARS, QUIET, MOMENTS)
def test_what_waits_for_the_end_of_quiet_leaves_at_the_first_moment_that_is_not(
    calendar: WorkCalendar, quiet: tuple[time, time] | None, at: datetime
) -> None:
    policy = DeliveryPolicy(quiet=quiet)
    opens = policy.opens_at(calendar, at)
    assert at <= opens <= at + timedelta(days=15)
    assert not policy.is_quiet(calendar, opens)
    if opens > at:
        between = [at + (opens - at) * part / 97 for part in range(97)]
        awake = [m for m in between if not policy.is_quiet(calendar, m)]
        # Only where the clock skips the end of the quiet hours is there a moment before it.
        assert all(opens - m <= timedelta(minutes=60) for m in awake)
        assert not awake or local(calendar, awake[0] - timedelta(hours=2)).dst() != local(calendar, opens).dst()


@given(CALENDARS, QUIET, MOMENTS, DAYS)
def test_a_digest_leaves_on_the_readers_day_or_on_the_working_day_after_it(
    calendar: WorkCalendar, quiet: tuple[time, time] | None, at: datetime, day: Weekday
) -> None:
    policy = DeliveryPolicy(quiet=quiet)
    leaves = policy.digest_at(Receiver(calendar, day), at)
    assert at <= leaves <= at + timedelta(days=15)
    assert not policy.is_quiet(calendar, leaves)
    on = local(calendar, leaves).date()
    nominal = on - timedelta(days=(on.weekday() - day.number) % 7)
    assert quiet is None or on == nominal or not calendar.is_working_day(nominal)
    assert policy.digest_at(Receiver(calendar, day), leaves) == leaves


@given(CALENDARS, MOMENTS)
def test_the_digest_of_every_monday_is_at_eight_on_the_readers_clock(calendar: WorkCalendar, at: datetime) -> None:
    leaves = local(calendar, DeliveryPolicy().digest_at(Receiver(calendar, Weekday.MONDAY), at))
    assert leaves.time() == time(8)


@given(MOMENTS, CALENDARS)
def test_what_is_urgent_is_due_at_once(at: datetime, calendar: WorkCalendar) -> None:
    assert DeliveryPolicy().first_due(Receiver(calendar, Weekday.MONDAY), Urgency.URGENT, at) == at


# A whole life: notices come, and they are sent at odd moments, as by a dispatcher that was stopped for a while.

ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, 45 * 24 * 60),  # minutes after the beginning
        st.sampled_from([Urgency.URGENT, Urgency.NORMAL, Urgency.NORMAL, Urgency.DIGEST]),
        st.sampled_from(["joined", "decided", "late"]),
        st.sampled_from(["one", "two"]),
    ),
    max_size=60,
)
LOOKS = st.lists(st.integers(1, 40), min_size=1, max_size=8)
"""Hours between two looks, again and again."""


class Life:
    """One person's messages, as the rules let them out."""

    def __init__(self, policy: DeliveryPolicy, receivers: dict[str, Receiver], begun: datetime) -> None:
        self.policy, self.receivers, self.begun = policy, receivers, begun
        self.waiting: dict[int, WaitingNotice] = {}
        self.came: dict[int, datetime] = {}
        self.sent: list[tuple[SentMessage, tuple[int, ...], WorkCalendar]] = []

    def comes(self, number: int, at: datetime, urgency: Urgency, rule: str, initiative: str) -> None:
        receiver = self.receivers[initiative]
        self.came[number] = at
        if urgency is Urgency.URGENT:
            self.send(at, urgency, (number,), receiver)
            return
        due = self.policy.first_due(receiver, urgency, at)
        self.waiting[number] = WaitingNotice(number, (rule, initiative), urgency, due, receiver)

    def look(self, now: datetime) -> None:
        made = plan(self.policy, self.waiting.values(), [m for m, _, _ in self.sent], now)
        for urgency, parts in [*((Urgency.NORMAL, p) for p in made.batches), (Urgency.DIGEST, made.digest)]:
            if parts:
                first = self.waiting[parts[0]]
                assert first.due_at <= now
                self.send(now, urgency, parts, first.receiver)
                for n in parts:
                    del self.waiting[n]
        for n, until in made.put_off.items():
            self.move(n, until, self.waiting[n].urgency)
        for n, until in made.to_digest.items():
            self.move(n, until, Urgency.DIGEST)

    def move(self, number: int, until: datetime, urgency: Urgency) -> None:
        one = self.waiting[number]
        self.waiting[number] = WaitingNotice(number, one.kind, urgency, until, one.receiver)

    def send(self, at: datetime, urgency: Urgency, parts: Sequence[int], receiver: Receiver) -> None:
        self.sent.append((SentMessage(at, urgency), tuple(parts), receiver.calendar))


@pytest.mark.parametrize("cap", [None, 1, 2, 3, 10])
@given(arrivals=ARRIVALS, rounds=LOOKS, quiet=QUIET, begun=MOMENTS, day=DAYS, here=CALENDARS, there=CALENDARS)
def test_any_life(
    cap: int | None,
    arrivals: list[tuple[int, Urgency, str, str]],
    rounds: list[int],
    quiet: tuple[time, time] | None,
    begun: datetime,
    day: Weekday,
    here: WorkCalendar,
    there: WorkCalendar,
) -> None:
    policy = DeliveryPolicy(quiet=quiet, weekly_cap=cap)
    life = Life(policy, {"one": Receiver(here, day), "two": Receiver(there, day)}, begun)
    coming = sorted((begun + timedelta(minutes=m), n, *rest) for n, (m, *rest) in enumerate(arrivals))
    now, turn = begun, 0
    while coming or life.waiting:
        while coming and coming[0][0] <= now:
            at, number, urgency, rule, initiative = coming.pop(0)
            life.comes(number, max(at, now), urgency, rule, initiative)
        life.look(now)
        # A dispatcher looks in when something is due; now and then it is away for some hours.
        due = min((w.due_at for w in life.waiting.values()), default=now)
        now = max(now + timedelta(minutes=1), due) if turn % 3 else now + timedelta(hours=rounds[turn % len(rounds)])
        turn += 1
        assert now < begun + timedelta(days=45) + 3 * LONGEST, "waits for ever"

    delivered = [n for _, parts, _ in life.sent for n in parts]
    assert sorted(delivered) == sorted(life.came), "each once"
    patient = [m.at for m, _, _ in life.sent if m.urgency is not Urgency.URGENT]
    for end in patient:
        assert cap is None or sum(end - WEEK < at <= end for at in patient) <= cap, "the cap"
    for message, parts, calendar in life.sent:
        if message.urgency is Urgency.URGENT:
            assert message.at == life.came[parts[0]], "urgent passes"
        else:
            assert not policy.is_quiet(calendar, message.at), "quiet"
        assert all(message.at - life.came[n] <= LONGEST for n in parts)


def waiting(
    number: int, rule: str = "joined", urgency: Urgency = Urgency.NORMAL, initiative: str = "one"
) -> WaitingNotice:
    receiver = Receiver(PLACES[0], Weekday.MONDAY)
    return WaitingNotice(number, (rule, initiative), urgency, datetime(2024, 5, 7, 9, tzinfo=UTC), receiver)


NOON = datetime(2024, 5, 7, 10, tzinfo=UTC)


def test_twenty_new_members_are_one_message() -> None:
    made = plan(DeliveryPolicy(), [waiting(n) for n in range(20)], [], NOON)
    assert made.batches == [tuple(range(20))]


def test_another_kind_or_another_initiative_is_another_message() -> None:
    made = plan(DeliveryPolicy(), [waiting(1), waiting(2, "left"), waiting(3, initiative="two")], [], NOON)
    assert made.batches == [(1,), (2,), (3,)]


def test_what_passes_the_cap_goes_into_the_next_digest() -> None:
    nine = [SentMessage(NOON - timedelta(days=1, minutes=n), Urgency.NORMAL) for n in range(9)]
    made = plan(DeliveryPolicy(), [waiting(1)], nine, NOON)
    assert made.batches == []
    assert made.to_digest == {1: datetime(2024, 5, 13, 6, tzinfo=UTC)}, "Monday, eight o'clock in Madrid"
    assert plan(DeliveryPolicy(), [waiting(1)], nine[1:], NOON).batches == [(1,)]


def test_many_urgent_messages_spare_the_rest() -> None:
    urgent = [SentMessage(NOON - timedelta(days=1), Urgency.URGENT)] * 9
    assert plan(DeliveryPolicy(), [waiting(1)], urgent, NOON).batches == []
    digest = [waiting(1, urgency=Urgency.DIGEST)]
    assert plan(DeliveryPolicy(), digest, urgent * 3, NOON).digest == (1,), "but the digest always has its place"


def nine_messages() -> list[SentMessage]:
    """With a cap of ten, only the digest has a place."""
    return [SentMessage(NOON - timedelta(days=1, minutes=n), Urgency.NORMAL) for n in range(9)]


def test_a_digest_that_is_sent_takes_every_kind_that_passes_the_cap_along() -> None:
    written = [waiting(1, urgency=Urgency.DIGEST), waiting(2), waiting(3), waiting(4, "left")]
    made = plan(DeliveryPolicy(), written, nine_messages(), NOON)
    assert (made.batches, made.digest, made.to_digest) == ([], (1, 2, 3, 4), {})


def test_every_kind_that_passes_the_cap_goes_into_the_next_digest() -> None:
    made = plan(DeliveryPolicy(), [waiting(1), waiting(2, "left")], nine_messages(), NOON)
    assert set(made.to_digest) == {1, 2}


def test_a_message_counts_for_exactly_seven_days() -> None:
    first = SentMessage(NOON - WEEK, Urgency.NORMAL)
    made = plan(DeliveryPolicy(), [waiting(1)], [*nine_messages()[1:], first], NOON)
    assert made.batches == [(1,)]
    later = SentMessage(NOON - WEEK + timedelta(seconds=1), Urgency.NORMAL)
    assert plan(DeliveryPolicy(), [waiting(1)], [*nine_messages()[1:], later], NOON).batches == []


def test_a_notice_is_due_at_its_very_moment() -> None:
    one = waiting(1)
    assert plan(DeliveryPolicy(), [one], [], one.due_at).batches == [(1,)]
    assert plan(DeliveryPolicy(), [one], [], one.due_at - timedelta(seconds=1)).batches == []


@pytest.mark.parametrize("cap", [1, 2, 10])
def test_a_digest_above_the_cap_waits_until_it_is_the_last_message_under_it(cap: int) -> None:
    sent = [SentMessage(NOON - timedelta(hours=12 * n), Urgency.NORMAL) for n in range(cap + 1)]
    urgent = SentMessage(NOON - timedelta(days=6), Urgency.URGENT)
    policy = DeliveryPolicy(weekly_cap=cap, quiet=None)
    made = plan(policy, [waiting(1, urgency=Urgency.DIGEST)], [*sent, urgent], NOON)
    assert made.digest == ()
    assert made.put_off == {1: sent[cap - 1].at + WEEK}


def test_a_digest_takes_no_place_of_an_ordinary_message() -> None:
    written = [waiting(1, urgency=Urgency.DIGEST), waiting(2), waiting(3, "left")]
    made = plan(DeliveryPolicy(weekly_cap=3), written, [], NOON)
    assert (made.digest, made.batches) == ((1,), [(2,), (3,)])
    four = plan(DeliveryPolicy(weekly_cap=3), [*written, waiting(4, "moved")], [], NOON)
    assert (four.digest, four.batches) == ((1, 4), [(2,), (3,)])


def test_what_is_put_off_for_the_night_is_not_forgotten_where_a_digest_is_put_off() -> None:
    asleep = replace(waiting(2), receiver=Receiver(PLACES[4], Weekday.MONDAY))
    digest = waiting(1, urgency=Urgency.DIGEST)
    full = [*nine_messages(), SentMessage(NOON, Urgency.NORMAL)]
    made = plan(DeliveryPolicy(), [digest, asleep], full, NOON)
    assert set(made.put_off) == {1, 2}


def test_a_notice_waits_for_others_of_its_kind_and_a_digest_for_its_day() -> None:
    policy, receiver = DeliveryPolicy(quiet=(time(20), time(7))), Receiver(PLACES[0], Weekday.MONDAY)
    assert policy.first_due(receiver, Urgency.NORMAL, NOON) == NOON + policy.gather
    assert policy.first_due(receiver, Urgency.DIGEST, NOON) == datetime(2024, 5, 13, 5, tzinfo=UTC), "seven in Madrid"


def test_without_a_cap_each_kind_is_a_message() -> None:
    made = plan(DeliveryPolicy(weekly_cap=None), [waiting(1), waiting(2, "left")], nine_messages() * 2, NOON)
    assert made.batches == [(1,), (2,)]
