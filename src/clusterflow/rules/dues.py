"""Computes what a member owes for a year, and its instalments.

Amounts are minor units, rounded half to even. Instalments always add up to the whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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
    """Some days of one year, from the first to the last, both included."""

    first: date
    last: date


def year_period(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


class Stay(NamedTuple):
    """A stretch of membership, from the first day to the last; None while it continues."""

    first: date
    last: date | None


def charged_days(scheme: Scheme, stays: Sequence[Stay], periods: Sequence[Period]) -> tuple[Period, ...]:
    """The days that a member is charged for, in order: those of its stays, as far as the scheme is charged then.

    The time between two stays, or between two adoptions of the scheme, is not charged. Only a scheme that is owed to
    the end of the year continues after the last stay.
    """
    found = []
    for stay, later in zip(stays, [*stays[1:], None], strict=True):
        goes_on = later is None and scheme.pro_rata is not ProRata.MEMBERSHIP
        for period in periods:
            first, last = max(stay.first, period.first), min(stay.last or period.last, period.last)
            if first <= last:
                found.append(Period(first, period.last if goes_on else last))
            elif goes_on and found and stay.first < period.first:
                found.append(period)
    return tuple(sorted(found))


def amount_owed(
    scheme: Scheme, organisation: Organisation | None, charged: Sequence[Period]
) -> Owed | DuesRemark | None:
    """What an organisation owes: a remark where that cannot be known, None where nothing is charged.

    Args:
        organisation: its figures; None where nothing is known of it.
        charged: the days of one year that it is charged for, in order.
    """
    if not charged:
        return None
    bracket = bracket_of(scheme, organisation)
    if isinstance(bracket, DuesRemark):
        return bracket
    months = sorted({month for days in charged for month in range(days.first.month, days.last.month + 1)})
    whole = bracket.yearly.minor
    if scheme.pro_rata is not ProRata.NONE:
        whole = round(Fraction(whole * len(months), MONTHS))
    return Owed(
        whole=Money(minor=whole, currency=bracket.yearly.currency),
        bracket=bracket,
        instalments=_parts(whole, bracket, months, charged),
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
                values={"found": organisation.turnover, "asked": str(scheme.turnover_currency)},
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


def _parts(
    whole: int, bracket: DuesBracket, months: Sequence[int], charged: Sequence[Period]
) -> tuple[Instalment, ...]:
    """The instalments, each for its share of the months that are charged.

    The sum up to each instalment is rounded, not the instalment itself, so that they add up to the whole.
    """
    number, length = bracket.instalments, MONTHS // bracket.instalments
    parts, charged_so_far = [], 0
    for part in range(1, number + 1):
        first = (part - 1) * length + 1
        passed = sum(month < first + length for month in months)
        until = round(Fraction(whole * passed, len(months)))
        if until > charged_so_far:
            begins = date(charged[0].first.year, first, 1)
            opens = min(max(days.first, begins) for days in charged if days.last >= begins)
            amount = Money(minor=until - charged_so_far, currency=bracket.yearly.currency)
            parts.append(Instalment(number=part, of=number, opens=opens, amount=amount))
        charged_so_far = until
    return tuple(parts)


def invoice_id(year: int, instalment: int, organisation: str) -> str:
    """The id of an invoice, the same whenever and however often it is asked for; an initiative has each once."""
    found = f"dues-{year}-{instalment}-{organisation}"
    if len(found) <= LONGEST_ID:
        return found
    digest = hashlib.sha256(found.encode()).hexdigest()[:16]
    return f"{found[: LONGEST_ID - len(digest) - 1]}-{digest}"
