"""Who needs a visit: every point can be traced to a sign, and no sign counts for more than its rule says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clusterflow.rules.visit_priority import VISIT_RULES, Sign, reasons

signs = st.dictionaries(st.sampled_from(Sign), st.integers(0, 6))


@given(signs)
def test_every_sign_that_shows_is_a_reason_and_none_counts_beyond_its_most(found: dict[Sign, int]) -> None:
    why = reasons(found)
    assert {r.sign for r in why} == {sign for sign, count in found.items() if count}
    most = {rule.sign: rule.most for rule in VISIT_RULES}
    assert all(0 < r.points <= most[r.sign] for r in why)


@given(signs, st.sampled_from(Sign))
def test_one_more_sign_never_takes_points_away(found: dict[Sign, int], sign: Sign) -> None:
    more = {**found, sign: found.get(sign, 0) + 1}
    assert sum(r.points for r in reasons(more)) >= sum(r.points for r in reasons(found))


def test_every_sign_has_its_rule() -> None:
    assert [rule.sign for rule in VISIT_RULES] == list(Sign)
