"""Queries that several families use: members with their organisation, seats, dues, and attendance at meetings."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, or_, select, union_all

from clusterflow.domain.records.governance import Attendance, Body, Meeting, Seat
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.money import Income, Invoice, Payment
from clusterflow.domain.records.parties import Organisation, Representation
from clusterflow.domain.terms import SME, HelixKind, IncomeKind, SizeClass
from clusterflow.store.metrics.evidence_rows import (
    UNKNOWN,
    check_word,
    has_entries,
    initiatives_with_entries,
    presence,
)
from clusterflow.store.query_scope import Scope

ANY_SME = "sme"
"""The parameter value for micro, small and medium together, instead of a size class."""


_FIGURES = (
    "helix", "size", "founded", "turnover_minor", "turnover_currency", "chain_role", "country", "place", "latitude",
    "longitude",
)  # fmt: skip
"""What a metric reads of the organisation of a member."""


@lru_cache(maxsize=16)
def members(scope: Scope) -> Subquery:
    """Return ``members_again``, the same object for every metric: so one statement can sum several of them."""
    return members_again(scope)


def members_again(scope: Scope) -> Subquery:
    """Select all current and former members with their organisation's figures of the day. ``in_force`` marks current
    ones.

    ``on`` is the day of joining, or the last day of a former member.
    """
    member, organisation = scope.latest(Membership), scope.current(Organisation, only=("id", *_FIGURES))
    still = scope.in_force(member)
    return (
        select(
            *member.c,
            still.label("in_force"),
            case((still, member.c.valid_from), else_=member.c.valid_to).label("on"),
            *(organisation.c[name] for name in _FIGURES),
        )
        .join_from(member, organisation, organisation.c.id == member.c.organisation, isouter=True)
        .subquery()
    )


def maybe_company(rows: Subquery) -> ColumnElement[bool]:
    """Whether a member is a company, or may be one. A member of unknown kind widens the range and is not dropped."""
    return or_(rows.c.helix == HelixKind.COMPANY.value, rows.c.helix.is_(None))


def of_size(size: ColumnElement[str], wanted: str) -> ColumnElement[bool]:
    """Whether a firm is of the size class, or of one of the three SME classes."""
    if wanted == ANY_SME:
        return size.in_([one.value for one in SME])
    return size == check_word(SizeClass, wanted, ANY_SME)


@lru_cache(maxsize=64)
def seats(scope: Scope, body: str | None = None) -> Subquery:
    """Select the seats in the bodies of a kind (or of all) on the day, with the helix kind of the represented
    organisation. It is the same object for every metric, as ``members`` is.
    """
    seat, house = scope.current(Seat), scope.current(Body, only=("id", "kind"))
    organisation = scope.current(Organisation, only=("id", "helix"))
    query = (
        select(
            seat.c.initiative,
            seat.c.entry,
            seat.c.valid_from,
            seat.c.body,
            seat.c.person,
            seat.c.role,
            seat.c.vote,
            organisation.c.helix,
        )
        .join_from(seat, house, and_(house.c.initiative == seat.c.initiative, house.c.id == seat.c.body))
        .join(organisation, organisation.c.id == seat.c.organisation, isouter=True)
    )
    return query.subquery() if body is None else query.where(house.c.kind == body).subquery()


def representations(scope: Scope) -> Subquery:
    """Select the organisations that each person represents on the day: ``person``, ``organisation``, ``helix``."""
    voice, organisation = scope.current(Representation), scope.current(Organisation, only=("id", "helix"))
    return (
        select(
            voice.c.person,
            voice.c.organisation,
            organisation.c.helix,
        )
        .join_from(voice, organisation, organisation.c.id == voice.c.organisation, isouter=True)
        .subquery()
    )


def meetings(
    scope: Scope, body: str | None = None, after: ColumnElement[Any] | None = None, *, standing: bool = False
) -> Subquery:
    """Select the meetings of the bodies of a kind, or of all. With ``standing``, dissolved bodies are left out."""
    meeting, house = scope.latest(Meeting), scope.latest(Body)
    query = select(meeting.c.initiative, meeting.c.body, meeting.c.id.label("meeting"), meeting.c.valid_from)
    if body is not None:
        query = query.join_from(
            meeting, house, and_(house.c.initiative == meeting.c.initiative, house.c.id == meeting.c.body)
        ).where(house.c.kind == body)
        if standing:
            query = query.where(scope.in_force(house))
    if after is not None:
        # The offset makes SQLite and PostgreSQL select the meetings first; otherwise they may read all attendance.
        query = query.where(meeting.c.valid_from > after).offset(0)
    return query.subquery()


def attendance_by_organisation(scope: Scope, meeting: Subquery) -> Select[Any]:
    """Select the best known presence of each organisation over the meetings. ``came`` is one of ``PRESENT``,
    ``UNCERTAIN``, ``ABSENT``.
    """
    # The join starts from the meeting: the last meetings of a body are few in comparison with all recorded attendance.
    attendance = scope.over_all_initiatives.latest(Attendance)
    return (
        select(
            meeting.c.initiative,
            attendance.c.organisation,
            func.max(presence(attendance.c.present)).label("came"),
        )
        .join_from(meeting, attendance, is_attendance_of(attendance, meeting))
        .group_by(meeting.c.initiative, attendance.c.organisation)
    )


def is_attendance_of(attendance: Subquery, meeting: Subquery) -> ColumnElement[bool]:
    """Whether a row of attendance belongs to the meeting."""
    return and_(attendance.c.initiative == meeting.c.initiative, attendance.c.meeting == meeting.c.meeting)


def dues(scope: Scope) -> Subquery:
    """Select every invoice that is due, and how much was ``paid`` on it by then. ``paid`` is null if the initiative has
    no recorded payments, or if the invoice was paid in another currency.
    """
    invoice, payment = scope.latest(Invoice), scope.latest(Payment)
    paid = (
        select(
            payment.c.initiative,
            payment.c.invoice,
            func.sum(payment.c.amount_minor).label("minor"),
            func.min(payment.c.amount_currency).label("currency"),
            func.count(payment.c.amount_currency.distinct()).label("currencies"),
        )
        .group_by(payment.c.initiative, payment.c.invoice)
        .subquery()
    )
    payments = initiatives_with_entries(payment)
    return (
        select(
            invoice.c.initiative,
            invoice.c.entry,
            invoice.c.id,
            invoice.c.organisation,
            invoice.c.due,
            invoice.c.amount_minor.label("amount"),
            invoice.c.amount_currency.label("currency"),
            case(
                (and_(has_entries(payments), paid.c.minor.is_(None)), 0),
                (and_(paid.c.currencies == 1, paid.c.currency == invoice.c.amount_currency), paid.c.minor),
                else_=UNKNOWN,
            ).label("paid"),
        )
        .join_from(
            invoice, paid, and_(paid.c.initiative == invoice.c.initiative, paid.c.invoice == invoice.c.id), isouter=True
        )
        .join(payments, payments.c.initiative == invoice.c.initiative, isouter=True)
        .where(invoice.c.due <= scope.as_of)
        .subquery()
    )


def fees(scope: Scope) -> Subquery:
    """Select the fees received: payments of invoices, and fees that are booked as income in one total.

    ``record`` is the type of the record behind a row. ``payer`` may be unknown.
    """
    payment, invoice, income = scope.latest(Payment), scope.latest(Invoice), scope.latest(Income)
    paid = select(
        literal(Payment.type).label("record"),
        payment.c.initiative,
        payment.c.entry,
        payment.c.valid_from,
        payment.c.id,
        invoice.c.organisation.label("payer"),
        payment.c.amount_minor.label("amount"),
        payment.c.amount_currency.label("currency"),
    ).join_from(payment, invoice, and_(invoice.c.initiative == payment.c.initiative, invoice.c.id == payment.c.invoice))
    lump = select(
        literal(Income.type),
        income.c.initiative,
        income.c.entry,
        income.c.valid_from,
        income.c.id,
        income.c.payer,
        income.c.amount_minor,
        income.c.amount_currency,
    ).where(income.c.kind == IncomeKind.FEES.value)
    return union_all(paid, lump).subquery()
