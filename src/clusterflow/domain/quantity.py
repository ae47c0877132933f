"""Units, numbers written by people, and bounds. All numbers are exact, so a value equal to its bound meets it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from clusterflow.domain.number_style import money_text, number_text
from clusterflow.domain.text import Frozen, Language


class Unit(StrEnum):
    """The unit of a metric. A bound must be written in the same unit."""

    COUNT = "count"
    SHARE = "share"
    YES_NO = "yes-no"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    POINTS = "points"
    FTE = "fte"
    MONEY = "money"


BOUND_FORMATS = {
    Unit.COUNT: "a number (>= 15)",
    Unit.SHARE: "a percentage or a fraction (>= 80 %, <= 1/3)",
    Unit.YES_NO: "«is yes» or «is no»",
    Unit.DAYS: "a number of days (<= 90 days)",
    Unit.MONTHS: "a number of months (<= 12 months)",
    Unit.YEARS: "a number of years (>= 3 years)",
    Unit.POINTS: "a number of points (>= 3.5 points)",
    Unit.FTE: "full-time equivalents (>= 0.5 fte)",
    Unit.MONEY: "an amount with its ISO 4217 currency (>= 100000000 EUR)",
}

Operator = Literal[">=", ">", "<=", "<"]
_BOUND = re.compile(r"^(?P<op>>=|<=|>|<)\s*(?P<number>\d+(?:\.\d+|/0*[1-9]\d*)?)\s*(?P<unit>%|[A-Za-z]+)?$", re.ASCII)
_SUFFIX = {
    None: (Unit.COUNT, Unit.SHARE),
    "%": (Unit.SHARE,),
    "day": (Unit.DAYS,),
    "days": (Unit.DAYS,),
    "month": (Unit.MONTHS,),
    "months": (Unit.MONTHS,),
    "year": (Unit.YEARS,),
    "years": (Unit.YEARS,),
    "point": (Unit.POINTS,),
    "points": (Unit.POINTS,),
    "fte": (Unit.FTE,),
}


def _fraction(value: Any) -> Any:
    return Fraction(value) if isinstance(value, (str, int)) else value


Exact = Annotated[
    Fraction,
    BeforeValidator(_fraction),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(/\d+)?$"}),
]
"""A rational number, stored as ``7/20``."""


class BoundError(ValueError):
    """A text that is not a bound in the unit of the metric, with what is accepted."""

    def __init__(self, found: str, accepted: str) -> None:
        self.found, self.accepted = found, accepted
        super().__init__(f"{found}; accepted: {accepted}")


class Bound(Frozen):
    """A bound: an operator, an exact number and a unit: ``>= 15``, ``<= 90 days``, ``>= 80 %``, ``is yes``."""

    op: Operator
    number: Exact
    unit: Unit
    currency: str | None = None

    @classmethod
    def parse(cls, text: str, unit: Unit) -> Bound:
        """Read a bound as written, for a metric of the given unit.

        Raises:
            BoundError: what was found, and what is accepted for this unit.
        """
        stripped = text.strip()
        if unit is Unit.YES_NO:
            if stripped in ("is yes", "is no"):
                # One comparison serves all units: yes is one and no is zero.
                return cls(
                    op=">=" if stripped == "is yes" else "<=",
                    number=Fraction(stripped == "is yes"),
                    unit=unit,
                )
            raise BoundError(f"«{text}» is not a bound in {unit.value}", BOUND_FORMATS[unit])
        match = _BOUND.match(stripped)
        if match is None:
            raise BoundError(f"«{text}» is not a bound", BOUND_FORMATS[unit])
        suffix = match["unit"]
        number = Fraction(match["number"])
        if unit is Unit.MONEY:
            if suffix is None or not re.fullmatch("[A-Z]{3}", suffix):
                raise BoundError(f"«{text}» has no currency", BOUND_FORMATS[unit])
            return cls(op=match["op"], number=number, unit=unit, currency=suffix)
        if unit not in _SUFFIX.get(suffix, ()):
            raise BoundError(f"«{text}» has the wrong unit for a metric in {unit.value}", BOUND_FORMATS[unit])
        if suffix == "%":
            number /= 100
        return cls(op=match["op"], number=number, unit=unit)

    @property
    def rising(self) -> bool:
        """Whether a larger value is better."""
        return self.op in (">=", ">")

    def holds(self, value: Fraction) -> bool:
        match self.op:
            case ">=":
                return value >= self.number
            case ">":
                return value > self.number
            case "<=":
                return value <= self.number
            case _:
                return value < self.number

    def is_weaker_than(self, other: Bound) -> bool:
        """Return whether this bound accepts everything that the other accepts, and more."""
        if self.unit is not other.unit or self.currency != other.currency or self.rising != other.rising:
            return False
        if self.number == other.number:
            return self.op in (">=", "<=") and other.op in (">", "<")
        return (self.number < other.number) == self.rising

    def format(self, language: Language = "en") -> str:
        """Return the bound for people: ``≥ 80 %``."""
        if self.unit is Unit.YES_NO:
            return _YES_NO[language][self.rising]
        sign = {">=": "≥", "<=": "≤"}.get(self.op, self.op)
        return f"{sign} {format_quantity(self.number, self.unit, self.currency, language, exact=True)}"

    def __str__(self) -> str:
        return self.format()


_YES_NO: dict[Language, tuple[str, str]] = {"en": ("no", "yes"), "es": ("no", "sí")}
_NAMES: dict[Language, dict[Unit, tuple[str, str]]] = {
    "en": {
        Unit.DAYS: ("day", "days"),
        Unit.MONTHS: ("month", "months"),
        Unit.YEARS: ("year", "years"),
        Unit.POINTS: ("point", "points"),
        Unit.FTE: ("FTE", "FTE"),
    },
    "es": {
        Unit.DAYS: ("día", "días"),
        Unit.MONTHS: ("mes", "meses"),
        Unit.YEARS: ("año", "años"),
        Unit.POINTS: ("punto", "puntos"),
        Unit.FTE: ("ETC", "ETC"),
    },
}


def format_quantity(
    number: Fraction,
    unit: Unit,
    currency: str | None = None,
    language: Language = "en",
    *,
    beside: Iterable[Fraction] = (),
    exact: bool = False,
) -> str:
    """Return the number for people: ``80 %``, ``3.5 points``, ``yes``, ``1 250 000 EUR``.

    A thin space separates thousands and a point separates decimals, which readers in every country understand (RAE,
    SI). Inside ``numbers_of`` they are written as the country writes them.

    Args:
        beside: numbers that it is shown beside, as bounds. It is rounded so that it stays on its side of each of them.
        exact: do not round. A number with endless decimals is a fraction: ``1/3``.
    """
    if unit is Unit.YES_NO:
        return _YES_NO[language][number >= 1]
    per = 100 if unit is Unit.SHARE else 1
    sides = {Fraction(0), *(other * per for other in beside), *((Fraction(100),) if unit is Unit.SHARE else ())}
    if unit is Unit.SHARE:
        if exact and not _ends(number):
            return str(number)
        return f"{number_text(_written(number * 100) if exact else _decimal(number * 100, sides))} %"
    text = (_written(number) if _ends(number) else str(number)) if exact else _decimal(number, sides)
    if unit is Unit.MONEY:
        return money_text(text, currency or "")
    text = number_text(text)
    if unit is Unit.COUNT:
        return text
    return f"{text} {_NAMES[language][unit][number != 1]}"


_MOST_DECIMALS = 12
"""Beyond this number of decimals, a number that is nearer to its bound is shown with an ellipsis."""


def _decimal(number: Fraction, beside: Iterable[Fraction]) -> str:
    """Return the number with one decimal, two if it is under ten, or as many as show on which side of
    the others it is.
    """
    others = [other for other in beside if other != number]
    first = 0 if number.denominator == 1 else 1 if abs(number) >= 10 else 2
    for decimals in range(first, _MOST_DECIMALS + 1):
        shown = round(number, decimals)
        if all((shown < other) == (number < other) and shown != other for other in others):
            return _written(shown)
    # Cut instead of rounded: the sign shows which side it is on.
    scale = 10**_MOST_DECIMALS
    return _written(Fraction(math.trunc(number * scale), scale)) + "…"


def _ends(number: Fraction) -> bool:
    """Return whether the decimals of a number end."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _written(number: Fraction) -> str:
    """Return a number with finite decimals, with all of them."""
    decimals = 0
    while (number * 10**decimals).denominator != 1:
        decimals += 1
    digits = f"{abs(number.numerator) * 10**decimals // number.denominator:0{decimals + 1}d}"
    whole, rest = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    sign = "-" if number < 0 else ""
    return f"{sign}{int(whole):,}{'.' if rest else ''}{rest}".replace(",", "\u202f")
