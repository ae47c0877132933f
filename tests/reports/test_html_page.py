"""Texts in the cells of a report's tables."""

from __future__ import annotations

import pytest

from clusterflow.reports.html_page import unbroken

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("? desconocido", f"?{NBSP}desconocido"),
        ("✔ cumplido → ✘ no cumplido (91 días; ≤ 90 días)", "✔~cumplido → ✘~no cumplido (91 días; ≤~90 días)"),
        ("0 % … 100 %; ≥ 30 % o ≥ 10 %", "0~% … 100~%; ≥~30~% o ≥~10~%"),
        ("0,00 € … ?", "0,00~€ … ?"),
        ("What? A question", "What? A question"),
    ],
)  # fmt: skip
def test_a_line_does_not_break_after_a_sign_or_before_a_unit(text: str, expected: str) -> None:
    assert unbroken(text) == expected.replace("~", NBSP)
    assert unbroken(None) is None
