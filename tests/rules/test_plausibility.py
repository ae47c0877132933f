"""Values that are possible and look like a mistake."""

from __future__ import annotations

import pytest

from clusterflow.domain.records import RECORDS
from clusterflow.rules.plausibility import odd_values

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
        ("organisation", {"id": "c", "name": "Cámara", "from": "0202-05-01"},
         ["from: 0202-05-01 lies too far in the past"]),
    ],
)  # fmt: skip
def test_odd_values_are_found(record: str, fields: dict[str, str], found: list[str]) -> None:
    odd = odd_values(RECORDS[record].model_validate(fields))
    assert sorted(o.describe("en") for o in odd) == found
