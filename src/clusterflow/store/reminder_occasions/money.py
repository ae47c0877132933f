"""Occasions of dues: invoices that are not paid in full."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func, select

from clusterflow.domain.records.money import Invoice, Payment
from clusterflow.store.query_scope import Scope
from clusterflow.store.reminder_occasions.occasion import in_window, occasion


@occasion("invoice.issued")
def invoice_issued(scope: Scope) -> Select[Any]:
    return _unpaid(scope, "valid_from")


@occasion("invoice.due")
def invoice_due(scope: Scope) -> Select[Any]:
    return _unpaid(scope, "due")


def _unpaid(scope: Scope, day: str) -> Select[Any]:
    """Select invoices that are not paid in full. Payments in another currency do not count."""
    invoice, payment = scope.latest(Invoice), scope.latest(Payment)
    paid = (
        select(func.coalesce(func.sum(payment.c.amount_minor), 0))
        .where(
            payment.c.initiative == invoice.c.initiative,
            payment.c.invoice == invoice.c.id,
            payment.c.amount_currency == invoice.c.amount_currency,
        )
        .correlate(invoice)
        .scalar_subquery()
    )
    return select(
        invoice.c.initiative,
        invoice.c.id.label("subject"),
        invoice.c[day].label("reference"),
        invoice.c.organisation,
        invoice.c.valid_from.label("issued"),
        invoice.c.due,
        invoice.c.amount_minor,
        invoice.c.amount_currency,
        paid.label("paid_minor"),
    ).where(and_(in_window(invoice.c[day]), paid < invoice.c.amount_minor))
