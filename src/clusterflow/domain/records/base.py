"""What every record has: its validity, its source, and its references to other records."""

import hashlib
import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo, model_validator

from clusterflow.domain.text import ID, ID_ACCEPTED, Frozen

REGISTRY = "registry"
"""The chain of the records that belong to no single initiative: organisations, people, offices, initiatives."""


class Ref(NamedTuple):
    """Marks a field that names another record by its key."""

    record: str


class Accepts(NamedTuple):
    """Describes the accepted values of a field, if its type alone does not."""

    words: str


class CodesOf(NamedTuple):
    """Marks a field whose values come from a list, so that a form can offer them by name: from a public one, or from
    the rulebooks, rules and dues schemes that the office has files of.
    """

    list: Literal["country", "subdivision", "timezone", "currency", "rulebook", "rule", "scheme"]


class StoredContext:
    """The validation context for rows read from the registry. A later rule must not make a stored fact unreadable."""


STORED = StoredContext()

Slug = Annotated[str, StringConstraints(pattern=ID), Accepts(ID_ACCEPTED)]
"""A short name for use in files and commands: lower case, digits, point, hyphen, underscore."""

OrganisationId = Annotated[Slug, Ref("organisation")]
PersonId = Annotated[Slug, Ref("person")]
BodyId = Annotated[Slug, Ref("body")]
MeetingId = Annotated[Slug, Ref("meeting")]
ObjectiveId = Annotated[Slug, Ref("objective")]
SeriesId = Annotated[Slug, Ref("learning-series")]
OfficeId = Annotated[Slug, Ref("office")]
RulebookId = Annotated[Slug, CodesOf("rulebook")]
RuleId = Annotated[Slug, CodesOf("rule")]
DuesSchemeId = Annotated[Slug, CodesOf("scheme")]


def _known_country(code: str, info: ValidationInfo) -> str:
    if info.context is STORED:
        return code
    import pycountry  # noqa: PLC0415 - start-up time: only a command that validates a country needs it

    if pycountry.countries.get(alpha_2=code) is None:
        raise ValueError(f"no country has the code «{code}»; accepted: {COUNTRY_ACCEPTED}")
    return code


COUNTRY_ACCEPTED = "a two-letter country code of ISO 3166-1, as MX"

Country = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}$"),
    AfterValidator(_known_country),
    Accepts(COUNTRY_ACCEPTED),
    CodesOf("country"),
]


def _known_subdivision(code: str, info: ValidationInfo) -> str:
    if info.context is STORED:
        return code
    import pycountry  # noqa: PLC0415 - start-up time: only a command that validates a subdivision needs it

    if code not in {found.code for found in pycountry.subdivisions}:
        raise ValueError(f"no region has the code «{code}»; accepted: {SUBDIVISION_ACCEPTED}")
    return code


SUBDIVISION_ACCEPTED = "a region's code by ISO 3166-2, as ES-CT or MX-NLE"

Subdivision = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$"),
    AfterValidator(_known_subdivision),
    Accepts(SUBDIVISION_ACCEPTED),
    CodesOf("subdivision"),
]
"""A region, province or state with its own holidays."""


def _known_currency(code: str, info: ValidationInfo) -> str:
    if info.context is STORED:
        return code
    import pycountry  # noqa: PLC0415 - start-up time: only a command that validates a currency needs it

    if pycountry.currencies.get(alpha_3=code) is None:
        raise ValueError(f"«{code}» is not an ISO 4217 currency; accepted: {CURRENCY_ACCEPTED}")
    return code


CURRENCY_ACCEPTED = "a currency's three capital letters by ISO 4217, as MXN"

CurrencyCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    AfterValidator(_known_currency),
    Accepts(CURRENCY_ACCEPTED),
    CodesOf("currency"),
]

DAY_ACCEPTED = "a day as YYYY-MM-DD"


def _written_day(value: object) -> object:
    """Return a day as people write it. Numbers are refused: pydantic would read them as seconds since 1970.

    Raises:
        ValueError: the value is not a day, or is written in another form.
    """
    if isinstance(value, date) or (isinstance(value, str) and _ISO_DAY.match(value)):
        return value
    raise ValueError(f"«{value}» is not accepted; accepted: {DAY_ACCEPTED}")


_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")

Day = Annotated[date, BeforeValidator(_written_day)]


def clock_time(text: str) -> str:
    """Return the time of a day if it is valid.

    Raises:
        ValueError: the text is not a time of day.
    """
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"«{text}» is not a time of day; accepted: HH:MM, as 09:30")
    return text


ClockTime = Annotated[str, AfterValidator(clock_time)]
"""The local time at the place of the event: 09:30."""

LARGEST_NUMBER = 10**15
"""The largest whole number of a record. The sum of thousands of such numbers still fits a database integer."""

Duration = Annotated[int, Field(ge=5, le=7 * 24 * 60)]
"""In minutes."""


def check_zone(name: str) -> str:
    """Return the IANA name of a time zone if it exists.

    Raises:
        ValueError: no time zone has this name.
    """
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"no time zone is called «{name}»; accepted: {TIME_ZONE_ACCEPTED}") from None
    return name


TIME_ZONE_ACCEPTED = "an IANA name, as Europe/Madrid"

TimeZone = Annotated[str, AfterValidator(check_zone), Accepts(TIME_ZONE_ACCEPTED), CodesOf("timezone")]


class Record(Frozen):
    """One fact.

    ``key`` names the fields that say *which* thing it is about. Key and first day of validity identify a fact: the same
    key and day, entered again, is a correction.
    """

    type: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    of_initiative: ClassVar[bool] = True

    def digest(self, salt: str) -> str:
        """Return the digest that the ledger holds in place of the record. Without the salt it reveals nothing.

        Empty fields do not count, so a field that a later version adds does not change the digest.
        """
        values = self.model_dump_json(by_alias=True, exclude_none=True)
        return hashlib.sha256(f"{salt}{values}".encode()).hexdigest()

    source: str | None = Field(default=None, max_length=500, description="who reported it, or where it is written")

    valid_from: Day
    valid_to: Day | None = None

    def identity(self) -> tuple[str, ...]:
        """Return the values of the key, as texts."""
        return tuple(str(getattr(self, name)) for name in self.key)

    def to_json(self) -> dict[str, Any]:
        """Return the fields that have a value, under the names that people write, as JSON values."""
        values = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        # JSON has no infinite numbers and no NaN. As a text, the value can be read again.
        return {n: str(v) if isinstance(v, float) and not math.isfinite(v) else v for n, v in values.items()}


class Span(Record):
    """A fact that is true over a time: from a first day to a last day, both included."""

    valid_from: Day = Field(alias="from", description="first day on which it is true")
    valid_to: Day | None = Field(
        default=None, alias="to", description="last day on which it is true; empty while it still is"
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"it ends on {self.valid_to}, before it begins on {self.valid_from}")
        return self


def in_force(records: Iterable[Record], day: date) -> Record | None:
    """The one of several records of the same key that is in force on a day, begun earlier: what a new day changes.

    A happening is in force on no day, so another day of the same key is another happening.
    """
    spans = (r for r in records if isinstance(r, Span) and r.valid_from < day)
    latest = max(spans, key=lambda r: r.valid_from, default=None)
    return latest if latest is not None and (latest.valid_to is None or latest.valid_to >= day) else None


class Happening(Record):
    """A fact that happened on one day."""

    valid_from: Day = Field(alias="on", description="the day on which it happened")
    valid_to: None = Field(default=None, exclude=True)
