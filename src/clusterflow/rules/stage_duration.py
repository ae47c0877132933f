"""How long stages take, where some of them are not over yet: nobody who still waits is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)


@dataclass(frozen=True, slots=True, order=True)
class Stay:
    """One stay in a stage: its days so far, and whether its milestone was ``reached`` at their end.

    One that continues, or was left without its milestone (sent back, stopped), is censored: it took at least so long.
    """

    days: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Dwell:
    """How long stays take until their milestone, in days.

    A quartile is None where fewer than its share have reached the milestone: it lies beyond ``longest``.
    """

    stays: int
    under_way: int
    left_without: int
    first_quartile: int | None
    median: int | None
    third_quartile: int | None
    longest: int


def survival(stays: Iterable[Stay]) -> tuple[tuple[int, Fraction], ...]:
    """The share still in the stage just after each day on which somebody reached the milestone, in order.

    The product-limit estimate of E. L. Kaplan and P. Meier, «Nonparametric Estimation from Incomplete Observations»,
    Journal of the American Statistical Association 53 (1958), 457-481. Who is censored on a day counts as still there
    on that day, as they do. The shares are exact.
    """
    ordered = sorted(stays)
    share, at_risk, steps = Fraction(1), len(ordered), list[tuple[int, Fraction]]()
    for day, same in groupby(ordered, key=lambda stay: stay.days):
        here = list(same)
        reached = sum(stay.reached for stay in here)
        if reached:
            share *= 1 - Fraction(reached, at_risk)
            steps.append((day, share))
        at_risk -= len(here)
    return tuple(steps)


def quantile(steps: Sequence[tuple[int, Fraction]], share: Fraction) -> int | None:
    """The first day by which at least this share is estimated to be through; None where no day is known.

    So J. P. Klein and M. L. Moeschberger define it, «Survival Analysis», 2nd ed. (2003), section 4.5.
    """
    return next((day for day, still in steps if still <= 1 - share), None)


def dwell(stays: Sequence[Stay], under_way: int) -> Dwell | None:
    """The quartiles of some stays; None where there are none.

    Args:
        under_way: how many of the censored ones go on; the others were left without their milestone.
    """
    if not stays:
        return None
    steps = survival(stays)
    return Dwell(
        stays=len(stays),
        under_way=under_way,
        left_without=sum(not s.reached for s in stays) - under_way,
        first_quartile=quantile(steps, QUARTER),
        median=quantile(steps, HALF),
        third_quartile=quantile(steps, 1 - QUARTER),
        longest=max(s.days for s in stays),
    )
