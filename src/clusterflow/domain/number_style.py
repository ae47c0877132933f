"""How the country of an initiative writes numbers, money and short dates.

Texts about one initiative are made inside ``numbers_of(language, country)``. Outside it, as in tables that compare
initiatives of several countries, numbers are written in the same way everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import cache

THIN_SPACE = "\u202f"

LETTER_COUNTRIES = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])
"""Where paper is of the size Letter (CLDR, paperSize); elsewhere it is A4."""

Symbols = tuple[str, str]
"""The sign between thousands, and the decimal sign."""

_POINT, _COMMA, _SPACE = (",", "."), (".", ","), ("\xa0", ",")
_SYMBOLS: dict[str, tuple[Symbols, dict[Symbols, str]]] = {
    "es": (_COMMA, {_POINT: "BR BZ CU DO GT HN MX NI PA PE PR SV US", _SPACE: "CR"}),
    "en": (
        _POINT,
        {
            _COMMA: "AT BE DE DK ES ID IT NL PL RO SI",
            _SPACE: "CZ FI HU NO PT SE SK ZA",
            (THIN_SPACE, ","): "FR",
            ("’", "."): "CH",
        },
    ),
}
"""Of a language: the usual symbols, and the countries with others (CLDR). Babel takes 20 ms to say the same."""

_locale: ContextVar[str | None] = ContextVar("number_locale", default=None)


@contextmanager
def numbers_of(language: str, country: str | None) -> Iterator[None]:
    """Write numbers as a country does, for a reader of a language. Without a country nothing changes.

    Args:
        country: ISO 3166-1 alpha-2.
    """
    token = _locale.set(f"{language}_{country}" if country else _locale.get())
    try:
        yield
    finally:
        _locale.reset(token)


def number_text(neutral: str) -> str:
    """A number as the country writes it: ``1,500.5`` in Mexico, ``1.500,5`` in Colombia.

    Args:
        neutral: with a point before the decimals and thin spaces between thousands; what follows the digits stays.
    """
    name = _locale.get()
    if name is None or (THIN_SPACE not in neutral and "." not in neutral):
        return neutral
    group, point = _symbols(name)
    return neutral.replace(".", "\0").replace(THIN_SPACE, group).replace("\0", point)


def money_text(neutral: str, currency: str) -> str:
    """An amount as the country writes it: ``$4,350,000.00`` for pesos in Mexico; with no country ``1 500 EUR``."""
    name = _locale.get()
    if name is None or not neutral.lstrip("-").replace(THIN_SPACE, "").replace(".", "").isdigit():
        return f"{neutral} {currency}".strip()
    from babel.numbers import format_currency  # noqa: PLC0415 - start-up time: few commands show an amount

    return str(format_currency(Decimal(neutral.replace(THIN_SPACE, "")), currency, locale=_known(name)))


def short_date(value: date) -> str:
    """A date in digits: day, month, year for readers of Spanish inside ``numbers_of``, else as ISO 8601."""
    return f"{value:%d/%m/%Y}" if _day_first() else value.isoformat()


def short_month(value: date) -> str:
    """A month in digits, as in ``short_date``."""
    return f"{value:%m/%Y}" if _day_first() else f"{value:%Y-%m}"


def _day_first() -> bool:
    name = _locale.get()
    return name is not None and name.startswith("es_")


@cache
def _symbols(name: str) -> Symbols:
    language, _, country = name.partition("_")
    if language in _SYMBOLS:
        usual, others = _SYMBOLS[language]
        return next((symbols for symbols, countries in others.items() if country in countries.split()), usual)
    from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415 - start-up time, as above

    return get_group_symbol(_known(name)), get_decimal_symbol(_known(name))


@cache
def _known(name: str) -> str:
    """The locale, or the language alone where the country has no way of its own."""
    from babel.localedata import exists  # noqa: PLC0415 - start-up time, as above

    return name if exists(name) else name.partition("_")[0]
