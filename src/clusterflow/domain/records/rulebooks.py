"""Records about rulebooks: waivers, and cut-offs that are not public."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, ValidationInfo, model_validator

from clusterflow.domain.quantity import BOUND_FORMATS, Bound, BoundError, Unit
from clusterflow.domain.records.base import STORED, RulebookId, RuleId, Span


class Waiver(Span):
    """Somebody waived a rule of a rulebook for an initiative, until its last day."""

    type: ClassVar = "waiver"
    key: ClassVar = ("rulebook", "rule")

    rulebook: RulebookId
    rule: RuleId = Field(description="the rule, or a criterion of it, as «clusterflow rulebook show» names it")
    granted_by: str = Field(min_length=1, max_length=200, description="who granted it")
    reason: str = Field(min_length=1, max_length=1000, description="why it was granted")


class CutOff(Span):
    """The cut-off of a criterion that is not public, as the office knows it."""

    type: ClassVar = "cut-off"
    key: ClassVar = ("rulebook", "rule")
    of_initiative: ClassVar = False

    rulebook: RulebookId
    rule: RuleId = Field(description="the criterion, as «clusterflow rulebook show» names it")
    bound: str = Field(min_length=1, max_length=100, description="the bound, as «>= 60 %» or «>= 3»")

    @model_validator(mode="after")
    def _is_a_bound(self, info: ValidationInfo) -> Self:
        if info.context is not STORED and all(parse_cut_off(self.bound, unit) is None for unit in Unit):
            accepted = ", ".join(BOUND_FORMATS.values())
            raise ValueError(f"bound: «{self.bound}» is not a bound; accepted: {accepted}")
        return self


def parse_cut_off(text: str, unit: Unit) -> Bound | None:
    """Return the bound in the unit of its metric; None if it is in another unit."""
    try:
        return Bound.parse(text, unit)
    except BoundError:
        return None
