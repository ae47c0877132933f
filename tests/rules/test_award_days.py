"""Days that follow from an award."""

from __future__ import annotations

from datetime import date

import pytest

from clusterflow.domain.rulebook import AwardRange, MonthDay
from clusterflow.rules.award_days import in_year, is_in_range

WINTER = AwardRange(first=MonthDay(month=1, day=15), last=MonthDay(month=2, day=29))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 1, 14), False),
        (date(2025, 1, 15), True),
        (date(2025, 2, 28), True),
        (date(2025, 3, 1), False),
        (date(2024, 2, 29), True),
    ],
)
def test_both_ends_of_a_range_are_included(day: date, expected: bool) -> None:
    assert is_in_range(WINTER, day) is expected


def test_a_day_that_a_year_lacks_is_the_last_of_its_month() -> None:
    assert [in_year(WINTER.last, year) for year in (2024, 2025)] == [date(2024, 2, 29), date(2025, 2, 28)]
