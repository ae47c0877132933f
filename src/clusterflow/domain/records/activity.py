"""Records of activity: training, surveys, links, business, labels, stated figures."""

from typing import ClassVar, Self

from pydantic import Field, ValidationInfo, model_validator

from clusterflow.domain.money import Money
from clusterflow.domain.records.base import (
    LARGEST_NUMBER,
    STORED,
    BodyId,
    Day,
    Happening,
    OrganisationId,
    RulebookId,
    Slug,
    Span,
)
from clusterflow.domain.terms import BusinessKind, LabelLevel, LinkDirection, SurveyTopic


class Training(Span):
    """A training that is planned for a day; ``held`` is the day on which it took place."""

    type: ClassVar = "training"
    key: ClassVar = ("id",)

    id: Slug
    title: str = Field(min_length=1, max_length=300)
    planned: Day
    held: Day | None = None
    attendees: int | None = Field(default=None, ge=0, le=LARGEST_NUMBER)


class SurveyWave(Happening):
    """One wave of an anonymous survey. Only its totals are recorded."""

    type: ClassVar = "survey-wave"
    key: ClassVar = ("topic", "valid_from")

    topic: SurveyTopic
    invited: int = Field(ge=0, le=LARGEST_NUMBER)
    answers: int = Field(ge=0, le=LARGEST_NUMBER)
    mean_milli: int | None = Field(
        default=None, ge=1000, le=5000, description="mean of the answers from 1 to 5, in thousandths: 3.85 is 3850"
    )

    @model_validator(mode="after")
    def _no_more_answers_than_invited(self, info: ValidationInfo) -> Self:
        if info.context is not STORED and self.answers > self.invited:
            raise ValueError(f"answers: {self.answers} answers, but only {self.invited} people were invited")
        return self


class Link(Span):
    """A link: inside, between members; outside, with other clusters and markets."""

    type: ClassVar = "link"
    key: ClassVar = ("id",)

    id: Slug
    direction: LinkDirection
    with_whom: str = Field(min_length=1, max_length=200)


class Business(Happening):
    """Business that resulted from cooperation: a contract, an export, an investment, jobs."""

    type: ClassVar = "business"
    key: ClassVar = ("id",)

    id: Slug
    kind: BusinessKind
    amount: Money | None = None
    jobs: int | None = Field(default=None, ge=0, le=LARGEST_NUMBER)
    organisation: OrganisationId | None = None


class Label(Span):
    """A label of cluster excellence, from its award to its last valid day."""

    type: ClassVar = "label"
    key: ClassVar = ("name",)

    name: str
    level: LabelLevel | None = Field(default=None, description="its level, if it is a label with levels")
    rulebook: RulebookId | None = Field(
        default=None, description="the rulebook by which it was awarded, as «clusterflow rulebook list» names it"
    )
    grace_until: Day | None = Field(
        default=None,
        description="last day of the grace period, in which it can still be renewed; 90 days (a proposal) if empty; "
        "its own last day means: no grace period",
    )

    retained_percent: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="percentage of the members named at its award that must remain, if its rules ask for "
        "that: 50 for the Hungarian accreditation (HUNN)",
    )

    @model_validator(mode="after")
    def _grace_comes_after(self) -> Self:
        if self.grace_until is not None and self.valid_to is None:
            raise ValueError(f"grace_until: {self.grace_until} belongs to a label without a last day")
        if self.grace_until is not None and self.valid_to is not None and self.grace_until < self.valid_to:
            raise ValueError(f"grace_until: {self.grace_until} is before {self.valid_to}, the last day of the label")
        return self


class Observation(Happening):
    """A figure that somebody states because the rows behind it are not in the registry."""

    type: ClassVar = "observation"
    key: ClassVar = ("metric", "valid_from")

    metric: str
    numerator: int = Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)
    denominator: int = Field(default=1, ge=1, le=LARGEST_NUMBER)
    body: BodyId | None = None
