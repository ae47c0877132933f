"""Metrics: their declarations, and the measurements made of them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple

from pydantic import Field

from clusterflow.domain.quantity import Bound, Unit, format_quantity
from clusterflow.domain.terms import Role
from clusterflow.domain.text import Frozen, Language, Text

ParameterType = Literal[
    "integer", "text", "size-class", "helix-kind", "body-kind", "stage", "topic", "direction",
    "document-kind", "legal-form", "label-level", "label", "chain-role",
]  # fmt: skip
Parameters = tuple[tuple[str, str | int], ...]


class Fold(StrEnum):
    """How the evidence rows of a metric become one number."""

    SUM = "sum"
    RATIO = "ratio"
    LARGEST = "largest"
    SMALLEST = "smallest"


class Parameter(Frozen):
    """The parameters that a criterion may give a metric: a span in months, a size class, a topic."""

    type: ParameterType
    default: str | int | None = None
    optional: bool = False


class MetricDeclaration(Frozen):
    """The declaration of a metric. Its SQL is in ``store/metrics`` under the same id."""

    id: str
    number: int | None = None
    title: Text
    unit: Unit
    fold: Fold
    direction: Literal["more", "less"]
    source: str
    proposal: bool = False
    record: str | None = None
    """The record type that tells it."""
    record_kind: str | None = None
    """The kind of these records that counts, where it is always the same."""
    formula: str = ""
    help: Text | None = None
    mended_by: tuple[Role, ...] = (Role.MANAGER,)
    """The role that can improve the value."""
    freshness_days: int | None = None
    """For how many days after its newest evidence the value counts. None: it never goes stale."""
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    computed_by: Literal["store", "rules"] = "store"


class MetricCall(NamedTuple):
    """A metric with its parameters, in order. Two criteria with the same request share one measurement."""

    metric: str
    parameters: Parameters = ()

    def __str__(self) -> str:
        if not self.parameters:
            return self.metric
        return f"{self.metric}({', '.join(f'{k}={v}' for k, v in self.parameters)})"


class Staleness(NamedTuple):
    """Why a value is stale: the day of its newest evidence, and how many days it would have counted."""

    newest: date
    freshness_days: int


class Amount(NamedTuple):
    """The known range of what a sum holds in one currency, in its main units."""

    currency: str
    low: Fraction | None
    high: Fraction | None


class Rate(NamedTuple):
    """How many units of ``to`` one unit of ``of`` is worth, as the office recorded it."""

    of: str
    to: str
    value: Fraction


class Measurement(NamedTuple):
    """The known range of a number: from ``low`` to ``high``, both included.

    Rows with unknown values widen the range; they are neither guessed nor dropped. With twelve committed members and
    five whose commitment is unknown, the range is 12 to 17. ``high`` is None if there is no upper limit. Both are None
    if nothing was recorded, or nothing since the value went stale.

    A sum in several currencies has its ``amounts`` instead of a range. ``in_currency`` makes one of them.
    """

    low: Fraction | None
    high: Fraction | None
    rows: int = 0
    unknown_rows: int = 0
    late: bool = False
    """Whether facts changed it that were entered after the day. Only a past day of one initiative is marked
    (``services/late_facts.py``).
    """
    currency: str | None = None
    stale: Staleness | None = None
    amounts: tuple[Amount, ...] = ()
    rates: tuple[Rate, ...] = ()
    """The exchange rates that the office recorded, as of the day."""
    more: bool = False
    """Whether the number is above ``low``, not only at least: something positive in another currency is added."""
    currencies: tuple[str, ...] = ()
    """The currencies that keep it from being one number, where they do."""

    @property
    def known(self) -> bool:
        return self.low is not None and self.low == self.high

    @property
    def is_empty(self) -> bool:
        return self.low is None and self.high is None and not self.amounts

    def in_currency(self, currency: str) -> Measurement:
        """Return what is certain of the number in one currency.

        Amounts are converted by the recorded rates. Without a rate, a positive amount of another currency is at least
        zero, and has no upper limit.
        """
        amounts = self.amounts or ((Amount(self.currency, self.low, self.high),) if self.currency else ())
        if self.is_empty or not amounts or {a.currency for a in amounts} == {currency}:
            return self
        low: Fraction | None = Fraction(0)
        high: Fraction | None = Fraction(0)
        more, foreign = False, []
        for amount in amounts:
            rate = self.rate(amount.currency, currency)
            if rate is not None:
                low = None if low is None or amount.low is None else low + amount.low * rate
                high = None if high is None or amount.high is None else high + amount.high * rate
                continue
            foreign.append(amount.currency)
            at_most_zero = amount.high is not None and amount.high <= 0
            at_least_zero = amount.low is not None and amount.low >= 0
            low = low if at_least_zero else None
            high = high if at_most_zero else None
            more = more or (amount.low is not None and amount.low > 0)
        return self._replace(
            low=low, high=high, more=more, currency=currency, amounts=(), currencies=tuple(sorted(foreign))
        )

    def rate(self, of: str, to: str) -> Fraction | None:
        """Return how many units of one currency a unit of another is worth; None if no rate is recorded."""
        if of == to:
            return Fraction(1)
        direct = next((r.value for r in self.rates if (r.of, r.to) == (of, to)), None)
        inverse = next((1 / r.value for r in self.rates if (r.of, r.to) == (to, of)), None)
        return inverse if direct is None else direct

    def format(self, unit: Unit, language: Language = "en", *bounds: Bound | None) -> str:
        """Return the range for people: ``12``, ``12 … 17``, ``unknown``.

        Args:
            bounds: the bounds shown beside it. It is never rounded to the other side of one.
        """
        if self.is_empty:
            return "unknown" if language == "en" else "desconocido"
        if self.amounts:
            return " + ".join(
                self._replace(low=a.low, high=a.high, currency=a.currency, amounts=()).format(unit, language)
                for a in self.amounts
            )
        beside = {bound.number for bound in bounds if bound is not None}
        if self.low is not None and self.high is not None:
            beside.add((self.low + self.high) / 2)  # so that the two limits always differ
        ends = [
            "?" if end is None else format_quantity(end, unit, self.currency, language, beside=beside)
            for end in ((self.low,) if self.known else (self.low, self.high))
        ]
        return " … ".join(ends)

    def to_note(self) -> str:
        """Return the range as the ledger stores it, without language: ``12``, ``12..17``, ``7/20..``, ``?``."""
        if self.is_empty:
            return "?"
        if self.amounts:
            return " + ".join(Measurement(a.low, a.high, currency=a.currency).to_note() for a in self.amounts)
        low, high = ("" if end is None else str(end) for end in (self.low, self.high))
        span = low if self.known else f"{low}..{high}"
        return f"{span} {self.currency}" if self.currency else span

    @classmethod
    def from_note(cls, note: str) -> Measurement:
        """Return the measurement that the ledger stored, without its rows."""
        if " + " in note:
            parts = [cls.from_note(part) for part in note.split(" + ")]
            return cls(None, None, amounts=tuple(Amount(p.currency or "", p.low, p.high) for p in parts))
        span, _, currency = note.partition(" ")
        if span == "?":
            return UNMEASURED
        low, dots, high = span.partition("..")
        first = Fraction(low) if low else None
        return cls(first, (Fraction(high) if high else None) if dots else first, currency=currency or None)


UNMEASURED = Measurement(low=None, high=None)


class Evidence(NamedTuple):
    """One row behind a number: which record, what it says, and how much it counts."""

    record: str
    entry: int
    what: str
    on: date | None
    part: Fraction | None
    whole: Fraction | None
    currency: str | None = None
    """The currency of the amounts, in main units; None if the row is not about money."""
