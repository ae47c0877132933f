"""Issue dues: the invoices that a scheme asks for and that are not there yet, all or none.

An invoice's id follows from year, part and member, and each initiative has each id once: to issue twice, at once or
after a crash, finds them there. What was withdrawn is not issued again.
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
    """The dues of a year as they stand on a day."""
    return plan_invoices(initiative, books_of(connection, initiative, year), schemes, year, today)


def issue_dues(tx: Transaction, initiative: str, schemes: Mapping[str, Scheme], year: int) -> DuesPlan:
    """Issue what is to be of a year's dues.

    Raises:
        UnknownName: no such initiative is enrolled.
        NotPossible: its life under its model was stopped.
    """
    state = enrolled_state(tx, initiative)
    if state.standing is Standing.STOPPED:
        raise NotPossible(f"«{initiative}» was stopped; it asks no more dues")
    today = today_of(tx, initiative)
    before = plan_dues(tx.connection, initiative, schemes, year, today)
    if not before.to_issue:
        return before
    record(tx, [_invoice(before, line) for line in before.to_issue])
    after = plan_dues(tx.connection, initiative, schemes, year, today)
    return after.model_copy(update={"issued": len(before.to_issue)})


def _invoice(asked: DuesPlan, line: DuesLine) -> Submission:
    fields = {
        "id": line.invoice,
        "organisation": line.organisation,
        "amount": str(line.amount),
        "on": line.on.isoformat(),
        "due": line.due.isoformat(),
        "scheme": asked.scheme,
        "year": asked.year,
        "instalment": line.instalment,
        "instalments": line.instalments,
    }
    return Submission(Invoice.type, fields, f"{line.invoice}", asked.initiative)
