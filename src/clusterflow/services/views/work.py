"""My work: the gates that wait for a person's decision, and the initiatives that the person meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice

from sqlalchemy import Connection

from clusterflow.domain.access import Capacity, Right, rights_of
from clusterflow.domain.terms import Role
from clusterflow.domain.text import Frozen, Language
from clusterflow.reports.status import InitiativeStatus, status_in
from clusterflow.rules.tally import rule_at
from clusterflow.services import access
from clusterflow.services.context import Context
from clusterflow.services.local_time import today_of
from clusterflow.services.views.cache import ViewCache, bases_of
from clusterflow.store.access import OpenGate, open_gates
from clusterflow.store.people import aliases_of, eligible_people
from clusterflow.store.pinned_models import load_model
from clusterflow.store.portfolio import InitiativeSnapshot, snapshots

PAGE = 20
"""The most initiatives on one page."""

WAITING = 20
"""The most gates on the page. The others follow when these are decided."""


class WaitingGate(Frozen):
    """An open gate at which the person may vote."""

    initiative: str
    name: str
    stage: str
    number: int
    title: str
    opened_on: date
    voted: bool
    """Whether every vote that the person may cast stands already."""


class MyInitiative(Frozen):
    """An initiative that the person meets, with the person's capacities in it."""

    status: InitiativeStatus
    capacities: tuple[Capacity, ...]


class Work(Frozen):
    """One page of a person's work."""

    waiting: tuple[WaitingGate, ...]
    """The oldest open gates at which the person may vote; those without a vote first."""
    more_waiting: bool
    """Whether there may be more of them."""
    initiatives: tuple[MyInitiative, ...]
    total: int
    """The number of initiatives on all pages."""
    page: int


def work_of(context: Context, person: str, language: Language, page: int = 1, views: ViewCache | None = None) -> Work:
    """Gather the work of a person.

    Args:
        page: which page of the initiatives, from 1; a page after the last one is the last one.
        views: keeps what is shown of each initiative.
    """
    cache = ViewCache() if views is None else views
    mine = {i: held for i, held in access.capacities_of(context, person).items() if Right.SEE in rights_of(held)}
    ids = sorted(mine)
    page = max(1, min(page, -(-len(ids) // PAGE)))
    listed = ids[(page - 1) * PAGE : page * PAGE]
    with context.reading() as connection:
        votable = (g for g in open_gates(connection, ids) if _may_vote(connection, g, mine[g.initiative]))
        possible = list(islice(votable, WAITING + 1))
    candidates = sorted({g.initiative for g in possible[:WAITING]})
    bases = bases_of(context, [*listed, *candidates])

    def statuses(missing: Sequence[str]) -> Mapping[str, InitiativeStatus]:
        with context.reading() as connection:
            lives = snapshots(connection, context.clock(), None, missing)
        return {life.state.initiative: status_in(life, language) for life in lives}

    def gates(missing: Sequence[str]) -> Mapping[str, list[WaitingGate]]:
        with context.reading() as connection:
            days = today_of(connection, missing, context.clock())
            lives = snapshots(connection, context.clock(), None, missing)
            return {
                i: _waiting(connection, person, life, days[i], language)
                for life in lives
                for i in (life.state.initiative,)
            }

    status = cache.many({i: bases[i] for i in listed}, ("status", language), statuses)
    open_ones = cache.many({i: bases[i] for i in candidates}, ("waiting", person, language), gates)
    waiting = [gate for i in candidates for gate in open_ones[i]]
    waiting.sort(key=lambda g: (g.voted, g.opened_on, g.initiative, g.number))
    return Work(
        waiting=tuple(waiting),
        more_waiting=len(possible) > WAITING,
        initiatives=tuple(
            MyInitiative(status=status[i], capacities=tuple(c for c in Capacity if c in mine[i])) for i in listed
        ),
        total=len(ids),
        page=page,
    )


def _may_vote(connection: Connection, gate: OpenGate, held: frozenset[Capacity]) -> bool:
    """Whether a vote of somebody with these capacities may count; the exact answer takes more queries."""
    if Right.VOTE not in rights_of(held):
        return False
    rule = load_model(connection, gate.model_hash).stage(gate.stage).gate.decided_by
    roles = {*rule.roles, *([Role.OFFICE] if gate.referred else [])}
    return Capacity.DELEGATE in held or bool({c.value for c in held} & {r.value for r in roles})


def _waiting(
    connection: Connection, person: str, life: InitiativeSnapshot, today: date, language: Language
) -> list[WaitingGate]:
    found = []
    for review in life.state.open_reviews:
        stage = life.model.stage(review.stage)
        rule = rule_at(stage.gate.decided_by, review)
        voices = [e for e in eligible_people(connection, life.state.initiative, rule, today) if e.person == person]
        if not voices:
            continue
        aliases = aliases_of(connection, [e.speaks_for or e.person for e in voices])
        voted = {v.decider for v in life.state.standing_votes(review.id)}
        found.append(
            WaitingGate(
                initiative=life.state.initiative,
                name=life.record.name if life.record else life.state.initiative,
                stage=stage.id,
                number=life.model.position(stage.id),
                title=stage.title.to(language),
                opened_on=review.opened_on,
                voted=all(aliases.get(e.speaks_for or e.person) in voted for e in voices),
            )
        )
    return found
