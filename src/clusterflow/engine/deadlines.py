"""Recomputes the stored deadlines of an initiative after records that affect them have changed."""

from __future__ import annotations

from clusterflow.engine.transaction import Transaction
from clusterflow.rules.deadlines import deadlines_of, expiry_deadlines
from clusterflow.store import deadlines, record_ends
from clusterflow.store.pinned_models import load_model

DEADLINE_RECORDS = ("initiative", "label", "strategy")
"""The record types that affect deadlines: they hold end dates, or the calendar by which days are counted."""


def set_deadlines(tx: Transaction, initiative: str) -> None:
    """Make the stored deadlines of an initiative match its state, its records and its calendar."""
    state = tx.state(initiative)
    if state is None:
        return
    calendar = tx.calendar(initiative)
    model = load_model(tx.connection, state.model_hash)
    ends = record_ends.ends_of(tx.connection, initiative, calendar)
    wanted = {d: calendar.due_at(d.day) for d in deadlines_of(model, state) | expiry_deadlines(state, ends)}
    stored = deadlines.moments_of(tx.connection, initiative)
    coming = {d: at for d, at in wanted.items() if stored.get(d) != at}
    deadlines.update_moments(tx.connection, initiative, stored.keys() - wanted.keys(), coming)
