"""Work over many initiatives at once that continues without the broken ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from clusterflow.errors import ClusterflowError

T = TypeVar("T")

LONGEST = 400
"""The largest number of characters in an error's text."""


def compute_without_broken(
    compute: Callable[[Sequence[str] | None], T], initiatives: Callable[[], Sequence[str]]
) -> tuple[T, dict[str, str]]:
    """Return the result for all initiatives, or for all but the broken ones, and the error of each broken one.

    Args:
        compute: computes the result of some initiatives, or of all (``None``). It changes nothing.
        initiatives: returns the ids of all; called only if something is broken.

    Raises:
        OperationalError: the database does not answer, which is not the fault of an initiative.
    """
    try:
        return compute(None), {}
    except OperationalError:
        raise
    except Exception:
        everyone = initiatives()
        broken = _find_broken(compute, everyone)
        if not broken:
            raise
    return compute([i for i in everyone if i not in broken]), broken


def _find_broken(compute: Callable[[Sequence[str] | None], object], initiatives: Sequence[str]) -> dict[str, str]:
    """Halve the set of initiatives until each failure belongs to one. A few broken ones among many are found in few
    steps.
    """
    try:
        if initiatives:
            compute(initiatives)
    except OperationalError:
        raise
    except Exception as problem:
        if len(initiatives) == 1:
            return {initiatives[0]: describe_problem(problem)}
        middle = len(initiatives) // 2
        return _find_broken(compute, initiatives[:middle]) | _find_broken(compute, initiatives[middle:])
    return {}


def describe_problem(problem: Exception) -> str:
    """Return an error's text in one line, with its type unless it is our own error."""
    text = " ".join(str(problem).split())[:LONGEST]
    return text if isinstance(problem, ClusterflowError) else f"{type(problem).__name__}: {text}"
