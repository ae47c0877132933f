"""When a ballot is complete for its decision, and what a conditional go sets as its conditions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.lifecycle import DecidedBy, Gate, LifecycleModel, Stage
from clusterflow.domain.measurement import Measurement, MetricCall
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.state import Vote
from clusterflow.domain.terms import DecisionKind, HelixKind, Role, Severity, StageKind, Stance
from clusterflow.domain.text import Text
from clusterflow.domain.verdict import Verdict
from clusterflow.rules.ballot import Ballot, Decider, Voter, check_ballot, conditions_of
from clusterflow.rules.judge import judge_gate

GO, CONDITIONAL, HOLD = DecisionKind.GO, DecisionKind.CONDITIONAL_GO, DecisionKind.HOLD
TODAY, TOMORROW, LATER = date(2024, 1, 10), date(2024, 1, 11), date(2024, 6, 1)
TEXT = Text(es="x", en="x")


def criterion(metric: str, severity: Severity = Severity.BLOCKING) -> Criterion:
    bound = Bound.parse(">= 1", Unit.COUNT)
    return Criterion(id=metric, metric=metric, bound=bound, severity=severity, source="P", proposal=True)


def stage(name: str, *after: str, override: tuple[Role, ...] = (Role.OFFICE, Role.BOARD_CHAIR)) -> Stage:
    rule = DecidedBy(roles=(Role.MANAGER,), override=override, override_never=NEVER)
    requires = (
        criterion("a"),
        AnyOf(id="either", any_of=(criterion("b"), criterion("c"))),
        AllOf(id="both", all_of=(criterion("d"), criterion("e"))),
        criterion("w", Severity.WARNING),
    )
    gate = Gate(title=TEXT, milestone=TEXT, decided_by=rule, requires=requires)
    return Stage(
        id=name, kind=StageKind.STRATEGY, title=TEXT, after=after, allowed_days=1, source="P", gate=gate
    )  # fmt: skip


NEVER = (HelixKind.GOVERNMENT, HelixKind.ACADEMIA)
MODEL = LifecycleModel(
    id="m", version="1", title=TEXT, about=TEXT, source="P",
    stages=(stage("first"), stage("beside"), stage("second", "first"), stage("third", "second", override=())),
)  # fmt: skip


def judged(**values: int) -> Verdict:
    """The verdict for the gate of the second stage. What is not named is unknown."""
    measured = {MetricCall(name): Measurement(Fraction(n), Fraction(n), rows=1) for name, n in values.items()}
    return judge_gate(MODEL.stage("second"), measured)


READY = judged(a=1, b=1, d=1, e=1, w=1)
NOT_READY = judged(a=0, d=1, w=0)
"""What blocks: ``a``, ``either`` and ``e``."""


def refusal(
    verdict: Verdict,
    decision: DecisionKind | Stance,
    voter: Voter | None = None,
    votes: tuple[Vote, ...] = (),
    **own: Any,
) -> tuple[str, str] | None:
    """The code of the refusal and its text."""
    ballot = Ballot("second", decision, **({"reason": "x"} | own))
    found = check_ballot(MODEL, verdict, ballot, voter or Voter(OFFICER), votes, TODAY)
    return None if found is None else (found.code, str(found))


OFFICER = Decider("o", frozenset({Role.OFFICE}))


@pytest.mark.parametrize("decision", [*DecisionKind, *Stance])
def test_every_ballot_names_its_reason(decision: DecisionKind | Stance) -> None:
    assert refusal(READY, decision, reason=" \n") == ("reason", "a decision names its reason")


@pytest.mark.parametrize("decision", [GO, DecisionKind.STOP, *Stance])
def test_at_a_gate_that_is_ready_a_reason_is_enough(decision: DecisionKind | Stance) -> None:
    assert refusal(READY, decision) is None


class TestGo:
    def test_what_blocks_is_named_with_the_way_out(self) -> None:
        assert refusal(NOT_READY, GO) == (
            "not-ready",
            "the gate is not ready: a, either, e. A conditional go with a date for each of them is possible",
        )

    def test_an_unknown_answer_blocks_as_well(self) -> None:
        assert refusal(judged(a=1, b=1, d=1), GO) is not None

    def test_a_warning_does_not(self) -> None:
        assert refusal(judged(a=1, c=1, d=1, e=1, w=0), GO) is None

    def test_those_of_one_vote_and_of_others_together_let_everything_pass(self) -> None:
        assert refusal(NOT_READY, GO, votes=(vote("a e"),), overrides=("c",)) is None
        assert refusal(NOT_READY, GO, votes=(vote("a"), vote("either e"))) is None
        assert "not ready: e." in str(refusal(NOT_READY, GO, votes=(vote("a"),), overrides=("either",)))

    def test_other_decisions_need_no_ready_gate(self) -> None:
        assert refusal(NOT_READY, DecisionKind.STOP) is None
        assert refusal(NOT_READY, Stance.VETO) is None


class TestOverride:
    def test_only_a_go_has_one(self) -> None:
        expected = ("override", "only a go lets a criterion pass that is not met")
        assert refusal(NOT_READY, CONDITIONAL, overrides=("a",)) == expected
        assert refusal(NOT_READY, HOLD, overrides=("a",), until=LATER) == expected

    def test_whom_the_gate_excludes_waives_nothing_in_any_name(self) -> None:
        ministry = Decider("g", frozenset({Role.OFFICE}), frozenset(NEVER))
        expected = "at the gate of «second» who represents academia and government waives no criterion"
        for voter in (Voter(ministry), Voter(OFFICER, ministry), Voter(ministry, OFFICER)):
            assert refusal(NOT_READY, GO, voter, overrides=("a",)) == ("override", expected)

    def test_only_some_roles_may(self) -> None:
        expected = "at the gate of «second» a blocking criterion may be overridden by: office, board-chair"
        manager = Decider("m", frozenset({Role.MANAGER}))
        assert refusal(NOT_READY, GO, Voter(manager), overrides=("a",)) == ("override", expected)

    def test_at_some_gates_nobody_may(self) -> None:
        ballot = Ballot("third", GO, "x", overrides=("a",))
        found = check_ballot(MODEL, NOT_READY, ballot, Voter(OFFICER), (), TODAY)
        assert str(found) == "at the gate of «third» a blocking criterion may be overridden by: nobody"

    def test_the_role_that_is_claimed_counts_and_no_other(self) -> None:
        both = Decider("m", frozenset({Role.MANAGER, Role.OFFICE}))
        assert "may be overridden by" in str(refusal(NOT_READY, GO, Voter(both), role=Role.MANAGER, overrides=("a",)))
        assert "not ready: either, e" in str(refusal(NOT_READY, GO, Voter(both), role=Role.OFFICE, overrides=("a",)))

    def test_only_what_blocks_is_waived(self) -> None:
        assert refusal(NOT_READY, GO, overrides=("w", "d", "a")) == (
            "override",
            "nothing is to be overridden in d, w. What blocks the gate: a, either, e",
        )
        assert refusal(READY, GO, overrides=("a",)) == (
            "override",
            "nothing is to be overridden in a. What blocks the gate: nothing",
        )

    def test_a_part_of_a_group_stands_for_the_group(self) -> None:
        assert refusal(NOT_READY, GO, overrides=("a", "b", "e")) is None


class TestConditions:
    def test_one_date_is_for_all_that_blocks_and_is_not_named(self) -> None:
        ballot = Ballot("second", CONDITIONAL, "x", due={"b": TOMORROW}, due_all=LATER)
        assert conditions_of(NOT_READY, ballot) == {"b": TOMORROW, "a": LATER, "e": LATER}

    def test_where_nothing_blocks_it_is_for_whatever_is_not_met(self) -> None:
        ballot = Ballot("second", CONDITIONAL, "x", due_all=LATER)
        assert conditions_of(judged(a=1, b=1, d=1, e=1, w=0), ballot) == {"w": LATER}
        assert conditions_of(READY, ballot) == {}

    def test_without_it_only_what_is_named_is_a_condition(self) -> None:
        assert conditions_of(NOT_READY, Ballot("second", CONDITIONAL, "x", due={"w": LATER})) == {"w": LATER}

    def test_they_are_criteria_of_the_gate(self) -> None:
        assert refusal(NOT_READY, CONDITIONAL, due={"y": LATER, "x": LATER, "a": LATER}) == (
            "conditions",
            "the gate has no criterion x, y. It has: a, b, both, c, d, e, either, w",
        )

    def test_each_criterion_that_blocks_has_one(self) -> None:
        assert refusal(NOT_READY, CONDITIONAL, due={"e": LATER}) == (
            "conditions",
            "a conditional go needs a date for: a, either",
        )
        assert refusal(NOT_READY, CONDITIONAL, due={"e": LATER, "a": LATER, "c": LATER}) is None
        assert refusal(NOT_READY, CONDITIONAL, due_all=LATER) is None

    def test_there_is_at_least_one(self) -> None:
        assert refusal(READY, CONDITIONAL, due_all=LATER) == (
            "conditions",
            "there is nothing left to be met: this is a go",
        )

    def test_their_dates_lie_ahead(self) -> None:
        due = {"e": TODAY, "a": date(2023, 1, 1), "either": TOMORROW}
        assert refusal(NOT_READY, CONDITIONAL, due=due) == (
            "conditions",
            "the date of a condition lies after 2024-01-10; too early for: a, e",
        )
        assert refusal(NOT_READY, CONDITIONAL, due_all=TOMORROW) is None


@pytest.mark.parametrize("until", [None, TODAY, date(2023, 1, 1)])
def test_a_hold_needs_a_day_that_lies_ahead(until: date | None) -> None:
    assert refusal(READY, HOLD, until=until) == ("until", "a hold needs a day after 2024-01-10 until which it holds")
    assert refusal(READY, HOLD, until=TOMORROW) is None


def test_a_recycle_goes_back_to_the_stage_or_to_one_before_it() -> None:
    back = DecisionKind.RECYCLE
    assert refusal(READY, back, to_stage="second") is None
    assert refusal(READY, back, to_stage="first") is None
    for other in (None, "third", "beside", "elsewhere"):
        assert refusal(READY, back, to_stage=other) == (
            "to-stage",
            "a recycle names the stage to go back to: first, second",
        )


def vote(overrides: str) -> Vote:
    return Vote(
        review="r", number=1, decider="p", kind=GO, reason="x", at=datetime(2024, 1, 10, tzinfo=UTC),
        role=Role.OFFICE, overrides=overrides, findings="x",
    )  # fmt: skip
