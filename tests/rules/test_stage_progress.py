"""What an initiative waits for, and since when."""

from __future__ import annotations

from datetime import date

import pytest

from clusterflow.domain.terms import StageStatus, Standing
from clusterflow.rules.stage_progress import StageProgress, Wait, wait_of, waits_since

EARLY, LATE, UNTIL = date(2024, 1, 8), date(2024, 2, 5), date(2024, 6, 3)


def stage(status: StageStatus, since: date | None, held_until: date | None = None) -> StageProgress:
    lapsed_on = since if status is StageStatus.LAPSED else None
    return StageProgress(status, False, held_until, lapsed_on, since)


AHEAD = stage(StageStatus.AHEAD, None)
ACHIEVED = stage(StageStatus.ACHIEVED, EARLY)
OPEN = stage(StageStatus.GATE_OPEN, LATE)
UNDER_WAY = stage(StageStatus.UNDER_WAY, LATE)
HELD = stage(StageStatus.HELD, LATE, UNTIL)
LAPSED = stage(StageStatus.LAPSED, LATE)


@pytest.mark.parametrize(
    ("stages", "waits"),
    [
        ((ACHIEVED, OPEN, HELD), Wait.DECISION),
        ((ACHIEVED, HELD, UNDER_WAY), Wait.HOLD),
        ((ACHIEVED, UNDER_WAY, AHEAD), Wait.CRITERIA),
        ((ACHIEVED, LAPSED, AHEAD), Wait.RESTORING),
    ],
)
def test_only_the_stages_that_it_waits_in_count(stages: tuple[StageProgress, ...], waits: Wait) -> None:
    assert wait_of(Standing.ACTIVE, stages) is waits
    assert waits_since(waits, stages) == LATE
    earlier = tuple(s if s.waiting_since != LATE else stage(s.status, EARLY, s.held_until) for s in stages)
    assert waits_since(waits, (*earlier, *stages)) == EARLY, "the earliest of several"


def test_what_waits_for_nothing_has_no_day() -> None:
    assert wait_of(Standing.ACTIVE, (ACHIEVED, AHEAD)) is Wait.NOTHING
    assert waits_since(Wait.NOTHING, (ACHIEVED, AHEAD)) is None
    assert waits_since(Wait.DECISION, (AHEAD,)) is None
