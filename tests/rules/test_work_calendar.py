"""The calendar of an initiative: working days, and when a day begins."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.rules.work_calendar import CorrectedDay, WorkCalendar, public_holidays

ZONES = ("America/Mexico_City", "America/Santiago", "Europe/Madrid", "America/Guayaquil", "Pacific/Auckland", "UTC")
calendars = st.builds(WorkCalendar, st.sampled_from(ZONES), st.sampled_from(["MX", "ES", "CO", "AR", "EC", "ZZ", None]))
# Around Easter and the turn of the year, where holidays and weekends collide.
days = st.one_of(
    st.dates(date(2024, 3, 20), date(2024, 4, 5)),
    st.dates(date(2023, 12, 20), date(2024, 1, 10)),
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
)


@given(calendars, days)
def test_the_next_working_day_is_one_and_the_first_that_is_not_before(calendar: WorkCalendar, day: date) -> None:
    found = calendar.working_day(day)
    assert found >= day
    assert found.weekday() < 5
    assert found not in public_holidays(calendar.country, found.year)
    between = [day + timedelta(days=n) for n in range((found - day).days)]
    assert not any(calendar.is_working_day(d) for d in between), "none was passed over"
    assert calendar.working_day(found) == found
    assert calendar.working_day(day + timedelta(days=1)) >= found, "what is due later is not told sooner"


@given(calendars, days)
def test_a_day_begins_where_the_one_before_it_ends(calendar: WorkCalendar, day: date) -> None:
    begin = calendar.begins(day)
    assert calendar.today(begin) == day
    assert calendar.today(begin - timedelta(microseconds=1)) == day - timedelta(days=1)


@given(calendars, days, st.integers(-48, 240))
def test_what_is_due_is_due_from_its_moment_on(calendar: WorkCalendar, day: date, hours: int) -> None:
    moment = calendar.begins(day) + timedelta(hours=hours)
    assert calendar.is_due(day, calendar.today(moment)) == (moment >= calendar.due_at(day))


@pytest.mark.parametrize(
    ("country", "day", "expected"),
    [
        ("ES", "2024-03-29", "2024-04-01"),  # Good Friday, then the weekend on which the clocks change
        ("MX", "2024-03-18", "2024-03-19"),  # Benito Juárez, moved to its Monday
        ("CO", "2024-01-06", "2024-01-09"),  # Epiphany moved from Saturday to Monday
        ("AR", "2023-12-30", "2024-01-02"),  # over the turn of the year
        (None, "2024-12-25", "2024-12-25"),
        ("ZZ", "2024-12-28", "2024-12-30"),  # of an unknown country only weekends are known
    ],
)
def test_what_falls_on_a_weekend_or_national_holiday_moves(country: str | None, day: str, expected: str) -> None:
    assert WorkCalendar("UTC", country).working_day(date.fromisoformat(day)) == date.fromisoformat(expected)


def test_a_moment_is_another_day_elsewhere() -> None:
    moment = datetime(2024, 3, 1, 2, tzinfo=UTC)
    assert WorkCalendar("America/Mexico_City").today(moment) == date(2024, 2, 29)
    assert WorkCalendar("Europe/Madrid").today(moment) == date(2024, 3, 1)


def test_midnight_follows_the_clocks_and_may_not_exist() -> None:
    madrid = WorkCalendar("Europe/Madrid")
    assert madrid.begins(date(2024, 3, 31)) == datetime(2024, 3, 30, 23, tzinfo=UTC)
    assert madrid.begins(date(2024, 4, 1)) == datetime(2024, 3, 31, 22, tzinfo=UTC), "a day of 23 hours"
    # On 8 September 2024 the clocks of Santiago go from 23:59:59 to 1:00.
    assert WorkCalendar("America/Santiago").begins(date(2024, 9, 8)) == datetime(2024, 9, 8, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2022-08-10", True),  # Wednesday, moved to Friday
        ("2022-08-12", False),
        ("2022-11-02", True),  # Wednesday, moved to Friday; the 3rd stays
        ("2022-11-03", False),
        ("2022-11-04", False),
        ("2022-05-24", True),  # Tuesday, moved to Monday
        ("2022-05-23", False),
        ("2025-05-01", True),  # Thursday, moved to Friday
        ("2025-05-02", False),
        ("2026-02-16", False),
    ],
)
def test_a_moved_holiday_of_ecuador_counts_once(day: str, works: bool) -> None:
    assert WorkCalendar("America/Guayaquil", "EC").is_working_day(date.fromisoformat(day)) == works


@pytest.mark.parametrize(
    ("country", "region", "day", "works"),
    [
        ("ES", None, "2026-09-11", True),
        ("ES", "ES-CT", "2026-09-11", False),  # the national day of Catalonia
        ("ES", "ES-GI", "2026-09-11", False),  # Girona is a province of Catalonia
        ("ES", "ES-CT", "2026-04-06", False),  # Easter Monday
        ("ES", "ES-MD", "2026-04-06", True),
        ("ES", "ES-PV", "2026-04-06", False),
        ("ES", "ES-BI", "2026-04-06", False),  # Biscay is a province of the Basque Country
        ("MX", "MX-NLE", "2026-09-16", False),  # of the states only the national days are known
        ("MX", "ES-CT", "2026-09-11", True),  # a region of another country
    ],
)
def test_a_region_has_holidays_of_its_own(country: str, region: str | None, day: str, works: bool) -> None:
    assert WorkCalendar("UTC", country, region).is_working_day(date.fromisoformat(day)) == works


DECREED, SATURDAY = date(2026, 6, 11), date(2026, 1, 10)
CORRECTIONS = (
    CorrectedDay("MX-NLE", DECREED, True, "a decree"),
    CorrectedDay("EC", DECREED, True, "a decree"),
    CorrectedDay("EC-G", DECREED, False, "a decree of the province"),
    CorrectedDay("EC", SATURDAY, False, "made up for a bridge"),
    CorrectedDay("MX", date(2026, 9, 16), False, "a library that is wrong"),
)


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "works"),
    [
        ("MX", "MX-NLE", DECREED, False),
        ("MX", "MX-JAL", DECREED, True),
        ("MX", None, DECREED, True),
        (None, None, DECREED, True),
        ("EC", "EC-P", DECREED, False),
        ("EC", "EC-G", DECREED, True),
        ("EC", None, SATURDAY, True),
        ("EC", None, date(2026, 1, 17), False),
        ("MX", "MX-NLE", date(2026, 9, 16), True),
    ],
)
def test_what_the_office_corrects_comes_first(
    country: str | None, subdivision: str | None, day: date, works: bool
) -> None:
    calendar = WorkCalendar("UTC", country, subdivision, lambda: CORRECTIONS)
    assert calendar.is_working_day(day) is works


def test_a_correction_of_a_region_holds_in_its_provinces() -> None:
    corrected = (CorrectedDay("ES-CT", DECREED, True, "a decree"),)
    assert not WorkCalendar("UTC", "ES", "ES-B", lambda: corrected).is_working_day(DECREED)
    assert WorkCalendar("UTC", "ES", "ES-M", lambda: corrected).is_working_day(DECREED)
