"""Which name was meant."""

from __future__ import annotations

import pytest

from clusterflow.rules.mistakes import nearest

KNOWN = ("nuevo-leon", "cordoba", "critical-mass", "common-purpose", "Acero_Norte", "operation")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("kordoba", ["cordoba"]),
        ("Nuevo Leon", ["nuevo-leon"]),
        ("CRITICAL_MASS", ["critical-mass"]),
        ("acero-norte", ["Acero_Norte"]),
        ("zzz", []),
        ("", []),
        ("crit", ["critical-mass"]),
        ("nope", []),
    ],
)
def test_capitals_and_separators_do_not_hide_the_name_that_was_meant(written: str, meant: list[str]) -> None:
    assert nearest(written, KNOWN) == meant


def test_the_answer_does_not_hang_on_the_order_of_the_known() -> None:
    assert nearest("abd", ["abc", "abe"]) == nearest("abd", ["abe", "abc"])
