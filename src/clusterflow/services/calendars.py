"""Calendars: a feed for each initiative and each person, all of them into a folder, and the one event of a notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine

from clusterflow.domain.appointment import Appointment, AppointmentKind
from clusterflow.domain.events import Event
from clusterflow.domain.notice import Attachment
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Person
from clusterflow.domain.text import Frozen, Language, NoticeLanguage, Text
from clusterflow.errors import UnknownName
from clusterflow.notices.catalogs import translations
from clusterflow.notices.shared_words import word
from clusterflow.reports.ics import CalendarTexts, feed, single
from clusterflow.rules.agenda import subject_of
from clusterflow.rules.mistakes import nearest
from clusterflow.services.folder import Folder
from clusterflow.store import registry
from clusterflow.store.agenda import agenda_of, all_initiatives, initiatives_of, load_programme
from clusterflow.store.database import read_connection

INITIATIVES, PEOPLE = "initiatives", "people"
"""The folders of the feeds."""


class CalendarFiles(Frozen):
    """What became of the files of a folder."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    def summary(self, language: Language) -> str:
        """In one line."""
        words = Text(
            es="nuevos {}, cambiados {}, iguales {}, quitados {}", en="{} new, {} changed, {} unchanged, {} removed"
        )
        return words.to(language).format(self.new, self.changed, self.unchanged, self.removed)


class Calendars:
    """The calendars of one database as they are at a moment."""

    def __init__(self, database: Engine, now: datetime, messages: Path) -> None:
        """
        Args:
            messages: the folder of the catalogs, by which they speak each reader's language.
        """
        self.database, self.now, self.messages = database, now, messages

    def initiative(self, initiative: str) -> bytes:
        """The feed of an initiative, in its language.

        Raises:
            UnknownName: with the nearest.
        """
        with read_connection(self.database) as connection:
            known = all_initiatives(connection)
            if initiative not in known:
                raise UnknownName("initiative", initiative, nearest(initiative, known))
            return self._initiative(
                connection, initiative, agenda_of(connection, initiative, self.now, load_programme(connection))
            )

    def person(self, person: str) -> bytes:
        """The feed of what concerns a person in all initiatives, in their language.

        Raises:
            UnknownName: with the nearest.
        """
        with read_connection(self.database) as connection:
            found = registry.current(connection, Person, REGISTRY, self.now.date(), id=person)
            if not found:
                raise UnknownName("person", person, nearest(person, registry.ids_of_type(connection, "person")))
            common, mine = load_programme(connection), dict[str, Appointment]()
            for initiative in initiatives_of(connection, person):
                for appointment in agenda_of(connection, initiative, self.now, common):
                    if person in appointment.people:
                        mine[appointment.uid] = appointment
            return feed(found[0].name, mine.values(), calendar_texts(self.messages, found[0].language))

    def all(self, there: frozenset[str] = frozenset()) -> Iterator[tuple[str, bytes]]:
        """Every feed that has something in it, with the name of its file; those already ``there`` even if empty."""
        of_people: dict[str, dict[str, Appointment]] = defaultdict(dict)
        with read_connection(self.database) as connection:
            common = load_programme(connection)
            for initiative in all_initiatives(connection):
                agenda = agenda_of(connection, initiative, self.now, common)
                for appointment in agenda:
                    for person in appointment.people:
                        of_people[person][appointment.uid] = appointment
                yield f"{INITIATIVES}/{initiative}.ics", self._initiative(connection, initiative, agenda)
            for person in registry.current(connection, Person, REGISTRY, self.now.date()):
                name, mine = f"{PEOPLE}/{person.id}.ics", of_people.get(person.id)
                if mine or name in there:
                    texts = calendar_texts(self.messages, person.language)
                    yield name, feed(person.name, (mine or {}).values(), texts)

    def write(self, address: str) -> CalendarFiles:
        """Bring the files of a folder up to the moment: each is replaced whole, and what did not change is left alone.

        A feed whose initiative or person is on record no longer is removed.

        Args:
            address: a path, or any other address that fsspec knows; a password in it is not repeated.

        Raises:
            NotPossible: the folder cannot be written.
        """
        folder = Folder(address, "the folder of calendars")
        there = frozenset(name for sub in (INITIATIVES, PEOPLE) for name in folder.names(sub, ".ics"))
        made, counts = set[str](), {"new": 0, "changed": 0, "unchanged": 0}
        for name, content in self.all(there):
            made.add(name)
            counts[folder.put_if_changed(name, content)] += 1
        for name in there - made:
            folder.remove(name)
        return CalendarFiles(**counts, removed=len(there - made))

    def _initiative(self, connection: Connection, initiative: str, agenda: tuple[Appointment, ...]) -> bytes:
        record = registry.initiative_records(connection, self.now.date(), [initiative])[initiative]
        return feed(record.name, agenda, calendar_texts(self.messages, record.language), record.timezone)


@lru_cache(maxsize=32)
def calendar_texts(messages: Path, language: NoticeLanguage) -> CalendarTexts:
    """The words of calendars in a language, from the catalogs of the notices."""
    catalog = translations(messages, language)
    return CalendarTexts(language, {kind: word(kind, catalog.pgettext) for kind in AppointmentKind})


def attachment_of(
    connection: Connection,
    initiative: str,
    kind: AppointmentKind,
    subject: str,
    now: datetime,
    texts: CalendarTexts,
) -> Attachment | None:
    """One appointment of an initiative as a file for a notice: to be kept, or to be taken back where it was called off.

    A learning session is one of the initiatives that have enrolled somebody. None where there is no such appointment.
    """
    agenda = agenda_of(connection, initiative, now, load_programme(connection))
    found = next((a for a in agenda if (a.kind, a.subject) == (kind, subject)), None)
    if found is None:
        return None
    content, method = single(found, texts)
    name, mime = f"{kind}-{found.uid[:8]}.ics", f"text/calendar; charset=utf-8; method={method}"
    return Attachment(name=name, mime=mime, content=content)


def attachment_for(
    connection: Connection, initiative: str, event: Event, now: datetime, texts: CalendarTexts
) -> Attachment | None:
    """The appointment that a ledger entry is about, as a file for its notice; None where it is about none."""
    about = subject_of(event)
    return attachment_of(connection, initiative, *about, now, texts) if about else None
