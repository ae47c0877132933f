"""Metrics of money: dues and payers, income by source, cover of the running cost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, union_all

from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.money import Budget, DuesAdoption, DuesScheme, Income, Invoice, Payment
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.terms import SME, IncomeKind, SizeClass
from clusterflow.store.metrics.evidence_rows import UNKNOWN, as_yes_no, evidence_row
from clusterflow.store.metrics.register import metric
from clusterflow.store.metrics.shared_queries import dues, fees, of_size
from clusterflow.store.query_scope import Scope


@metric("dues-scheme")
def dues_scheme(scope: Scope) -> Select[Any]:
    """Seed 1: dues are set for large firms and for at least one SME class, or for all by a scheme file."""
    scheme, adoption = scope.latest(DuesScheme), scope.latest(DuesAdoption)

    def covered(sizes: tuple[SizeClass, ...]) -> Any:
        ours = and_(scheme.c.size.in_([size.value for size in sizes]), scope.in_force(scheme))
        return func.max(case((ours, 1), else_=0)).over(partition_by=scheme.c.initiative)

    judged = select(scheme, (covered((SizeClass.LARGE,)) * covered(SME)).label("complete")).subquery()
    own = evidence_row(judged, DuesScheme, what=judged.c.size, part=judged.c.complete, most=None)
    # A scheme file with a gap is refused when it is read, so an adopted one sets the dues of all members.
    adopted = evidence_row(
        adoption, DuesAdoption, what=adoption.c.scheme, part=as_yes_no(scope.in_force(adoption)), most=None
    )
    return select(union_all(own, adopted).subquery())


@metric("dues-collected")
def dues_collected(scope: Scope, size: str | None = None, months: int = 12) -> Select[Any]:
    """Seed 1: dues paid ÷ dues that became due in the last months, of all members or of a size class (or ``sme``).

    A payment above an invoice's amount does not cover another invoice.
    """
    due, organisation = dues(scope), scope.current(Organisation)
    paid = case((due.c.paid > due.c.amount, due.c.amount), else_=due.c.paid)
    fits = of_size(organisation.c.size, size) if size else None
    rows = evidence_row(
        due,
        Invoice,
        what=due.c.organisation,
        on=due.c.due,
        part=paid if fits is None else case((fits, paid), else_=UNKNOWN),
        whole=due.c.amount,
        most=due.c.amount,
        currency=due.c.currency,
    ).where(due.c.due > scope.ago(months=months))
    if fits is None:
        return rows
    # A firm of unknown size may belong to this class, so its dues widen the range.
    return rows.join_from(due, organisation, organisation.c.id == due.c.organisation, isouter=True).where(
        or_(fits, organisation.c.size.is_(None))
    )


@metric("members-overdue")
def members_overdue(scope: Scope, days: int = 90) -> Select[Any]:
    """P: members with an invoice that is unpaid more than so many days after its due date."""
    due, member = dues(scope), scope.current(Membership)
    late = due.c.due < scope.ago(days=days)
    # 2: overdue; 1: possibly overdue, because no payments are recorded; 0: not overdue.
    state = case((~late, 0), (due.c.paid.is_(None), 1), (due.c.paid < due.c.amount, 2), else_=0)
    worst = (
        select(
            due.c.initiative,
            due.c.organisation,
            func.max(state).label("state"),
            func.max(due.c.entry).label("entry"),
            func.min(due.c.due).label("valid_from"),
        )
        .join_from(
            due, member, and_(member.c.initiative == due.c.initiative, member.c.organisation == due.c.organisation)
        )
        .group_by(due.c.initiative, due.c.organisation)
        .subquery()
    )
    return evidence_row(
        worst,
        Invoice,
        what=worst.c.organisation,
        part=case((worst.c.state == 2, 1), (worst.c.state == 0, 0), else_=UNKNOWN),
    )


@metric("private-income-share")
def private_income_share(scope: Scope, months: int = 12) -> Select[Any]:
    """FRFIN: income other than public grants ÷ all income of the last months. Paid dues count as private income."""
    income, fee, since = scope.latest(Income), fees(scope), scope.ago(months=months)
    by_source = evidence_row(
        income,
        Income,
        what=income.c.kind,
        part=case((income.c.kind == IncomeKind.PUBLIC_GRANT.value, 0), else_=income.c.amount_minor),
        whole=income.c.amount_minor,
        most=None,
        currency=income.c.amount_currency,
    ).where(income.c.valid_from > since)
    paid = evidence_row(
        fee,
        Payment,
        what=fee.c.payer,
        part=fee.c.amount,
        whole=fee.c.amount,
        most=None,
        currency=fee.c.currency,
    ).where(fee.c.valid_from > since, fee.c.record == Payment.type)
    return select(union_all(by_source, paid).subquery())


@metric("largest-payer-share")
def largest_payer_share(scope: Scope, months: int = 12) -> Select[Any]:
    """P: fees of the largest payer ÷ all fees of the last months. Fees of an unknown payer may belong
    to the largest.
    """
    fee = fees(scope)
    by_payer = (
        select(
            fee.c.initiative,
            fee.c.payer,
            fee.c.currency,
            func.sum(fee.c.amount).label("amount"),
            func.max(fee.c.record).label("record"),
            func.max(fee.c.entry).label("entry"),
            func.max(fee.c.valid_from).label("valid_from"),
        )
        .where(fee.c.valid_from > scope.ago(months=months))
        .group_by(fee.c.initiative, fee.c.payer, fee.c.currency)
        .subquery()
    )
    known_first = case((by_payer.c.payer.is_(None), 1), else_=0)
    ranked = select(
        by_payer,
        func.row_number()
        .over(partition_by=by_payer.c.initiative, order_by=(known_first, by_payer.c.amount.desc(), by_payer.c.payer))
        .label("place"),
        # Amounts of several currencies have no order.
        (
            func.min(by_payer.c.currency).over(partition_by=by_payer.c.initiative)
            != func.max(by_payer.c.currency).over(partition_by=by_payer.c.initiative)
        ).label("mixed"),
    ).subquery()
    return evidence_row(
        ranked,
        ranked.c.record,
        what=func.coalesce(ranked.c.payer, "?"),
        part=case(
            (or_(ranked.c.mixed, ranked.c.payer.is_(None)), UNKNOWN), (ranked.c.place == 1, ranked.c.amount), else_=0
        ),
        whole=ranked.c.amount,
        most=ranked.c.amount,
        currency=ranked.c.currency,
    )


@metric("funding-cover")
def funding_cover(scope: Scope) -> Select[Any]:
    """PARPZ: funds secured ÷ running cost of the coming year, in the budget in force."""
    budget = scope.current(Budget)
    same = budget.c.secured_currency == budget.c.running_cost_currency
    return evidence_row(
        budget,
        Budget,
        what=budget.c.id,
        part=case((same, budget.c.secured_minor), else_=UNKNOWN),
        whole=budget.c.running_cost_minor,
        most=None,
        currency=budget.c.running_cost_currency,
    )
