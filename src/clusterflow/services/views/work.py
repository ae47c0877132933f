"""My work: the gates that wait for a person, what the person can correct, overdue actions, and the initiatives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection

from clusterflow.domain.access import Capacity, Right, rights_of
from clusterflow.domain.refused_submission import Refusal
from clusterflow.domain.terms import Role
from clusterflow.domain.text import Frozen, Language
from clusterflow.reports.status import Hindrance, InitiativeStatus, status_in
from clusterflow.rules.tally import rule_at
from clusterflow.services.context import Context
from clusterflow.services.intake.workbook.hand_in import refused_uploads
from clusterflow.services.local_time import today_of
from clusterflow.services.views.cache import Basis, ViewCache, bases_in
from clusterflow.services.views.capacities import capacities_to_see
from clusterflow.services.views.menders import menders
from clusterflow.services.views.refused_submissions import is_about, refusals_by_initiative
from clusterflow.store.access import OpenGate, open_gates
from clusterflow.store.actions import OverdueAction, overdue_actions
from clusterflow.store.people import aliases_of, eligible_people
from clusterflow.store.pinned_models import load_model
from clusterflow.store.portfolio import InitiativeSnapshot, snapshots

PAGE = 20
"""The most initiatives on one page."""

WAITING = 20
"""The most gates on the page. The others follow when these are decided."""

CORRECTIONS = 10
"""The most requirements to correct on the page. The page of each initiative has all of its own."""


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


class ToCorrect(Frozen):
    """What holds an initiative back and the person can correct."""

    initiative: str
    name: str
    hindrance: Hindrance


class MyAction(Frozen):
    """An overdue action of the person."""

    initiative: str
    name: str
    entry: int
    title: str
    due: date
    may_record: bool
    """Whether the person may record that it is done."""


class RefusedWorkbook(Frozen):
    """A workbook that the person submitted and that was not recorded."""

    initiative: str
    name: str
    """The name of the initiative."""
    ticket: str
    file: str
    on: date


class RefusedSubmission(Frozen):
    """A submission of another system that was refused, and that the person can correct."""

    name: str
    """The name of the initiative."""
    refusal: Refusal


class Work(Frozen):
    """One page of a person's work."""

    waiting: tuple[WaitingGate, ...]
    """The oldest open gates at which the person may vote; those without a vote first."""
    more_waiting: bool
    """Whether there may be more of them."""
    to_correct: tuple[ToCorrect, ...]
    """In the initiatives of the page."""
    more_to_correct: bool
    refused: tuple[RefusedWorkbook, ...]
    """In the initiatives of the page, the newest first."""
    submissions: tuple[RefusedSubmission, ...]
    """In the initiatives of the page, the oldest first."""
    actions: tuple[MyAction, ...]
    """In the initiatives of the page, the longest overdue first."""
    initiatives: tuple[MyInitiative, ...]
    total: int
    """The number of initiatives on all pages."""
    page: int


class _Standing(NamedTuple):
    """Where an initiative stands, and who can correct what holds it back, by stage and criterion."""

    status: InitiativeStatus
    mended_by: Mapping[tuple[str, str], tuple[Role, ...]]


def work_of(context: Context, person: str, language: Language, page: int = 1, views: ViewCache | None = None) -> Work:
    """Gather the work of a person.

    Args:
        page: which page of the initiatives, from 1; a page after the last one is the last one.
        views: keeps what is shown of each initiative.
    """
    cache = ViewCache() if views is None else views
    with context.reading() as connection:
        mine = capacities_to_see(connection, context, person, cache)
        ids = list(mine)
        page = max(1, min(page, -(-len(ids) // PAGE)))
        listed = ids[(page - 1) * PAGE : page * PAGE]
        bases = dict(bases_in(connection, listed, context.clock()))
        possible = list(islice(_votable(connection, _open_gates(connection, mine, bases, cache), mine), WAITING + 1))
        candidates = sorted({g.initiative for g in possible[:WAITING]})
        bases |= bases_in(connection, [i for i in candidates if i not in bases], context.clock())

    def standings(missing: Sequence[str]) -> Mapping[str, _Standing]:
        with context.reading() as connection:
            lives = snapshots(connection, context.clock(), None, missing)
        found = [(life.model, status_in(life, language)) for life in lives]
        return {s.initiative: _Standing(s, menders(context, model, s.hindrances)) for model, s in found}

    def actions(missing: Sequence[str]) -> Mapping[str, list[OverdueAction]]:
        with context.reading() as connection:
            days = today_of(connection, missing, context.clock())
            found = {
                day: overdue_actions(connection, person, [i for i in missing if days[i] == day], day)
                for day in set(days.values())
            }
        return {i: [action for action in found[days[i]] if action.initiative == i] for i in missing}

    def gates(missing: Sequence[str]) -> Mapping[str, list[WaitingGate]]:
        with context.reading() as connection:
            days = today_of(connection, missing, context.clock())
            lives = snapshots(connection, context.clock(), None, missing)
            return {
                i: _waiting(connection, person, life, days[i], language)
                for life in lives
                for i in (life.state.initiative,)
            }

    shown = {i: bases[i] for i in listed}
    standing = cache.many(shown, ("standing", language), standings)
    overdue = cache.many(shown, ("actions", person), actions)
    # A refusal is an entry in the chain of its initiative.
    refusals = cache.many(shown, "refused submissions", lambda missing: refusals_by_initiative(context, missing))
    recorded = [i for i in mine if Right.RECORD in rights_of(mine[i])] if any(refusals.values()) else []
    open_ones = cache.many({i: bases[i] for i in candidates}, ("waiting", person, language), gates)
    waiting = [gate for i in candidates for gate in open_ones[i]]
    waiting.sort(key=lambda g: (g.voted, g.opened_on, g.initiative, g.number))
    to_correct = tuple(
        ToCorrect(initiative=i, name=standing[i].status.name, hindrance=one)
        for i in listed
        for one in standing[i].status.hindrances
        if {role.value for role in standing[i].mended_by[one.stage, one.criterion]} & {c.value for c in mine[i]}
    )
    return Work(
        waiting=tuple(waiting),
        more_waiting=len(possible) > WAITING,
        to_correct=to_correct[:CORRECTIONS],
        more_to_correct=len(to_correct) > CORRECTIONS,
        refused=tuple(
            RefusedWorkbook(
                initiative=one.initiative,
                name=standing[one.initiative].status.name,
                ticket=one.ticket,
                file=one.name,
                on=one.on,
            )
            for one in refused_uploads(context, person, listed)
        ),
        submissions=tuple(
            RefusedSubmission(name=standing[i].status.name, refusal=one)
            for one, i in {one.id: (one, i) for i in listed for one in refusals[i] if is_about(one, recorded)}.values()
        ),
        actions=tuple(
            MyAction(
                initiative=one.initiative,
                name=standing[one.initiative].status.name,
                entry=one.entry,
                title=one.title,
                due=one.due,
                may_record=Right.RECORD in rights_of(mine[one.initiative]),
            )
            for one in sorted((a for i in listed for a in overdue[i]), key=lambda a: (a.due, a.initiative, a.entry))
        ),
        initiatives=tuple(
            MyInitiative(status=standing[i].status, capacities=tuple(c for c in Capacity if c in mine[i]))
            for i in listed
        ),
        total=len(ids),
        page=page,
    )


def _open_gates(
    connection: Connection, mine: Mapping[str, object], bases: Mapping[str, Basis], cache: ViewCache
) -> Iterable[OpenGate]:
    """The open gates of the person's initiatives, the oldest first."""
    if len(bases) < len(mine):  # there are more than one page has
        return open_gates(connection, mine)

    def read(missing: Sequence[str]) -> Mapping[str, list[OpenGate]]:
        found: dict[str, list[OpenGate]] = {i: [] for i in missing}
        for gate in open_gates(connection, found):
            found[gate.initiative].append(gate)
        return found

    known = cache.many(bases, "open gates", read)
    return sorted((gate for gates in known.values() for gate in gates), key=lambda g: (g.opened_on, g.initiative))


def _votable(
    connection: Connection, gates: Iterable[OpenGate], mine: Mapping[str, frozenset[Capacity]]
) -> Iterator[OpenGate]:
    """Yield the gates at which a vote of the person may count; the exact answer takes more queries."""
    # Of a thousand gates most are alike: the same stage of the same model, and the same capacities.
    known: dict[tuple[str, str, bool, frozenset[Capacity]], bool] = {}
    for gate in gates:
        alike = (gate.model_hash, gate.stage, gate.referred, mine[gate.initiative])
        if alike not in known:
            known[alike] = _may_vote(connection, gate, mine[gate.initiative])
        if known[alike]:
            yield gate


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
