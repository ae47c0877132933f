"""How many votes count, if each counts for one organisation and each organisation only so often."""

from __future__ import annotations

from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.terms import HelixKind
from clusterflow.rules.assignment import count_by_organisation

COMPANY, ACADEMIA = HelixKind.COMPANY, HelixKind.ACADEMIA
KINDS = {"acero": COMPANY, "forja": COMPANY, "uni": ACADEMIA, "club": None}

votes = st.lists(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3, unique=True), max_size=5)
shares = st.dictionaries(st.sampled_from([COMPANY, ACADEMIA]), st.integers(1, 2), max_size=2)


def by_trying(cast: list[list[str]], per_organisation: int, required: dict[HelixKind, int]) -> int | None:
    """Try every way to give each vote one of its organisations, or none."""
    most = None
    for chosen in product(*[[*organisations, ""] for organisations in cast]):
        count = Counter(name for name in chosen if name)
        kinds = Counter(KINDS[name] for name in chosen if name)
        if max(count.values(), default=0) > per_organisation or any(kinds[k] < n for k, n in required.items()):
            continue
        most = max(most or 0, count.total())
    return most


@given(votes, st.integers(1, 2), shares)
def test_it_counts_as_many_as_any_way_of_counting_finds(
    cast: list[list[str]], per_organisation: int, required: dict[HelixKind, int]
) -> None:
    found = count_by_organisation([{n: KINDS[n] for n in names} for names in cast], per_organisation, required)
    assert found == by_trying(cast, per_organisation, required)


def test_who_speaks_for_a_firm_and_a_university_fills_one_of_two_shares() -> None:
    both = {"acero": COMPANY, "uni": ACADEMIA}
    assert count_by_organisation([both], 1, {COMPANY: 1, ACADEMIA: 1}) is None
    assert count_by_organisation([both, {"acero": COMPANY}], 1, {COMPANY: 1, ACADEMIA: 1}) == 2
