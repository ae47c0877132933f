"""Which members are near another one: the statement says what comparing each with each says."""

from __future__ import annotations

from fractions import Fraction
from itertools import count
from math import cos, radians
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.search import WITHOUT_SHRINKING

from clusterflow.store.text_order import fold

KM = 100
Member = tuple[str | None, str | None, tuple[float, float] | None]
"""The town, the country, and the coordinates."""

towns = st.sampled_from([None, "León", "LEON", "Puebla", "Toluca"])
countries = st.sampled_from([None, "ES", "MX"])
# A grid of half a degree, so that some are within a hundred kilometres and none is just on the line.
half_degrees = st.integers(0, 6).map(lambda n: n / 2)
points = st.none() | st.tuples(half_degrees.map(lambda n: 20 + n), half_degrees.map(lambda n: n - 100))
members = st.lists(st.tuples(towns, countries, points), min_size=1, max_size=7)
initiatives = count()


def answer(one: Member, others: list[Member]) -> int | None:
    """1: near another; 0: near none; None: nobody knows."""
    answers = [compare(one, other) for other in others]
    return 1 if 1 in answers else None if None in answers else 0


def compare(one: Member, other: Member) -> int | None:
    towns, countries = {fold(one[0]), fold(other[0])}, {one[1], other[1]} - {None}
    if len(towns) == 1 and towns != {None} and len(countries) < 2:
        return 1
    if one[2] is None or other[2] is None:
        return None
    (north, east), (to_north, to_east) = one[2], other[2]
    across = (east - to_east) * cos(radians((north + to_north) / 2))
    return int(((north - to_north) ** 2 + across**2) * 111.195**2 <= KM**2)


@given(members)
@settings(max_examples=60, phases=WITHOUT_SHRINKING)
def test_each_member_is_compared_with_each_other(registry: Any, found: list[Member]) -> None:
    initiative = f"places-{next(initiatives)}"
    for n, (town, country, point) in enumerate(found):
        where = {} if point is None else {"latitude": point[0], "longitude": point[1]}
        fields = {name: value for name, value in (("place", town), ("country", country)) if value is not None}
        one = f"{initiative}-{n}"
        registry.add("organisation", "2020-01-01", id=one, name=one, **fields, **where)
        registry.add("membership", "2020-01-01", initiative=initiative, organisation=one)
    answers = [answer(one, [*found[:n], *found[n + 1 :]]) for n, one in enumerate(found)]
    measured = registry.measure("members-near", "2024-06-01", initiative=initiative, km=KM)
    near, unknown = answers.count(1), answers.count(None)
    assert (measured.low, measured.high) == (Fraction(near, len(found)), Fraction(near + unknown, len(found)))
