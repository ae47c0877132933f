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
from clusterflow.engine.transaction import Work
from clusterflow.errors import NotPossible
from clusterflow.rules.invoicing import plan
from clusterflow.store.dues import books_of


def look(connection: Connection, initiative: str, schemes: Mapping[str, Scheme], year: int, today: date) -> DuesPlan:
    """The dues of a year as they stand on a day."""
    return plan(initiative, books_of(connection, initiative, year), schemes, year, today)


def issue_dues(work: Work, initiative: str, schemes: Mapping[str, Scheme], year: int) -> DuesPlan:
    """Issue what is to be of a year's dues.

    Raises:
        UnknownName: no such initiative is enrolled.
        NotPossible: its life under its model was stopped.
    """
    state = enrolled_state(work, initiative)
    if state.standing is Standing.STOPPED:
        raise NotPossible(f"«{initiative}» was stopped; it asks no more dues")
    today = today_of(work, initiative)
    before = look(work.connection, initiative, schemes, year, today)
    if not before.to_issue:
        return before
    record(work, [_invoice(before, line) for line in before.to_issue])
    after = look(work.connection, initiative, schemes, year, today)
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
