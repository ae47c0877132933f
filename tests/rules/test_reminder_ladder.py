"""Ladders: each step once, on a working day, none after the thing is done, none of long ago."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.notice import Offset
from clusterflow.rules.reminder_ladder import (
    CATCH_UP,
    ON_ITS_WAY,
    after,
    last_step_reached,
    notice_key,
    reference_windows,
    reminder_day,
)
from clusterflow.rules.work_calendar import WorkCalendar

SPAIN = WorkCalendar("Europe/Madrid", "ES")
calendars = st.builds(WorkCalendar, st.just("UTC"), st.sampled_from(["ES", "MX", "CO", "ZZ", None]))
# A small pool of days around Easter, where holidays, weekends and steps collide.
days = st.dates(date(2024, 3, 10), date(2024, 4, 20))
offsets = st.one_of(
    st.integers(-20, 40).map(lambda n: Offset(count=n)), st.integers(-2, 2).map(lambda n: Offset(count=n, unit="m"))
)
ladders = st.lists(offsets, min_size=1, max_size=5, unique_by=lambda o: o.rank).map(lambda o: sorted(o, key=rank))
lates = st.sampled_from([CATCH_UP, ON_ITS_WAY])
booleans = st.booleans()


def rank(offset: Offset) -> float:
    return offset.rank


def notices_of(
    reference: date, ladder: list[Offset], calendar: WorkCalendar, days_checked: list[date], urgent: bool
) -> dict[str, date]:
    """The notices of a life in which the ladder is evaluated on some days: each key, and when it came first."""
    found: dict[str, date] = {}
    for day in sorted(days_checked):
        step = last_step_reached(reference, ladder, calendar, day, urgent)
        if step is not None:
            found.setdefault(notice_key("dues", "one", "inv", step.offset, reference, "mona"), day)
    return found


@given(days, ladders, calendars, booleans)
def test_evaluation_every_day_reports_each_step_on_its_day(
    reference: date, ladder: list[Offset], calendar: WorkCalendar, urgent: bool
) -> None:
    every = [reference + timedelta(days=n) for n in range(-90, 130)]
    when = {o: reminder_day(reference, o, calendar, urgent) for o in ladder}
    # Steps that fall together on a day are one: the last of them.
    wanted = {o: d for n, (o, d) in enumerate(when.items()) if all(d != e for e in list(when.values())[n + 1 :])}
    assert notices_of(reference, ladder, calendar, every, urgent) == {
        notice_key("dues", "one", "inv", o, reference, "mona"): d for o, d in wanted.items()
    }


@given(days, ladders, calendars, booleans, st.lists(st.integers(-40, 80), max_size=6))
def test_evaluation_on_any_days_reports_nothing_twice_nothing_early_and_nothing_old(
    reference: date, ladder: list[Offset], calendar: WorkCalendar, urgent: bool, days_checked: list[int]
) -> None:
    found = notices_of(reference, ladder, calendar, [reference + timedelta(days=n) for n in days_checked], urgent)
    assert len(found) <= len(ladder)
    for offset in ladder:
        came = found.get(notice_key("dues", "one", "inv", offset, reference, "mona"))
        if came is not None:
            day = reminder_day(reference, offset, calendar, urgent)
            assert day <= came <= day + CATCH_UP


@given(days, ladders, calendars, st.integers(0, 60))
def test_what_is_done_is_reported_no_more(
    reference: date, ladder: list[Offset], calendar: WorkCalendar, done: int
) -> None:
    """What is done is found no more, so the ladder finds nothing from that day on."""
    end = reference + timedelta(days=done)
    before = [day for n in range(-60, 120) if (day := reference + timedelta(days=n)) < end]
    assert all(day < end for day in notices_of(reference, ladder, calendar, before, False).values())


@given(days, ladders, calendars, st.integers(1, 400))
def test_a_moved_date_and_next_years_are_reported_anew(
    reference: date, ladder: list[Offset], calendar: WorkCalendar, later: int
) -> None:
    other = reference + timedelta(days=later)
    one, two = (
        notices_of(r, ladder, calendar, [r + timedelta(days=n) for n in range(-90, 130)], False)
        for r in (reference, other)
    )
    assert not set(one) & set(two)
    assert one
    assert two


@given(days, ladders, calendars, booleans)
def test_what_is_not_urgent_is_reported_on_working_days_and_what_comes_before_comes_before(
    reference: date, ladder: list[Offset], calendar: WorkCalendar, urgent: bool
) -> None:
    moved = [reminder_day(reference, offset, calendar, urgent) for offset in ladder]
    assert moved == sorted(moved), "no step overtakes another"
    for offset, day in zip(ladder, moved, strict=True):
        assert urgent or calendar.is_working_day(day)
        assert offset.count >= 0 or day < reference
        assert not urgent or day == after(reference, offset)


@given(days, ladders, calendars, booleans, st.integers(-60, 100), st.integers(0, 2), lates)
def test_the_search_looks_wherever_something_may_be_due(
    reference: date,
    ladder: list[Offset],
    calendar: WorkCalendar,
    urgent: bool,
    distance: int,
    spread: int,
    late: timedelta,
) -> None:
    today = reference + timedelta(days=distance)
    spans = reference_windows(ladder, today - timedelta(days=spread), today + timedelta(days=spread), late)
    if last_step_reached(reference, ladder, calendar, today, urgent, late) is not None:
        assert any(since <= reference <= until for since, until in spans)
    assert all(one[1] < two[0] for one, two in pairwise(spans)), "no row is looked at twice"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("-15d", "2024-03-14"),
        ("0d", "2024-04-01"),  # Good Friday, then the weekend on which the clocks change
        ("+1d", "2024-04-01"),
        ("-1d", "2024-03-28"),  # Maundy Thursday is no holiday of the whole country
        ("+1m", "2024-04-29"),
        ("-12m", "2023-03-29"),
    ],
)
def test_steps_around_easter_in_spain(written: str, day: str) -> None:
    assert reminder_day(date(2024, 3, 29), Offset.parse(written), SPAIN) == date.fromisoformat(day)


def test_what_comes_before_its_day_is_no_news_after_it() -> None:
    session = date(2024, 4, 8)
    steps = [Offset.parse("-7d"), Offset.parse("-1d")]
    steps_reached = {
        day: last_step_reached(session, steps, SPAIN, session + timedelta(days=day)) for day in (-4, -3, 0, 1, 20)
    }
    assert {day: str(step.offset) if step else None for day, step in steps_reached.items()} == {
        -4: "-7d", -3: "-1d", 0: "-1d", 1: None, 20: None,
    }  # fmt: skip


def test_a_session_on_monday_is_announced_on_friday_and_an_urgent_one_on_sunday() -> None:
    tomorrow, monday = Offset.parse("-1d"), date(2024, 4, 8)
    assert reminder_day(monday, tomorrow, SPAIN) == date(2024, 4, 5)
    assert reminder_day(monday, tomorrow, SPAIN, urgent=True) == date(2024, 4, 7)


@pytest.mark.parametrize("written", ["", "15", "d", "+-1d", "1w", "1.5d", "99999d", "1201m", "-1 d", "+1d "])
def test_what_is_no_offset_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(written)}$"):
        Offset.parse(written)


@given(offsets)
def test_an_offset_reads_back_as_it_is_written(offset: Offset) -> None:
    assert Offset.parse(str(offset)) in (offset, Offset(count=0))


def test_people_write_dates_at_the_ends_of_time() -> None:
    ladder = [Offset.parse("-12m"), Offset.parse("+90d")]
    for reference in (date.min, date.max):
        assert last_step_reached(reference, ladder, SPAIN, date(2024, 1, 1)) is None


def test_a_key_is_never_longer_than_its_column() -> None:
    long = "x" * 64
    one = notice_key(long, long, long, Offset(count=1), date(2024, 1, 1), long)
    two = notice_key(long, long, long, Offset(count=1), date(2025, 1, 1), long)
    assert len(one) <= 200
    assert one != two
    assert one == notice_key(long, long, long, Offset(count=1), date(2024, 1, 1), long)
