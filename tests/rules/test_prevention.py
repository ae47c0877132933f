"""The least that would help does help, and one less does not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.measurement import Fold
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.rules.prevention import Sums, Way, least_ways

counts = st.integers(0, 40)
sums = st.builds(
    lambda part, room, rest: Sums(Fraction(part), Fraction(room), Fraction(part + room + rest)), counts, counts, counts
)
operators = st.sampled_from([">=", ">", "<=", "<"])
shares = st.builds(lambda op, n: Bound(op=op, number=Fraction(n, 20), unit=Unit.SHARE), operators, st.integers(0, 20))
numbers = st.builds(lambda op, n: Bound(op=op, number=Fraction(n, 2), unit=Unit.COUNT), operators, st.integers(0, 80))


@given(sums=sums, demand=st.tuples(st.just(Fold.RATIO), shares) | st.tuples(st.just(Fold.SUM), numbers))
def test_the_least_helps_and_one_less_does_not(sums: Sums, demand: tuple[Fold, Bound]) -> None:
    fold, bound = demand
    for way, units in least_ways(sums, bound, fold):
        assert sums.changed(way, units).meet(bound, fold)
        assert units == 1 or not sums.changed(way, units - 1).meet(bound, fold)
        assert not sums.meet(bound, fold), "what is met needs nothing"


@pytest.mark.parametrize(
    ("part", "whole", "bound", "expected"),
    [
        (9, 20, ">= 50 %", {Way.CHANGE: 1, Way.MORE: 2}),
        (10, 21, ">= 50 %", {Way.CHANGE: 1, Way.MORE: 1}),  # HUNN: 10 of 21 are retained, 47.6 %
        (10, 20, "> 50 %", {Way.CHANGE: 1, Way.MORE: 1}),
        (2, 10, ">= 80 %", {Way.CHANGE: 6, Way.MORE: 30}),  # each new one moves the denominator, too
        (9, 10, ">= 100 %", {Way.CHANGE: 1}),  # no new one makes up for one that does not count
        (4, 9, "<= 1/3", {Way.FEWER: 1, Way.OTHERS: 3}),
        (0, 0, ">= 50 %", {Way.MORE: 1}),
    ],
)
def test_a_share_moves_its_denominator(part: int, whole: int, bound: str, expected: dict[Way, int]) -> None:
    found = dict(least_ways(Sums(Fraction(part), whole=Fraction(whole)), Bound.parse(bound, Unit.SHARE), Fold.RATIO))
    assert found == expected


def test_records_of_unknown_value_count_for_nothing_until_they_are_complete() -> None:
    unclear = Sums(Fraction(12), room=Fraction(5), whole=Fraction(17))
    assert dict(least_ways(unclear, Bound.parse(">= 15", Unit.COUNT), Fold.SUM)) == {Way.MORE: 3}
    assert dict(least_ways(unclear, Bound.parse("<= 15", Unit.COUNT), Fold.SUM)) == {Way.FEWER: 2}
