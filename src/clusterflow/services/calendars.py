"""Calendars: feeds of initiatives and people, the folder of all feeds, and the calendar file of a notice."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine

from clusterflow.domain.appointment import Appointment, AppointmentKind
from clusterflow.domain.events import Event
from clusterflow.domain.notice import Attachment
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Person
from clusterflow.domain.text import DEFAULT_LANGUAGE, Frozen, Language, NoticeLanguage, Text, count_words
from clusterflow.errors import NotPossible, UnknownName
from clusterflow.notices.catalogs import translations
from clusterflow.notices.shared_words import word
from clusterflow.reports.ics import CalendarTexts, feed, single
from clusterflow.rules.agenda import subject_of
from clusterflow.rules.mistakes import nearest
from clusterflow.services.context import Context
from clusterflow.services.output_folder import Folder
from clusterflow.store import registry
from clusterflow.store.agenda import agenda_of, all_initiatives, initiatives_of, load_programme
from clusterflow.store.database import read_connection

INITIATIVES, PEOPLE = "initiatives", "people"
"""The folders of the feeds."""

_SECRET_DIGITS = 32


_FILES = (
    Text(es="nuevos: {n}", en="{n} new"),
    Text(es="cambiados: {n}", en="{n} changed"),
    Text(es="iguales: {n}", en="{n} unchanged"),
    Text(es="quitados: {n}", en="{n} removed"),
)


class CalendarFiles(Frozen):
    """How many calendar files are new, changed, unchanged and removed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    def summary(self, language: Language) -> str:
        """Return a summary in one line."""
        numbers = (self.new, self.changed, self.unchanged, self.removed)
        return count_words(zip(numbers, _FILES, strict=True), language)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where people subscribe to feeds, and the key of the secret in each feed's name.

    A calendar program cannot log in, so everybody who knows the address of a feed can read it. Nobody may be able to
    guess it.
    """

    url: str
    key: bytes

    def file_name(self, folder: str, name: str) -> str:
        secret = hmac.new(self.key, f"{folder}/{name}".encode(), hashlib.sha256).hexdigest()[:_SECRET_DIGITS]
        return f"{folder}/{name}.{secret}.ics"

    def address(self, file_name: str) -> str:
        """The web address of a feed."""
        return f"{self.url.rstrip('/')}/{quote(file_name)}"


class Calendars:
    """The calendars of one database at a moment."""

    def __init__(
        self, database: Engine, now: datetime, messages: Path, subscription: Subscription | None = None
    ) -> None:
        """
        Args:
            messages: the folder of the message catalogs, for the reader's language.
            subscription: where people subscribe, if there is such a place.
        """
        self.database, self.now, self.messages, self.subscription = database, now, messages, subscription

    @classmethod
    def of(cls, context: Context) -> Calendars:
        """The calendars of an office, by its settings."""
        settings = context.settings
        place = Subscription(settings.calendars_url, settings.code_key()) if settings.calendars_url else None
        return cls(context.database, context.clock(), settings.configs / "messages", place)

    def address(self, name: str, of_person: bool = False) -> str:
        """Return the web address from which a calendar program reads a feed again.

        Raises:
            NotPossible: no setting says where the feeds are published.
            UnknownName: there is no such initiative or person.
        """
        if self.subscription is None:
            raise NotPossible(
                "no feed has a web address. Let a web server show the folder of CLUSTERFLOW_CALENDARS, and set "
                "CLUSTERFLOW_CALENDARS_URL to its address"
            )
        with read_connection(self.database) as connection:
            known = registry.ids_of_type(connection, "person") if of_person else all_initiatives(connection)
        if name not in known:
            raise UnknownName("person" if of_person else "initiative", name, nearest(name, known))
        folder = PEOPLE if of_person else INITIATIVES
        return self.subscription.address(self.subscription.file_name(folder, name))

    def _file_name(self, folder: str, name: str) -> str:
        return f"{folder}/{name}.ics" if self.subscription is None else self.subscription.file_name(folder, name)

    def _address(self, folder: str, name: str) -> str | None:
        return None if self.subscription is None else self.subscription.address(self._file_name(folder, name))

    def initiative(self, initiative: str) -> bytes:
        """Return the feed of an initiative, in its language.

        Raises:
            UnknownName: there is no such initiative; the error suggests similar names.
        """
        with read_connection(self.database) as connection:
            if not registry.existing_ids(connection, "initiative", REGISTRY, [initiative]):
                raise UnknownName("initiative", initiative, nearest(initiative, all_initiatives(connection)))
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
            return self._person(found[0], mine)

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
                yield self._file_name(INITIATIVES, initiative), self._initiative(connection, initiative, agenda)
            for person in registry.current(connection, Person, REGISTRY, self.now.date()):
                name, mine = self._file_name(PEOPLE, person.id), of_people.get(person.id)
                if mine or name in there:
                    yield name, self._person(person, mine or {})

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
        texts, address = self._texts(record.language), self._address(INITIATIVES, initiative)
        return feed(record.name, agenda, texts, record.timezone, address)

    def _person(self, person: Person, appointments: Mapping[str, Appointment]) -> bytes:
        texts = self._texts(person.language)
        return feed(person.name, appointments.values(), texts, address=self._address(PEOPLE, person.id))


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
