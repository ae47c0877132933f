"""The community of practice: learning sessions of the whole programme for managers of initiatives."""

from typing import Annotated, ClassVar

from pydantic import Field

from clusterflow.domain.records.base import (
    LARGEST_NUMBER,
    ClockTime,
    Day,
    Duration,
    Happening,
    PersonId,
    Ref,
    SeriesId,
    Slug,
    Span,
    TimeZone,
)


class LearningSeries(Span):
    """A series of learning sessions of the programme, for managers of any initiative."""

    type: ClassVar = "learning-series"
    key: ClassVar = ("id",)
    of_initiative: ClassVar = False

    id: Slug
    title: str = Field(min_length=1, max_length=300)
    timezone: TimeZone = Field(default="UTC", description="the time zone in which its sessions are announced")


class LearningSession(Span):
    """A session of a series, planned for a day. A last day (*to*) before that day cancels it."""

    type: ClassVar = "learning-session"
    key: ClassVar = ("id",)
    of_initiative: ClassVar = False

    id: Slug
    series: SeriesId
    number: int = Field(ge=1, le=LARGEST_NUMBER, description="position in the series, from 1")
    topic: str = Field(min_length=1, max_length=300)
    planned: Day
    time: ClockTime | None = Field(default=None, description="start on the clock of the series: 09:30")
    lasts_minutes: Duration | None = None
    place: str | None = Field(default=None, max_length=500, description="place, or link")
    held: Day | None = None


class LearningEnrolment(Span):
    """A manager of the initiative is enrolled in a series."""

    type: ClassVar = "learning-enrolment"
    key: ClassVar = ("series", "person")

    series: SeriesId
    person: PersonId


class LearningAttendance(Happening):
    """A manager of the initiative came to a learning session, or did not come."""

    type: ClassVar = "learning-attendance"
    key: ClassVar = ("session", "person")

    session: Annotated[Slug, Ref("learning-session")]
    person: PersonId
    present: bool | None = None
