"""The attendance of one meeting: who is expected, what is recorded, and the answers of a whole sheet at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from clusterflow.domain.record_events import SubmissionSource
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.governance import Attendance, Meeting, Seat
from clusterflow.domain.records.parties import Representation
from clusterflow.engine.record import Submission
from clusterflow.errors import FactChanged, Mistakes, UnknownName
from clusterflow.reports.translations import mistake_text
from clusterflow.services import registry as registry_service
from clusterflow.services.context import Context
from clusterflow.services.facts.permission import check_permission
from clusterflow.services.facts.recording import Author
from clusterflow.services.refusals import entering_refusals
from clusterflow.store import registry
from clusterflow.store.fact_lists import FactQuery, labels, list_facts
from clusterflow.store.text_order import fold

ANSWERS: Mapping[str, bool | None] = {"yes": True, "no": False, "invited": None}
"""The answers of the sheet, with what they say about the presence."""


MOST_PEOPLE = 1000
"""On one sheet."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A person on the sheet of a meeting."""

    person: str
    name: str
    organisations: tuple[tuple[str, str], ...]
    """For whom the person may have come: ids and names; first the recorded one."""
    answer: str
    """What is recorded: a key of ``ANSWERS``, or empty."""
    entry: int
    """The ledger entry of the recorded answer; 0 if there is none."""
    is_invited: bool


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    """The sheet of a meeting."""

    meeting: Meeting
    body: str
    people: tuple[Expected, ...]

    @property
    def present(self) -> int:
        return sum(one.answer == "yes" for one in self.people)


@dataclass(slots=True)
class SheetOutcome:
    """What became of a sheet: how many answers were recorded, or what is wrong."""

    recorded: int = 0
    mistakes: dict[str, str] = field(default_factory=dict)
    """By person; what concerns the whole sheet is under ``form``."""
    changed: bool = False
    """Whether somebody else recorded an answer meanwhile; then nothing was recorded."""


def sheet_of(context: Context, initiative: str, meeting: str) -> AttendanceSheet:
    """Return the sheet of a meeting: those with a seat in its body on its day, and those with a recorded answer.

    Raises:
        UnknownName: the initiative has no such meeting.
    """
    with context.reading() as connection:
        facts = registry.facts_of(connection, Meeting, initiative, [(meeting,)])
        held = [f.record for f in facts if not f.retracted and isinstance(f.record, Meeting)]
        if not held:
            raise UnknownName("meeting", meeting)
        return _sheet(connection, initiative, held[-1])


def _sheet(connection: Connection, initiative: str, meeting: Meeting) -> AttendanceSheet:
    day = meeting.valid_from
    seats: dict[str, Seat] = {
        seat.person: seat for seat in registry.current(connection, Seat, initiative, day, body=meeting.body)
    }
    query = FactQuery(record="attendance", initiative=initiative, reader="", on=day, where={"meeting": meeting.id})
    recorded: dict[str, tuple[int, Attendance]] = {
        fact.record.person: (fact.entry, fact.record)
        for fact in list_facts(connection, query, MOST_PEOPLE).facts
        if isinstance(fact.record, Attendance)
    }
    people = sorted({*seats, *recorded})
    speaks: dict[str, list[str]] = {}
    for voice in registry.current(connection, Representation, REGISTRY, day, person=people):
        speaks.setdefault(voice.person, []).append(voice.organisation)
    names = labels(connection, "person", REGISTRY, people)
    found: dict[str, tuple[str, ...]] = {}
    for person in people:
        own = [recorded[person][1].organisation] if person in recorded else []
        seat = seats.get(person)
        own += [seat.organisation] if seat is not None and seat.organisation else []
        found[person] = tuple(dict.fromkeys([*own, *sorted(speaks.get(person, []))]))
    called = labels(connection, "organisation", REGISTRY, {o for ids in found.values() for o in ids})
    lines = [
        Expected(
            person=person,
            name=names.get(person, person),
            organisations=tuple((o, called.get(o, o)) for o in found[person]),
            answer=_answer(recorded[person][1].present) if person in recorded else "",
            entry=recorded[person][0] if person in recorded else 0,
            is_invited=recorded[person][1].invited if person in recorded else True,
        )
        for person in people
    ]
    body = labels(connection, "body", initiative, [meeting.body]).get(meeting.body, meeting.body)
    return AttendanceSheet(meeting, body, tuple(sorted(lines, key=lambda one: fold(one.name) or "")))


def _answer(present: bool | None) -> str:
    return next(word for word, value in ANSWERS.items() if value is present)


def take(
    context: Context,
    author: Author,
    sheet: AttendanceSheet,
    answers: Mapping[str, str],
    organisations: Mapping[str, str],
    entries: Mapping[str, int],
    key: str | None,
) -> SheetOutcome:
    """Record the answers that differ from what is recorded: all, or none.

    Args:
        answers: a key of ``ANSWERS`` by person; an empty answer changes nothing.
        organisations: for whom a person came, where there are several.
        entries: the entries that the author read, by person.
    """
    done, submissions = SheetOutcome(), list[Submission]()
    for one in sheet.people:
        answer, possible = answers.get(one.person, ""), dict(one.organisations)
        organisation = organisations.get(one.person) or next(iter(possible), "")
        if answer not in ANSWERS or (answer == one.answer and organisation == next(iter(possible), "")):
            continue
        if organisation not in possible:
            done.mistakes[one.person] = "organisation_missing"
            continue
        fields = {
            "meeting": sheet.meeting.id, "person": one.person, "organisation": organisation,
            "on": sheet.meeting.valid_from.isoformat(), "invited": one.is_invited, "present": ANSWERS[answer],
        }  # fmt: skip
        replaces = entries.get(one.person, 0)
        submissions.append(Submission("attendance", fields, one.person, author.initiative, replaces=replaces))
    if done.mistakes or not submissions:
        return done
    try:
        with entering_refusals(context, author.initiative, author.person, SubmissionSource.ATTENDANCE, submissions):
            check_permission(context, author.person, author.initiative, submissions)
            registry_service.record(context, submissions, author.person, key)
    except FactChanged:
        done.changed = True
    except Mistakes as problem:
        done.mistakes["form"] = " ".join(f"{mistake_text(m, author.language)}." for m in problem.mistakes)
    else:
        done.recorded = len(submissions)
    return done
