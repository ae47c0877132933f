"""Suggestions say why a criterion is not met and what would help, in both languages."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.measurement import Amount, Fold, Measurement, MetricDeclaration, Rate, Staleness
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import Severity
from clusterflow.domain.text import Language, Text
from clusterflow.rules.judge import judge
from clusterflow.rules.suggestions import suggestion

TRUST = Criterion(
    id="trust-index",
    metric="trust-index",
    bound=Bound.parse(">= 3.5 points", Unit.POINTS),
    severity=Severity.WARNING,
    source="P",
    proposal=True,
)
OPEN = Measurement(low=None, high=None, rows=3, unknown_rows=2)


@pytest.mark.parametrize(
    ("measured", "language", "expected"),
    [
        (Measurement(None, None), "en", "No record counts for it yet."),
        (OPEN, "en", "2 of 3 records lack what it needs: complete them."),
        (
            OPEN._replace(stale=Staleness(date(2023, 2, 1), 400)),
            "en",
            "The newest figure is of 2023-02-01, more than 400 days old: record a newer one.",
        ),
        (
            OPEN._replace(stale=Staleness(date(2023, 2, 1), 400)),
            "es",
            "La cifra más reciente es del 2023-02-01, de hace más de 400 días: registre una más nueva.",
        ),
        (Measurement(Fraction(3), Fraction(3), rows=1), "es", "faltan 0.5 puntos"),
        (Measurement(Fraction(4), Fraction(4), rows=1), "en", ""),
    ],
)
def test_a_suggestion_says_why_and_what_to_do(measured: Measurement, language: Language, expected: str) -> None:
    assert suggestion(judge(TRUST, measured), None, language) == expected


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (Measurement(None, None), "Todavía no hay ningún registro que cuente."),
        (OPEN, "A 2 de 3 registros les falta el dato: complételos."),
        (
            Measurement(Fraction(3), Fraction(4), rows=2, unknown_rows=1),
            "A 1 de 2 registros les falta el dato: complételos.",
        ),
    ],
)
def test_what_is_unknown_is_to_be_recorded(measured: Measurement, expected: str) -> None:
    assert suggestion(judge(TRUST, measured), None, "es") == expected


def criterion(bound: str, unit: Unit) -> Criterion:
    return TRUST.model_copy(update={"bound": Bound.parse(bound, unit)})


def exactly(number: int | Fraction, **more: Any) -> Measurement:
    return Measurement(Fraction(number), Fraction(number), rows=1, **more)


@pytest.mark.parametrize(
    ("bound", "unit", "measured", "expected"),
    [
        (">= 15", Unit.COUNT, exactly(12), "3 are missing"),
        (">= 15", Unit.COUNT, exactly(Fraction(25, 2)), "3 are missing"),
        ("> 15", Unit.COUNT, exactly(12), "4 are missing"),
        ("> 15", Unit.COUNT, exactly(Fraction(25, 2)), "3 are missing"),
        ("<= 3", Unit.COUNT, exactly(5), "2 too much"),
        ("< 3", Unit.COUNT, exactly(5), "3 too much"),
        # Of a range the end counts that is nearest to the bound: that much is missing in any case.
        (">= 15", Unit.COUNT, Measurement(Fraction(2), Fraction(12), rows=3, unknown_rows=1), "3 are missing"),
        ("<= 3", Unit.COUNT, Measurement(Fraction(5), Fraction(9), rows=3, unknown_rows=1), "2 too much"),
        (">= 80 %", Unit.SHARE, exactly(Fraction(1, 2)), "30 % are missing"),
        ("is yes", Unit.YES_NO, exactly(0), ""),
    ],
)
def test_what_is_missing_or_too_much_is_counted(bound: str, unit: Unit, measured: Measurement, expected: str) -> None:
    assert suggestion(judge(criterion(bound, unit), measured), None, "en") == expected


def declared(text: Text | None) -> MetricDeclaration:
    return MetricDeclaration(
        id="m", title=Text(es="m", en="m"), unit=Unit.COUNT, fold=Fold.SUM, direction="more", source="P", help=text
    )


def test_the_help_of_the_metric_says_how_much_is_missing() -> None:
    finding = judge(criterion(">= 15", Unit.COUNT), exactly(12))
    help_text = Text(es="Miembros que faltan: {gap}.", en="Members that are missing: {gap}.")
    assert suggestion(finding, declared(help_text), "es") == "Miembros que faltan: 3."
    assert suggestion(finding, declared(help_text), "en") == "Members that are missing: 3."
    assert suggestion(finding, declared(None), "es") == "faltan 3"
    assert suggestion(judge(criterion("<= 3", Unit.COUNT), exactly(5)), declared(None), "es") == "sobran 2"
    of_yes_or_no = judge(criterion("is yes", Unit.YES_NO), exactly(0))
    assert suggestion(of_yes_or_no, declared(Text(es="Adóptelo{gap}.", en="Adopt it{gap}.")), "en") == "Adopt it."


MONEY = criterion(">= 100 MXN", Unit.MONEY)
FOREIGN = Amount("USD", Fraction(5), Fraction(5))
OWN = Amount("MXN", Fraction(40), Fraction(40))


def test_money_of_another_currency_asks_for_a_rate() -> None:
    measured = Measurement(None, None, rows=2, amounts=(FOREIGN, OWN))
    assert suggestion(judge(MONEY, measured), None, "en") == (
        "Amounts in USD are not compared with MXN: record an exchange-rate, or the amounts in MXN."
    )
    assert suggestion(judge(MONEY, measured), None, "es") == (
        "Los importes en USD no se comparan con MXN: registre un tipo de cambio (exchange-rate) o los importes en MXN."
    )
    with_rate = measured._replace(rates=(Rate("USD", "MXN", Fraction(2)),))
    assert suggestion(judge(MONEY, with_rate), None, "en") == "50 MXN are missing"


def test_money_in_several_currencies_without_one_that_is_asked_asks_for_a_rate_between_them() -> None:
    measured = Measurement(None, None, rows=2, unknown_rows=1, amounts=(FOREIGN, OWN), currencies=("MXN", "USD"))
    found = judge(criterion(">= 1", Unit.COUNT), measured)
    assert suggestion(found, None, "en") == (
        "The amounts are in several currencies (MXN, USD): record an exchange-rate between them."
    )
    assert suggestion(found, None, "es").startswith("Los importes están en varias monedas (MXN, USD): registre ")
