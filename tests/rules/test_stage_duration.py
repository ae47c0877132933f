"""How long stages take, where some are not over: nobody who still waits is dropped."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from clusterflow.rules.stage_duration import Stay, dwell, quantile, survival

# A small pool of days, so that many fall on the same one.
stays = st.lists(st.builds(Stay, days=st.integers(0, 6), reached=st.booleans()), min_size=1, max_size=12)
shares = st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1, 3)])


def later(one: int | None, other: int | None) -> bool:
    """Whether one quantile is not earlier than another; None lies beyond all."""
    return one is None or (other is not None and one >= other)


def redistributed(found: list[Stay]) -> dict[int, Fraction]:
    """The same by another way, B. Efron's (1967): who is censored leaves its weight to all who stay longer."""
    weights = [Fraction(1, len(found))] * len(found)
    order = sorted(range(len(found)), key=lambda n: (found[n].days, not found[n].reached))
    for place, n in enumerate(order):
        beyond = order[place + 1 :]
        if not found[n].reached and beyond:
            for m in beyond:
                weights[m] += weights[n] / len(beyond)
            weights[n] = Fraction(0)
    days = sorted({s.days for s in found if s.reached})
    gone = {day: sum(w for w, s in zip(weights, found, strict=True) if s.reached and s.days <= day) for day in days}
    return {day: 1 - share for day, share in gone.items()}


@given(stays)
def test_the_estimate_is_that_of_efron(found: list[Stay]) -> None:
    assert dict(survival(found)) == redistributed(found)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=12), shares)
def test_without_anybody_under_way_it_is_the_plain_quantile(days: list[int], share: Fraction) -> None:
    ordered = sorted(days)
    plain = next(d for n, d in enumerate(ordered, 1) if Fraction(n, len(ordered)) >= share)
    assert quantile(survival([Stay(d, True) for d in days]), share) == plain


@given(stays, st.integers(0, 6), shares)
def test_who_still_waits_never_makes_it_look_shorter(found: list[Stay], days: int, share: Fraction) -> None:
    alone = quantile(survival(found), share)
    assert later(quantile(survival([*found, Stay(days, False)]), share), alone)


@given(stays, shares)
def test_that_a_stay_is_not_over_never_makes_it_look_shorter(found: list[Stay], share: Fraction) -> None:
    before = quantile(survival(found), share)
    for n, stay in enumerate(found):
        open_now = [*found[:n], Stay(stay.days, False), *found[n + 1 :]]
        assert later(quantile(survival(open_now), share), before)


@given(stays, st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_does_not_matter_and_days_keep_their_measure(found: list[Stay], dice: object, factor: int) -> None:
    mixed = list(found)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert survival(mixed) == survival(found)
    longer = [Stay(s.days * factor, s.reached) for s in found]
    assert survival(longer) == tuple((day * factor, share) for day, share in survival(found))


@given(stays)
def test_quartiles_stand_in_their_order_and_everybody_is_counted(found: list[Stay]) -> None:
    under_way = sum(not s.reached for s in found) // 2
    durations = dwell(found, under_way)
    assert durations is not None
    assert later(durations.median, durations.first_quartile)
    assert later(durations.third_quartile, durations.median)
    assert durations.stays == len(found) == sum(s.reached for s in found) + durations.under_way + durations.left_without
    assert all(
        q is None or q <= durations.longest
        for q in (durations.first_quartile, durations.median, durations.third_quartile)
    )


def test_the_textbook_case() -> None:
    """Six stays, two of them under way: 1 − 1/6, then 3/4 of it, then 1/2 of that."""
    found = [Stay(3, True), Stay(5, False), Stay(7, True), Stay(9, False), Stay(12, True), Stay(20, False)]
    assert survival(found) == ((3, Fraction(5, 6)), (7, Fraction(5, 8)), (12, Fraction(5, 16)))
    durations = dwell(found, 3)
    assert durations is not None
    assert (durations.first_quartile, durations.median, durations.third_quartile, durations.longest) == (
        7,
        12,
        None,
        20,
    )


def test_nothing_is_said_about_nobody() -> None:
    assert dwell([], 0) is None
