"""Values that are possible and look like a mistake."""

from __future__ import annotations

import pytest

from clusterflow.domain.money import Money
from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.money import Invoice
from clusterflow.rules.plausibility import odd_values, overpaid

INVOICE = {"id": "i", "organisation": "firm", "amount": "90 EUR", "on": "2024-03-01", "due": "2024-04-01"}


@pytest.mark.parametrize(
    ("record", "fields", "found"),
    [
        ("invoice", INVOICE, []),
        ("invoice", {**INVOICE, "due": "2024-03-01"}, []),
        ("invoice", {**INVOICE, "due": "2024-02-28"},
         ["due: the invoice is due on 2024-02-28, before its own day, 2024-03-01"]),
        ("invoice", {**INVOICE, "amount": "-90 EUR"}, ["amount: -90.00 EUR is less than zero"]),
        ("invoice", {**INVOICE, "due": "2206-04-01"}, ["due: 2206-04-01 lies too far in the future"]),
        ("payment", {"id": "p", "invoice": "i", "amount": "90 EUR", "on": "1900-01-05"},
         ["on: 1900-01-05 lies too far in the past"]),
        ("organisation", {"id": "c", "name": "Cámara", "from": "1886-05-01", "founded": "1886-05-01"}, []),
        ("invoice", {**INVOICE, "amount": "0 EUR"}, []),
        ("invoice", {**INVOICE, "on": "2100-12-31", "due": "2100-12-31"}, []),
        ("invoice", {**INVOICE, "due": "2101-01-01"}, ["due: 2101-01-01 lies too far in the future"]),
        ("payment", {"id": "p", "invoice": "i", "amount": "90 EUR", "on": "1950-01-01"}, []),
        ("payment", {"id": "p", "invoice": "i", "amount": "-1 EUR", "on": "1949-12-31"},
         ["amount: -1.00 EUR is less than zero", "on: 1949-12-31 lies too far in the past"]),
        ("organisation", {"id": "c", "name": "Cámara", "from": "1500-01-01"}, []),
        # Fields that may be empty are checked like the others.
        ("organisation", {"id": "c", "name": "Cámara", "from": "1500-01-01", "founded": "0202-05-01"},
         ["founded: 0202-05-01 lies too far in the past"]),
        ("organisation", {"id": "c", "name": "Cámara", "from": "1500-01-01", "to": "2206-04-01",
         "turnover": "-5 MXN"},
         ["to: 2206-04-01 lies too far in the future", "turnover: -5.00 MXN is less than zero"]),
        ("organisation", {"id": "c", "name": "Cámara", "from": "0202-05-01"},
         ["from: 0202-05-01 lies too far in the past"]),
    ],
)  # fmt: skip
def test_odd_values_are_found(record: str, fields: dict[str, str], found: list[str]) -> None:
    odd = odd_values(RECORDS[record].model_validate(fields))
    assert sorted(o.describe("en") for o in odd) == found


def invoice_of(amount: str) -> Invoice:
    return Invoice.model_validate({**INVOICE, "amount": amount})


def test_more_paid_than_was_asked_is_odd() -> None:
    invoice = invoice_of("90 EUR")
    payment = Money(minor=5000, currency="EUR")
    assert overpaid(payment, 9000, invoice) is None
    odd = overpaid(payment, 9001, invoice)
    assert odd is not None
    assert odd.field == "amount"
    assert odd.describe("en") == ("amount: with this payment, 90.01 EUR are paid on invoice «i», which is of 90.00 EUR")
    assert odd.describe("es", "Importe") == (
        "Importe: con este pago se han pagado 90.01 EUR de la factura «i», que es de 90.00 EUR"
    )
    assert overpaid(Money(minor=5000, currency="USD"), 9001, invoice) is None, "it is not added up"
    assert overpaid(Money(minor=-1, currency="EUR"), 9001, invoice) is None, "a repayment makes it less"
    assert overpaid(Money(minor=0, currency="EUR"), 9001, invoice) is None
    assert overpaid(Money(minor=1, currency="EUR"), 9001, invoice) is not None
