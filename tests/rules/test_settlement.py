"""How a gate review is settled: what each decision leads to, when the votes do not suffice, and what a tie does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from support.world import stated

from clusterflow.domain import events as ev
from clusterflow.domain.criterion import AnyOf
from clusterflow.domain.lifecycle import DecidedBy, Gate, LifecycleModel, Split, Stage
from clusterflow.domain.measurement import Measurement, MetricCall
from clusterflow.domain.state import InitiativeState, Milestone, Review, Visit, Vote
from clusterflow.domain.terms import (
    ConditionStatus,
    DecisionKind,
    ReviewStatus,
    Role,
    StageKind,
    Stance,
    Standing,
    VisitOutcome,
    VoteFall,
)
from clusterflow.domain.text import Text
from clusterflow.domain.verdict import Verdict
from clusterflow.rules.judge import judge_gate
from clusterflow.rules.quorum import Electorate
from clusterflow.rules.settlement import settle
from clusterflow.rules.transition import Transition

TEXT = Text(es="x", en="x")
BEGUN, BEFORE, TODAY = date(2024, 1, 1), date(2024, 1, 5), date(2024, 1, 10)
DUE, ESCALATES = date(2024, 4, 10), date(2024, 5, 10)
NOW = datetime(2024, 1, 10, tzinfo=UTC)
BOARD = (Role.BOARD_CHAIR, Role.BOARD_MEMBER)
TWO, NOBODY_KNOWS = Electorate(frozenset({"d1", "d2"})), Electorate()
RULE = DecidedBy(roles=BOARD, need=2, override=BOARD)


def stage(name: str, *after: str, rule: DecidedBy = RULE, open_ended: bool = False) -> Stage:
    either = AnyOf(id="either", any_of=(stated("b"), stated("c")))
    gate = Gate(title=TEXT, milestone=TEXT, decided_by=rule, requires=(stated("a"), either))
    return Stage(
        id=name, kind=StageKind.STRATEGY, title=TEXT, after=after, allowed_days=100, source="P", gate=gate,
        open_ended=open_ended,
    )  # fmt: skip


def plan(rule: DecidedBy = RULE, open_ended: bool = False) -> LifecycleModel:
    """Two stages one after the other; beside them one that follows nothing, and one that ends both."""
    stages = (
        stage("first"), stage("beside"), stage("second", "first", rule=rule, open_ended=open_ended),
        stage("third", "second"), stage("end", "third", "beside"),
    )  # fmt: skip
    return LifecycleModel(id="m", version="1", title=TEXT, about=TEXT, source="P", stages=stages)


def judged(**values: int) -> Verdict:
    measured = {
        MetricCall("stated", (("metric", name),)): Measurement(Fraction(n), Fraction(n), rows=1)
        for name, n in values.items()
    }
    return judge_gate(plan().stage("second"), measured)


READY, BLOCKED = judged(a=1, b=1), judged(a=0, b=0, c=0)
REVIEW = Review(id="r", stage="second", round=1, opened_on=BEFORE, findings=READY.digest)
OTHER = Review(id="o", stage="beside", round=1, opened_on=BEFORE, findings=READY.digest)


def vote(number: int, kind: DecisionKind | Stance = DecisionKind.GO, **own: Any) -> Vote:
    about = {"decider": f"d{number}", "role": Role.BOARD_MEMBER, "organisations": f"firm{number}=company", **own}
    return Vote(review="r", number=number, kind=kind, reason="x", findings=READY.digest, at=NOW, **about)


def visit(name: str, **own: Any) -> Visit:
    return Visit(**{"stage": name, "round": 1, "entered_on": BEGUN, "due_on": DUE, "escalate_on": ESCALATES, **own})


def state(votes: Sequence[Vote], **own: Any) -> InitiativeState:
    """The first stage is achieved; the second is at its gate, and so is the one beside it."""
    usual = {
        "visits": (
            visit("first", left_on=BEFORE, outcome=VisitOutcome.ACHIEVED), visit("second"), visit("beside"),
        ),
        "reviews": (REVIEW, OTHER),
        "milestones": (Milestone(stage="first", round=1, achieved_on=BEFORE, review="f"),),
    }  # fmt: skip
    return InitiativeState(
        initiative="one", model="m", model_hash="x", enrolled_on=BEGUN, last_at=NOW, version=9, votes=tuple(votes),
        **(usual | own),
    )  # fmt: skip


def settled(
    *votes: Vote,
    verdict: Verdict = READY,
    electorate: Electorate = NOBODY_KNOWS,
    model: LifecycleModel | None = None,
    review: Review = REVIEW,
    **own: Any,
) -> Transition:
    transition = Transition(model or plan(), state(votes, **own), TODAY)
    settle(transition, review, verdict, electorate)
    return transition


def both(kind: DecisionKind = DecisionKind.GO, **own: Any) -> tuple[Vote, Vote]:
    return vote(1, kind, **own), vote(2, kind, **own)


class TestVotesThatDoNotSuffice:
    def test_one_of_two_decides_nothing(self) -> None:
        assert settled(vote(1)).events == []

    def test_of_a_gate_that_went_back_to_the_office_its_one_vote_is_enough(self) -> None:
        office = vote(1, DecisionKind.STOP, role=Role.OFFICE)
        assert settled(office).events == []
        referred = REVIEW.model_copy(update={"referred_on": BEFORE})
        assert settled(office, review=referred).state.standing is Standing.STOPPED

    def test_a_go_over_what_blocks_needs_that_the_votes_let_all_of_it_pass(self) -> None:
        assert settled(*both(), verdict=BLOCKED).events == []
        assert settled(*both(overrides="a"), verdict=BLOCKED).events == []
        assert settled(vote(1, overrides="a"), vote(2, overrides="either"), verdict=BLOCKED).events

    @pytest.mark.parametrize("kind", [k for k in DecisionKind if k is not DecisionKind.GO])
    def test_every_other_decision_is_possible_at_a_gate_that_is_not_ready(self, kind: DecisionKind) -> None:
        votes = both(kind, until=DUE if kind is DecisionKind.HOLD else None, stage="second")
        decided = settled(*votes, verdict=BLOCKED).events[0]
        assert isinstance(decided, ev.GateDecided)
        assert decided.decision is kind

    def test_a_go_that_is_not_possible_makes_room_for_what_else_is_carried(self) -> None:
        one = DecidedBy(roles=BOARD, need=1)
        stop = vote(2, DecisionKind.STOP)
        decided = settled(vote(1), stop, verdict=BLOCKED, model=plan(one)).events[0]
        assert isinstance(decided, ev.GateDecided)
        assert decided.decision is DecisionKind.STOP

    def test_of_two_that_are_carried_one_is_carried_out(self) -> None:
        one = DecidedBy(roles=BOARD, need=1)
        found = settled(vote(1), vote(2, DecisionKind.STOP), model=plan(one)).events
        assert [e.decision for e in found if isinstance(e, ev.GateDecided)] == [DecisionKind.GO]


class TestTie:
    REVOTE = plan(DecidedBy(roles=BOARD, need=2, split=Split(tie="revote")))
    VOTES = (vote(1), vote(2, DecisionKind.STOP))

    def test_where_the_model_says_so_all_votes_fall_and_are_cast_anew(self) -> None:
        cast = (vote(1, cast_by="delegate"), vote(2, DecisionKind.STOP))
        found = settled(*cast, electorate=TWO, model=self.REVOTE)
        assert found.events == [
            ev.VoteFell(
                review="r", stage="second", number=number, decider=f"d{number}", cast_by=by, on=TODAY,
                why=VoteFall.TIE,
            )
            for number, by in ((1, "delegate"), (2, None))
        ]  # fmt: skip
        assert found.state.standing_votes("r") == ()
        assert found.state.open_review("second") is not None

    def test_who_stood_aside_stays_aside(self) -> None:
        aside = vote(3, Stance.RECUSE)
        three = Electorate(frozenset({"d1", "d2", "d3"}))
        assert settled(*self.VOTES, aside, electorate=three, model=self.REVOTE).state.standing_votes("r") == (aside,)

    @pytest.mark.parametrize("electorate", [NOBODY_KNOWS, Electorate(frozenset({"d1", "d2", "d3"}))])
    def test_no_vote_falls_while_somebody_may_still_vote(self, electorate: Electorate) -> None:
        assert settled(*self.VOTES, electorate=electorate, model=self.REVOTE).events == []

    def test_no_vote_falls_where_the_model_says_nothing_of_ties(self) -> None:
        assert settled(*self.VOTES, electorate=TWO).events == []

    def test_who_breaks_ties_decides_only_when_everybody_has_voted(self) -> None:
        chair = plan(DecidedBy(roles=BOARD, need=2, split=Split(tie=Role.BOARD_CHAIR)))
        votes = (vote(1, role=Role.BOARD_CHAIR), vote(2, DecisionKind.STOP))
        assert settled(*votes, model=chair).events == []
        assert settled(*votes, electorate=TWO, model=chair).state.milestone("second") is not None


class TestGo:
    def test_the_milestone_is_achieved_and_what_waited_for_it_begins(self) -> None:
        found = settled(*both())
        assert found.events == [
            ev.GateDecided(review="r", stage="second", decision=DecisionKind.GO, on=TODAY),
            ev.MilestoneAchieved(stage="second", round=1, review="r", on=TODAY),
            ev.StageEntered(
                stage="third", round=1, on=TODAY, due_on=TODAY + timedelta(100), escalate_on=TODAY + timedelta(130)
            ),
        ]
        assert {v.stage for v in found.state.open_visits} == {"third", "beside"}

    def test_what_was_let_pass_is_named_by_what_blocked(self) -> None:
        votes = (vote(1, overrides="a"), vote(2, overrides="c"))
        achieved = settled(*votes, verdict=BLOCKED).events[1]
        assert isinstance(achieved, ev.MilestoneAchieved)
        assert achieved.overridden == ("a", "either")

    def test_what_does_not_block_is_not_let_pass(self) -> None:
        achieved = settled(*both(overrides="a either")).events[1]
        assert isinstance(achieved, ev.MilestoneAchieved)
        assert achieved.overridden == ()

    def test_an_open_ended_stage_is_not_left(self) -> None:
        found = settled(*both(), model=plan(open_ended=True))
        assert found.state.visit("second") is not None
        assert found.state.milestone("second") is not None

    def test_a_gate_that_was_opened_again_keeps_its_milestone(self) -> None:
        mine = Milestone(stage="second", round=1, achieved_on=BEFORE, review="r0", lapsed_on=BEFORE, lapsed_by="a")
        found = settled(*both(), milestones=(mine,))
        assert found.events[1:] == [ev.MilestoneConfirmed(stage="second", round=1, review="r", on=TODAY)]
        assert [m.achieved_on for m in found.state.milestones] == [BEFORE]

    def test_what_was_let_pass_when_it_opened_again_is_named_too(self) -> None:
        mine = Milestone(stage="second", round=1, achieved_on=BEFORE, review="r0")
        confirmed = settled(*both(overrides="a b"), verdict=BLOCKED, milestones=(mine,)).events[1]
        assert isinstance(confirmed, ev.MilestoneConfirmed)
        assert (confirmed.overridden, confirmed.conditional) == (("a", "either"), False)


class TestConditionalGo:
    VOTES = both(DecisionKind.CONDITIONAL_GO, conditions="either=2024-03-01 a=2024-02-01")

    def test_each_condition_is_set_with_its_day_before_the_milestone(self) -> None:
        found = settled(*self.VOTES, verdict=BLOCKED)
        assert found.events[1:4] == [
            ev.ConditionSet(review="r", stage="second", criterion="a", due_on=date(2024, 2, 1)),
            ev.ConditionSet(review="r", stage="second", criterion="either", due_on=date(2024, 3, 1)),
            ev.MilestoneAchieved(stage="second", round=1, review="r", on=TODAY, conditional=True),
        ]
        assert [c.status for c in found.state.conditions] == [ConditionStatus.PENDING] * 2
        assert found.state.visit("third") is not None

    def test_a_gate_that_was_opened_again_is_passed_on_conditions_too(self) -> None:
        mine = Milestone(stage="second", round=1, achieved_on=BEFORE, review="r0")
        confirmed = settled(*self.VOTES, verdict=BLOCKED, milestones=(mine,)).events[-1]
        assert isinstance(confirmed, ev.MilestoneConfirmed)
        assert confirmed.conditional


class TestRecycle:
    def test_what_came_after_is_undone_and_what_stands_beside_it_stays(self) -> None:
        milestones = (
            Milestone(stage="first", round=1, achieved_on=BEGUN, review="f"),
            Milestone(stage="beside", round=1, achieved_on=BEGUN, review="b"),
        )
        found = settled(*both(DecisionKind.RECYCLE, stage="first"), milestones=milestones)
        assert found.events == [
            ev.GateDecided(review="r", stage="second", decision=DecisionKind.RECYCLE, on=TODAY, to_stage="first"),
            ev.StageLeft(stage="second", round=1, outcome=VisitOutcome.RECYCLED, on=TODAY),
            ev.MilestoneWithdrawn(stage="first", round=1, on=TODAY),
            ev.StageEntered(
                stage="first", round=2, on=TODAY, due_on=TODAY + timedelta(100), escalate_on=TODAY + timedelta(130)
            ),
        ]
        assert found.state.open_review("beside") == OTHER
        assert found.state.milestone("beside") is not None
        assert found.state.milestone("first") is None

    def test_a_stage_may_go_back_to_its_own_beginning_and_a_gate_that_follows_is_withdrawn(self) -> None:
        later = Review(id="l", stage="third", round=1, opened_on=BEFORE, findings="x")
        visits = (visit("second"), visit("third"), visit("beside"))
        found = settled(
            *both(DecisionKind.RECYCLE, stage="second"), visits=visits, reviews=(REVIEW, OTHER, later), milestones=()
        )
        assert found.events[1:4] == [
            ev.GateWithdrawn(review="l", stage="third", on=TODAY),
            ev.StageLeft(stage="second", round=1, outcome=VisitOutcome.RECYCLED, on=TODAY),
            ev.StageLeft(stage="third", round=1, outcome=VisitOutcome.RECYCLED, on=TODAY),
        ]
        assert [(v.stage, v.round) for v in found.state.open_visits] == [("beside", 1), ("second", 2)]

    def test_a_milestone_that_was_withdrawn_before_is_not_withdrawn_again(self) -> None:
        milestones = (
            Milestone(stage="first", round=1, achieved_on=BEGUN, review="f", withdrawn_on=BEGUN),
            Milestone(stage="first", round=2, achieved_on=BEFORE, review="g"),
        )
        found = settled(*both(DecisionKind.RECYCLE, stage="first"), milestones=milestones)
        assert [e.round for e in found.events if isinstance(e, ev.MilestoneWithdrawn)] == [2]


class TestStop:
    def test_everything_open_ends_and_the_achieved_milestones_stay(self) -> None:
        found = settled(*both(DecisionKind.STOP))
        assert found.events == [
            ev.GateDecided(review="r", stage="second", decision=DecisionKind.STOP, on=TODAY),
            ev.GateWithdrawn(review="o", stage="beside", on=TODAY),
            ev.StageLeft(stage="second", round=1, outcome=VisitOutcome.STOPPED, on=TODAY),
            ev.StageLeft(stage="beside", round=1, outcome=VisitOutcome.STOPPED, on=TODAY),
            ev.InitiativeStopped(stage="second", on=TODAY),
        ]
        assert found.state.standing is Standing.STOPPED
        assert found.state.milestone("first") is not None


class TestHold:
    """The days of a hold do not count to the time of the stage."""

    UNTIL, NEVER = date(2024, 2, 9), date(9999, 12, 31)

    def terms(self, until: date, *, reviews: Sequence[Review] = (), **held: Any) -> tuple[int, int]:
        """By how many days the end of the stage and its escalation move."""
        found = settled(
            *both(DecisionKind.HOLD, until=until), visits=(visit("second", **held),), reviews=(REVIEW, *reviews)
        )
        (decided,) = found.events
        assert isinstance(decided, ev.GateDecided)
        assert decided.until == until
        assert decided.due_on is not None
        assert decided.escalate_on is not None
        return (decided.due_on - DUE).days, (decided.escalate_on - ESCALATES).days

    def test_the_stage_gets_the_days_of_the_hold(self) -> None:
        assert self.terms(self.UNTIL) == (30, 30)

    def test_one_that_replaces_another_gets_only_the_days_beyond_it(self) -> None:
        assert self.terms(self.UNTIL, held_until=date(2024, 1, 30)) == (10, 10)
        assert self.terms(date(2024, 1, 20), held_until=self.UNTIL) == (-20, -20)

    @pytest.mark.parametrize("over", [BEFORE, TODAY])
    def test_one_that_is_over_takes_nothing_away(self, over: date) -> None:
        assert self.terms(self.UNTIL, held_until=over) == (30, 30)

    @pytest.mark.parametrize("end", [date(9000, 1, 1), NEVER])
    def test_one_without_an_end_extends_nothing_until_it_is_replaced(self, end: date) -> None:
        assert self.terms(end) == (0, 0)
        assert self.terms(end, held_until=date(2024, 1, 30)) == (-20, -20)

    @pytest.mark.parametrize("end", [date(9000, 1, 1), NEVER])
    def test_the_days_of_one_without_an_end_count_from_the_day_it_was_decided(self, end: date) -> None:
        reviews = [
            decided_review("a", DecisionKind.HOLD, BEGUN),
            decided_review("b", DecisionKind.HOLD, date(2024, 1, 4)),
            decided_review("c", DecisionKind.GO, date(2024, 1, 8)),
            decided_review("d", DecisionKind.HOLD, date(2024, 1, 8), stage="beside"),
            decided_review("e", DecisionKind.HOLD, None),
            decided_review("f", DecisionKind.HOLD, TODAY),
        ]
        assert self.terms(self.UNTIL, held_until=end, reviews=reviews) == (36, 36)
        assert self.terms(self.UNTIL, held_until=end) == (30, 30)

    def test_the_gate_of_a_stage_that_was_left_gets_no_new_end(self) -> None:
        mine = Milestone(stage="second", round=1, achieved_on=BEFORE, review="r0")
        left = visit("second", left_on=BEFORE, outcome=VisitOutcome.ACHIEVED)
        (decided,) = settled(
            *both(DecisionKind.HOLD, until=self.UNTIL), visits=(left,), milestones=(mine,)
        ).events  # fmt: skip
        assert isinstance(decided, ev.GateDecided)
        assert (decided.due_on, decided.escalate_on, decided.until) == (None, None, self.UNTIL)

    def test_only_a_hold_moves_the_end(self) -> None:
        decided = settled(*both(until=self.UNTIL)).events[0]
        assert isinstance(decided, ev.GateDecided)
        assert (decided.due_on, decided.escalate_on) == (None, None)


def decided_review(name: str, outcome: DecisionKind, closed: date | None, stage: str = "second") -> Review:
    return Review(
        id=name, stage=stage, round=1, opened_on=BEGUN, findings="x", status=ReviewStatus.DECIDED, outcome=outcome,
        closed_on=closed,
    )  # fmt: skip
