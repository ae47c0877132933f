"""The least that meets a bound: how many more records that count, fewer that do, or others beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from clusterflow.domain.measurement import Fold
from clusterflow.domain.quantity import Bound

MOST = 10**15
"""What needs more than this is out of reach."""


class Way(StrEnum):
    """How a number can be changed by one unit: one record, or one minor unit of money."""

    MORE = "more"
    """One more record that counts. A share gains it above and below the line."""
    CHANGE = "change"
    """One of the records that do not count comes to count. The denominator stays."""
    FEWER = "fewer"
    """One record that counts ends, or no longer counts. The denominator of a share stays."""
    OTHERS = "others"
    """One more record that does not count, so that the share falls."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What a number is made of: the least that its records count for, what the unknown ones may add, and of how much.

    Amounts of money are in minor units.
    """

    part: Fraction
    room: Fraction = Fraction(0)
    whole: Fraction = Fraction(0)

    def available(self, way: Way) -> int:
        """Return how many units can be changed in this way."""
        match way:
            case Way.CHANGE:
                return int(self.whole - self.part - self.room)
            case Way.FEWER:
                return int(self.part)
        return MOST

    def changed(self, way: Way, units: int) -> Sums:
        """Return the sums after a change."""
        match way:
            case Way.MORE:
                return Sums(self.part + units, self.room, self.whole + units)
            case Way.CHANGE:
                return Sums(self.part + units, self.room, self.whole)
            case Way.FEWER:
                return Sums(self.part - units, self.room, self.whole)
            case Way.OTHERS:
                return Sums(self.part, self.room, self.whole + units)

    def meet(self, bound: Bound, fold: Fold) -> bool:
        """Return whether every number that the records allow holds the bound."""
        worst = self.part if bound.rising else self.part + self.room
        if fold is Fold.SUM:
            return bound.holds(worst)
        return self.whole > 0 and bound.holds(worst / self.whole)


def least_ways(sums: Sums, bound: Bound, fold: Fold, *, ending: bool = True) -> Iterator[tuple[Way, int]]:
    """Yield each way that meets a bound, with the smallest number of units that does; one less does not.

    Args:
        ending: whether it is a way out that records which count come to an end; never of money that was received.
    """
    if sums.meet(bound, fold):
        return
    ways = [Way.MORE] if bound.rising else [Way.FEWER] if ending else []
    if fold is Fold.RATIO:
        ways = [Way.CHANGE, Way.MORE] if bound.rising else [*ways, Way.OTHERS]
    for way in ways:

        def helps(units: int, way: Way = way) -> bool:
            return sums.changed(way, units).meet(bound, fold)

        most = sums.available(way)
        if most > 0 and helps(most):
            yield way, _smallest(helps, most)


def _smallest(helps: Callable[[int], bool], most: int) -> int:
    """Return the smallest number of units that helps, by halving: more units help as well."""
    too_few = 0
    while most - too_few > 1:
        middle = (too_few + most) // 2
        too_few, most = (too_few, middle) if helps(middle) else (middle, most)
    return most
