"""Diagnostic findings in a short form, for comparisons, and the advice in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from clusterflow.services.diagnostics.advice import ADVICE
from clusterflow.services.diagnostics.finding import CheckResult, Finding, Outcome

F = TypeVar("F", CheckResult, Finding)


def wrong(results: Iterable[CheckResult]) -> list[tuple[str, str]]:
    """The problems, in English."""
    return [(s.what.en, s.found.en) for s in results if s.outcome is not Outcome.OK]


def given(results: Iterable[F], advice: str) -> F:
    """The first finding with this advice. A test that calls this and ``gone`` follows the advice in between."""
    found = list(results)
    same = [result for result in found if _has(result, advice)]
    assert same, f"{advice} is not given: {found}"
    return same[0]


def gone(results: Iterable[CheckResult] | Iterable[Finding], advice: str) -> None:
    """Assert that nothing is left of what an advice is for."""
    assert [result for result in results if _has(result, advice)] == []


def _has(result: CheckResult | Finding, advice: str) -> bool:
    if isinstance(result, Finding):
        return result.cure == ADVICE[advice].en
    return result.cure.id == advice
