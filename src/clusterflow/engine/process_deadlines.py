"""Processes the deadlines of an initiative that have passed. A second run finds nothing due."""

from __future__ import annotations

from clusterflow.engine.deadlines import set_deadlines
from clusterflow.engine.evaluate import Declarations, EvaluationResult, enrolled_state, evaluate
from clusterflow.engine.local_date import today_of
from clusterflow.engine.transaction import Transaction
from clusterflow.rules.deadlines import plan_expiries
from clusterflow.store import deadlines, record_ends


def process_deadlines(tx: Transaction, initiative: str, declarations: Declarations) -> EvaluationResult:
    """Bring an initiative up to date, and record the labels and strategies that end."""
    state = enrolled_state(tx, initiative)
    if not deadlines.is_due(tx.connection, initiative, tx.now):
        return EvaluationResult(initiative=initiative, version=state.version)  # another relay has done it
    calendar = tx.calendar(initiative)
    ends = record_ends.ends_of(tx.connection, initiative, calendar)
    expiries = plan_expiries(state, ends, calendar, today_of(tx, initiative))
    if expiries:
        tx.apply_events(state, expiries)
    done = evaluate(tx, initiative, declarations)
    # This also removes deadlines set under an earlier calendar, which would otherwise stay due for ever.
    set_deadlines(tx, initiative)
    return done.model_copy(update={"changes": (*(e.kind for e in expiries), *done.changes)})
