"""Three values all the way: from a span and a bound to an answer, from answers to a verdict."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.lifecycle import DecidedBy, Gate, Stage
from clusterflow.domain.measurement import UNMEASURED, Measurement, MetricCall
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import Answer, Readiness, Role, Severity, StageKind
from clusterflow.domain.text import Text
from clusterflow.rules.judge import all_of, answer, any_of, judge_gate

MET, UNMET, UNKNOWN = Answer.MET, Answer.UNMET, Answer.UNKNOWN
AT_LEAST_15 = Bound.parse(">= 15", Unit.COUNT)

# Small pools, so that bounds are hit exactly and spans collapse.
numbers = st.integers(0, 4).map(Fraction) | st.sampled_from([Fraction(1, 2), Fraction(1, 3)])
ends = st.none() | numbers
bounds = st.builds(
    Bound, op=st.sampled_from([">=", ">", "<=", "<"]), number=numbers, unit=st.just(Unit.COUNT), currency=st.none()
)


@st.composite
def spans(draw: st.DrawFn) -> Measurement:
    low, high = draw(ends), draw(ends)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Measurement(low, high, rows=1)


def exactly(number: int | str) -> Measurement:
    return Measurement(Fraction(number), Fraction(number), rows=1)


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (exactly(15), MET),
        (exactly(14), UNMET),
        (Measurement(Fraction(12), Fraction(17)), UNKNOWN),
        (Measurement(Fraction(15), Fraction(20)), MET),
        (Measurement(Fraction(10), Fraction(14)), UNMET),
        (Measurement(Fraction(15), None), MET),
        (Measurement(Fraction(3), None), UNKNOWN),
        (UNMEASURED, UNKNOWN),
    ],
)
def test_a_span_is_met_unmet_or_unknown(measured: Measurement, expected: Answer) -> None:
    assert answer(AT_LEAST_15, measured) is expected


@pytest.mark.parametrize(
    ("text", "unit", "hit", "missed"),
    [
        (">= 50 %", Unit.SHARE, "10/20", "10/21"),
        ("<= 1/3", Unit.SHARE, "3/9", "4/9"),
        ("> 50 %", Unit.SHARE, "11/21", "1/2"),
        ("<= 90 days", Unit.DAYS, "90", "91"),
        (">= 3.5 points", Unit.POINTS, "7/2", "3499/1000"),
        ("is yes", Unit.YES_NO, "1", "0"),
        ("is no", Unit.YES_NO, "0", "1"),
    ],
)
def test_a_bound_hit_exactly_is_hit(text: str, unit: Unit, hit: str, missed: str) -> None:
    bound = Bound.parse(text, unit)
    assert answer(bound, exactly(hit)) is MET
    assert answer(bound, exactly(missed)) is UNMET


@given(bounds)
def test_no_facts_means_unknown(bound: Bound) -> None:
    assert answer(bound, UNMEASURED) is UNKNOWN


@given(bounds, spans(), st.data())
def test_an_answer_that_is_given_holds_for_every_number_the_span_allows(
    bound: Bound, span: Measurement, data: st.DataObject
) -> None:
    low = span.low if span.low is not None else Fraction(-9)
    high = span.high if span.high is not None else Fraction(9)
    value = data.draw(st.sampled_from([low, high, (low + high) / 2]))
    given_answer = answer(bound, span)
    if given_answer is MET:
        assert bound.holds(value)
    if given_answer is UNMET:
        assert not bound.holds(value)


@given(bounds, spans())
def test_knowing_more_never_turns_an_answer_around(bound: Bound, span: Measurement) -> None:
    """Narrowing a span may settle what was unknown; what was settled stays so."""
    before = answer(bound, span)
    for known in (span.low, span.high):
        if known is not None and before is not UNKNOWN:
            assert answer(bound, Measurement(known, known)) is before


@pytest.mark.parametrize(("a", "b"), list(product(Answer, Answer)))
def test_any_of_and_all_of_are_the_strong_tables_of_kleene(a: Answer, b: Answer) -> None:
    rank = {UNMET: 0, UNKNOWN: 1, MET: 2}
    assert rank[any_of([a, b])] == max(rank[a], rank[b])
    assert rank[all_of([a, b])] == min(rank[a], rank[b])


@given(st.lists(st.sampled_from(Answer), min_size=1), st.randoms())
def test_the_order_of_the_parts_is_irrelevant(answers: list[Answer], random: object) -> None:
    shuffled = list(answers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert any_of(answers) is any_of(shuffled)
    assert all_of(answers) is all_of(shuffled)


def criterion(metric: str, severity: Severity = Severity.BLOCKING, bound: str = ">= 1") -> Criterion:
    return Criterion(
        id=metric, metric=metric, bound=Bound.parse(bound, Unit.COUNT), severity=severity, source="P", proposal=True
    )


def stage(*requires: Criterion | AnyOf | AllOf) -> Stage:
    text = Text(es="x", en="x")
    gate = Gate(title=text, milestone=text, decided_by=DecidedBy(roles=(Role.MANAGER,)), requires=requires)
    return Stage(id="s", kind=StageKind.STRATEGY, title=text, allowed_days=1, source="P", gate=gate)


def found(**values: int) -> dict[MetricCall, Measurement]:
    return {MetricCall(name): exactly(value) for name, value in values.items()}


def test_only_blocking_requirements_make_a_gate_wait() -> None:
    gate = stage(criterion("a"), criterion("b", Severity.WARNING), criterion("c", Severity.INFORMATION))
    assert judge_gate(gate, found(a=1, b=0)).readiness is Readiness.READY
    assert judge_gate(gate, found(a=0, b=1, c=1)).readiness is Readiness.NOT_READY
    assert judge_gate(gate, found(b=1, c=1)).readiness is Readiness.UNKNOWN


def test_one_part_of_an_any_of_is_enough_and_the_other_is_no_hindrance() -> None:
    either = AnyOf(id="either", any_of=(criterion("a"), criterion("b")))
    ready = judge_gate(stage(either), found(a=1))
    assert ready.readiness is Readiness.READY
    assert ready.hindrances == ()
    assert [unit.id for unit in judge_gate(stage(either), found(a=0)).hindrances] == ["either"]


def test_each_part_of_an_all_of_is_a_hindrance_of_its_own() -> None:
    both = AllOf(id="both", all_of=(criterion("a"), criterion("b"), criterion("c")))
    assert [unit.id for unit in judge_gate(stage(both), found(a=1, b=0)).hindrances] == ["b", "c"]


def test_the_known_share_counts_the_other_criteria_of_its_gate() -> None:
    known = Criterion(
        id="known-share", metric="known-share", bound=Bound.parse(">= 50 %", Unit.SHARE), source="P", proposal=True
    )
    gate = stage(criterion("a"), criterion("b"), known)
    shares = {f.criterion.id: f.measurement.low for f in judge_gate(gate, found(a=1)).findings}
    assert shares["known-share"] == Fraction(1, 2)


def test_the_digest_names_the_answers_and_not_the_values() -> None:
    gate = stage(criterion("a"))
    assert judge_gate(gate, found(a=1)).digest == judge_gate(gate, found(a=7)).digest
    assert judge_gate(gate, found(a=1)).digest != judge_gate(gate, found(a=0)).digest


@given(spans(), st.sampled_from([None, "EUR"]))
def test_what_the_ledger_notes_is_read_back(span: Measurement, currency: str | None) -> None:
    noted = Measurement(span.low, span.high, currency=None if span.is_empty else currency)
    assert Measurement.from_note(noted.to_note()) == noted
