"""Which name was meant."""

from __future__ import annotations

import pytest

from clusterflow.rules.mistakes import nearest, nearest_hint

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


@pytest.mark.parametrize("written", ["a_b_c", "A B C", "a-B_c"])
def test_names_that_differ_in_nothing_but_separators_are_near(written: str) -> None:
    assert nearest(written, ["a-b-c", "x-y-z"]) == ["a-b-c"]


def test_the_three_nearest_are_named_at_most() -> None:
    assert nearest("board", ["board-1", "board-2", "board-3", "board-4"]) == ["board-1", "board-2", "board-3"]


def test_the_hint_lists_the_nearest_names_and_is_empty_where_none_is_near() -> None:
    assert nearest_hint("board", ["board-1", "board-2"]) == "The nearest: board-1, board-2"
    assert nearest_hint("zzz", KNOWN) == ""
