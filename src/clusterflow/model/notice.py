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


class NoticeRule(Frozen):
    """One moment: an event, the audience, the template."""

    id: str
    event: str
    to: tuple[Audience, ...] = Field(min_length=1)
    level: int | None = None
    template: str


class Recipient(Frozen):
    """One person to be told, with the address and the language that the registry knows."""

    person: str
    name: str
    address: str | None
    language: NoticeLanguage


class Attachment(Frozen):
    """A file that goes with a notice, where its channel takes files."""

    name: str = Field(
        min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f\"/\\\\]+$", description="as the reader keeps it"
    )
    mime: str = Field(pattern=r"^[a-z]+/[a-z0-9.+-]+(; ?[a-z-]+=[A-Za-z0-9_-]+)*$", max_length=120)
    """Its type, with parameters where it has some: ``text/calendar; method=REQUEST``."""
    content: bytes = Field(min_length=1)


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
    grants: tuple[Grant, ...] = ()
    """The votes whose one-time codes stand in the body as marks, until it is sent."""
    token: str = ""
    """What the marks are made of: made at random for this notice, so that nobody's text can hold one."""
    attachments: tuple[Attachment, ...] = ()


def mark(token: str, place: int) -> str:
    """Where the code of a notice's n-th grant will stand."""
    return f"{token}n{place}n"
