"""Days, numbers and money as the reader's country writes them: the filters of the templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TypeVar

from babel.dates import format_date
from babel.localedata import exists
from babel.numbers import format_currency, format_decimal, format_percent

from clusterflow.domain.money import Money, exponent
from clusterflow.domain.text import NoticeLanguage, rewrite_days
from clusterflow.notices.markup import code

Kind = TypeVar("Kind")
Number = int | float | Decimal | Fraction


@cache
def locale_of(language: NoticeLanguage, country: str | None) -> str:
    """The language as the country writes it, where it has a way of its own: 1.250,50 in Spain is 1,250.50 in Mexico."""
    local = f"{language}_{country}"
    return local if country and exists(local) else language


def filters(locale: str) -> dict[str, Callable[..., str]]:
    """``day``, ``days``, ``number``, ``percent``, ``money`` and ``code``; each takes the kind it is for, nothing else.

    ``days`` writes every day in a text, which are ISO 8601 on the command line, as ``day`` does.
    """

    def day(value: date | datetime) -> str:
        # Babel takes None for today.
        known = _a(value, date)
        return basque_day(known) if locale.startswith("eu") else format_date(known, format="long", locale=locale)

    def days(text: str) -> str:
        return rewrite_days(_a(text, str), day)

    def number(value: Number) -> str:
        return format_decimal(_decimal(value), locale=locale)

    def percent(value: Number) -> str:
        return format_percent(round(_decimal(value), 3), locale=locale, decimal_quantization=False)

    def money(value: Money) -> str:
        amount = Decimal(_a(value, Money).minor).scaleb(-exponent(value.currency))
        return format_currency(amount, value.currency, locale=locale)

    return {"day": day, "days": days, "number": number, "percent": percent, "money": money, "code": code}


def basque_day(value: date) -> str:
    """``2024ko abenduaren 30a``; CLDR leaves the endings in brackets, which depend on how the number is spoken.

    Numbers are counted in twenties: those in -bat, -bost, -hamar and -hamabost end in a consonant, and hundreds too.
    Eleven and thirty-one end in the -a that the others are given (Euskaltzaindia, «Data nola adierazi»).
    """
    closed = value.year % 20 in (1, 5, 10, 15) or (value.year % 100 == 0 and value.year % 1000 != 0)
    month = format_date(value, "MMMM", locale="eu").removesuffix("ren")
    return f"{value.year}{'eko' if closed else 'ko'} {month}ren {value.day}{'' if value.day in (11, 31) else 'a'}"


def _a(value: Kind, kind: type[Kind]) -> Kind:
    if not isinstance(value, kind):
        raise TypeError(f"this filter is for a {kind.__name__.lower()}, not for a {type(value).__name__}")
    return value


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        raise TypeError(f"this filter is for a number, not for a {type(value).__name__}")
    return Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(str(value))
