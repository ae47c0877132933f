"""Diagnostic findings in a short form, for comparisons."""

from __future__ import annotations

from collections.abc import Iterable

from clusterflow.services.diagnostics.finding import CheckResult, Outcome


def wrong(results: Iterable[CheckResult]) -> list[tuple[str, str]]:
    """The problems, in English."""
    return [(s.what.en, s.found.en) for s in results if s.outcome is not Outcome.OK]
