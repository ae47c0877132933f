"""Money across currencies: what is certain is met or unmet, else the reason names the currency."""

from __future__ import annotations

from fractions import Fraction

import pytest

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.measurement import Amount, Measurement, Rate
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import Answer
from clusterflow.rules.judge import answer, judge
from clusterflow.rules.suggestions import suggestion


def money(*amounts: tuple[str, int | None, int | None], rates: tuple[Rate, ...] = ()) -> Measurement:
    found = tuple(
        Amount(c, None if a is None else Fraction(a), None if b is None else Fraction(b)) for c, a, b in amounts
    )
    if len(found) == 1:
        return Measurement(found[0].low, found[0].high, rows=1, currency=found[0].currency, rates=rates)
    return Measurement(None, None, rows=len(found), amounts=found, rates=rates)


EUR, USD = ("EUR", 282, 282), ("USD", 5, 5)
ONE_EURO = (Rate("EUR", "USD", Fraction("1.25")),)


@pytest.mark.parametrize(
    ("found", "bound", "expected"),
    [
        (money(EUR, USD), ">= 100 EUR", Answer.MET),
        (money(EUR, USD), ">= 300 EUR", Answer.UNKNOWN),
        (money(EUR, USD), "<= 100 EUR", Answer.UNMET),
        (money(EUR, USD), "<= 300 EUR", Answer.UNKNOWN),
        (money(USD), "> 0 MXN", Answer.MET),
        (money(USD), ">= 1 MXN", Answer.UNKNOWN),
        (money(USD), "<= 0 MXN", Answer.UNMET),
        (money(("USD", 0, 0)), "> 0 MXN", Answer.UNMET),
        (money(("USD", 0, None)), "> 0 MXN", Answer.UNKNOWN),
        (money(EUR, ("USD", -5, -5)), ">= 283 EUR", Answer.UNMET),
        (money(EUR, ("USD", -5, -5)), ">= 100 EUR", Answer.UNKNOWN),
        (money(EUR, USD, rates=ONE_EURO), ">= 286 EUR", Answer.MET),
        (money(EUR, USD, rates=ONE_EURO), ">= 287 EUR", Answer.UNMET),
        (money(EUR, USD, rates=ONE_EURO), ">= 357.5 USD", Answer.MET),
        (money(EUR, USD, rates=ONE_EURO), ">= 100 MXN", Answer.UNKNOWN),
    ],
)
def test_what_is_certain_is_answered(found: Measurement, bound: str, expected: Answer) -> None:
    assert answer(Bound.parse(bound, Unit.MONEY), found) is expected


def criterion(bound: str) -> Criterion:
    return Criterion(id="c", metric="member-turnover", bound=Bound.parse(bound, Unit.MONEY), source="P")


def test_an_unknown_answer_names_the_currency() -> None:
    finding = judge(criterion(">= 300 EUR"), money(EUR, USD))
    assert suggestion(finding, None, "en").startswith(
        "Amounts in USD are not compared with EUR: record an exchange-rate"
    )
    assert finding.value_text("en") == "282 EUR + 5 USD"


def test_a_converted_value_stands_beside_what_was_recorded() -> None:
    finding = judge(criterion(">= 286 EUR"), money(EUR, USD, rates=ONE_EURO))
    assert finding.value_text("en") == "286 EUR (282 EUR + 5 USD)"


def test_the_ledger_keeps_every_currency() -> None:
    found = money(EUR, ("USD", 5, None))
    assert found.to_note() == "282 EUR + 5.. USD"
    assert Measurement.from_note(found.to_note()).amounts == found.amounts


def test_an_amount_that_nobody_knows_is_written_in_the_currency_of_its_bound() -> None:
    asks = Criterion(id="a", metric="member-turnover", bound=Bound.parse(">= 100 EUR", Unit.MONEY), source="P")
    found = judge(asks, Measurement(Fraction(0), None, rows=2, unknown_rows=2))
    assert (found.answer, found.value_text()) == (Answer.UNKNOWN, "0 EUR … ?")
