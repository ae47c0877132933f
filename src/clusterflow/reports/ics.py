"""Appointments as iCalendar (RFC 5545): a feed of many, or one to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, vText

from clusterflow.domain.appointment import Appointment, AppointmentKind
from clusterflow.domain.text import NoticeLanguage, nearest

LEAD = timedelta(days=7)
"""How long before an appointment its alarm rings."""

LASTS = timedelta(hours=1)
"""How long a meeting or session takes of which nobody said it."""

ATTENDED = (AppointmentKind.MEETING, AppointmentKind.LEARNING_SESSION)
"""Where somebody is to be at a place; the others are days that fill no hour."""


@dataclass(frozen=True, slots=True)
class Voice:
    """In which words a calendar speaks."""

    language: NoticeLanguage
    headings: Mapping[AppointmentKind, str]

    def what(self, appointment: Appointment) -> str:
        """A model's titles are in two languages: the one that such a reader reads best."""
        return appointment.what.to(nearest(self.language))


def feed(name: str, appointments: Iterable[Appointment], voice: Voice, zone: str | None = None) -> bytes:
    """A calendar to be subscribed to. The same appointments make the same bytes.

    Args:
        zone: the time zone that it is described in, beside those of its appointments.
    """
    chosen = sorted(appointments, key=lambda a: (a.day, a.time or "", a.uid))
    calendar = _calendar("PUBLISH", voice, sorted({a.zone for a in chosen} | ({zone} if zone else set())))
    for property_ in ("NAME", "X-WR-CALNAME"):
        calendar[property_] = _Written(_plain(name))
    for appointment in chosen:
        calendar.add_component(_event(appointment, voice))
    return bytes(calendar.to_ical())


def single(appointment: Appointment, voice: Voice) -> tuple[bytes, str]:
    """One appointment to be sent, or to be taken back where it was called off; with the method, for its MIME type."""
    method = "CANCEL" if appointment.cancelled else "PUBLISH"
    calendar = _calendar(method, voice, [appointment.zone])
    calendar.add_component(_event(appointment, voice))
    return bytes(calendar.to_ical()), method


def summary(appointment: Appointment, voice: Voice) -> str:
    """What a calendar shows of it."""
    heading = voice.headings[appointment.kind]
    return _plain(f"{heading}: {voice.what(appointment)} · {appointment.of}")


def _calendar(method: str, voice: Voice, zones: Iterable[str]) -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//clusterflow//calendar//{voice.language.upper()}")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    for zone in zones:
        if zone != "UTC":
            calendar.add_component(_zone(zone))
    return calendar


@lru_cache(maxsize=64)
def _zone(name: str) -> Timezone:
    return Timezone.from_tzid(name)


def _event(appointment: Appointment, voice: Voice) -> Event:
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.at)
    event.add("last-modified", appointment.at)
    event.add("organizer", "invalid:nomail")  # RFC 5546 asks for one; nobody waits for an answer
    event.add("dtstart", begins(appointment))
    if appointment.time is not None:
        # Not the end on the clock: in the night in which clocks are put back one time of it stands for two moments.
        minutes = appointment.lasts_minutes
        event.add("duration", timedelta(minutes=minutes) if minutes else LASTS)
    told = _Written(summary(appointment, voice))
    event["SUMMARY"] = told
    if appointment.place:
        event["LOCATION"] = _Written(_plain(appointment.place))
    event.add("categories", [voice.headings[appointment.kind]])
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if appointment.kind in ATTENDED else "TRANSPARENT")
    if not appointment.cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm["DESCRIPTION"] = told
        alarm.add("trigger", -LEAD)
        event.add_component(alarm)
    return event


def begins(appointment: Appointment) -> date:
    """When it begins: a moment in its time zone, or the day that it fills."""
    if appointment.time is None:
        return appointment.day
    clock = datetime.strptime(appointment.time, "%H:%M").time()  # noqa: DTZ007 - a clock's face has no zone yet
    return datetime.combine(appointment.day, clock, ZoneInfo(appointment.zone))


class _Written(vText):
    """A text that is escaped as RFC 5545, 3.3.11, says: icalendar takes a backslash before an N for a line break."""

    def to_ical(self) -> bytes:
        text = str(self)
        for sign, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
            text = text.replace(sign, escaped)
        return text.encode()


_CONTROLS = {n: None for n in (*range(0x20), *range(0x7F, 0xA0)) if n not in (0x09, 0x0A)}
_CONTROLS_TO_BREAKS: dict[int, str | None] = {**_CONTROLS, 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}


def _plain(text: str) -> str:
    """The text with no sign in it that a calendar may not hold, or that could begin another line of the file."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS_TO_BREAKS)
