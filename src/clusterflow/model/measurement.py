"""A metric: what it is called and counts in, and what was measured of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from pydantic import Field

from clusterflow.model.quantity import Unit, written
from clusterflow.model.text import Frozen, Text

ParameterType = Literal["integer", "text", "size-class", "helix-kind", "body-kind", "stage", "topic", "direction"]
Parameters = tuple[tuple[str, str | int], ...]


class Fold(StrEnum):
    """How the evidence rows of a metric become one number."""

    SUM = "sum"
    RATIO = "ratio"
    LARGEST = "largest"
    SMALLEST = "smallest"


class Parameter(Frozen):
    """What a criterion may say of a metric beyond its name: a span in months, a size class, a topic."""

    type: ParameterType
    default: str | int | None = None
    optional: bool = False


class MetricDeclaration(Frozen):
    """A metric as the models speak of it; its SQL stands in ``store/metrics`` under the same id."""

    id: str
    number: int | None = None
    title: Text
    unit: Unit
    fold: Fold
    direction: Literal["more", "less"]
    source: str
    proposal: bool = False
    formula: str = ""
    help: Text | None = None
    freshness_days: int | None = None
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    computed_by: Literal["store", "rules"] = "store"


@dataclass(frozen=True, slots=True, order=True)
class MetricCall:
    """A metric with its parameters, in order: what two criteria share when they ask for the same number."""

    metric: str
    parameters: Parameters = ()

    def __str__(self) -> str:
        if not self.parameters:
            return self.metric
        return f"{self.metric}({', '.join(f'{k}={v}' for k, v in self.parameters)})"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is known of one number: between ``low`` and ``high``, both included.

    Rows whose part is not known widen the span instead of being guessed or dropped: twelve committed members
    and five of whom nobody knows are a number between 12 and 17. ``high`` is None where there is no upper limit;
    both are None where nothing at all was recorded.
    """

    low: Fraction | None
    high: Fraction | None
    rows: int = 0
    unknown_rows: int = 0
    entered: date | None = None
    late: bool = False
    currency: str | None = None

    @property
    def known(self) -> bool:
        return self.low is not None and self.low == self.high

    @property
    def nothing(self) -> bool:
        return self.low is None and self.high is None

    def written(self, unit: Unit) -> str:
        if self.nothing:
            return "unknown"
        if self.known and self.low is not None:
            return written(self.low, unit, self.currency)
        low = "?" if self.low is None else written(self.low, unit, self.currency)
        high = "?" if self.high is None else written(self.high, unit, self.currency)
        return f"{low} … {high}"


UNMEASURED = Measurement(low=None, high=None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row behind a number: which record, what it says, and what it counts for."""

    record: str
    entry: int
    what: str
    on: date | None
    part: Fraction | None
    whole: Fraction | None
