"""Metrics of governance: the legal entity, the seats, the bodies and their leaders."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, or_, select, union_all

from clusterflow.domain.records.governance import Body, LegalEntity, Seat
from clusterflow.domain.records.money import Staff
from clusterflow.domain.records.parties import Organisation, Representation
from clusterflow.domain.records.strategy import Objective
from clusterflow.domain.terms import BodyKind, HelixKind, LegalForm, SeatRole
from clusterflow.store.metrics.evidence_rows import (
    UNKNOWN,
    as_yes_no,
    check_word,
    evidence_row,
    has_entries,
    initiatives_with_entries,
)
from clusterflow.store.metrics.register import metric
from clusterflow.store.metrics.shared_queries import seats
from clusterflow.store.query_scope import Scope

LEADING = (SeatRole.CHAIR.value, SeatRole.MANAGER.value)


@metric("legal-body")
def legal_body(scope: Scope, form: str | None = None) -> Select[Any]:
    """CATREQ: a non-profit legal entity with personality, domiciled in the region, and of the given form if there is
    one.
    """
    entity = scope.latest(LegalEntity)
    conditions = [entity.c.personality, entity.c.non_profit, entity.c.in_region]
    return _entity(scope, entity, [*conditions, *_of_form(entity, form)])


@metric("legal-personality")
def legal_personality(scope: Scope, form: str | None = None) -> Select[Any]:
    """Seed 1, CLAUZ: an own legal entity with legal personality, and of the given form if there is one."""
    entity = scope.latest(LegalEntity)
    return _entity(scope, entity, [entity.c.personality, *_of_form(entity, form)])


def _of_form(entity: Subquery, form: str | None) -> list[ColumnElement[bool]]:
    return [] if form is None else [entity.c.form == check_word(LegalForm, form)]


def _entity(scope: Scope, entity: Subquery, conditions: list[ColumnElement[bool]]) -> Select[Any]:
    # SQL's logic is three-valued: one «no» decides; otherwise one «unknown» makes the answer unknown.
    return evidence_row(
        entity, LegalEntity, what=entity.c.name, part=as_yes_no(and_(scope.in_force(entity), *conditions)), most=None
    )


@metric("private-seat-share")
def private_seat_share(scope: Scope, body: str = BodyKind.BOARD.value) -> Select[Any]:
    """CATREQ: seats held for companies ÷ seats of the governing body, with or without a vote."""
    return _seat_share(scope, body, HelixKind.COMPANY)


@metric("government-seat-share")
def government_seat_share(scope: Scope, body: str = BodyKind.BOARD.value) -> Select[Any]:
    """Seed 1: seats held for government ÷ seats of the governing body."""
    return _seat_share(scope, body, HelixKind.GOVERNMENT)


def _seat_share(scope: Scope, body: str, helix: HelixKind) -> Select[Any]:
    seat = seats(scope, body)
    return evidence_row(seat, Seat, what=seat.c.person, part=as_yes_no(seat.c.helix == helix.value))


@metric("government-leads")
def government_leads(scope: Scope, body: str = BodyKind.BOARD.value) -> Select[Any]:
    """Seed 1: whether the chair of the governing body or a manager represents the government.

    A manager on the payroll who represents no organisation belongs to the initiative, with or without a seat. Any other
    seat without an organisation makes the answer unknown.
    """
    chair, seat, staff = seats(scope, body), seats(scope), scope.current(Staff)
    # Separate joins: in one subquery SQLite would look up the representations of everybody in the registry.
    voice, organisation = scope.current(Representation), scope.current(Organisation)
    payroll = scope.current(Staff)
    on_payroll = exists().where(
        payroll.c.manager, payroll.c.initiative == seat.c.initiative, payroll.c.person == seat.c.person
    )
    chairs = evidence_row(
        chair, Seat, what=chair.c.person, part=as_yes_no(chair.c.helix == HelixKind.GOVERNMENT.value), most=None
    ).where(chair.c.role == SeatRole.CHAIR.value)
    managers = evidence_row(
        seat, Seat, what=seat.c.person, part=as_yes_no(seat.c.helix == HelixKind.GOVERNMENT.value), most=None
    ).where(seat.c.role == SeatRole.MANAGER.value, or_(seat.c.helix.is_not(None), ~on_payroll))
    paid = (
        evidence_row(
            staff,
            Staff,
            what=staff.c.person,
            part=case(
                (voice.c.person.is_(None), 0), else_=as_yes_no(organisation.c.helix == HelixKind.GOVERNMENT.value)
            ),
            most=None,
        )
        .join_from(staff, voice, voice.c.person == staff.c.person, isouter=True)
        .join(organisation, organisation.c.id == voice.c.organisation, isouter=True)
        .where(staff.c.manager)
    )
    return select(union_all(chairs, managers, paid).subquery())


@metric("knowledge-seat")
def knowledge_seat(scope: Scope, body: str = BodyKind.BOARD.value) -> Select[Any]:
    """AEIFAQ: each governing body has a knowledge provider (academia) with a vote."""
    house, seat = scope.current(Body), seats(scope, body)
    votes = seat.c.vote
    known = (
        select(
            seat.c.initiative,
            seat.c.body,
            func.max(case((and_(votes, seat.c.helix == HelixKind.ACADEMIA.value), 1), else_=0)).label("knows"),
            func.max(case((and_(votes, seat.c.helix.is_(None)), 1), else_=0)).label("unclear"),
        )
        .group_by(seat.c.initiative, seat.c.body)
        .subquery()
    )
    return (
        evidence_row(
            house,
            Body,
            what=house.c.id,
            part=case(
                (known.c.knows == 1, 1), (and_(known.c.knows == 0, known.c.unclear == 0), 0), else_=UNKNOWN
            ),
            most=None,
        )
        .join_from(
            house, known, and_(known.c.initiative == house.c.initiative, known.c.body == house.c.id), isouter=True
        )
        .where(house.c.kind == body)
    )  # fmt: skip


@metric("bodies")
def bodies(scope: Scope, body: str) -> Select[Any]:
    """Select the bodies of a kind that exist on the day: an assembly, a board, an executive committee as management."""
    house = scope.latest(Body)
    return evidence_row(house, Body, what=house.c.id, part=as_yes_no(scope.in_force(house))).where(house.c.kind == body)


@metric("working-committees")
def working_committees(scope: Scope) -> Select[Any]:
    """CLAUZ: committees that were formed and not dissolved."""
    return bodies(scope, BodyKind.COMMITTEE.value)


@metric("committees-chaired")
def committees_chaired(scope: Scope) -> Select[Any]:
    """P: committees with a chair ÷ committees. A committee without recorded seats is unknown."""
    house, seat = scope.current(Body), scope.current(Seat)
    held = (
        select(
            seat.c.initiative,
            seat.c.body,
            func.max(case((seat.c.role == SeatRole.CHAIR.value, 1), else_=0)).label("chaired"),
        )
        .group_by(seat.c.initiative, seat.c.body)
        .subquery()
    )
    return (
        evidence_row(house, Body, what=house.c.id, part=held.c.chaired)
        .join_from(house, held, and_(held.c.initiative == house.c.initiative, held.c.body == house.c.id), isouter=True)
        .where(house.c.kind == BodyKind.COMMITTEE.value)
    )


@metric("committees-tied")
def committees_tied(scope: Scope) -> Select[Any]:
    """Seed 1: committees tied to a strategic objective ÷ committees.

    A committee counts as not tied only if the initiative has recorded objectives.
    """
    house, objectives = scope.current(Body), initiatives_with_entries(scope.latest(Objective))
    return (
        evidence_row(
            house,
            Body,
            what=house.c.id,
            part=case((house.c.objective.is_not(None), 1), (has_entries(objectives), 0), else_=UNKNOWN),
        )
        .join_from(house, objectives, objectives.c.initiative == house.c.initiative, isouter=True)
        .where(house.c.kind == BodyKind.COMMITTEE.value)
    )


@metric("key-person-risk")
def key_person_risk(scope: Scope) -> Select[Any]:
    """GB03: whether one person leads (as chair or manager) more than half of the bodies.

    Bodies without a recorded leader may have the same leader.
    """
    house, seat = scope.current(Body), scope.current(Seat)
    led = (
        select(
            house.c.initiative,
            house.c.id.label("body"),
            seat.c.person,
            seat.c.entry,
            seat.c.valid_from,
        )
        .join_from(house, seat, and_(seat.c.initiative == house.c.initiative, seat.c.body == house.c.id))
        .where(seat.c.role.in_(LEADING))
        .subquery()
    )
    number = func.count(led.c.body.distinct())
    leader = (
        select(
            led.c.initiative,
            led.c.person,
            number.label("leads"),
            func.max(led.c.entry).label("entry"),
            func.min(led.c.valid_from).label("valid_from"),
        )
        .group_by(led.c.initiative, led.c.person)
        .subquery()
    )
    every = scope.current(Body)
    there = select(every.c.initiative, func.count().label("bodies")).group_by(every.c.initiative).subquery()
    covered = select(led.c.initiative, number.label("bodies")).group_by(led.c.initiative).subquery()
    open_to_all = there.c.bodies - covered.c.bodies
    return (
        evidence_row(
            leader,
            Seat,
            what=leader.c.person,
            part=case(
                (literal(2) * leader.c.leads > there.c.bodies, 1),
                (literal(2) * (leader.c.leads + open_to_all) <= there.c.bodies, 0),
                else_=UNKNOWN,
            ),
            most=None,
        )
        .join_from(leader, there, there.c.initiative == leader.c.initiative)
        .join(covered, covered.c.initiative == leader.c.initiative)
    )
