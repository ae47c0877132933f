"""Notices: which people are notified of which events, as data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from pydantic import Field

from clusterflow.domain.terms import Answer, HelixKind, SizeClass, Urgency
from clusterflow.domain.text import Frozen, NoticeLanguage
from clusterflow.domain.vote_grant import Grant


class Group(StrEnum):
    """The groups of people that can receive a notice. There is no *everyone*."""

    MANAGER = "manager"
    OFFICE = "office"
    BOARD = "board"
    MEMBERS = "members"
    """The representatives of the organisations that belong to the initiative."""
    CHAIR = "chair"
    """The chair of the body that the occasion concerns; the chair of the board if it concerns no body."""
    STRATEGIC_GROUP = "strategic-group"
    """The members of the body that owns the objective, or of all bodies that own one; the board if there is none."""
    DECIDERS = "deciders"
    """Everybody who may vote at the gate of the event."""
    VOTER = "voter"
    """The person who cast the vote, or requested the code, of the event."""
    OWNER = "owner"
    """The people responsible for the criterion of the event: the holders of the role that its model names."""
    MEMBER = "member"
    """The representatives of the organisation that the occasion concerns: the one that must pay, or was absent."""
    PERSON = "person"
    """The person whom the occasion concerns."""


class Narrowing(Frozen):
    """A filter of organisations: of these helix kinds and sizes, and not named in ``never``."""

    helix: tuple[HelixKind, ...] = ()
    size: tuple[SizeClass, ...] = ()
    never: tuple[HelixKind | SizeClass, ...] = ()

    def holds(self, helixes: Iterable[HelixKind | None], sizes: Iterable[SizeClass | None]) -> bool:
        """Whether the organisations that a person speaks for match the filter."""
        helix, size = set(helixes), set(sizes)
        if set(self.never) & (helix | size):
            return False
        return (not self.helix or bool(set(self.helix) & helix)) and (not self.size or bool(set(self.size) & size))


class Audience(Narrowing):
    """A group of people, or those of the group who speak for organisations of certain kinds."""

    group: Group


class Offset(Frozen):
    """A step of a reminder ladder: a number of months or days after a reference date; a negative number means before
    it.
    """

    count: int
    unit: str = "d"

    @classmethod
    def parse(cls, text: str) -> Offset:
        """Read ``-15d``, ``+1d``, ``0d`` or ``-12m``.

        Raises:
            ValueError: the text has another form, or is longer than a hundred years.
        """
        match = re.fullmatch(r"([+-]?)(\d{1,5})([dm])", text)
        if match is None or int(match[2]) > (36500 if match[3] == "d" else 1200):
            raise ValueError(text)
        return cls(count=int(match[1] + match[2]), unit=match[3])

    def __str__(self) -> str:
        return f"{self.count:+d}{self.unit}" if self.count else f"0{self.unit}"

    @property
    def rank(self) -> float:
        """The position among other steps, in days. A month counts as a twelfth of a year."""
        return self.count if self.unit == "d" else self.count * 365.25 / 12


class NoticeRule(Frozen):
    """One rule: a moment, an audience and a template.

    The moment is an event of the ledger, or a step of a reminder ladder: a time before or after the reference date of
    an occasion, until the occasion ends.
    """

    id: str
    event: str | None = None
    on: str | None = None
    to: tuple[Audience, ...] = Field(min_length=1)
    level: int | None = None
    """For ``stage.overdue`` only."""
    metric: str | None = None
    answer: Answer | None = None
    """For ``finding.changed`` only: the metric of the criterion, and its new answer."""
    about: Narrowing = Narrowing()
    """Only occasions that concern such an organisation."""
    with_: tuple[tuple[str, int], ...] = ()
    """The parameters of the occasion."""
    ladder: tuple[Offset, ...] = ()
    until: str | None = None
    escalate: tuple[tuple[Offset, tuple[Audience, ...]], ...] = ()
    """The step from which an additional audience is notified."""
    escalated: str | None = None
    """The template for the additional audience, if it is another one."""
    template: str
    urgency: Urgency = Urgency.NORMAL

    def escalation_audiences(self, step: Offset) -> tuple[Audience, ...]:
        """Return the additional audience at a step."""
        return tuple(a for offset, audiences in self.escalate if offset.rank <= step.rank for a in audiences)


class Recipient(Frozen):
    """One person to notify, with the address and language from the registry."""

    person: str
    name: str
    address: str | None
    language: NoticeLanguage


class Attachment(Frozen):
    """A file that is sent with a notice, on channels that take files."""

    name: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f\"/\\\\]+$",
        description="file name that the reader sees",
    )
    mime: str = Field(pattern=r"^[a-z]+/[a-z0-9.+-]+(; ?[a-z-]+=[A-Za-z0-9_-]+)*$", max_length=120)
    """Its media type, with parameters if it has some: ``text/calendar; method=REQUEST``."""
    content: bytes = Field(min_length=1)


class Notice(Frozen):
    """One message to one person, as it is stored until it is sent."""

    key: str
    rule: str
    initiative: str
    version: int
    """The version of the ledger entry that it is about; 0 if it is about an occasion."""
    recipient: str
    language: NoticeLanguage
    subject: str
    body: str
    urgency: Urgency = Urgency.NORMAL
    grants: tuple[Grant, ...] = ()
    """The votes whose one-time codes the body contains as placeholders until it is sent."""
    token: str = ""
    """A random text that starts the placeholders of this notice, so that no other text can contain one."""
    attachments: tuple[Attachment, ...] = ()


def mark(token: str, place: int) -> str:
    """Return the placeholder for the code of a notice's n-th grant."""
    return f"{token}n{place}n"
