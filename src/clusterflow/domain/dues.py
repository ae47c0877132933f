"""Dues: what a member pays in a year, as data; and what follows from it for the members of an initiative."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from clusterflow.domain.money import Money
from clusterflow.domain.terms import SizeClass
from clusterflow.domain.text import Frozen, Text


class DuesBasis(StrEnum):
    """What the brackets of a scheme go by."""

    SIZE_CLASS = "size-class"
    EMPLOYEES = "employees"
    TURNOVER = "turnover"


class ProRata(StrEnum):
    """Which months of a year are paid for by who was not a member in all of them."""

    NONE = "none"
    """All: the whole year is owed."""
    JOINING = "joining"
    """From the month of joining to the end of the year, also by who leaves before."""
    MEMBERSHIP = "membership"
    """From the month of joining to the month of leaving."""


class DuesBracket(Frozen):
    """What the members of one bracket pay."""

    yearly: Money
    instalments: int = Field(default=1, description="in how many parts a year is paid: 1, 2, 3, 4, 6 or 12")
    size: SizeClass | None = None
    least: int = Field(default=0, description="the least figure: employees, or minor units of turnover")
    below: int | None = Field(default=None, description="the figure from which on it is no more; None: there is none")


class Scheme(Frozen):
    """A dues scheme: its brackets hold every size, headcount or turnover there can be, and each only once."""

    id: str
    title: Text
    source: str
    by: DuesBasis
    valid_from: date
    valid_to: date | None = None
    due_days: int = Field(default=30, ge=1, description="days from an invoice's issue to the day it is due")
    pro_rata: ProRata = ProRata.JOINING
    turnover_currency: str | None = Field(default=None, description="of the bounds, where they are turnovers")
    brackets: tuple[DuesBracket, ...]
    proposed: tuple[str, ...] = ()
    """The terms that the file leaves to this project's own proposals."""


class Instalment(Frozen):
    """One part of what a member owes for a year: the ``number``-th of ``of``, to be asked from a day on."""

    number: int
    of: int
    opens: date
    amount: Money


class Owed(Frozen):
    """What a member owes for a year, and in which parts; those of nought are left out."""

    whole: Money
    bracket: DuesBracket
    instalments: tuple[Instalment, ...]


class DuesRemarkKind(StrEnum):
    """What is told about dues, beside the amounts."""

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
"""With one of these there is no telling what anybody owes: nothing is issued."""


class DuesRemark(Frozen):
    """Something to be told; ``values`` fill in its text (``reports.dues``)."""

    kind: DuesRemarkKind
    organisation: str | None = None
    values: dict[str, str] = {}


class InvoiceState(StrEnum):
    """How far a part of the dues has come."""

    LATER = "later"
    TO_ISSUE = "to-issue"
    ISSUED = "issued"
    PARTLY_PAID = "partly-paid"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


class DuesLine(Frozen):
    """One invoice, issued or to come. ``on`` is the day it is asked, or was."""

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
    """The dues of one initiative for one year, on a day."""

    initiative: str
    year: int
    scheme: str | None
    lines: tuple[DuesLine, ...] = ()
    remarks: tuple[DuesRemark, ...] = ()
    issued: int = 0
    """How many of the invoices were issued just now."""

    @property
    def to_issue(self) -> tuple[DuesLine, ...]:
        return tuple(line for line in self.lines if line.state is InvoiceState.TO_ISSUE)

    @property
    def barred(self) -> bool:
        return any(remark.kind in BARS for remark in self.remarks)
