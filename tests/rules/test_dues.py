"""What a member owes: brackets without overlap or gap, pro rata by months, parts that add up to the whole."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.dues import DuesBasis, DuesBracket, DuesRemark, DuesRemarkKind, Owed, ProRata, Scheme
from clusterflow.domain.money import Money
from clusterflow.domain.records.money import DuesAdoption
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.terms import SizeClass
from clusterflow.domain.text import Text
from clusterflow.rules.brackets import Bracket, gaps, overlaps
from clusterflow.rules.dues import Period, Stay, amount_owed, charged_days, invoice_id, year_period
from clusterflow.rules.invoicing import Books, scheme_for

YEAR = year_period(2024)
OLD = date(2020, 1, 1)


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def scheme(*brackets: DuesBracket, by: DuesBasis = DuesBasis.SIZE_CLASS, **terms: object) -> Scheme:
    title = Text(es="s", en="s")
    return Scheme(id="s", title=title, source="P", by=by, valid_from=OLD, brackets=brackets, **terms)  # type: ignore[arg-type]


def one(yearly: int, instalments: int = 1, **terms: object) -> Scheme:
    """A scheme in which a small firm pays so many cents."""
    return scheme(DuesBracket(size=SizeClass.SMALL, yearly=eur(yearly), instalments=instalments), **terms)


def firm(**figures: object) -> Organisation:
    return Organisation.model_validate({"id": "firm", "name": "Firm", "from": OLD, **figures})


SMALL = firm(size="small")


def owed(
    scheme: Scheme, who: Organisation | None, joined: date, left: date | None, *periods: Period
) -> Owed | DuesRemark | None:
    """What somebody owes who was a member once."""
    return amount_owed(scheme, who, charged_days(scheme, [Stay(joined, left)], periods or [YEAR]))


def whole(found: object) -> int:
    assert isinstance(found, Owed), found
    return found.whole.minor


# Amounts

GALICIA = {"micro": 9000, "small": 30000, "medium": 75000, "large": 200000}


@pytest.mark.parametrize(("size", "minor"), GALICIA.items())
def test_the_galician_cluster_of_sport(size: str, minor: int) -> None:
    galicia = scheme(*(DuesBracket(size=SizeClass(s), yearly=eur(m)) for s, m in GALICIA.items()))
    assert whole(owed(galicia, firm(size=size), OLD, None, YEAR)) == minor


@pytest.mark.parametrize(
    ("joined", "left", "pro_rata", "minor"),
    [
        ("2020-01-01", None, "joining", 30000),
        ("2024-01-31", None, "joining", 30000),
        ("2024-02-01", None, "joining", 27500),
        ("2024-12-31", None, "joining", 2500),
        ("2025-01-01", None, "joining", None),
        ("2020-01-01", "2024-03-10", "joining", 30000),
        ("2020-01-01", "2024-03-10", "membership", 7500),
        ("2024-03-10", "2024-03-10", "membership", 2500),
        ("2020-01-01", "2023-12-31", "membership", None),
        ("2020-01-01", "2023-12-31", "joining", None),
        ("2024-12-31", None, "none", 30000),
    ],
)
def test_a_month_that_has_begun_counts_whole(joined: str, left: str | None, pro_rata: str, minor: int | None) -> None:
    ends = date.fromisoformat(left) if left else None
    found = owed(one(30000, pro_rata=ProRata(pro_rata)), SMALL, date.fromisoformat(joined), ends, YEAR)
    assert (found if found is None else whole(found)) == minor


AWAY = [Stay(OLD, date(2024, 3, 10)), Stay(date(2024, 9, 5), None)]


@pytest.mark.parametrize(
    ("pro_rata", "parts", "minor", "opens"),
    [
        ("membership", 1, 70000, ["2024-01-01"]),
        ("membership", 4, 70000, ["2024-01-01", "2024-09-05", "2024-10-01"]),
        ("joining", 4, 70000, ["2024-01-01", "2024-09-05", "2024-10-01"]),
        ("none", 1, 120000, ["2024-01-01"]),
    ],
)
def test_the_months_away_are_not_charged(pro_rata: str, parts: int, minor: int, opens: list[str]) -> None:
    scheme = one(120000, parts, pro_rata=ProRata(pro_rata))
    found = amount_owed(scheme, SMALL, charged_days(scheme, AWAY, [YEAR]))
    assert isinstance(found, Owed)
    assert found.whole.minor == minor
    assert [str(p.opens) for p in found.instalments] == opens


def test_the_months_between_two_adoptions_are_not_charged() -> None:
    scheme = one(120000, 2)
    adopted = [Period(date(2024, 1, 1), date(2024, 2, 29)), Period(date(2024, 11, 1), date(2024, 12, 31))]
    for left, months in [(None, 4), (date(2024, 2, 10), 4), (date(2023, 12, 31), 0)]:
        found = owed(scheme, SMALL, OLD, left, *adopted)
        assert (whole(found) if found else 0) == months * 10000


def test_halves_go_to_the_even_cent() -> None:
    # 30 cents over twelve months: one month is 2.5 cents, three are 7.5, five are 12.5.
    found = [whole(owed(one(30), SMALL, date(2024, month, 1), None, YEAR)) for month in (12, 10, 8)]
    assert found == [2, 8, 12]


def test_a_plan_in_quarters_is_asked_from_the_first_day_of_each() -> None:
    found = owed(one(10001, 4), SMALL, date(2024, 5, 20), None, YEAR)
    assert isinstance(found, Owed)
    assert [(p.number, p.of, p.opens, p.amount.minor) for p in found.instalments] == [
        (2, 4, date(2024, 5, 20), 1667),
        (3, 4, date(2024, 7, 1), 2500),
        (4, 4, date(2024, 10, 1), 2500),
    ]
    assert found.whole.minor == 6667


@pytest.mark.parametrize(("employees", "yearly"), [(0, 1), (9, 1), (10, 2), (249, 2), (250, 3), (10**6, 3)])
def test_a_headcount_falls_in_one_bracket(employees: int, yearly: int) -> None:
    by_head = scheme(
        DuesBracket(below=10, yearly=eur(1)),
        DuesBracket(least=10, below=250, yearly=eur(2)),
        DuesBracket(least=250, yearly=eur(3)),
        by=DuesBasis.EMPLOYEES,
    )
    assert whole(owed(by_head, firm(employees=employees), OLD, None, YEAR)) == yearly


def test_what_is_not_known_is_reported_and_never_guessed() -> None:
    by_head = scheme(DuesBracket(yearly=eur(1)), by=DuesBasis.EMPLOYEES)
    by_turnover = scheme(
        DuesBracket(below=200, yearly=eur(1)), DuesBracket(least=200, yearly=eur(2)), by=DuesBasis.TURNOVER,
        turnover_currency="EUR",
    )  # fmt: skip
    known = firm(turnover="2 EUR")
    assert whole(owed(by_turnover, known, OLD, None, YEAR)) == 2
    for plan, who in [
        (one(1), firm(employees=3, turnover="2 EUR")),
        (one(1), None),
        (by_head, firm(size="small", turnover="2 EUR")),
        (by_turnover, firm(size="small", employees=3)),
    ]:
        found = owed(plan, who, OLD, None, YEAR)
        assert isinstance(found, DuesRemark)
        assert found.kind is DuesRemarkKind.UNKNOWN_FIGURE
    abroad = owed(by_turnover, firm(turnover="2 USD"), OLD, None, YEAR)
    assert isinstance(abroad, DuesRemark)
    assert abroad.kind is DuesRemarkKind.OTHER_FIGURE_CURRENCY


DAYS = st.dates(date(2023, 11, 1), date(2025, 2, 28))
YEARLY = st.one_of(st.integers(0, 50), st.integers(0, 10**9))


@given(
    yearly=YEARLY,
    parts=st.sampled_from([1, 2, 3, 4, 6, 12]),
    joined=DAYS,
    stays=st.one_of(st.none(), st.integers(0, 500)),
    pro_rata=st.sampled_from(ProRata),
    first=st.integers(1, 12),
)
def test_the_parts_add_up_to_the_whole(
    yearly: int, parts: int, joined: date, stays: int | None, pro_rata: ProRata, first: int
) -> None:
    left = None if stays is None else date.fromordinal(joined.toordinal() + stays)
    period = Period(date(2024, first, 1), date(2024, 12, 31))
    found = owed(one(yearly, parts, pro_rata=pro_rata), SMALL, joined, left, period)
    member = joined <= period.last and (left is None or left >= period.first)
    assert (found is not None) == member
    if isinstance(found, Owed):
        assert sum(p.amount.minor for p in found.instalments) == found.whole.minor <= yearly
        assert all(p.amount.minor > 0 for p in found.instalments)
        assert [p.opens for p in found.instalments] == sorted({p.opens for p in found.instalments})
        assert all(max(joined, period.first) <= p.opens <= period.last for p in found.instalments)
        if pro_rata is ProRata.NONE:
            assert found.whole.minor == yearly
        elif left is None:
            months = 13 - max(joined, period.first).month
            assert abs(found.whole.minor - Fraction(yearly * months, 12)) <= Fraction(1, 2)


@given(yearly=YEARLY, days=st.lists(DAYS, min_size=2, max_size=2))
def test_who_joins_later_never_pays_more(yearly: int, days: list[date]) -> None:
    earlier, later = (owed(one(yearly), SMALL, day, None, YEAR) for day in sorted(days))
    assert (whole(later) if later else 0) <= (whole(earlier) if earlier else 0)


NAMES = st.one_of(
    st.sampled_from(["a", "1-a", "a-1", "a" * 50, "a" * 51, "a" * 52, "a" * 64, "a" * 63 + "b"]),
    st.from_regex(r"[a-b1][ab1-]{0,63}", fullmatch=True),
)
KEYS = st.tuples(st.integers(2023, 2025), st.integers(1, 12), NAMES)


@given(KEYS, KEYS)
def test_an_invoice_has_its_own_id(one_key: tuple[int, int, str], other: tuple[int, int, str]) -> None:
    ids = {invoice_id(*one_key), invoice_id(*other)}
    assert len(ids) == len({one_key, other})
    assert all(len(i) <= 64 for i in ids)
    assert invoice_id(*one_key) == invoice_id(*one_key)


# Brackets

FEW = st.integers(0, 8)
BRACKETS = st.lists(
    st.tuples(FEW, st.one_of(st.none(), st.integers(1, 5))).map(
        lambda b: Bracket(b[0], None if b[1] is None else b[0] + b[1])
    ),
    max_size=5,
)


@given(BRACKETS)
def test_every_overlap_and_every_gap_is_found(brackets: list[Bracket]) -> None:
    """Against trying each number; beyond 20 every bracket is as it is at 20."""
    falls = {
        n: [p for p, b in enumerate(brackets) if b.least <= n and (b.below is None or n < b.below)] for n in range(21)
    }
    both = {(i, j) for places in falls.values() for i in places for j in places if i < j}
    found = overlaps(brackets)
    assert {(o.one, o.other) for o in found} == both
    for o in found:
        assert min(n for n, places in falls.items() if {o.one, o.other} <= set(places)) == o.value
    missed = {n for g in gaps(brackets) for n in range(g.first, 21 if g.below is None else g.below)}
    assert missed == {n for n, places in falls.items() if not places}


@pytest.mark.parametrize(("last", "shown"), [(date(2022, 12, 31), "2022-12-31"), (None, "…")])
def test_a_scheme_that_is_not_valid_in_the_year_says_when_it_is(last: date | None, shown: str) -> None:
    adopted = DuesAdoption.model_validate({"scheme": "s", "from": "2019-01-01"})
    year = 2024 if last else 2019
    assert scheme_for(Books(adoptions=[adopted]), {"s": one(1000, valid_to=last)}, year) == DuesRemark(
        kind=DuesRemarkKind.NOT_VALID, values={"scheme": "s", "year": str(year), "from": "2020-01-01", "to": shown}
    )
