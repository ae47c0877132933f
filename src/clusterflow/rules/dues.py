"""Computes what a member owes for a year, and its instalments.

Amounts are minor units, rounded half to even; the parts of a year are cut so that they always add up to the whole.
"""

from __future__ import annotations

import hashlib
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from clusterflow.domain.dues import (
    DuesBasis,
    DuesBracket,
    DuesRemark,
    DuesRemarkKind,
    Instalment,
    Owed,
    ProRata,
    Scheme,
)
from clusterflow.domain.money import Money
from clusterflow.domain.records.parties import Organisation

MONTHS = 12
LONGEST_ID = 64


class Period(NamedTuple):
    """The days of one year, or fewer of them, for which a scheme is charged; both included."""

    first: date
    last: date


def year_period(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def first_day_charged(joined: date, left: date | None, period: Period) -> date | None:
    """The first day of the period on which somebody was a member; None where they were on none."""
    first, last = max(joined, period.first), min(left or period.last, period.last)
    return first if first <= last else None


def amount_owed(
    scheme: Scheme, organisation: Organisation | None, joined: date, left: date | None, period: Period
) -> Owed | DuesRemark | None:
    """What an organisation owes: a remark where that cannot be known, None where it was no member in the period.

    Args:
        organisation: its figures; None where nothing is known of it.
        left: the last day of the membership.
    """
    start = first_day_charged(joined, left, period)
    if start is None:
        return None
    bracket = bracket_of(scheme, organisation)
    if isinstance(bracket, DuesRemark):
        return bracket
    end = min(left or period.last, period.last) if scheme.pro_rata is ProRata.MEMBERSHIP else period.last
    months = range(start.month, end.month + 1)
    whole = bracket.yearly.minor
    if scheme.pro_rata is not ProRata.NONE:
        whole = round(Fraction(whole * len(months), MONTHS))
    return Owed(
        whole=Money(minor=whole, currency=bracket.yearly.currency),
        bracket=bracket,
        instalments=_parts(whole, bracket, months, start),
    )


def bracket_of(scheme: Scheme, organisation: Organisation | None) -> DuesBracket | DuesRemark:
    """The bracket that an organisation falls in, or what is not known of it."""
    if scheme.by is DuesBasis.SIZE_CLASS:
        size = organisation.size if organisation else None
        found = next((b for b in scheme.brackets if b.size is not None and b.size == size), None)
        return found or _unknown(scheme, organisation)
    figure: int | None = None
    if organisation is not None and scheme.by is DuesBasis.EMPLOYEES:
        figure = organisation.employees
    elif organisation is not None and organisation.turnover is not None:
        if organisation.turnover.currency != (scheme.turnover_currency or organisation.turnover.currency):
            return DuesRemark(
                kind=DuesRemarkKind.OTHER_FIGURE_CURRENCY,
                organisation=organisation.id,
                values={"found": str(organisation.turnover), "asked": str(scheme.turnover_currency)},
            )
        figure = organisation.turnover.minor
    if figure is None:
        return _unknown(scheme, organisation)
    within = (b for b in scheme.brackets if b.least <= figure and (b.below is None or figure < b.below))
    return next(within, None) or _unknown(scheme, organisation)


def _unknown(scheme: Scheme, organisation: Organisation | None) -> DuesRemark:
    return DuesRemark(
        kind=DuesRemarkKind.UNKNOWN_FIGURE,
        organisation=organisation.id if organisation else None,
        values={"figure": scheme.by.value},
    )


def _parts(whole: int, bracket: DuesBracket, months: range, start: date) -> tuple[Instalment, ...]:
    """The parts of a whole, each for its share of the months; what was asked up to each part is rounded, not the part,
    so that they add up."""
    number, length = bracket.instalments, MONTHS // bracket.instalments
    parts, asked = [], 0
    for part in range(1, number + 1):
        first = (part - 1) * length + 1
        passed = sum(month < first + length for month in months)
        until = round(Fraction(whole * passed, len(months)))
        if until > asked:
            opens = max(date(start.year, first, 1), start)
            amount = Money(minor=until - asked, currency=bracket.yearly.currency)
            parts.append(Instalment(number=part, of=number, opens=opens, amount=amount))
        asked = until
    return tuple(parts)


def invoice_id(year: int, instalment: int, organisation: str) -> str:
    """The id of an invoice, the same whenever and however often it is asked for; an initiative has each once."""
    found = f"dues-{year}-{instalment}-{organisation}"
    if len(found) <= LONGEST_ID:
        return found
    digest = hashlib.sha256(found.encode()).hexdigest()[:16]
    return f"{found[: LONGEST_ID - len(digest) - 1]}-{digest}"
