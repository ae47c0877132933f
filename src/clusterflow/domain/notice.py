"""Notices: which people are notified of which events, as data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from pydantic import Field

from clusterflow.domain.grant import Grant
from clusterflow.domain.terms import Answer, HelixKind, SizeClass
from clusterflow.domain.text import Frozen, NoticeLanguage


class Group(StrEnum):
    """Groups of people that a notice can be for. There is no *everyone*."""

    MANAGER = "manager"
    OFFICE = "office"
    BOARD = "board"
    MEMBERS = "members"
    """Whoever speaks for an organisation that belongs to the initiative."""
    CHAIR = "chair"
    """Who chairs the body that the moment concerns; the board, where it concerns none."""
    STRATEGIC_GROUP = "strategic-group"
    """Who sits in the body that owns the objective, or in those that own any; the board, where none does."""
    DECIDERS = "deciders"
    """Whoever may cast a vote at the gate that the event is about."""
    VOTER = "voter"
    """Whoever cast the vote, or asked for the code, that the event is about."""
    OWNER = "owner"
    """Whose task the criterion is that the event is about: who holds the role that its model names."""
    MEMBER = "member"
    """Whoever speaks for the organisation that the moment concerns: who is to pay, who was absent."""
    PERSON = "person"
    """The person that the moment concerns."""


class Urgency(StrEnum):
    """What a notice may disturb: anything, no rest, nothing."""

    URGENT = "urgent"
    """Leaves at once, at any hour, and is never held back."""
    NORMAL = "normal"
    """Leaves in the receiver's waking hours, as long as there is room under the weekly cap."""
    DIGEST = "digest"
    """Waits for the receiver's digest."""


class Narrowing(Frozen):
    """Organisations of some kinds: of these helix kinds and sizes, and of none that is named in ``never``."""

    helix: tuple[HelixKind, ...] = ()
    size: tuple[SizeClass, ...] = ()
    never: tuple[HelixKind | SizeClass, ...] = ()

    def holds(self, helixes: Iterable[HelixKind | None], sizes: Iterable[SizeClass | None]) -> bool:
        """Whether it is met by what is known of the organisations that somebody speaks for."""
        helix, size = set(helixes), set(sizes)
        if set(self.never) & (helix | size):
            return False
        return (not self.helix or bool(set(self.helix) & helix)) and (not self.size or bool(set(self.size) & size))


class Audience(Narrowing):
    """A group of people, or those of it who speak for organisations of some kinds."""

    group: Group


class Offset(Frozen):
    """A step of a ladder: so many months or days after a reference date; negative ones come before it."""

    count: int
    unit: str = "d"

    @classmethod
    def parse(cls, text: str) -> Offset:
        """Read ``-15d``, ``+1d``, ``0d`` or ``-12m``.

        Raises:
            ValueError: it is none of these, or longer than a hundred years.
        """
        match = re.fullmatch(r"([+-]?)(\d{1,5})([dm])", text)
        if match is None or int(match[2]) > (36500 if match[3] == "d" else 1200):
            raise ValueError(text)
        return cls(count=int(match[1] + match[2]), unit=match[3])

    def __str__(self) -> str:
        return f"{self.count:+d}{self.unit}" if self.count else f"0{self.unit}"

    @property
    def rank(self) -> float:
        """Where it stands among others, in days; a month is the twelfth part of a year."""
        return self.count if self.unit == "d" else self.count * 365.25 / 12


class NoticeRule(Frozen):
    """One moment, the audience, the template.

    The moment is an event of the ledger, or a step of a ladder: so long before or after the reference date of an
    occasion, until it is done with.
    """

    id: str
    event: str | None = None
    on: str | None = None
    to: tuple[Audience, ...] = Field(min_length=1)
    level: int | None = None
    """Of ``stage.overdue`` only."""
    metric: str | None = None
    answer: Answer | None = None
    """Of ``finding.changed`` only: of which metric the criterion is, and what it is now."""
    about: Narrowing = Narrowing()
    """Which occasions: those that concern such an organisation."""
    with_: tuple[tuple[str, int], ...] = ()
    """The numbers that the occasion asks for."""
    ladder: tuple[Offset, ...] = ()
    until: str | None = None
    escalate: tuple[tuple[Offset, tuple[Audience, ...]], ...] = ()
    """Who is told too from a step on."""
    escalated: str | None = None
    """The template for those who are told too, where it is another."""
    template: str
    urgency: Urgency = Urgency.NORMAL

    def escalation_audiences(self, step: Offset) -> tuple[Audience, ...]:
        """Who is told one level up at a step."""
        return tuple(a for offset, audiences in self.escalate if offset.rank <= step.rank for a in audiences)


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
    """Of the ledger entry that it is about; 0 where an occasion brought it."""
    recipient: str
    language: NoticeLanguage
    subject: str
    body: str
    urgency: Urgency = Urgency.NORMAL
    grants: tuple[Grant, ...] = ()
    """The votes whose one-time codes stand in the body as marks, until it is sent."""
    token: str = ""
    """What the marks are made of: made at random for this notice, so that nobody's text can hold one."""
    attachments: tuple[Attachment, ...] = ()


def mark(token: str, place: int) -> str:
    """Where the code of a notice's n-th grant will stand."""
    return f"{token}n{place}n"
