"""Writes down that somebody asked for what they have no right to."""

from __future__ import annotations

from clusterflow.domain.access import Right
from clusterflow.domain.events import AccessRefused
from clusterflow.domain.text import Frozen
from clusterflow.engine.evaluate import keep_fresh
from clusterflow.engine.local_date import today_of
from clusterflow.engine.transaction import Transaction
from clusterflow.store.people import alias_of


class AccessRefusal(Frozen):
    """Whether the refusal is in the ledger."""

    entered: bool


def refuse_access(tx: Transaction, initiative: str, person: str, right: Right) -> AccessRefusal:
    """Enter a refusal. Nothing is entered for an initiative that is not enrolled, or a person who is not registered."""
    state = tx.state(initiative)
    alias = alias_of(tx.connection, person, tx.context.ids) if state is not None else None
    if state is None or alias is None:
        return AccessRefusal(entered=False)
    after = tx.apply_events(state, [AccessRefused(person=alias, right=right, on=today_of(tx, initiative))])
    keep_fresh(tx, state, after)
    return AccessRefusal(entered=True)
