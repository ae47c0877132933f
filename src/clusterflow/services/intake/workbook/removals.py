"""Finds the recorded facts that a workbook no longer has a row for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from clusterflow.domain.records import Happening, Record
from clusterflow.domain.records.governance import Attendance
from clusterflow.intake.workbook.drafts import ReadResult
from clusterflow.intake.workbook.layout import Sheet
from clusterflow.intake.workbook.sheets import OF_RECORD
from clusterflow.services.intake.workbook.name_lookup import PARTIES
from clusterflow.services.intake.workbook.registry_snapshot import Identity, RegistrySnapshot
from clusterflow.services.intake.workbook.related_parties import related_parties


def removed_facts(
    read: ReadResult, known: RegistrySnapshot, rows: Mapping[str, Mapping[Identity, object]], today: date
) -> Iterator[Record]:
    """Yield the facts in force without a row, on the sheets that have any row.

    A workbook of ours holds everything, so that a row that is missing was deleted. A list of somebody's own may be the
    payments of one month: of what happens on a day, it says only what happened between its first day and its last.
    """
    _, people = related_parties(known)
    for record, sheet in OF_RECORD.items():
        if sheet.name not in read.sheets or record in PARTIES or not _is_kept(read, record, sheet):
            continue
        covers = _coverage(read, record)
        for fact in known.latest(record):
            current = fact.valid_to is None or fact.valid_to >= today
            theirs = record != "representation" or fact.identity()[0] in people
            if current and theirs and fact.identity() not in rows.get(record, {}) and covers(fact):
                yield fact


def _is_kept(read: ReadResult, record: str, sheet: Sheet) -> bool:
    """Whether the sheet has the columns of a record type at all: a list of names alone says nothing of dues."""
    own = {c for c in sheet.columns_of(record).values() if len(c.fills) == 1}
    return record == sheet.head or bool(own & read.columns[sheet.name])


def _coverage(read: ReadResult, record: str) -> Callable[[Record], bool]:
    """Which facts of a type the rows of a workbook speak of."""
    drafts = [draft for draft in read.drafts if draft.record == record]
    days = [d.fields["valid_from"] for d in drafts if d.fields.get("valid_from") is not None]
    meetings = {d.fields.get("meeting") for d in drafts}

    def covers(fact: Record) -> bool:
        if read.is_ours or not isinstance(fact, Happening):
            return True
        if isinstance(fact, Attendance):
            return fact.meeting in meetings
        return bool(days) and min(days) <= fact.valid_from <= max(days)

    return covers
