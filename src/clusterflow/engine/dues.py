"""Issues the invoices that a dues scheme asks for and that do not exist yet, all or none.

An invoice's id is made of year, instalment and member, and is unique in its initiative. So issuing twice, at the same
time or after a crash, creates no duplicates. Withdrawn invoices are not issued again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from clusterflow.domain.dues import DuesLine, DuesPlan, Scheme
from clusterflow.domain.records.money import Invoice
from clusterflow.domain.terms import Standing
from clusterflow.engine.evaluate import enrolled_state
from clusterflow.engine.local_date import today_of
from clusterflow.engine.record import Submission, record
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import NotPossible
from clusterflow.rules.invoicing import plan_invoices
from clusterflow.store.dues import books_of


def plan_dues(
    connection: Connection, initiative: str, schemes: Mapping[str, Scheme], year: int, today: date
) -> DuesPlan:
    """Return the dues of a year as of a day."""
    return plan_invoices(initiative, books_of(connection, initiative, year), schemes, year, today)


def issue_dues(tx: Transaction, initiative: str, schemes: Mapping[str, Scheme], year: int) -> DuesPlan:
    """Issue the invoices of a year that are not issued yet.

    Raises:
        UnknownName: no such initiative is enrolled.
        NotPossible: the initiative was stopped.
    """
    state = enrolled_state(tx, initiative)
    if state.standing is Standing.STOPPED:
        raise NotPossible(f"«{initiative}» was stopped; it issues no more invoices")
    today = today_of(tx, initiative)
    before = plan_dues(tx.connection, initiative, schemes, year, today)
    if not before.to_issue:
        return before
    record(tx, [_invoice(before, line) for line in before.to_issue])
    after = plan_dues(tx.connection, initiative, schemes, year, today)
    return after.model_copy(update={"issued": len(before.to_issue)})


def _invoice(plan: DuesPlan, line: DuesLine) -> Submission:
    fields = {
        "id": line.invoice,
        "organisation": line.organisation,
        "amount": str(line.amount),
        "on": line.on.isoformat(),
        "due": line.due.isoformat(),
        "scheme": plan.scheme,
        "year": plan.year,
        "instalment": line.instalment,
        "instalments": line.instalments,
    }
    return Submission(Invoice.type, fields, f"{line.invoice}", plan.initiative)
