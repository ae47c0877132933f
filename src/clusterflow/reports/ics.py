"""Writes appointments as iCalendar (RFC 5545): a feed, or one appointment to send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vDuration, vText, vUri

from clusterflow.domain.appointment import Appointment, AppointmentKind
from clusterflow.domain.text import NoticeLanguage, model_language
from clusterflow.reports.ics_timezone import timezone_component

LEAD = timedelta(days=7)
"""How long before an appointment the alarm is."""

LASTS = timedelta(hours=1)
"""The duration of a meeting or session if none is recorded."""

REFRESH = timedelta(hours=1)
"""How often a program should read a feed again: feeds are written each hour."""

FIRST_YEAR = 2020
"""From when on time zones are described in a feed without appointments."""

ATTENDED = (AppointmentKind.MEETING, AppointmentKind.LEARNING_SESSION)
"""Appointments that people attend; all others are whole days."""


@dataclass(frozen=True, slots=True)
class CalendarTexts:
    """The texts of a calendar in one language."""

    language: NoticeLanguage
    headings: Mapping[AppointmentKind, str]

    def what(self, appointment: Appointment) -> str:
        """The title of a kind of appointment. Titles of models exist in two languages; the nearest one is taken."""
        return appointment.what.to(model_language(self.language))


def feed(
    name: str,
    appointments: Iterable[Appointment],
    voice: CalendarTexts,
    zone: str | None = None,
    address: str | None = None,
) -> bytes:
    """A calendar feed. The same appointments give the same bytes.

    Args:
        zone: the time zone of the feed, beside those of its appointments.
        address: the web address from which programs read the feed again.
    """
    chosen = sorted(appointments, key=lambda a: (a.day, a.time or "", a.uid))
    zones = sorted({a.zone for a in chosen} | ({zone} if zone else set()))
    calendar = _calendar("PUBLISH", voice, zones, chosen[0].day.year if chosen else FIRST_YEAR)
    if address is not None:
        calendar.add("source", vUri(address), parameters={"VALUE": "URI"})
        calendar.add("url", vUri(address))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for property_ in ("NAME", "X-WR-CALNAME"):
        calendar[property_] = _EscapedText(_plain(name))
    for appointment in chosen:
        calendar.add_component(_event(appointment, voice))
    return bytes(calendar.to_ical())


def single(appointment: Appointment, voice: CalendarTexts) -> tuple[bytes, str]:
    """One appointment to send, or its cancellation; with the method for its MIME type."""
    method = "CANCEL" if appointment.cancelled else "PUBLISH"
    calendar = _calendar(method, voice, [appointment.zone], appointment.day.year)
    calendar.add_component(_event(appointment, voice))
    return bytes(calendar.to_ical()), method


def summary(appointment: Appointment, voice: CalendarTexts) -> str:
    """The title of the appointment; what is done is ticked."""
    heading = voice.headings[appointment.kind]
    tick = "✓ " if appointment.done else ""
    return _plain(f"{tick}{heading}: {voice.what(appointment)} · {appointment.of}")


def _calendar(method: str, voice: CalendarTexts, zones: Iterable[str], first_year: int) -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//clusterflow//calendar//{voice.language.upper()}")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    for zone in zones:
        if zone != "UTC":
            calendar.add_component(timezone_component(zone, first_year))
    return calendar


def _event(appointment: Appointment, voice: CalendarTexts) -> Event:
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.at)
    event.add("last-modified", appointment.at)
    event.add("organizer", "invalid:nomail")  # RFC 5546 requires one; no answer is expected
    event.add("dtstart", begins(appointment))
    if appointment.time is not None:
        # A duration, not an end time: in the night when clocks go back, one local time stands for two moments.
        minutes = appointment.lasts_minutes
        event.add("duration", timedelta(minutes=minutes) if minutes else LASTS)
    text = _EscapedText(summary(appointment, voice))
    event["SUMMARY"] = text
    if appointment.place:
        event["LOCATION"] = _EscapedText(_plain(appointment.place))
    event.add("categories", [voice.headings[appointment.kind]])
    event.add("status", "CANCELLED" if appointment.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if appointment.kind in ATTENDED else "TRANSPARENT")
    if not appointment.cancelled and not appointment.done:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm["DESCRIPTION"] = text
        alarm.add("trigger", -LEAD)
        event.add_component(alarm)
    return event


def begins(appointment: Appointment) -> date:
    """When it begins: a time in its zone, or a whole day."""
    if appointment.time is None:
        return appointment.day
    clock = datetime.strptime(appointment.time, "%H:%M").time()  # noqa: DTZ007 - a local time has no zone yet
    return datetime.combine(appointment.day, clock, ZoneInfo(appointment.zone))


class _EscapedText(vText):
    """A text escaped as in RFC 5545, 3.3.11: icalendar reads a backslash before an N as a line break."""

    def to_ical(self) -> bytes:
        text = str(self)
        for sign, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
            text = text.replace(sign, escaped)
        return text.encode()


_CONTROLS = {n: None for n in (*range(0x20), *range(0x7F, 0xA0)) if n not in (0x09, 0x0A)}
_CONTROLS_TO_BREAKS: dict[int, str | None] = {**_CONTROLS, 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}


def _plain(text: str) -> str:
    """The text without characters that a calendar forbids or that could begin another line of the file."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS_TO_BREAKS)
