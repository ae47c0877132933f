"""Organisations, people and whom they represent, offices, and the initiatives themselves."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo

from clusterflow.domain.money import Money
from clusterflow.domain.records.base import (
    LARGEST_NUMBER,
    STORED,
    Accepts,
    Country,
    Day,
    OfficeId,
    OrganisationId,
    PersonId,
    Slug,
    Span,
    Subdivision,
    TimeZone,
)
from clusterflow.domain.terms import ChainRole, HelixKind, SizeClass, Weekday
from clusterflow.domain.text import Language, NoticeLanguage

EMAIL_ACCEPTED = "an e-mail address of at most 254 characters, as ana@firm.example"


def _ascii_mailbox(address: str, info: ValidationInfo) -> str:
    """Return an address that mail can be sent to. Few mail servers accept an ñ before the @ (RFC 6531); all accept one
    after it.

    Raises:
        ValueError: the part before the @ is not ASCII.
    """
    if info.context is not STORED and not address.partition("@")[0].isascii():
        raise ValueError(
            f"most mail servers cannot send to «{address}»; accepted: {EMAIL_ACCEPTED}, without accents or ñ "
            "before the @. Ask the person for another address"
        )
    return address


EmailAddress = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s<>\",;:()\[\]\\]+@[^@\s<>\"',;:()\[\]\\]+$", max_length=254),
    AfterValidator(_ascii_mailbox),
    Accepts(EMAIL_ACCEPTED),
]
"""An apostrophe is allowed before the @ (RFC 5322), and the domain may contain an ñ."""


class Organisation(Span):
    """A company, ministry, university, association ... with the figures behind its size class."""

    type: ClassVar = "organisation"
    key: ClassVar = ("id",)
    of_initiative: ClassVar = False

    id: Slug
    name: str = Field(min_length=1, max_length=200)
    tax_id: str | None = Field(default=None, max_length=32, description="RFC, NIT, CUIT, RUC, NIF ...")
    helix: HelixKind | None = None
    size: SizeClass | None = Field(default=None, description="by EU recommendation 2003/361")
    employees: int | None = Field(default=None, ge=0, le=LARGEST_NUMBER)
    turnover: Money | None = Field(default=None, description="turnover of the last closed year")
    founded: Day | None = None
    country: Country | None = None
    place: str | None = Field(default=None, description="municipality")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="of its place, in degrees north")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="of its place, in degrees east")
    chain_role: ChainRole | None = Field(default=None, description="what it does in the value chain of the cluster")


class Person(Span):
    """A natural person. The ledger knows only a pseudonym."""

    type: ClassVar = "person"
    key: ClassVar = ("id",)
    of_initiative: ClassVar = False

    id: Slug
    name: str = Field(min_length=1, max_length=200)
    email: EmailAddress | None = None
    language: NoticeLanguage | None = Field(
        default=None, description="language of their notices, and of answers on the command line"
    )
    timezone: TimeZone | None = Field(default=None, description="their time zone, if it differs from the initiative's")
    country: Country | None = Field(
        default=None,
        description="the country whose holidays they have, if it differs from the initiative's",
    )
    subdivision: Subdivision | None = Field(
        default=None,
        description="the region whose holidays they have, if it differs from the initiative's",
    )
    digest_day: Weekday | None = Field(default=None, description="day of their weekly digest")


class Channel(Span):
    """A channel by which a person wants to be notified. The lowest rank is tried first. The default is e-mail."""

    type: ClassVar = "channel"
    key: ClassVar = ("person", "channel")
    of_initiative: ClassVar = False

    person: PersonId
    channel: Slug = Field(description="name of the channel in the office's settings: mail, telegram, whatsapp")
    address: Annotated[str, Accepts("an address of at most 254 characters, without blanks")] | None = Field(
        default=None,
        pattern=r"^[^\s\x00-\x1f<>\"',;]+$",
        max_length=254,
        description="their address there: a telephone number, a chat; empty: the e-mail address of the registry",
    )
    rank: int = Field(default=1, ge=1, le=99, description="1 is tried first")


class Representation(Span):
    """A person represents an organisation."""

    type: ClassVar = "representation"
    key: ClassVar = ("person", "organisation")
    of_initiative: ClassVar = False

    person: PersonId
    organisation: OrganisationId
    position: str | None = None


class Office(Span):
    """A program office that follows initiatives: a ministry, an agency, a chamber."""

    type: ClassVar = "office"
    key: ClassVar = ("id",)
    of_initiative: ClassVar = False

    id: Slug
    organisation: OrganisationId
    name: str = Field(min_length=1, max_length=200)


class Initiative(Span):
    """One cluster initiative: its place, sector, office and host."""

    type: ClassVar = "initiative"
    key: ClassVar = ("id",)
    of_initiative: ClassVar = False

    id: Slug
    name: str = Field(min_length=1, max_length=200)
    country: Country
    subdivision: Subdivision | None = Field(default=None, description="the region whose holidays are kept")
    place: str | None = None
    sector: str | None = None
    timezone: TimeZone = Field(default="UTC", description="the time zone of its days")
    language: Language | None = Field(default=None, description="language of its reports, feeds and workbooks")
    office: OfficeId | None = None
    host: OrganisationId | None = None
