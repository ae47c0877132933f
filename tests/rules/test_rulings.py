"""Rulings: what is not in force is never unmet, scores are ranges, and windows follow from the award."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.criterion import AnyOf, Criterion
from clusterflow.domain.measurement import Measurement, MetricCall
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.rulebooks import Waiver
from clusterflow.domain.rulebook import (
    Anchor,
    AppliesTo,
    AwardTerm,
    Extension,
    Holding,
    MonthDay,
    Offset,
    PointsBy,
    Rule,
    Rulebook,
    RuleText,
    Ruling,
    Score,
    Window,
    WindowDay,
    WindowKind,
)
from clusterflow.domain.ruling import HeldLabel
from clusterflow.domain.text import Text
from clusterflow.rules.award_days import add_offset, window_day
from clusterflow.rules.rulings import RulebookFacts, judge_rulebook
from clusterflow.rules.span_order import SpanFlaw, span_defects

MET, UNMET, UNKNOWN, NOT_IN_FORCE = Ruling.MET, Ruling.UNMET, Ruling.UNKNOWN, Ruling.NOT_IN_FORCE
TEXT = Text(es="x", en="x")
DAY = date(2024, 6, 1)
NOTHING = RulebookFacts()


def rule(name: str, bound: str = ">= 10", unit: Unit = Unit.COUNT, **fields: object) -> Rule:
    criterion = Criterion(id=name, metric=name, bound=Bound.parse(bound, unit), source="P", title=TEXT)
    return Rule.model_validate({"id": name, "requirement": criterion, **fields})


def text(*rules: Rule, **fields: object) -> RuleText:
    return RuleText.model_validate({"id": "text", "title": TEXT, "source": "P", "rules": rules, **fields})


def book(*texts: RuleText) -> Rulebook:
    return Rulebook(id="book", title=TEXT, about=TEXT, source="P", texts=texts)


def measured(**numbers: int | str) -> dict[MetricCall, Measurement]:
    return {MetricCall(name): Measurement(Fraction(n), Fraction(n)) for name, n in numbers.items()}


def label(awarded: str, **fields: object) -> RulebookFacts:
    return RulebookFacts([Label.model_validate({"name": "book", "from": awarded, **fields})])


def ruling(rulebook: Rulebook, facts: RulebookFacts = NOTHING, day: date = DAY, **numbers: int | str) -> Ruling:
    return judge_rulebook(rulebook, measured(**numbers), facts, {}, day).ruling


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [({"a": 10, "b": 10}, MET), ({"a": 10, "b": 9}, UNMET), ({"a": 10}, UNKNOWN), ({"b": 9}, UNMET), ({}, UNKNOWN)],
)
def test_a_text_is_met_if_all_of_its_rules_are(numbers: dict[str, int], expected: Ruling) -> None:
    assert ruling(book(text(rule("a"), rule("b"))), **numbers) is expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [({"a": 9, "b": 10}, MET), ({"a": 9, "b": 9}, UNMET), ({"a": 9}, UNKNOWN), ({"b": 10}, MET)],
)
def test_an_any_of_is_judged_by_its_parts(numbers: dict[str, int], expected: Ruling) -> None:
    parts = tuple(Criterion(id=n, metric=n, bound=Bound.parse(">= 10", Unit.COUNT), source="P") for n in ("a", "b"))
    either = Rule.model_validate({"id": "either", "requirement": AnyOf(id="either", any_of=parts, title=TEXT)})
    assert ruling(book(text(either)), **numbers) is expected


def test_a_rule_counts_only_on_its_own_days() -> None:
    late = book(text(rule("a"), rule("b", valid_from=date(2024, 6, 2))))
    assert ruling(late, a=10, b=0) is MET
    assert ruling(late, day=date(2024, 6, 2), a=10, b=0) is UNMET


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 20))
def test_a_day_outside_a_text_is_not_in_force_and_never_unmet(day: date, number: int) -> None:
    first, last = date(2023, 3, 1), date(2025, 3, 1)
    found = ruling(book(text(rule("a"), valid_from=first, valid_to=last)), day=day, a=number)
    assert (found is NOT_IN_FORCE) == (not first <= day <= last)


def test_a_draft_is_judged_beside_the_text_in_force_and_decides_nothing() -> None:
    verdict = judge_rulebook(
        book(text(rule("a")), text(rule("a", ">= 20"), id="draft", draft=True)),
        measured(a=15),
        RulebookFacts(),
        {},
        DAY,
    )
    assert verdict.ruling is MET
    assert [(one.text.id, one.ruling) for one in verdict.drafts] == [("draft", UNMET)]


def test_applicants_and_holders_are_judged_by_their_own_rules() -> None:
    both = book(text(rule("a", applies_to=AppliesTo.APPLICANTS), rule("b", applies_to=AppliesTo.HOLDERS)))
    assert ruling(both, a=10, b=0) is MET
    assert ruling(both, label("2024-01-01"), a=0, b=10) is MET
    assert ruling(both, label("2020-01-01", to="2021-01-01"), a=0, b=10) is UNMET


def test_a_label_is_held_then_renewable_then_lost() -> None:
    award = AwardTerm(valid_for=Offset(months=24), grace=Offset(days=90), source="P")
    rulebook, facts = book(text(rule("a"), award=award)), label("2022-06-02")
    days = {date(2024, 6, 1): Holding.HELD, date(2024, 6, 2): Holding.GRACE, date(2024, 8, 30): Holding.GRACE,
            date(2024, 8, 31): Holding.LOST}  # fmt: skip
    assert {day: judge_rulebook(rulebook, {}, facts, {}, day).holding for day in days} == days
    own = label("2022-06-02", to="2023-06-01", grace_until="2023-06-30")
    assert judge_rulebook(rulebook, {}, own, {}, date(2023, 7, 1)).holding is Holding.LOST


def test_a_renewed_award_lasts_as_long_as_renewals_do() -> None:
    award = AwardTerm(valid_for=Offset(months=24), renewed_for=Offset(months=36), source="P")
    facts = RulebookFacts([*label("2020-01-01").labels, *label("2022-01-01").labels])
    found = judge_rulebook(book(text(rule("a"), award=award)), {}, facts, {}, DAY).label
    assert found is not None
    assert (found.until, found.awards) == (date(2024, 12, 31), 2)
    first = judge_rulebook(book(text(rule("a"), award=award)), {}, label("2022-01-01"), {}, DAY).label
    assert first is not None
    assert first.until == date(2023, 12, 31), "the first award lasts as long as first awards do"


@pytest.mark.parametrize(
    ("a", "share", "score", "expected"),
    [(10, "1", (20, 20), MET), (9, "1", (10, 10), UNMET), (10, "1/2", (15, 15), MET), (10, None, (10, 20), UNKNOWN)],
)
def test_a_score_is_the_range_that_is_certain(
    a: int, share: str | None, score: tuple[int, int], expected: Ruling
) -> None:
    rules = (
        rule("a", points=Fraction(10), applies_to=AppliesTo.BOTH),
        rule("share", ">= 10 %", Unit.SHARE, points=Fraction(10), points_by=PointsBy.VALUE),
    )
    scored = text(*rules, score=Score(total=Bound.parse(">= 75 %", Unit.SHARE), source="P"))
    numbers: dict[str, int | str] = {"a": a} | ({"share": share} if share else {})
    governing = judge_rulebook(book(scored), measured(**numbers), RulebookFacts(), {}, DAY).governing
    assert governing is not None
    assert governing.score is not None
    assert (governing.score.low, governing.score.high, governing.score.most) == (*score, 20)
    assert governing.score_ruling is expected


def test_a_waiver_of_a_rule_counts_on_its_days_only() -> None:
    fields = {
        "rulebook": "book",
        "rule": "a",
        "granted_by": "x",
        "reason": "y",
        "from": "2024-01-01",
        "to": "2024-06-01",
    }
    facts = RulebookFacts(waivers=[Waiver.model_validate(fields)])
    assert ruling(book(text(rule("a"))), facts, a=0) is MET
    assert ruling(book(text(rule("a"))), facts, date(2024, 6, 2), a=0) is UNMET


def test_an_extension_is_open_to_holders_who_meet_its_conditions() -> None:
    longer = Extension(id="longer", by=Offset(months=12), title=TEXT, requires=(rule("a").requirement,), source="P")
    award = AwardTerm(valid_for=Offset(months=24), extensions=(longer,), source="P")
    rulebook = book(text(rule("a"), award=award))
    governing = judge_rulebook(rulebook, measured(a=10), label("2024-01-01"), {}, DAY).governing
    assert governing is not None
    assert [(e.ruling, e.until) for e in governing.extensions] == [(MET, date(2026, 12, 31))]
    without = judge_rulebook(rulebook, measured(a=10), RulebookFacts(), {}, DAY).governing
    assert without is not None
    assert without.extensions == ()


HELD = HeldLabel("x", date(2020, 3, 10), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (WindowDay(on=date(2023, 1, 31)), date(2023, 1, 31)),
        (WindowDay(anchor=Anchor.AWARD, offset=Offset(months=18)), date(2021, 9, 10)),
        (WindowDay(anchor=Anchor.END, offset=Offset(months=-6)), date(2023, 8, 29)),
        (WindowDay(anchor=Anchor.END, offset=Offset(days=1)), date(2024, 3, 1)),
        (WindowDay(anchor=Anchor.AWARD, month_day=MonthDay(month=2, day=29)), date(2020, 2, 29)),
        (
            WindowDay(anchor=Anchor.END, offset=Offset(months=12), month_day=MonthDay(month=2, day=29)),
            date(2025, 2, 28),
        ),
    ],
)
def test_a_day_of_a_window_follows_from_the_award(spec: WindowDay, expected: date) -> None:
    assert window_day(spec, HELD) == expected


@pytest.mark.parametrize("end", [date(9000, 1, 1), date(9999, 12, 31)])
def test_from_an_end_that_means_no_end_nothing_follows(end: date) -> None:
    assert window_day(WindowDay(anchor=Anchor.END, offset=Offset(months=12)), HeldLabel("x", DAY, end)) is None
    assert add_offset(end, Offset(months=12, days=1)) == end
    assert add_offset(date(8999, 12, 31), Offset(days=1)) == date(9000, 1, 1)


def test_a_window_without_an_award_to_count_from_is_left_out() -> None:
    renewal = Window(kind=WindowKind.RENEWAL, opens=WindowDay(anchor=Anchor.END, offset=Offset(months=-6)), source="P")
    entry = Window(kind=WindowKind.ENTRY, opens=WindowDay(on=DAY), source="P")
    rulebook = book(text(rule("a"), windows=(renewal, entry)))
    governing = judge_rulebook(rulebook, {}, RulebookFacts(), {}, DAY).governing
    assert governing is not None
    assert [(w.window.kind, w.is_open(DAY)) for w in governing.windows] == [(WindowKind.ENTRY, True)]


@pytest.mark.parametrize(
    ("facts", "holding", "kinds"),
    [
        (NOTHING, Holding.NONE, {WindowKind.ENTRY}),
        (label("2023-01-01"), Holding.HELD, {WindowKind.RENEWAL}),
        (label("2022-05-01"), Holding.GRACE, {WindowKind.RENEWAL, WindowKind.ENTRY}),
        (label("2020-01-01"), Holding.LOST, {WindowKind.ENTRY}),
    ],
)
def test_who_may_still_renew_sees_the_renewal_and_who_holds_nothing_the_entry(
    facts: RulebookFacts, holding: Holding, kinds: set[WindowKind]
) -> None:
    windows = [
        Window(kind=kind, opens=WindowDay(on=DAY), source="P") for kind in (WindowKind.RENEWAL, WindowKind.ENTRY)
    ]
    award = AwardTerm(valid_for=Offset(months=24), grace=Offset(days=90), source="P")
    verdict = judge_rulebook(book(text(rule("a"), award=award, windows=windows)), {}, facts, {}, DAY)
    assert verdict.governing is not None
    assert verdict.holding is holding
    assert {w.window.kind for w in verdict.governing.windows} == kinds


days = st.dates(date(2024, 1, 1), date(2024, 1, 12))


@given(st.lists(st.tuples(st.none() | days, st.none() | days), max_size=4))
def test_the_spans_have_a_defect_exactly_if_a_day_is_in_two_or_between_them_in_none(
    spans: list[tuple[date | None, date | None]],
) -> None:
    spans = [s for s in spans if s[0] is None or s[1] is None or s[0] <= s[1]]
    pool = [date(2023, 12, 30 + n) if n < 2 else date(2024, 1, n - 1) for n in range(16)]
    counts = [sum((a is None or a <= d) and (b is None or d <= b) for a, b in spans) for d in pool]
    inside = [n for n, count in enumerate(counts) if count]
    gap = bool(inside) and 0 in counts[inside[0] : inside[-1] + 1]
    flaws = {defect.flaw for defect in span_defects(spans)}
    assert (SpanFlaw.OVERLAP in flaws) == any(count > 1 for count in counts)
    assert (SpanFlaw.GAP in flaws) == gap
    for defect in span_defects(spans):
        holding = [
            i for i, (a, b) in enumerate(spans) if (a is None or a <= defect.day) and (b is None or defect.day <= b)
        ]
        assert ({defect.first, defect.second} <= set(holding)) if defect.flaw is SpanFlaw.OVERLAP else holding == []


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 60))
def test_months_later_and_earlier_are_calendar_months(day: date, months: int) -> None:
    later = add_offset(day, Offset(months=months))
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or later.day < day.day
