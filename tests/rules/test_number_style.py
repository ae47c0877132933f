"""Numbers, money and short dates as the country of an initiative writes them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pycountry
import pytest
from babel.localedata import exists
from babel.numbers import get_decimal_symbol, get_group_symbol

from clusterflow.domain.number_style import number_text, numbers_of, short_date
from clusterflow.domain.quantity import Unit, format_quantity
from clusterflow.domain.text import Language, alphabetical


@pytest.mark.parametrize(
    ("language", "country", "amount", "count", "points", "day"),
    [
        ("es", "MX", "$4,350,000.00", "1,500", "3.5 puntos", "05/03/2026"),
        ("en", "MX", "MX$4,350,000.00", "1,500", "3.5 points", "2026-03-05"),
        ("es", "CO", "MXN\u00a04.350.000,00", "1.500", "3,5 puntos", "05/03/2026"),
        ("es", None, "4\u202f350\u202f000 MXN", "1\u202f500", "3.5 puntos", "2026-03-05"),
    ],
)
def test_a_country_writes_numbers_money_and_days_in_its_own_way(
    language: Language, country: str | None, amount: str, count: str, points: str, day: str
) -> None:
    with numbers_of(language, country):
        assert format_quantity(Fraction(4350000), Unit.MONEY, "MXN", language).replace("MXN4", "MXN\u00a04") == amount
        assert format_quantity(Fraction(1500), Unit.COUNT, None, language) == count
        assert format_quantity(Fraction(7, 2), Unit.POINTS, None, language) == points
        assert short_date(date(2026, 3, 5)) == day


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_country_has_the_number_symbols_of_babel(language: str) -> None:
    for country in (one.alpha_2 for one in pycountry.countries):
        locale = f"{language}_{country}"
        babel = locale if exists(locale) else language
        with numbers_of(language, country):
            expected = f"1{get_group_symbol(babel)}500{get_decimal_symbol(babel)}5"
            assert number_text("1\u202f500.5") == expected, locale


def test_names_are_sorted_as_in_a_spanish_dictionary() -> None:
    names = ["Zeta", "Ñandú", "Nube", "ábaco", "Árbol", "acero", "nopal"]
    assert sorted(names, key=alphabetical) == ["ábaco", "acero", "Árbol", "nopal", "Nube", "Ñandú", "Zeta"]
