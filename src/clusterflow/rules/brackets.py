"""Brackets of a number: each number shall fall in one of them, and in one only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Bracket(NamedTuple):
    """The whole numbers from ``least`` on and below ``below``; without it, all from ``least`` on."""

    least: int
    below: int | None = None


class Overlap(NamedTuple):
    """Two brackets, by their places in the list, and the least number that falls in both."""

    one: int
    other: int
    value: int


class Gap(NamedTuple):
    """Numbers that fall in no bracket, from ``first`` on and below ``below`` (None: all that follow).

    ``before`` and ``after`` are the places of the brackets beside it; None at the two ends.
    """

    before: int | None
    after: int | None
    first: int
    below: int | None


def overlaps(brackets: Sequence[Bracket]) -> list[Overlap]:
    """Every two brackets that share a number, in the order of the list."""
    found = []
    for other, b in enumerate(brackets):
        for one, a in enumerate(brackets[:other]):
            value = max(a.least, b.least)
            if all(c.below is None or value < c.below for c in (a, b)):
                found.append(Overlap(one, other, value))
    return found


def gaps(brackets: Sequence[Bracket], below: int | None = None) -> list[Gap]:
    """What is left out of the numbers from zero on (below ``below``), from the least."""
    found = []
    reached: int | None = 0
    before: int | None = None
    for place in sorted(range(len(brackets)), key=lambda p: brackets[p].least):
        bracket = brackets[place]
        if reached is None:
            break
        if bracket.least > reached:
            found.append(Gap(before, place, reached, bracket.least))
        if bracket.below is None:
            reached = None
        elif bracket.below > reached:
            reached, before = bracket.below, place
    if reached is not None and (below is None or reached < below):
        found.append(Gap(before, None, reached, below))
    return found
