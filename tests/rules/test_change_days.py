"""The days on which a comparison of a recorded day turns, at the ends of what a calendar holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clusterflow.rules.change_days import LATEST, EarlierDay, comparisons_with
from clusterflow.rules.work_calendar import FOR_EVER


@pytest.mark.parametrize("ago", [EarlierDay(0, 0), EarlierDay(12, 0), EarlierDay(0, 30)])
def test_only_what_is_dated_before_the_day_that_stands_for_ever_turns(ago: EarlierDay) -> None:
    for comparison in comparisons_with(ago):
        assert comparison.turns_on(FOR_EVER) == LATEST
        assert comparison.turns_on(FOR_EVER - timedelta(days=1)) < LATEST
        assert comparison.turns_on(date.max) == LATEST
