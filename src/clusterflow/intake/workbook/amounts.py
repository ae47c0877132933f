"""Reads amounts of money as people write them: with signs, codes and separators of several countries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from clusterflow.domain.money import LARGEST, Money, exponent
from clusterflow.intake.workbook.cell_formats import PERCENT, FormattedNumber
from clusterflow.intake.workbook.cells import is_currency
from clusterflow.intake.workbook.messages import Unreadable
from clusterflow.intake.workbook.numbers import read_number

_PESOS_AND_DOLLARS = frozenset((
    "MXN", "COP", "ARS", "CLP", "UYU", "DOP", "CUP", "PHP", "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "BBD",
    "BSD", "BZD", "FJD", "GYD", "JMD", "TTD", "NAD", "LRD", "SRD", "XCD",
))  # fmt: skip
"""The currencies whose sign is a lone ``$``."""

_CURRENCIES_OF_SIGN: dict[str, frozenset[str]] = {
    "$": _PESOS_AND_DOLLARS, "US$": frozenset({"USD"}), "U$S": frozenset({"USD"}), "MX$": frozenset({"MXN"}),
    "COL$": frozenset({"COP"}), "AR$": frozenset({"ARS"}), "R$": frozenset({"BRL"}), "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}), "S/": frozenset({"PEN"}), "S/.": frozenset({"PEN"}), "₡": frozenset({"CRC"}),
    "₲": frozenset({"PYG"}), "Bs": frozenset({"BOB", "VES"}), "Bs.": frozenset({"BOB", "VES"}), "¥": frozenset({"JPY"}),
}  # fmt: skip
_SIGN = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES_OF_SIGN, key=len, reverse=True))
_UNIT = rf"(?P<{{}}>{_SIGN}|[A-Za-z]{{{{3}}}})"
_AMOUNT = re.compile(
    rf"(?P<minus>-\s*)?(?:{_UNIT.format('first')}\s*)?(?:{_UNIT.format('second')}\s*)?"
    rf"(?P<figure>[-+]?[\d.,'\s]*\d[\d.,'\s]*?)(?:\s*{_UNIT.format('third')})?(?:\s*{_UNIT.format('fourth')})?"
)
"""A figure with signs and codes on both sides: «$ 1,200.50 MXN», «MXN $1200», «50 €»."""


def read_amount(value: Any, currency: str | None, currency_head: str) -> Money:
    """An amount in the currency of its row, or in one of its own: «1200.50 EUR».

    Raises:
        Unreadable: it is none, or of no currency, or its sign is not one of its currency.
    """
    if isinstance(value, (bool, date, time, timedelta)):
        raise Unreadable("amount")
    if isinstance(value, FormattedNumber):
        if value.sign == PERCENT:
            raise Unreadable("amount")
        currency, value = _currency_of([value.sign], currency), value.number
    if isinstance(value, str):
        match = _AMOUNT.fullmatch(value.strip())
        if match is None:
            raise Unreadable("amount")
        units = [match[n] for n in ("first", "second", "third", "fourth") if match[n]]
        currency = _currency_of(units, currency)
        value = ("-" if match["minus"] else "") + match["figure"].replace("'", "")
    if currency is None:
        raise Unreadable("currency", column=currency_head, example="MXN")
    try:
        number = read_number(value)
    except Unreadable as problem:
        if problem.key == "two_numbers" and exponent(currency) == 3 and "." in value:
            number = Decimal(value)  # as we write it ourselves: with the three decimals that the currency has
        else:
            raise problem if problem.key == "two_numbers" else Unreadable("amount") from None
    minor = number.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise Unreadable("decimals", currency=currency, most=exponent(currency))
    if abs(minor) > LARGEST:
        raise Unreadable("amount")
    return Money(minor=int(minor), currency=currency)


def _currency_of(units: Sequence[str], currency: str | None) -> str | None:
    """The currency of an amount: that of its code, or that of its row, with which its sign must agree."""
    codes = {unit.upper() for unit in units if unit not in _CURRENCIES_OF_SIGN}
    if len(codes) > 1:
        raise Unreadable("amount")
    for code in codes:
        if not is_currency(code):
            raise Unreadable("no_currency", example="MXN")
        currency = code
    for sign in units:
        possible = _CURRENCIES_OF_SIGN.get(sign)
        if possible is None:
            continue
        if currency is None and len(possible) == 1:
            (currency,) = possible
        elif currency is not None and currency not in possible:
            example = next(iter(possible)) if len(possible) == 1 else currency
            raise Unreadable("other_currency", sign=sign, currency=currency, example=example)
    return currency
