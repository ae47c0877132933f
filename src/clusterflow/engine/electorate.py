"""Reads who may vote at the open reviews of an initiative."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.state import InitiativeState
from clusterflow.rules.quorum import Electorate
from clusterflow.rules.tally import rule_at
from clusterflow.store.people import aliases_of, eligible_people


def electorates_of(
    connection: Connection, state: InitiativeState, model: LifecycleModel, today: date
) -> dict[str, Electorate]:
    """Return the electorate of each open review at which somebody has voted, by review."""
    found: dict[str, Electorate] = {}
    for review in state.open_reviews:
        if not state.standing_votes(review.id):
            continue
        rule = rule_at(model.stage(review.stage).gate.decided_by, review)
        found[review.id] = electorate_of(connection, state.initiative, rule, today)
    return found


def electorate_of(connection: Connection, initiative: str, rule: DecidedBy, today: date) -> Electorate:
    """Return who may vote at a review today in their own name."""
    people = {e.person for e in eligible_people(connection, initiative, rule, today) if e.speaks_for is None}
    aliases = aliases_of(connection, people)
    return Electorate(may_vote=frozenset(aliases.get(p, p) for p in people))
