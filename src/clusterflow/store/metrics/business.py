"""Metrics of business: what resulted from the cooperation (the virtuous circle)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, or_

from clusterflow.domain.records.activity import Business
from clusterflow.domain.terms import BusinessKind
from clusterflow.store.metrics.evidence_rows import evidence_row
from clusterflow.store.metrics.register import metric
from clusterflow.store.query_scope import Scope


def _in_money(business: Subquery) -> ColumnElement[bool]:
    """Jobs are counted in people. Without an amount they do not count as money."""
    return or_(business.c.kind != BusinessKind.JOBS.value, business.c.amount_minor.is_not(None))


@metric("business-generated")
def business_generated(scope: Scope, months: int = 12) -> Select[Any]:
    """Seed 2: contracts, exports and investment of the last months, in money. Older business counts as zero."""
    business = scope.latest(Business)
    recent = business.c.valid_from > scope.ago(months=months)
    return evidence_row(
        business,
        Business,
        what=business.c.id,
        part=case((recent, business.c.amount_minor), else_=0),
        most=None,
        # An old entry in another currency must not make today's number unknown.
        currency=case((recent, business.c.amount_currency)),
    ).where(_in_money(business))


@metric("jobs-generated")
def jobs_generated(scope: Scope, months: int = 12) -> Select[Any]:
    """CLMX (the success of a cluster generates wealth in the region): jobs that resulted from the cooperation."""
    business = scope.latest(Business)
    recent = business.c.valid_from > scope.ago(months=months)
    return evidence_row(
        business,
        Business,
        what=business.c.id,
        # A contract without a number of jobs brought none that anybody knows of.
        part=case(
            (~recent, 0), (business.c.kind == BusinessKind.JOBS.value, business.c.jobs),
            else_=func.coalesce(business.c.jobs, 0),
        ),
        most=None,
    )  # fmt: skip


@metric("business-growth")
def business_growth(scope: Scope) -> Select[Any]:
    """P: (business of the last 12 months − of the 12 before) ÷ of the 12 before; unknown if there was none before."""
    business = scope.latest(Business)
    recent = business.c.valid_from > scope.ago(months=12)
    return evidence_row(
        business,
        Business,
        what=business.c.id,
        # If an amount is missing in the year before, the base of the growth is unknown.
        part=case((recent, business.c.amount_minor), else_=-business.c.amount_minor),
        whole=case((recent, 0), else_=business.c.amount_minor),
        most=None,
        currency=business.c.amount_currency,
    ).where(business.c.valid_from > scope.ago(months=24), _in_money(business))
