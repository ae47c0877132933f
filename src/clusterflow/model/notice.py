"""Who is told what, at which moment: as data."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from clusterflow.model.grant import Grant
from clusterflow.model.text import Frozen, NoticeLanguage


class Audience(StrEnum):
    """Groups of people that a notice can be for. There is no *everyone*."""

    MANAGER = "manager"
    DECIDERS = "deciders"
    OFFICE = "office"
    BOARD = "board"
    MEMBERS = "members"
    VOTER = "voter"
    """Whoever cast the vote, or asked for the code, that the event is about."""


class Urgency(StrEnum):
    """What a notice may disturb: anything, no rest, nothing."""

    URGENT = "urgent"
    """Leaves at once, at any hour, and is never held back."""
    NORMAL = "normal"
    """Leaves in the receiver's waking hours, as long as there is room under the weekly cap."""
    DIGEST = "digest"
    """Waits for the receiver's digest."""


class NoticeRule(Frozen):
    """One moment: an event, the audience, the template."""

    id: str
    event: str
    to: tuple[Audience, ...] = Field(min_length=1)
    level: int | None = None
    template: str
    urgency: Urgency = Urgency.NORMAL


class Recipient(Frozen):
    """One person to be told, with the address and the language that the registry knows."""

    person: str
    name: str
    address: str | None
    language: NoticeLanguage


class Notice(Frozen):
    """One message to one person, as it is kept until it is sent."""

    key: str
    rule: str
    initiative: str
    version: int
    recipient: str
    language: NoticeLanguage
    subject: str
    body: str
    urgency: Urgency = Urgency.NORMAL
    grants: tuple[Grant, ...] = ()
    """The votes whose one-time codes stand in the body as marks, until it is sent."""
    token: str = ""
    """What the marks are made of: made at random for this notice, so that nobody's text can hold one."""


def mark(token: str, place: int) -> str:
    """Where the code of a notice's n-th grant will stand."""
    return f"{token}n{place}n"
