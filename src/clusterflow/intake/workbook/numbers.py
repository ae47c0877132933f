"""Reads numbers and days from text, in the notations of several countries."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from clusterflow.domain.text import Language
from clusterflow.intake.workbook.messages import Unreadable, day_in_words
from clusterflow.rules.matching import fold_text


def read_number(value: Any, whole: bool = False) -> Decimal:
    """Return a number, given as number or text: 1.234,56 and 1,234.56 and 1 234,56 are the same.

    Args:
        whole: only a whole number makes sense, so that 1.234 is a thousand and more.

    Raises:
        Unreadable: it is none, or can be read in two ways.
    """
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        # A spreadsheet knows fifteen digits; what lies behind them came of adding up.
        number = Decimal(format(value, ".15g"))
        if not number.is_finite():
            raise Unreadable("number")
        return number
    text = re.sub(r"[\s']", "", str(value))
    if not re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*", text):
        raise Unreadable("number")
    signs = [c for c in text if c in ".,"]
    if not signs:
        return Decimal(text)
    last = signs[-1]
    if len(set(signs)) == 2:
        return _split(text, decimal=last)
    if len(signs) > 1:
        return _split(text, decimal="." if last == "," else ",")
    before, _, after = text.partition(last)
    if len(after) == 3 and re.fullmatch(r"[-+]?[1-9]\d{0,2}", before):
        if whole:
            return Decimal(before + after)
        raise Unreadable("two_numbers", one=before + after, other=f"{before}.{after}")
    return Decimal(f"{before or 0}.{after or 0}")


def _split(text: str, decimal: str) -> Decimal:
    """Return a number whose decimal sign is known; the other sign separates thousands."""
    thousands = "." if decimal == "," else ","
    if not re.fullmatch(rf"[-+]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d+)?", text):
        raise Unreadable("number")
    return Decimal(text.replace(thousands, "").replace(decimal, "."))


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero ene january jan", "febrero feb february", "marzo mar march", "abril abr april apr", "mayo may",
            "junio jun june", "julio jul july", "agosto ago august aug", "septiembre setiembre sep sept set september",
            "octubre oct october", "noviembre nov november", "diciembre dic december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def read_day(text: str, language: Language, day_first: bool) -> date:
    """Return the day that a text names.

    Args:
        language: the language of messages.
        day_first: in figures the day stands before the month; otherwise either may stand first.

    Raises:
        Unreadable: it is none; or figures that are one day in one country and another day in the next.
    """
    try:
        return _day(text, language, day_first)
    except (ValueError, OverflowError) as problem:
        if isinstance(problem, Unreadable):
            raise
        raise Unreadable("date") from None


def _day(text: str, language: Language, day_first: bool) -> date:
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00)?)?", text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})", text):
        one, other, year = int(match[1]), int(match[2]), _year(match[3])
        if day_first or one > 12 or one == other or "." in text:
            return date(year, other, one)
        if other > 12:
            return date(year, one, other)
        first, second = date(year, other, one), date(year, one, other)
        raise Unreadable("two_dates", one=day_in_words(first, language), other=day_in_words(second, language))
    words = [w for w in fold_text(text).split() if w not in ("de", "del", "of", "the")]
    months = [w for w in words if w in _MONTHS]
    figures = [re.sub(r"(st|nd|rd|th|o)$", "", w) for w in words if w not in _MONTHS]
    if len(months) == 1 and len(figures) == 2 and all(f.isdecimal() for f in figures):
        years = [f for f in figures if len(f) == 4]
        if len(years) == 1:
            figures.remove(years[0])
            return date(int(years[0]), _MONTHS[months[0]], int(figures[0]))
        if not years and len(figures[1]) == 2:
            return date(_year(figures[1]), _MONTHS[months[0]], int(figures[0]))
    raise Unreadable("date")


def _year(text: str) -> int:
    """Return the year of two or four figures. Two figures are a year from 1970 to 2069."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 70 else 1900)
