"""What a check found, short enough to compare."""

from __future__ import annotations

from collections.abc import Iterable

from clusterflow.services.diagnostics.finding import CheckResult, Outcome


def wrong(seen: Iterable[CheckResult]) -> list[tuple[str, str]]:
    """What is not well, in English."""
    return [(s.what.en, s.found.en) for s in seen if s.outcome is not Outcome.OK]
