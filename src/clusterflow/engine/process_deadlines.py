"""What has become due in an initiative is told, once; the same again finds nothing due."""

from __future__ import annotations

from clusterflow.engine.deadlines import set_deadlines
from clusterflow.engine.evaluate import Declarations, Evaluated, enrolled_state, evaluate
from clusterflow.engine.local_date import today_of
from clusterflow.engine.transaction import Work
from clusterflow.rules.deadlines import plan_expiries
from clusterflow.store import deadlines


def fall_due(work: Work, initiative: str, declarations: Declarations) -> Evaluated:
    """Bring an initiative up to the day, and tell of the labels and strategies that end."""
    state = enrolled_state(work, initiative)
    if not deadlines.is_due(work.connection, initiative, work.now):
        return Evaluated(initiative=initiative, version=state.version)  # another relay was faster
    calendar = work.calendar(initiative)
    ends = deadlines.ends_of(work.connection, initiative, calendar)
    expiries = plan_expiries(state, ends, calendar, today_of(work, initiative))
    if expiries:
        work.live(state, expiries)
    done = evaluate(work, initiative, declarations)
    # Also what another calendar than the one of today had put here: nothing may stay due for ever.
    set_deadlines(work, initiative)
    return done.model_copy(update={"changes": (*(e.kind for e in expiries), *done.changes)})
