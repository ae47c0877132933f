"""Numbers as people read them: a shown value lies on the same side of its bound as the exact one."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.measurement import Measurement
from clusterflow.domain.quantity import Bound, Unit, format_quantity

UNITS = [Unit.SHARE, Unit.YEARS, Unit.POINTS, Unit.COUNT, Unit.DAYS, Unit.MONEY]


def measured(value: Fraction) -> Measurement:
    return Measurement(low=value, high=value, rows=1)


def read(text: str) -> Fraction:
    """The number that a reader sees; what follows an ellipsis is left out."""
    return Fraction(re.sub(r"[^\d./-]", "", text.replace("\u202f", "")))


@pytest.mark.parametrize(
    ("value", "bound", "unit", "shown"),
    [
        ("7297/10000", ">= 73 %", Unit.SHARE, "72.97 %"),
        ("72996/100000", ">= 73 %", Unit.SHARE, "72.996 %"),
        ("1095/365.25", ">= 3 years", Unit.YEARS, "2.998 years"),
        ("3/4", ">= 73 %", Unit.SHARE, "75 %"),
        ("2/3", ">= 50 %", Unit.SHARE, "66.7 %"),
        ("9999/10000", ">= 50 %", Unit.SHARE, "99.99 %"),
        ("1/10000", ">= 50 %", Unit.SHARE, "0.01 %"),
        ("3.4999", ">= 3.5 points", Unit.POINTS, "3.4999 points"),
        ("1/3", ">= 3.5 points", Unit.POINTS, "0.33 points"),
    ],
)
def test_a_value_near_its_bound_has_the_decimals_that_it_needs(value: str, bound: str, unit: Unit, shown: str) -> None:
    number = Fraction(value.split("/")[0]) / Fraction(value.split("/")[1]) if "/" in value else Fraction(value)
    assert measured(number).format(unit, "en", Bound.parse(bound, unit)) == shown


def test_a_bound_is_shown_as_it_is_written() -> None:
    assert Bound.parse(">= 73.125 %", Unit.SHARE).format() == "≥ 73.125 %"
    assert Bound.parse(">= 1/3", Unit.SHARE).format() == "≥ 1/3"
    assert Bound.parse(">= 1234567.5 EUR", Unit.MONEY).format() == "≥ 1\u202f234\u202f567.5 EUR"


def test_both_ends_of_a_range_are_distinguished() -> None:
    ends = Measurement(low=Fraction("0.7296"), high=Fraction("0.7304"), rows=2)
    low, high = ends.format(Unit.SHARE, "en").split(" … ")
    assert low != high


@given(
    st.fractions(min_value=0, max_value=2, max_denominator=10**6),
    st.integers(0, 2000),
    st.sampled_from(UNITS),
    st.booleans(),
)
def test_a_shown_value_meets_a_bound_if_and_only_if_the_exact_value_does(
    value: Fraction, thousandths: int, unit: Unit, rising: bool
) -> None:
    bound = Bound(op=">=" if rising else "<", number=Fraction(thousandths, 1000), unit=unit)
    shown = read(measured(value).format(unit, "en", bound))
    assert bound.holds(shown / (100 if unit is Unit.SHARE else 1)) == bound.holds(value)


@given(st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6))
def test_a_number_that_is_not_zero_is_not_shown_as_zero(number: Fraction) -> None:
    shown = read(format_quantity(number, Unit.COUNT))
    assert (shown == 0) == (number == 0)
    assert abs(shown - number) <= Fraction(1, 20)
