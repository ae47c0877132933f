"""What every record carries: when it is true, who said so; and how it refers to others."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from clusterflow.model.text import Frozen

REGISTRY = "registry"
"""The chain of the records that belong to no single initiative: organisations, people, offices, initiatives."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a field that names another record by its key."""

    record: str


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A short name for use in files and commands: lower case, digits, point, hyphen, underscore."""

OrganisationId = Annotated[Slug, Ref("organisation")]
PersonId = Annotated[Slug, Ref("person")]
BodyId = Annotated[Slug, Ref("body")]
MeetingId = Annotated[Slug, Ref("meeting")]
ObjectiveId = Annotated[Slug, Ref("objective")]
SeriesId = Annotated[Slug, Ref("learning-series")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def clock_time(text: str) -> str:
    """The time of a day, as it is.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"«{text}» is no time of a day; accepted: HH:MM, as 09:30")
    return text


ClockTime = Annotated[str, AfterValidator(clock_time)]
"""The time on the clock where the thing takes place: 09:30."""

Duration = Annotated[int, Field(ge=5, le=7 * 24 * 60)]
"""In minutes."""


def known_zone(name: str) -> str:
    """The IANA name of a time zone, as it is.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"no time zone is called «{name}»; an IANA name is, as Europe/Madrid") from None
    return name


TimeZone = Annotated[str, AfterValidator(known_zone)]


class Record(Frozen):
    """One fact. ``key`` names the fields that say *which* thing it is about; together with the date it is true
    from they identify it, so that the same key and date entered again is a correction."""

    type: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    of_initiative: ClassVar[bool] = True

    source: str | None = Field(default=None, max_length=500, description="who said so, or where it is written")

    valid_from: date
    valid_to: date | None = None

    def identity(self) -> tuple[str, ...]:
        """The values of the key, as texts."""
        return tuple(str(getattr(self, name)) for name in self.key)

    def written(self) -> dict[str, Any]:
        """The fields that say something, under the names that people write, as JSON can hold them."""
        said = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        # JSON knows no number that is not finite; as a text it is read again.
        return {n: str(v) if isinstance(v, float) and not math.isfinite(v) else v for n, v in said.items()}


class Span(Record):
    """A fact that is true over a time: from a first day to a last day, both included."""

    valid_from: date = Field(alias="from", description="first day on which it is true")
    valid_to: date | None = Field(
        default=None, alias="to", description="last day on which it is true; empty while it is"
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"it ends on {self.valid_to}, before it begins on {self.valid_from}")
        return self


class Happening(Record):
    """A fact that happened on a day and stays so."""

    valid_from: date = Field(alias="on", description="the day on which it happened")
    valid_to: None = Field(default=None, exclude=True)
