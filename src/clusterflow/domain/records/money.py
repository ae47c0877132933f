"""Records of money and staff: invoices, payments, income, budget, employment."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, ValidationInfo, model_validator

from clusterflow.domain.money import Money
from clusterflow.domain.records.base import (
    STORED,
    CurrencyCode,
    Day,
    DuesSchemeId,
    Happening,
    OrganisationId,
    PersonId,
    Ref,
    Slug,
    Span,
)
from clusterflow.domain.terms import IncomeKind, SizeClass


class DuesAdoption(Span):
    """The initiative charges dues by a scheme of configs/dues. Invoices are issued by it from the first day on."""

    type: ClassVar = "dues-adoption"
    key: ClassVar = ("scheme",)

    scheme: DuesSchemeId = Field(description="the name of a file in configs/dues")


class DuesScheme(Span):
    """What a member of a size class pays in a year, if the initiative keeps its own books."""

    type: ClassVar = "dues-scheme"
    key: ClassVar = ("size",)

    size: SizeClass
    yearly: Money


class Invoice(Happening):
    """An invoice to a member for its dues."""

    type: ClassVar = "invoice"
    key: ClassVar = ("id",)

    id: Slug
    organisation: OrganisationId
    amount: Money
    due: Day
    scheme: DuesSchemeId | None = Field(default=None, description="the scheme by which it was issued")
    year: int | None = Field(default=None, ge=1900, le=2999, description="the year of the dues")
    instalment: int | None = Field(default=None, ge=1, le=12, description="number of this instalment")
    instalments: int | None = Field(default=None, ge=1, le=12, description="number of instalments in the year")


class Payment(Happening):
    """Money received for an invoice."""

    type: ClassVar = "payment"
    key: ClassVar = ("id",)

    id: Slug
    invoice: Annotated[Slug, Ref("invoice")]
    amount: Money


class Income(Happening):
    """Money received, by source; also membership fees that are booked as one total."""

    type: ClassVar = "income"
    key: ClassVar = ("id",)

    id: Slug
    kind: IncomeKind
    amount: Money
    payer: OrganisationId | None = None


class Budget(Span):
    """The running cost of a coming year, and the funds already secured for it."""

    type: ClassVar = "budget"
    key: ClassVar = ("id",)

    id: Slug
    running_cost: Money
    secured: Money | None = None


class ExchangeRate(Happening):
    """What one unit of a currency was worth in another one, on a day and by a source. Nothing else converts amounts."""

    type: ClassVar = "exchange-rate"
    key: ClassVar = ("base", "quote", "valid_from")
    of_initiative: ClassVar = False

    base: CurrencyCode = Field(description="the currency of which one unit is converted")
    quote: CurrencyCode = Field(description="the currency that it is converted to")
    rate: float = Field(gt=0, allow_inf_nan=False, description="units of the quote for one unit of the base")

    @model_validator(mode="after")
    def _has_a_source(self, info: ValidationInfo) -> Self:
        if info.context is not STORED and not self.source:
            raise ValueError("source: an exchange rate needs its source, as a central bank's table")
        return self


class Staff(Span):
    """A person works for the initiative's management."""

    type: ClassVar = "staff"
    key: ClassVar = ("person",)

    person: PersonId
    fte: float = Field(gt=0, le=1, description="full-time equivalents")
    manager: bool = False
