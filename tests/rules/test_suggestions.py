"""Suggestions say why a criterion is not met and what would help, in both languages."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.measurement import Measurement, Staleness
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import Severity
from clusterflow.domain.text import Language
from clusterflow.rules.judge import judge
from clusterflow.rules.suggestions import suggestion

TRUST = Criterion(
    id="trust-index",
    metric="trust-index",
    bound=Bound.parse(">= 3.5 points", Unit.POINTS),
    severity=Severity.WARNING,
    source="P",
    proposal=True,
)
OPEN = Measurement(low=None, high=None, rows=3, unknown_rows=2)


@pytest.mark.parametrize(
    ("measured", "language", "expected"),
    [
        (Measurement(None, None), "en", "No record counts for it yet."),
        (OPEN, "en", "2 of 3 records lack what it needs: complete them."),
        (
            OPEN._replace(stale=Staleness(date(2023, 2, 1), 400)),
            "en",
            "The newest figure is of 2023-02-01, more than 400 days old: record a newer one.",
        ),
        (
            OPEN._replace(stale=Staleness(date(2023, 2, 1), 400)),
            "es",
            "La cifra más reciente es del 2023-02-01, de hace más de 400 días: registre una más nueva.",
        ),
        (Measurement(Fraction(3), Fraction(3), rows=1), "es", "faltan 0.5 puntos"),
        (Measurement(Fraction(4), Fraction(4), rows=1), "en", ""),
    ],
)
def test_a_suggestion_says_why_and_what_to_do(measured: Measurement, language: Language, expected: str) -> None:
    assert suggestion(judge(TRUST, measured), None, language) == expected
