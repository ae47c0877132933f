"""Dues: what a member pays in a year, and the resulting invoices for the members of an initiative."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from clusterflow.domain.money import Money
from clusterflow.domain.terms import SizeClass
from clusterflow.domain.text import Frozen, Text


class DuesBasis(StrEnum):
    """The figure by which a scheme assigns members to brackets."""

    SIZE_CLASS = "size-class"
    EMPLOYEES = "employees"
    TURNOVER = "turnover"


class ProRata(StrEnum):
    """Which months a member pays for if it was not a member for the whole year."""

    NONE = "none"
    """All: the whole year is owed."""
    JOINING = "joining"
    """From the month of joining to the end of the year, even if the member leaves earlier."""
    MEMBERSHIP = "membership"
    """From the month of joining to the month of leaving."""


class DuesBracket(Frozen):
    """What the members of one bracket pay."""

    yearly: Money
    instalments: int = Field(default=1, description="number of instalments per year: 1, 2, 3, 4, 6 or 12")
    size: SizeClass | None = None
    least: int = Field(default=0, description="lowest figure of the bracket: employees, or minor units of turnover")
    below: int | None = Field(default=None, description="first figure above the bracket; None: no upper end")


class Scheme(Frozen):
    """A dues scheme. Its brackets cover every possible size, headcount or turnover exactly once."""

    id: str
    title: Text
    source: str
    by: DuesBasis
    valid_from: date
    valid_to: date | None = None
    due_days: int = Field(default=30, ge=1, description="days from an invoice's issue to its due date")
    pro_rata: ProRata = ProRata.JOINING
    turnover_currency: str | None = Field(default=None, description="currency of the bounds, if they are turnovers")
    brackets: tuple[DuesBracket, ...]
    proposed: tuple[str, ...] = ()
    """The terms that the file leaves open; they take the defaults that this project proposes."""


class Instalment(Frozen):
    """One instalment: the ``number``-th of ``of`` for a year, with the first day on which it can be invoiced."""

    number: int
    of: int
    opens: date
    amount: Money


class Owed(Frozen):
    """What a member owes for a year, with its instalments. Instalments of zero are left out."""

    whole: Money
    bracket: DuesBracket
    instalments: tuple[Instalment, ...]


class DuesRemarkKind(StrEnum):
    """The kinds of remarks about dues, beside the amounts."""

    NO_SCHEME = "no-scheme"
    UNKNOWN_SCHEME = "unknown-scheme"
    TWO_SCHEMES = "two-schemes"
    OWN_AMOUNTS = "own-amounts"
    NOT_VALID = "not-valid"
    UNKNOWN_FIGURE = "unknown-figure"
    OTHER_FIGURE_CURRENCY = "other-figure-currency"
    OTHER_PLAN = "other-plan"
    OVERPAID = "overpaid"
    PAID_IN_OTHER_CURRENCY = "paid-in-other-currency"


BARS = frozenset(
    {
        DuesRemarkKind.NO_SCHEME,
        DuesRemarkKind.UNKNOWN_SCHEME,
        DuesRemarkKind.TWO_SCHEMES,
        DuesRemarkKind.OWN_AMOUNTS,
        DuesRemarkKind.NOT_VALID,
    }
)
"""With one of these remarks no amount can be computed, so no invoice is issued."""


class DuesRemark(Frozen):
    """A remark about dues. ``values`` fill the placeholders of its text (``reports.dues``)."""

    kind: DuesRemarkKind
    organisation: str | None = None
    values: dict[str, str | Money] = {}


class InvoiceState(StrEnum):
    """The state of one instalment."""

    LATER = "later"
    TO_ISSUE = "to-issue"
    ISSUED = "issued"
    PARTLY_PAID = "partly-paid"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


class DuesLine(Frozen):
    """One invoice, issued or planned. ``on`` is its issue date."""

    organisation: str
    invoice: str
    instalment: int | None
    instalments: int | None
    amount: Money
    on: date
    due: date
    state: InvoiceState
    paid: Money | None = None


class DuesPlan(Frozen):
    """The dues of one initiative for one year, as of a day."""

    initiative: str
    year: int
    scheme: str | None
    lines: tuple[DuesLine, ...] = ()
    remarks: tuple[DuesRemark, ...] = ()
    issued: int = 0
    """How many of the invoices this run issued."""

    @property
    def to_issue(self) -> tuple[DuesLine, ...]:
        return tuple(line for line in self.lines if line.state is InvoiceState.TO_ISSUE)

    @property
    def barred(self) -> bool:
        return any(remark.kind in BARS for remark in self.remarks)
