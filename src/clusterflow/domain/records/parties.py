"""Who there is: organisations, the people who speak for them, offices, and the initiatives themselves."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from clusterflow.domain.money import Money
from clusterflow.domain.records.base import Accepts, Country, Day, OrganisationId, PersonId, Slug, Span, TimeZone
from clusterflow.domain.terms import HelixKind, SizeClass, Weekday
from clusterflow.domain.text import Language, NoticeLanguage


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
    employees: int | None = Field(default=None, ge=0)
    turnover: Money | None = Field(default=None, description="of the last closed year")
    founded: Day | None = None
    country: Country | None = None
    place: str | None = None


class Person(Span):
    """A natural person; the ledger knows only a pseudonym of them."""

    type: ClassVar = "person"
    key: ClassVar = ("id",)
    of_initiative: ClassVar = False

    id: Slug
    name: str = Field(min_length=1, max_length=200)
    email: Annotated[str, Accepts("an e-mail address of 254 signs at most, as ana@firm.example")] | None = Field(
        default=None, pattern=r"^[^@\s<>\"',;:]+@[^@\s<>\"',;:]+$", max_length=254
    )
    language: NoticeLanguage = Field(default="es", description="the language that notices are written to them in")
    timezone: TimeZone | None = Field(
        default=None, description="IANA name of the time zone they live in, where it is not the initiative's"
    )
    country: Country | None = Field(
        default=None, description="ISO 3166 code of the country whose holidays they keep, where not the initiative's"
    )
    digest_day: Weekday | None = Field(default=None, description="on which day they read their weekly digest")


class Channel(Span):
    """A way by which a person wants to be told; the first by rank is tried first. Who names none gets e-mail."""

    type: ClassVar = "channel"
    key: ClassVar = ("person", "channel")
    of_initiative: ClassVar = False

    person: PersonId
    channel: Slug = Field(description="the name under which the office defines it, as mail, telegram, whatsapp")
    address: Annotated[str, Accepts("an address of 254 signs at most, without blanks")] | None = Field(
        default=None,
        pattern=r"^[^\s\x00-\x1f<>\"',;]+$",
        max_length=254,
        description="whom it reaches there: a telephone number, a chat; empty for the e-mail of the registry",
    )
    rank: int = Field(default=1, ge=1, le=99, description="1 is tried first")


class Representation(Span):
    """A person speaks for an organisation."""

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
    """One cluster initiative: where it is, what sector it is of, who follows and who hosts it."""

    type: ClassVar = "initiative"
    key: ClassVar = ("id",)
    of_initiative: ClassVar = False

    id: Slug
    name: str = Field(min_length=1, max_length=200)
    country: Country
    place: str | None = None
    sector: str | None = None
    timezone: TimeZone = Field(default="UTC", description="IANA name of the time zone its days are counted in")
    language: Language = "es"
    office: Slug | None = None
    host: OrganisationId | None = None
