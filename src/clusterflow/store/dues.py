"""Reads the dues of an initiative, and which initiatives have adopted a dues scheme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from clusterflow.domain.money import Money
from clusterflow.domain.records.base import REGISTRY, Record
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.money import DuesAdoption, DuesScheme, Invoice, Payment
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.terms import Standing
from clusterflow.rules.dues import year_period
from clusterflow.rules.invoicing import Books
from clusterflow.store import tables
from clusterflow.store.columns import from_row
from clusterflow.store.registry import facts_of

R = TypeVar("R", bound=Record)

_ADOPTION = tables.REGISTRY_TABLES[DuesAdoption.type]
_INVOICE = tables.REGISTRY_TABLES[Invoice.type]
_PAYMENT = tables.REGISTRY_TABLES[Payment.type]
_STATE = tables.initiative_state

_CHUNK = 400
"""For how many initiatives a statement asks at once."""


class Unpaid(NamedTuple):
    """An invoice that is not paid in full, with what is still owed on it."""

    invoice: str
    organisation: str
    year: int
    due: date
    owed: Money


def initiatives_with_scheme(connection: Connection) -> Sequence[str]:
    """Return the active initiatives that have ever adopted a dues scheme."""
    query = (
        select(_STATE.c.initiative)
        .join(_ADOPTION, _ADOPTION.c.chain == _STATE.c.initiative)
        .where(_ADOPTION.c.superseded_at.is_(None), _ADOPTION.c.retracted.is_(False))
        .where(_STATE.c.standing == Standing.ACTIVE.value)
        .distinct()
        .order_by(_STATE.c.initiative)
    )
    return connection.execute(query).scalars().all()


def books_of(connection: Connection, initiative: str, year: int) -> Books:
    """Return the records on which the dues of a year depend."""
    memberships = _current_records(connection, Membership, initiative)
    members = {(m.organisation,) for m in memberships}
    organisations: dict[str, list[Organisation]] = defaultdict(list)
    for fact in facts_of(connection, Organisation, REGISTRY, members) if members else []:
        if isinstance(fact.record, Organisation) and not fact.retracted:
            organisations[fact.record.id].append(fact.record)
    of_year = _invoices_of_year(initiative, year)
    rows = connection.execute(select(_INVOICE).where(of_year).order_by(_INVOICE.c.valid_from)).all()
    paid = select(_PAYMENT).where(
        _PAYMENT.c.chain == initiative, _PAYMENT.c.superseded_at.is_(None), _PAYMENT.c.retracted.is_(False),
        _PAYMENT.c.invoice.in_(select(_INVOICE.c.id).where(of_year)),
    )  # fmt: skip
    return Books(
        adoptions=_current_records(connection, DuesAdoption, initiative),
        own=_current_records(connection, DuesScheme, initiative),
        memberships=memberships,
        organisations=organisations,
        invoices=list({row.id: from_row(Invoice, row._mapping) for row in rows if not row.retracted}.values()),
        taken=frozenset(row.id for row in rows),
        payments=[from_row(Payment, row._mapping) for row in connection.execute(paid)],
    )


def account_of(
    connection: Connection, initiative: str, invoices: Iterable[str]
) -> tuple[dict[str, Invoice], dict[str, Payment]]:
    """Return some invoices of an initiative and the payments on them, each by its id."""
    issued, paid = dict[str, Invoice](), dict[str, Payment]()
    for invoice in sorted(invoices):
        for table, name in ((_INVOICE, "id"), (_PAYMENT, "invoice")):
            query = select(table).where(
                table.c.chain == initiative, table.c.superseded_at.is_(None), table.c.retracted.is_(False),
                table.c[name] == invoice,
            )  # fmt: skip
            for row in connection.execute(query.order_by(table.c.valid_from)):
                if table is _INVOICE:
                    issued[row.id] = from_row(Invoice, row._mapping)
                else:
                    paid[row.id] = from_row(Payment, row._mapping)
    return issued, paid


def unpaid_invoices(connection: Connection, initiative: str, today: date) -> list[Unpaid]:
    """Return the invoices of all years that are not paid in full by payments up to a day, in their currency."""
    paid = func.coalesce(func.sum(_PAYMENT.c.amount_minor), 0)
    on_it = and_(
        _PAYMENT.c.chain == _INVOICE.c.chain, _PAYMENT.c.invoice == _INVOICE.c.id,
        _PAYMENT.c.amount_currency == _INVOICE.c.amount_currency, _PAYMENT.c.superseded_at.is_(None),
        _PAYMENT.c.retracted.is_(False), _PAYMENT.c.valid_from <= today,
    )  # fmt: skip
    columns = (
        _INVOICE.c.id, _INVOICE.c.organisation, _INVOICE.c.year, _INVOICE.c.valid_from, _INVOICE.c.due,
        _INVOICE.c.amount_minor, _INVOICE.c.amount_currency,
    )  # fmt: skip
    query = (
        select(*columns, paid.label("paid"))
        .outerjoin(_PAYMENT, on_it)
        .where(_INVOICE.c.chain == initiative, _INVOICE.c.superseded_at.is_(None), _INVOICE.c.retracted.is_(False))
        .group_by(*columns)
        .having(paid < _INVOICE.c.amount_minor)
        .order_by(_INVOICE.c.due, _INVOICE.c.id)
    )
    return [
        Unpaid(
            invoice=row.id,
            organisation=row.organisation,
            year=row.year or row.valid_from.year,
            due=row.due,
            owed=Money(minor=row.amount_minor - row.paid, currency=row.amount_currency),
        )
        for row in connection.execute(query)
    ]


def overpaid_invoices(connection: Connection, initiatives: Sequence[str] | None = None) -> set[tuple[str, str]]:
    """Return (initiative, invoice) of the invoices on which the payments, without repayments, exceed the amount.

    Args:
        initiatives: whose invoices; None for those of all.
    """
    same = and_(
        _INVOICE.c.chain == _PAYMENT.c.chain, _INVOICE.c.id == _PAYMENT.c.invoice,
        _INVOICE.c.amount_currency == _PAYMENT.c.amount_currency,
    )  # fmt: skip
    current = [c for t in (_INVOICE, _PAYMENT) for c in (t.c.superseded_at.is_(None), t.c.retracted.is_(False))]
    query = (
        select(_INVOICE.c.chain, _INVOICE.c.id)
        .join(_PAYMENT, same)
        .where(*current, _PAYMENT.c.amount_minor > 0)
        .group_by(_INVOICE.c.chain, _INVOICE.c.id, _INVOICE.c.entry, _INVOICE.c.amount_minor)
        .having(func.sum(_PAYMENT.c.amount_minor) > _INVOICE.c.amount_minor)
    )
    if initiatives is None:
        return {(chain, invoice) for chain, invoice in connection.execute(query)}
    found: set[tuple[str, str]] = set()
    for start in range(0, len(initiatives), _CHUNK):
        of_some = query.where(_PAYMENT.c.chain.in_(initiatives[start : start + _CHUNK]))
        found |= {(chain, invoice) for chain, invoice in connection.execute(of_some)}
    return found


def _invoices_of_year(initiative: str, year: int) -> ColumnElement[bool]:
    """Return the condition for the invoices of a year, retracted ones and other rows with their ids included."""
    first, last = year_period(year)
    of_its_day = and_(_INVOICE.c.year.is_(None), _INVOICE.c.valid_from.between(first, last))
    computed = _INVOICE.c.id.startswith(f"dues-{year}-", autoescape=True)
    mine = and_(_INVOICE.c.chain == initiative, _INVOICE.c.superseded_at.is_(None))
    return and_(mine, or_(_INVOICE.c.year == year, of_its_day, computed))


def _current_records(connection: Connection, cls: type[R], chain: str) -> list[R]:
    facts = facts_of(connection, cls, chain)
    return [f.record for f in facts if isinstance(f.record, cls) and not f.retracted]
