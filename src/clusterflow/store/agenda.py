"""Builds the calendar of an initiative from its ledger and its records: appointments and the people concerned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, select, union

from clusterflow.domain.appointment import Appointment, AppointmentKind
from clusterflow.domain.events import Entry, InitiativeStopped, StageEntered
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.records import Record
from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.governance import Attendance, Body, Meeting, Seat
from clusterflow.domain.records.learning import LearningEnrolment, LearningSeries, LearningSession
from clusterflow.domain.records.parties import Initiative, Office, Representation
from clusterflow.domain.records.strategy import Strategy
from clusterflow.domain.text import Text
from clusterflow.rules.agenda import (
    CALENDAR_EVENTS,
    DECIDER_KINDS,
    ROLES_BY_KIND,
    PlannedDay,
    Version,
    count_changes,
    latest_version,
    planned_days,
    version_on,
)
from clusterflow.rules.work_calendar import FOR_EVER
from clusterflow.store import ledger, tables
from clusterflow.store.columns import from_row
from clusterflow.store.people import capacities, delegations_of, select_eligible
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import work_calendar

R = TypeVar("R", bound=Record)
Histories = Mapping[str, list[Version]]

PAST_RETENTION = timedelta(days=90)
"""How long a past appointment stays in a calendar (a proposal)."""

_KINDS = [cls.model_fields["kind"].default for cls in CALENDAR_EVENTS]


@dataclass(frozen=True, slots=True)
class Programme:
    """The learning sessions of the whole programme, read once for all initiatives."""

    series: Histories
    sessions: Histories


def load_programme(connection: Connection) -> Programme:
    return Programme(
        _histories(connection, LearningSeries, REGISTRY), _histories(connection, LearningSession, REGISTRY)
    )


def agenda_of(connection: Connection, initiative: str, now: datetime, programme: Programme) -> tuple[Appointment, ...]:
    """Return the appointments of an initiative in order, without those past ``PAST_RETENTION``."""
    reader = _Reader(connection, initiative, now, programme)
    found = [a for a in reader.appointments() if a.day >= reader.today - PAST_RETENTION]
    return tuple(sorted(found, key=lambda a: (a.day, a.time or "", a.uid)))


def initiatives_of(connection: Connection, person: str) -> list[str]:
    """Return the initiatives that may concern a person: possibly too many, never too few."""
    t = tables.REGISTRY_TABLES
    speaker = t["representation"].c
    # With its chain, so that the index of its key is used.
    mine = (speaker.chain == REGISTRY, speaker.person == person)
    represented = select(speaker.organisation).where(*mine, *_is_current(Representation))
    offices = select(t["office"].c.id).where(*_is_current(Office), t["office"].c.organisation.in_(represented))
    initiative, member, delegation = t["initiative"], t["membership"], t["delegation"]
    found = union(
        *(
            select(t[name].c.chain).where(t[name].c.person == person)
            for name in ("seat", "attendance", "learning-enrolment", "delegation")
        ),
        select(delegation.c.chain).where(delegation.c.delegate == person),
        select(member.c.chain).where(member.c.organisation.in_(represented), member.c.founder),
        select(initiative.c.id).where(*_is_current(Initiative), initiative.c.office.in_(offices)),
    )
    return sorted(connection.execute(found).scalars())


def all_initiatives(connection: Connection) -> list[str]:
    """Return the id of every recorded initiative."""
    table = tables.REGISTRY_TABLES["initiative"]
    return sorted(connection.execute(select(table.c.id).distinct().where(*_is_current(Initiative))).scalars())


def _is_current(cls: type[Record]) -> tuple[ColumnElement[bool], ...]:
    table = tables.REGISTRY_TABLES[cls.type]
    return (table.c.superseded_at.is_(None), table.c.retracted.is_(False))


def _histories(connection: Connection, cls: type[Record], chain: str, **where: Any) -> Histories:
    """Return every version of the records of a type, by the first part of their key."""
    table = tables.REGISTRY_TABLES[cls.type]
    of = [table.c[name] == value for name, value in where.items()]
    # Sorted here: for the sake of the order, SQLite would read the whole chain instead of the index of the keys.
    rows = sorted(connection.execute(select(table).where(table.c.chain == chain, *of)), key=attrgetter("entry"))
    found: dict[str, list[Version]] = defaultdict(list)
    for row in rows:
        holds = row.superseded_at is None and not row.retracted
        found[row._mapping[cls.key[0]]].append(Version(from_row(cls, row._mapping), row.entry, row.entered_at, holds))
    return found


def _standing(histories: Histories, cls: type[R]) -> list[R]:
    return [v.record for versions in histories.values() for v in versions if v.holds and isinstance(v.record, cls)]


def _covers(record: Record, day: date) -> bool:
    return record.valid_from <= day and (record.valid_to is None or day <= record.valid_to)


def _both(text: str) -> Text:
    return Text(es=text, en=text)


class _Reader:
    """Reads the appointments of one initiative."""

    def __init__(self, connection: Connection, initiative: str, now: datetime, programme: Programme) -> None:
        self.connection, self.initiative, self.programme = connection, initiative, programme
        self.described = _histories(connection, Initiative, REGISTRY, id=initiative).get(initiative, [])
        self.record = version_on(self.described, now.date()).record if self.described else None
        self.zone = self.record.timezone if isinstance(self.record, Initiative) else "UTC"
        self.name = self.record.name if isinstance(self.record, Initiative) else initiative
        own = self.record if isinstance(self.record, Initiative) else None
        country, subdivision = (own.country, own.subdivision) if own else (None, None)
        self.calendar = work_calendar(connection, self.zone, country, subdivision)
        self.today = self.calendar.today(now)
        self.held = capacities(connection, initiative, self.today)
        state = tables.initiative_state
        hash_ = connection.execute(select(state.c.model_hash).where(state.c.initiative == initiative)).scalar()
        self.model: LifecycleModel | None = load_model(connection, hash_) if hash_ else None
        self.entries = tuple(ledger.read_entries(connection, initiative, kinds=_KINDS)) if hash_ else ()

    def appointments(self) -> Iterator[Appointment]:
        if self.model is not None:
            yield from self._lifecycle(self.model)
        yield from self._labels()
        yield from self._strategies()
        yield from self._meetings()
        yield from self._sessions()

    def _own(
        self, kind: AppointmentKind, subject: str, what: Text, day: date, sequence: int, at: datetime, **more: Any
    ) -> Appointment:
        """Build an appointment; a new name or time zone of the initiative changes all its appointments."""
        people = more.pop("people", frozenset()) | self._in_roles(kind)
        return Appointment(
            chain=self.initiative, kind=kind, subject=subject, what=what, of=self.name, day=day, zone=self.zone,
            sequence=sequence + count_changes(self.described, self.today),
            at=max([at, *(v.at for v in self.described)]),
            people=people, **more,
        )  # fmt: skip

    def _in_roles(self, kind: AppointmentKind) -> frozenset[str]:
        return frozenset(person for person, mine in self.held.items() if mine.roles & ROLES_BY_KIND[kind])

    # Stages and gates of the model

    def _lifecycle(self, model: LifecycleModel) -> Iterator[Appointment]:
        delegations = delegations_of(self.connection, self.initiative, self.today)
        for planned in planned_days(self.entries, model, self.calendar):
            stage = model.stage(planned.stage)
            deciders = (
                select_eligible(stage.gate.decided_by, self.held, delegations) if planned.kind in DECIDER_KINDS else ()
            )
            yield self._own(
                planned.kind, planned.subject, self._named(model, planned), planned.day, planned.sequence, planned.at,
                cancelled=planned.cancelled, done=planned.done, people=frozenset(d.person for d in deciders),
            )  # fmt: skip

    @staticmethod
    def _named(model: LifecycleModel, planned: PlannedDay) -> Text:
        stage = model.stage(planned.stage)
        if planned.criterion is not None:
            requirement = stage.gate.by_id.get(planned.criterion)
            return requirement.title if requirement and requirement.title else _both(planned.criterion)
        return stage.gate.title if planned.kind is AppointmentKind.GATE_REVIEW else stage.title

    @property
    def _stopped(self) -> Entry | None:
        """The end of the life, unless the initiative was enrolled again and stages began since."""
        last = None
        for entry in self.entries:
            if isinstance(entry.event, InitiativeStopped | StageEntered):
                last = entry if isinstance(entry.event, InitiativeStopped) else None
        return last

    # Labels and strategies that end

    def _labels(self) -> Iterator[Appointment]:
        for name, versions in _histories(self.connection, Label, self.initiative).items():
            latest = max((v for v in versions if v.holds), key=lambda v: (v.record.valid_from, v.entry), default=None)
            until = latest.record.valid_to if latest is not None else None
            yield from self._end(AppointmentKind.LABEL_ENDS, name, name, until, versions, versions)

    def _strategies(self) -> Iterator[Appointment]:
        histories = _histories(self.connection, Strategy, self.initiative)
        latest = {
            id_: max((v for v in versions if v.holds), key=lambda v: (v.record.valid_from, v.entry), default=None)
            for id_, versions in histories.items()
        }
        standing = [v.record for v in latest.values() if v is not None and isinstance(v.record, Strategy)]
        everything = [v for versions in histories.values() for v in versions]
        for id_, versions in histories.items():
            record, until = version_on(versions, self.today).record, None
            this = next((s for s in standing if s.id == id_), None)
            if this is not None:
                until = _last_day(this)
                later = (_last_day(s) for s in standing if s.valid_from > this.valid_from)
                if until is not None and any(end is None or end > until for end in later):
                    until = None  # a later strategy outlasts it
            title = record.title if isinstance(record, Strategy) else id_
            # A change to any strategy may change whether this one ends.
            yield from self._end(AppointmentKind.STRATEGY_ENDS, id_, title, until, versions, everything)

    def _end(
        self, kind: AppointmentKind, subject: str, title: str, until: date | None,
        versions: Sequence[Version], bearing: Sequence[Version],
    ) -> Iterator[Appointment]:  # fmt: skip
        """Yield the appointment of a last day; if the record no longer has one, the former day is cancelled."""
        named = [day for v in versions if (day := _last_day(v.record)) is not None]
        if not named or named[-1] >= FOR_EVER:
            return
        day, stopped = until or named[-1], self._stopped
        called_off = stopped is not None and isinstance(stopped.event, InitiativeStopped) and day >= stopped.event.on
        yield self._own(
            kind, subject, _both(title), day, count_changes(bearing, self.today) + called_off,
            max([v.at for v in bearing] + ([stopped.at] if stopped and called_off else [])),
            cancelled=until is None or called_off,
        )  # fmt: skip

    # Meetings and learning sessions

    def _meetings(self) -> Iterator[Appointment]:
        histories = _histories(self.connection, Meeting, self.initiative)
        shown = {id_: latest_version(versions) for id_, versions in histories.items()}
        shown = {id_: v for id_, v in shown.items() if v.record.valid_from >= self.today - PAST_RETENTION}
        if not shown:
            return
        bodies = _histories(self.connection, Body, self.initiative)
        seats = _standing(_histories(self.connection, Seat, self.initiative), Seat)
        for id_, version in shown.items():
            meeting = version.record
            assert isinstance(meeting, Meeting)  # noqa: S101 - read as one
            body_versions, day = bodies.get(meeting.body, []), meeting.valid_from
            record = version_on(body_versions, self.today).record if body_versions else None
            attendance = _standing(_histories(self.connection, Attendance, self.initiative, meeting=id_), Attendance)
            seated = {s.person for s in seats if s.body == meeting.body and _covers(s, day)}
            yield self._own(
                AppointmentKind.MEETING, id_, _both(record.name if isinstance(record, Body) else meeting.body), day,
                count_changes(histories[id_], self.today) + count_changes(body_versions, self.today),
                max(v.at for v in [*histories[id_], *body_versions]),
                time=meeting.time, lasts_minutes=meeting.lasts_minutes, place=meeting.place,
                cancelled=not version.holds, people=frozenset(seated | {a.person for a in attendance if a.invited}),
            )  # fmt: skip

    def _sessions(self) -> Iterator[Appointment]:
        enrolled = _standing(_histories(self.connection, LearningEnrolment, self.initiative), LearningEnrolment)
        for id_, versions in self.programme.sessions.items() if enrolled else ():
            version = version_on(versions, self.today)
            session = version.record
            assert isinstance(session, LearningSession)  # noqa: S101 - read as one
            people = {e.person for e in enrolled if e.series == session.series and _covers(e, session.planned)}
            series = self.programme.series.get(session.series, [])
            of = version_on(series, self.today).record if series else None
            if not people or not isinstance(of, LearningSeries):
                continue
            called_off = session.valid_to is not None and session.valid_to < session.planned
            yield Appointment(
                chain=REGISTRY,
                kind=AppointmentKind.LEARNING_SESSION,
                subject=id_,
                what=_both(f"{session.number} · {session.topic}"),
                of=of.title,
                day=session.planned,
                time=session.time,
                lasts_minutes=session.lasts_minutes,
                zone=of.timezone,
                place=session.place,
                sequence=count_changes(versions, self.today) + count_changes(series, self.today),
                at=max(v.at for v in [*versions, *series]),
                cancelled=called_off or not version.holds,
                people=frozenset(people),
            )


def _last_day(record: Record) -> date | None:
    horizon = record.horizon if isinstance(record, Strategy) else None
    return min((d for d in (record.valid_to, horizon) if d is not None), default=None)
