"""Reads who may vote at the open reviews of an initiative, and whether the votes there were cast in good right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from sqlalchemy import Connection

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.state import InitiativeState, Review, Vote
from clusterflow.domain.terms import VoteFall
from clusterflow.rules.quorum import Electorate, Rights, lost_right
from clusterflow.rules.tally import rule_at
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.store import ledger
from clusterflow.store.people import (
    NO_CAPACITY,
    Capacity,
    Registered,
    capacities,
    delegations_of,
    person_of,
    registered_aliases,
    select_eligible,
)
from clusterflow.store.registry import calendar_of


class Register:
    """The people around an initiative; each is read once."""

    def __init__(self, connection: Connection, initiative: str) -> None:
        self.connection = connection
        self.held: Callable[[date], Mapping[str, Capacity]] = cache(lambda day: capacities(connection, initiative, day))
        self._found: dict[str, Registered | None] = {}

    def read_aliases(self, people: Iterable[str]) -> dict[str, str]:
        """Return the pseudonyms of some people by person id; people without one are left out."""
        wanted = set(people)
        new = wanted - self._found.keys()
        if new:
            found = registered_aliases(self.connection, new)
            self._found |= {person: found.get(person) for person in new}
        return {person: one.alias for person in wanted if (one := self._found[person]) is not None}

    def add_alias(self, person: str, alias: str) -> None:
        """Add the pseudonym that a known person has got in this command."""
        self._found[person] = Registered(alias=alias, is_known=True)

    def alias_if_known(self, person: str) -> str | None:
        """Return the pseudonym of a person whom the registry has today."""
        one = self._found.get(person)
        return one.alias if one is not None and one.is_known else None


def electorates_of(
    connection: Connection, state: InitiativeState, model: LifecycleModel, calendar: WorkCalendar, today: date
) -> dict[str, Electorate]:
    """Return the electorate of each open review at which somebody has voted, by review."""
    voted = [r for r in state.open_reviews if state.standing_votes(r.id)]
    return {r.id: electorate_of(connection, state, model, r, calendar, today) for r in voted}


def valid_votes(
    connection: Connection, state: InitiativeState, model: LifecycleModel, review: Review, today: date
) -> Sequence[Vote]:
    """Return the votes at a review without those that lost their right today and fall at the next evaluation."""
    votes = state.standing_votes(review.id)
    calendar = calendar_of(connection, today, state.initiative)
    lost = electorate_of(connection, state, model, review, calendar, today).lost
    return [vote for vote in votes if vote.number not in lost]


def electorate_of(
    connection: Connection,
    state: InitiativeState,
    model: LifecycleModel,
    review: Review,
    calendar: WorkCalendar,
    today: date,
    register: Register | None = None,
) -> Electorate:
    """Return who may vote at a review today in their own name, and the votes there without a right.

    Args:
        register: what was read of the initiative's people already.
    """
    rule = rule_at(model.stage(review.stage).gate.decided_by, review)
    register = register or Register(connection, state.initiative)
    held = register.held
    delegated = cache(lambda day: delegations_of(connection, state.initiative, day))
    acted = people_involved(connection, state, review, calendar) if rule.four_eyes else frozenset()
    people = {e.person for e in select_eligible(rule, held(today), ()) if e.person.casefold() not in acted}
    aliases = register.read_aliases(people)
    votes = state.standing_votes(review.id)
    known = person_of(connection, {a for v in votes for a in (v.decider, v.cast_by) if a})
    lost: dict[int, VoteFall] = {}
    for vote in votes:
        rights = _rights(vote, known, held, delegated, calendar.today(vote.at), today, review, acted)
        why = lost_right(rule, vote, rights)
        if why is not None:
            lost[vote.number] = why
    return Electorate(may_vote=frozenset(aliases.get(p, p) for p in people), lost=lost)


def people_involved(
    connection: Connection, state: InitiativeState, review: Review, calendar: WorkCalendar
) -> frozenset[str]:
    """Return who recorded facts or opened a gate since the stage of a review began; the ids are case-folded."""
    since = max((v.entered_on for v in state.visits if v.stage == review.stage), default=review.opened_on)
    acted = ledger.actors(connection, state.initiative, calendar.begins(since))
    return frozenset(actor.casefold() for actor in acted)


def _rights(
    vote: Vote,
    known: Mapping[str, str],
    held: Callable[[date], Mapping[str, Capacity]],
    delegated: Callable[[date], frozenset[tuple[str, str]]],
    cast_on: date,
    today: date,
    review: Review,
    acted: frozenset[str],
) -> Rights:
    """Return what the registry now says about the right to a vote: on the day it was cast, and today."""
    person, caster = known.get(vote.decider, ""), known.get(vote.cast_by or vote.decider, "")
    both = [held(day).get(p, NO_CAPACITY).helixes for day in (cast_on, today) for p in (person, caster)]
    return Rights(
        roles=held(cast_on).get(person, NO_CAPACITY).roles,
        roles_today=held(today).get(person, NO_CAPACITY).roles,
        helixes=frozenset().union(*both),
        delegated=vote.cast_by is None or (person, caster) in delegated(cast_on),
        involved=review.asked_by in (vote.decider, vote.cast_by or vote.decider)
        or bool({person.casefold(), caster.casefold()} & acted),
        organisations=held(cast_on).get(person, NO_CAPACITY).organisations,
    )
