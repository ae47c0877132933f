"""Near names are those that at most two typing errors make of each other; finding them takes linear time."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from clusterflow.rules import near_names
from clusterflow.rules.near_names import NearNames, figures_of

LETTERS = st.text("ab 1", min_size=1, max_size=14)


def is_near(one: str, other: str) -> bool:
    """The definition, without an index."""
    short = min(len(one), len(other))
    allowed = 0 if short < 5 else 1 if short < 10 else 2
    return one != other and Levenshtein.distance(one, other) <= allowed and figures_of(one) == figures_of(other)


@given(st.sets(LETTERS, max_size=30), LETTERS)
def test_exactly_the_near_names_are_found(names: set[str], wanted: str) -> None:
    known = NearNames()
    for name in sorted(names):
        known.add(name)
    found = known.find(wanted)
    assert sorted(found) == sorted(name for name in names if is_near(wanted, name))
    errors = [Levenshtein.distance(wanted, name) for name in found]
    assert errors == sorted(errors)


def test_a_name_is_compared_with_a_bounded_number_of_others_though_all_begin_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, compared, extract = NearNames(), list[int](), near_names.process.extract

    def counting(wanted: str, among: Any, **options: Any) -> Any:
        compared.append(len(among))
        return extract(wanted, among, **options)

    monkeypatch.setattr(near_names.process, "extract", counting)
    letters = random.Random(1)
    for _ in range(3000):
        word = "".join(letters.choices("abcdefghij", k=8))
        known.find(f"empresa {word} del norte")
        known.add(f"empresa {word} del norte")
    assert max(compared) <= 1000


def test_names_with_other_figures_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    known = NearNames()
    for number in range(3000):
        known.add(f"empresa {number}")
    monkeypatch.setattr(near_names.process, "extract", lambda _, among, **__: list(among) and pytest.fail("compared"))
    assert known.find("empresa 3000") == []
