"""Completes what an attendance sheet leaves out: which meeting a date names, and for whom a person came."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from clusterflow.domain.records.governance import Attendance, Meeting, Seat
from clusterflow.domain.records.parties import Representation
from clusterflow.domain.text import Language
from clusterflow.intake.workbook.drafts import Draft
from clusterflow.intake.workbook.messages import Unreadable
from clusterflow.intake.workbook.numbers import read_day
from clusterflow.rules.matching import fold_text
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot

_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")


class _Meeting(NamedTuple):
    id: str
    day: date
    body: str


class MeetingDates:
    """The meetings of an initiative by their days, those on the sheet of meetings included."""

    def __init__(self, known: RegistrySnapshot, drafts: Iterable[Draft]) -> None:
        found = {m.id: _Meeting(m.id, m.valid_from, m.body) for m in known.latest_of(Meeting)}
        for draft in drafts:
            id_, day, body = (draft.fields.get(name) for name in ("id", "valid_from", "body"))
            if id_ is not None and day is not None:
                found[id_] = _Meeting(id_, day, body or (found[id_].body if id_ in found else ""))
        self._by_day: dict[date, list[_Meeting]] = defaultdict(list)
        for meeting in found.values():
            self._by_day[meeting.day].append(meeting)

    def find(self, head: str, written_in: Language, bodies: Mapping[str, str]) -> list[str]:
        """Return the meetings that a head may name: a date, alone or with the name of the body.

        Args:
            bodies: the names of the bodies, by id.
        """
        match = _DATE.search(head)
        day = _day(match[0] if match else head, written_in)
        if day is None:
            return []
        rest = fold_text(head.replace(match[0], " ")) if match else ""
        meetings = self._by_day.get(day, [])
        named = [m for m in meetings if rest and fold_text(bodies.get(m.body, m.body)) in rest]
        return sorted(m.id for m in named or ([] if rest and len(meetings) > 1 else meetings))


def _day(text: str, written_in: Language) -> date | None:
    try:
        return read_day(text, written_in, day_first=written_in == "es")
    except Unreadable:
        return None


class Representations:
    """For whom people attend meetings, by the registry and by the sheets of the same workbook."""

    def __init__(self, known: RegistrySnapshot, drafts: Iterable[Draft]) -> None:
        self._attended = {(a.meeting, a.person): a.organisation for a in known.latest_of(Attendance)}
        self._bodies = {m.id: m.body for m in known.latest_of(Meeting)}
        self._seats: dict[tuple[str, str], list[tuple[Any, Any, str]]] = defaultdict(list)
        self._represented: dict[str, list[tuple[Any, Any, str]]] = defaultdict(list)
        for seat in known.latest_of(Seat):
            if seat.organisation is not None:
                self._seats[seat.body, seat.person].append((seat.valid_from, seat.valid_to, seat.organisation))
        for fact in known.all(Representation.type):
            if isinstance(fact, Representation):
                self._represented[fact.person].append((fact.valid_from, fact.valid_to, fact.organisation))
        for draft in drafts:
            person, organisation, body = (draft.fields.get(n) for n in ("person", "organisation", "body"))
            span = draft.fields.get("valid_from"), draft.fields.get("valid_to")
            if draft.record == "meeting" and draft.fields.get("id") and body:
                self._bodies[draft.fields["id"]] = body
            elif person and organisation and draft.record == Representation.type:
                self._represented[person].append((*span, organisation))
            elif person and organisation and body and draft.record == Seat.type:
                self._seats[body, person].append((*span, organisation))

    def organisations(self, person: str, meeting: str, day: date | None) -> list[str]:
        """Return the organisations for which a person may have attended: one where it is clear."""
        attended = self._attended.get((meeting, person))
        if attended is not None:
            return [attended]
        seats = _in_force(self._seats.get((self._bodies.get(meeting, ""), person), ()), day)
        return seats if len(seats) == 1 else _in_force(self._represented.get(person, ()), day)


def _in_force(spans: Iterable[tuple[date | None, date | None, str]], day: date | None) -> list[str]:
    found = {
        organisation
        for first, last, organisation in spans
        if day is None or ((first is None or first <= day) and (last is None or last >= day))
    }
    return sorted(found)
