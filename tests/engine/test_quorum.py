"""The quorum of a gate, as data: how many, for whom, with whose veto, in whose name."""

from __future__ import annotations

from datetime import date

import pytest
from support.world import World, model, stage, stated

from clusterflow.domain.lifecycle import DecidedBy, Share
from clusterflow.domain.terms import DecisionKind, HelixKind, Role, Severity, Stance
from clusterflow.errors import Mistakes, NotPossible, UnknownName
from clusterflow.rules.projection import replay
from clusterflow.services import gates, ledger, registry, standing
from clusterflow.settings import NOBODY
from clusterflow.store.state import sort_rows

from .conftest import MakeWorld

BOARD = (Role.BOARD_CHAIR, Role.BOARD_MEMBER, Role.MANAGER)


def gate(**rule: object) -> DecidedBy:
    """A rule of a gate. Mona and bruno are of one firm, and both count."""
    return DecidedBy(**{"roles": BOARD, "per_organisation": 2, **rule})  # type: ignore[arg-type]


def begun(world: MakeWorld, rule: DecidedBy, *more: str) -> World:
    """An initiative whose first gate is ready; ``more`` figures are warnings at it, not stated yet."""
    criteria = (stated("first"), *(stated(name, severity=Severity.WARNING) for name in more))
    w = world(model(stage("first", (), *criteria, rule=rule), stage("second", ("first",))))
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    return w


def decided(w: World) -> bool:
    return "gate.decided" in w.kinds()


def test_two_of_three_decide(world: MakeWorld) -> None:
    w = begun(world, gate(need=2))
    assert w.decide("first", by="mona").decided is None
    assert w.decide("first", by="mona").refused == "twice"
    assert w.decide("first", by="bruno").decided is DecisionKind.GO


def test_votes_for_different_things_do_not_add_up(world: MakeWorld) -> None:
    w = begun(world, gate(need=2))
    w.decide("first", by="mona")
    w.decide("first", DecisionKind.HOLD, by="bruno", until=date(2024, 3, 1))
    assert not decided(w)
    assert w.decide("first", by="gala").decided is DecisionKind.GO


def test_a_share_for_a_helix_kind_must_be_among_those_who_agree(world: MakeWorld) -> None:
    w = begun(world, gate(need=2, each=(Share(helix=HelixKind.GOVERNMENT, need=1),)))
    w.decide("first", by="mona")
    assert w.decide("first", by="bruno").decided is None, "two companies, and nobody of the government"
    assert w.decide("first", by="gala").decided is DecisionKind.GO


def test_a_veto_bars_every_go_and_nothing_else(world: MakeWorld) -> None:
    w = begun(world, gate(veto=(Role.BOARD_CHAIR,)))
    assert w.decide("first", Stance.VETO, by="mona").refused == "veto"
    assert w.decide("first", Stance.VETO, by="bruno", reason="too early").taken
    assert w.decide("first", by="mona").decided is None
    assert w.decide("first", DecisionKind.STOP, by="gala").decided is DecisionKind.STOP


def test_who_abstains_or_stands_aside_decides_nothing(world: MakeWorld) -> None:
    w = begun(world, gate())
    for stance, who in ((Stance.ABSTAIN, "mona"), (Stance.RECUSE, "bruno")):
        done = w.decide("first", stance, by=who, reason="my own firm")
        assert (done.taken, done.votes) == (True, 0)
        assert w.decide("first", stance, by=who).refused == "twice"
    assert w.decide("first", by="bruno").refused == "twice", "who stood aside stands aside"
    assert not decided(w)
    assert w.decide("first", by="gala").decided is DecisionKind.GO


def test_a_delegate_casts_the_vote_and_both_are_kept(world: MakeWorld) -> None:
    w = begun(world, gate(need=2))
    assert w.decide("first", by="nobody", speaks_for="bruno").refused == "delegation"
    w.record("delegation initiative=one person=bruno delegate=nobody from=2024-01-01 to=2024-06-30")
    assert w.decide("first", by="nobody").refused == "role", "a delegate has no vote of their own"
    assert w.decide("first", by="nobody", speaks_for="bruno").taken
    assert w.decide("first", by="bruno").refused == "twice"
    assert w.decide("first", by="mona").decided is DecisionKind.GO
    (first, second) = standing.state(w.context, "one").votes
    behind = gates.people_of(w.context, [first.decider, str(first.cast_by), second.decider])
    assert [behind[first.decider], behind[str(first.cast_by)]] == ["bruno", "nobody"]
    assert (behind[second.decider], second.cast_by) == ("mona", None)


def test_a_delegation_ends_on_its_day(world: MakeWorld) -> None:
    w = begun(world, gate())
    w.record("delegation initiative=one person=bruno delegate=nobody from=2023-01-01 to=2024-01-09")
    assert w.decide("first", by="nobody", speaks_for="bruno").refused == "delegation"


def test_the_government_decides_no_management_gate_in_any_name(world: MakeWorld) -> None:
    w = begun(world, gate(never=(HelixKind.GOVERNMENT,)))
    w.record("delegation initiative=one person=bruno delegate=gala from=2024-01-01")
    w.record("delegation initiative=one person=gala delegate=nobody from=2024-01-01")
    assert w.decide("first", by="gala").refused == "barred"
    assert w.decide("first", by="gala", speaks_for="bruno").refused == "barred"
    assert w.decide("first", by="nobody", speaks_for="gala").refused == "barred"
    assert [(v.person, v.speaks_for) for v in gates.eligible_deciders(w.context, "one", "first")] == [
        ("bruno", None),
        ("mona", None),
    ]


def test_four_eyes(world: MakeWorld) -> None:
    w = begun(world, gate(four_eyes=True))
    registry.record(
        w.context, [w.submission("link initiative=one id=l direction=inside with_whom=x from=2024-01-01")], actor="mona"
    )
    assert w.decide("first", by="mona").refused == "four-eyes"
    assert w.decide("first", by="bruno").decided is DecisionKind.GO


def test_who_asks_for_a_review_does_not_decide_at_it_where_four_eyes_are_asked(world: MakeWorld) -> None:
    w = world(model(stage("first", rule=gate(four_eyes=True))))
    w.enrol()
    gates.open_gate(w.context, "one", "first", asked_by="bruno")
    assert w.decide("first", DecisionKind.STOP, by="bruno").refused == "four-eyes"
    assert w.decide("first", DecisionKind.STOP, by="mona").decided is DecisionKind.STOP


def test_a_vote_falls_when_the_findings_it_saw_have_changed(world: MakeWorld) -> None:
    w = begun(world, gate(need=2), "extra")
    w.decide("first", by="mona")
    w.decide("first", Stance.RECUSE, by="gala", reason="my ministry pays")
    w.state_figure("extra")
    assert w.evaluate() == ("finding.changed", "gate.changed", "vote.fell")
    assert w.decide("first", by="bruno").decided is None, "the vote of before counts no longer"
    assert w.decide("first", by="gala").refused == "twice", "who stood aside stands aside"
    assert w.decide("first", by="mona").decided is DecisionKind.GO
    assert [v.stands for v in standing.state(w.context, "one").votes] == [False, True, True, True]


def test_a_vote_falls_even_when_nobody_evaluated_before_the_next_one(world: MakeWorld) -> None:
    w = begun(world, gate(need=2), "extra")
    w.decide("first", by="mona")
    w.state_figure("extra")
    assert w.decide("first", by="bruno").decided is None
    assert w.kinds()[-3:] == ["gate.changed", "vote.fell", "vote.cast"]


def test_who_agrees_on_a_hold_agrees_on_its_day(world: MakeWorld) -> None:
    w = begun(world, gate(need=2))
    w.decide("first", DecisionKind.HOLD, by="mona", until=date(2024, 3, 1))
    assert w.decide("first", DecisionKind.HOLD, by="bruno", until=date(2999, 1, 1)).decided is None
    assert w.decide("first", DecisionKind.HOLD, by="gala", until=date(2024, 3, 1)).decided is DecisionKind.HOLD


def test_who_agrees_on_a_conditional_go_agrees_on_its_conditions(world: MakeWorld) -> None:
    w = begun(world, gate(need=2), "extra")
    kind = DecisionKind.CONDITIONAL_GO
    w.decide("first", kind, by="mona", due={"extra": date(2024, 3, 1)})
    assert w.decide("first", kind, by="bruno", due={"extra": date(2999, 1, 1)}).decided is None
    assert w.decide("first", kind, by="gala", due={"extra": date(2024, 3, 1)}).decided is kind
    assert [c.due_on for c in standing.state(w.context, "one").conditions] == [date(2024, 3, 1)]


def test_who_stood_aside_casts_no_vote_in_another_name(world: MakeWorld) -> None:
    w = begun(world, gate())
    w.record("delegation initiative=one person=bruno delegate=mona from=2024-01-01")
    w.decide("first", Stance.RECUSE, by="mona")
    assert w.decide("first", by="mona", speaks_for="bruno").refused == "twice"
    assert w.decide("first", by="bruno").decided is DecisionKind.GO


def test_four_eyes_see_through_capitals(world: MakeWorld) -> None:
    w = begun(world, gate(four_eyes=True))
    registry.record(
        w.context, [w.submission("link initiative=one id=l direction=inside with_whom=x from=2024-01-01")], actor="Mona"
    )
    assert w.decide("first", by="mona").refused == "four-eyes"


class TestOverride:
    def blocked(self, world: MakeWorld, **rule: object) -> World:
        w = world(model(stage("first", (), stated("x"), stated("y"), rule=gate(**rule)), stage("second", ("first",))))
        w.enrol()
        w.state_figure("x")
        w.evaluate()
        gates.open_gate(w.context, "one", "first")
        return w

    def test_who_may_lets_a_blocking_criterion_pass_and_it_shows_for_ever(self, world: MakeWorld) -> None:
        w = self.blocked(world, override=(Role.BOARD_CHAIR,))
        assert w.decide("first", by="mona", overrides=("y",)).refused == "override"
        assert w.decide("first", by="bruno", overrides=("x",)).refused == "override", "x is met"
        assert w.decide("first", DecisionKind.STOP, by="bruno", overrides=("y",)).refused == "override"
        assert w.decide("first", by="bruno", reason=" ", overrides=("y",)).refused == "reason"
        assert w.decide("first", by="bruno", overrides=("y",)).decided is DecisionKind.GO
        (milestone,) = standing.state(w.context, "one").milestones
        assert milestone.overridden == "y"
        w.at("2024-09-01").state_figure("y")
        w.evaluate()
        (line, _) = standing.status(w.context, "one").stages
        assert line.overridden == ("y",)

    def test_it_shows_even_when_the_milestone_was_taken_back(self, world: MakeWorld) -> None:
        w = self.blocked(world, override=(Role.BOARD_CHAIR,))
        w.decide("first", by="bruno", overrides=("y",))
        w.state_figure("y")
        gates.open_gate(w.context, "one", "second")
        w.decide("second", DecisionKind.RECYCLE, by="mona", to_stage="first")
        w.evaluate()
        assert w.decide("first", by="mona").decided is DecisionKind.GO
        assert standing.status(w.context, "one").stages[0].overridden == ("y",)

    def test_the_vote_is_cast_in_the_role_that_may(self, world: MakeWorld) -> None:
        w = self.blocked(world, override=(Role.BOARD_CHAIR,))
        assert w.decide("first", by="bruno", role=Role.BOARD_MEMBER, overrides=("y",)).refused == "override"
        w.decide("first", by="bruno", overrides=("y",))
        assert standing.state(w.context, "one").votes[0].role is Role.BOARD_CHAIR

    def test_others_may_follow_a_go_that_overrides(self, world: MakeWorld) -> None:
        w = self.blocked(world, need=2, override=(Role.BOARD_CHAIR,))
        assert w.decide("first", by="mona").refused == "not-ready"
        w.decide("first", by="bruno", overrides=("y",))
        assert w.decide("first", by="mona").decided is DecisionKind.GO

    def test_who_represents_an_excluded_kind_overrides_nothing_whatever_the_role(self, world: MakeWorld) -> None:
        w = self.blocked(world, override=(Role.BOARD_MEMBER,), override_never=(HelixKind.GOVERNMENT,))
        assert w.decide("first", by="gala", overrides=("y",)).refused == "override"
        w.decide("first", by="mona", overrides=("y",))
        assert decided(w)

    def test_nobody_overrides_where_the_model_names_nobody(self, world: MakeWorld) -> None:
        w = self.blocked(world)
        assert w.decide("first", by="bruno", overrides=("y",)).refused == "override"


def test_the_ledger_tells_it_all_again(world: MakeWorld) -> None:
    w = begun(world, gate(need=2, veto=(Role.BOARD_CHAIR,)), "extra")
    w.record("delegation initiative=one person=bruno delegate=nobody from=2024-01-01")
    w.decide("first", by="nobody", speaks_for="bruno")
    w.state_figure("extra")
    w.evaluate()
    gates.renew_code(w.context, "one", "first", "mona")
    w.decide("first", Stance.ABSTAIN, by="gala")
    w.decide("first", by="mona")
    stored = standing.state(w.context, "one")
    again = replay(ledger.entries(w.context, "one"))
    assert again is not None
    assert sort_rows(again) == stored


def test_an_unknown_person_is_reported_with_the_nearest(world: MakeWorld) -> None:
    w = begun(world, gate())
    with pytest.raises(UnknownName, match="bruno"):
        w.decide("first", by="mona", speaks_for="brno")


def test_where_four_eyes_are_asked_it_must_be_said_who_records(world: MakeWorld) -> None:
    w = begun(world, gate(four_eyes=True))
    link = w.submission("link initiative=one id=l direction=inside with_whom=x from=2024-01-01")
    with pytest.raises(Mistakes, match=r"^command line: the gate of .* asks who records.*--actor PERSON"):
        registry.record(w.context, [link], actor=NOBODY)
    assert registry.record(w.context, [link], actor="gala").entered == 1


def test_where_four_eyes_are_asked_it_must_be_said_who_asks_for_a_review(world: MakeWorld) -> None:
    w = world(model(stage("first", rule=gate(four_eyes=True))))
    w.enrol()
    with pytest.raises(NotPossible, match="--by PERSON"):
        gates.open_gate(w.context, "one", "first", actor=NOBODY)
    assert gates.open_gate(w.context, "one", "first", actor=NOBODY, asked_by="bruno").review
