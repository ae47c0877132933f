"""Calendars: feeds of initiatives and people, the folder of all feeds, and the calendar file of a notice."""

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
from clusterflow.domain.text import DEFAULT_LANGUAGE, Frozen, Language, NoticeLanguage, Text
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
    """How many calendar files are new, changed, unchanged and removed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    def summary(self, language: Language) -> str:
        """Return a summary in one line."""
        words = Text(
            es="nuevos {}, cambiados {}, iguales {}, quitados {}", en="{} new, {} changed, {} unchanged, {} removed"
        )
        return words.to(language).format(self.new, self.changed, self.unchanged, self.removed)


class Calendars:
    """The calendars of one database at a moment."""

    def __init__(self, database: Engine, now: datetime, messages: Path) -> None:
        """
        Args:
            messages: the folder of the message catalogs, for the reader's language.
        """
        self.database, self.now, self.messages = database, now, messages

    def initiative(self, initiative: str) -> bytes:
        """Return the feed of an initiative, in its language.

        Raises:
            UnknownName: there is no such initiative; the error suggests similar names.
        """
        with read_connection(self.database) as connection:
            known = all_initiatives(connection)
            if initiative not in known:
                raise UnknownName("initiative", initiative, nearest(initiative, known))
            return self._initiative(
                connection, initiative, agenda_of(connection, initiative, self.now, load_programme(connection))
            )

    def person(self, person: str) -> bytes:
        """Return a person's feed across all initiatives, in their language.

        Raises:
            UnknownName: there is no such person; the error suggests similar names.
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
            return feed(found[0].name, mine.values(), self._texts(found[0].language))

    def all(self, there: frozenset[str] = frozenset()) -> Iterator[tuple[str, bytes]]:
        """Yield every non-empty feed with its file name. Files already ``there`` are yielded even if empty."""
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
                    texts = self._texts(person.language)
                    yield name, feed(person.name, (mine or {}).values(), texts)

    def write(self, address: str) -> CalendarFiles:
        """Update the calendar files of a folder. Changed files are replaced whole; unchanged ones are not touched.

        A feed is removed if its initiative or person is no longer recorded.

        Args:
            address: a path or any address that fsspec supports; messages do not show its password.

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

    def _texts(self, language: NoticeLanguage | None) -> CalendarTexts:
        return calendar_texts(self.messages, language or DEFAULT_LANGUAGE)

    def _initiative(self, connection: Connection, initiative: str, agenda: tuple[Appointment, ...]) -> bytes:
        record = registry.initiative_records(connection, self.now.date(), [initiative])[initiative]
        return feed(record.name, agenda, self._texts(record.language), record.timezone)


@lru_cache(maxsize=32)
def calendar_texts(messages: Path, language: NoticeLanguage) -> CalendarTexts:
    """Return the texts of calendars in a language, from the catalogs of the notices."""
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
    """Return an appointment of an initiative as a calendar file for a notice, or None if there is no such appointment.

    A cancelled appointment gives a file that cancels it. A learning session belongs to every initiative that has
    enrolled somebody in its series.
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
    """Return the appointment that an event is about as a calendar file, or None if it is about none."""
    about = subject_of(event)
    return attachment_of(connection, initiative, *about, now, texts) if about else None
