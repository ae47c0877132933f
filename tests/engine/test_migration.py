"""An initiative passes to another model: milestones and dates stay, what is open closes, what the model asks opens."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from support.due import fall_due, moments, replays
from support.world import World, model, stage, stated

from clusterflow.domain import events as ev
from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.migration import Opening
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import ConditionStatus, DecisionKind, DueKind, Role, StageKind, Standing, VoteFall
from clusterflow.errors import Mistakes, NotPossible, UnknownName
from clusterflow.services import gates, ledger, standing
from clusterflow.services.migration import Migration, migrate

from .conftest import MakeWorld

OFFICE = ("office id=agency organisation=ministry name=Agency from=2020-01-01",)


def of_kind(made: LifecycleModel, **kinds: StageKind) -> LifecycleModel:
    """Give stages their kinds; all others have kinds of their own."""
    stages = tuple(s.model_copy(update={"kind": kinds.get(s.id.replace("-", "_"), s.kind)}) for s in made.stages)
    return made.model_copy(update={"stages": stages})


MASS, STRATEGY, BODY = StageKind.CRITICAL_MASS, StageKind.STRATEGY, StageKind.INSTITUTIONALIZATION
OLD = of_kind(
    model(
        stage("mass", (), stated("a", keep=">= 1/2"), stated("w")),
        stage("plan", ("mass",), stated("b"), need=2),
        stage("body", ("plan",), stated("c")),
    ),
    mass=MASS, plan=STRATEGY, body=BODY,
)  # fmt: skip
OTHER = of_kind(
    model(
        stage("people", (), stated("a", keep=">= 1/2")),
        stage("house", (), stated("h")),
        stage("plan", ("people",), stated("b"), allowed_days=30),
        stage("body", ("plan", "house"), stated("c")),
        name="other",
    ),
    people=MASS, plan=STRATEGY, body=BODY, house=StageKind.HOSTING,
)  # fmt: skip


def begin(make: MakeWorld, *models: LifecycleModel) -> World:
    """An initiative that has an office, achieved its first stage, and has an open gate with a vote."""
    w = make(*models)
    w.record(*OFFICE)
    w.enrol()
    w.record("initiative id=one office=agency from=2024-01-10")
    for name in "aw":
        w.state_figure(name)
    w.evaluate()
    assert w.decide("mass").decided
    w.at("2024-02-01").state_figure("b")
    w.evaluate()
    assert w.decide("plan").taken
    return w


def go(w: World, to: str = "other", **more: object) -> Migration:
    given = {"initiative": "one", "by": "gala", "reason": "the program has a new model"} | more
    return migrate(w.context, to, language="en", **given)  # type: ignore[arg-type]


def state(w: World) -> InitiativeState:
    return standing.state(w.context, "one")


def passed(w: World) -> ev.InitiativeMigrated:
    (entry,) = [e for e in ledger.entries(w.context, "one") if e.event.kind == "initiative.migrated"]
    assert isinstance(entry.event, ev.InitiativeMigrated)
    return entry.event


def verified(w: World) -> bool:
    return replays(w) and not any(one.flaws for one in ledger.verify(w.context))


def test_milestones_and_their_dates_pass_to_the_stages_of_their_kind(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    before = state(w).milestone("mass")
    w.at("2024-02-10")
    done = go(w)
    after = state(w)
    assert (after.model, after.model_hash, after.standing) == ("other", OTHER.hash, Standing.ACTIVE)
    carried = after.milestone("people")
    assert before is not None
    assert carried == before.model_copy(update={"stage": "people"})
    assert after.milestone("mass") is None
    assert passed(w).milestones == {"mass": date(2024, 1, 10)}
    assert "«mass»: its milestone of 2024-01-10 is carried over to «people»" in done.initiatives[0].lines
    assert verified(w)


def test_open_gates_close_and_their_votes_fall(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    at = state(w).version
    go(w)
    events = [e.event for e in ledger.entries(w.context, "one", at)]
    kinds = [e.kind for e in events]
    assert kinds[:4] == ["gate.withdrawn", "vote.fell", "initiative.migrated", "stage.entered"]
    assert isinstance(events[1], ev.VoteFell)
    assert events[1].why is VoteFall.MODEL
    # The gate of the same stage is ready under the new model as well: it opens under a name of its own.
    assert [(r.id, r.stage) for r in state(w).open_reviews] == [("plan-2", "plan")]
    assert w.decide("plan").decided, "under the new model one vote suffices"
    assert verified(w)


def test_what_opens_says_why(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    done = go(w)
    assert passed(w).opens == {"house": Opening.NEW, "plan": Opening.GOES_ON}
    assert {v.stage for v in state(w).open_visits} == {"house", "plan"}
    lines = done.initiatives[0].lines
    assert "«house»: opens, because no stage of the former model passes to it" in lines
    assert "«plan»: goes on (due on 2024-02-09)" in lines


def test_time_runs_on_from_the_day_on_which_the_stage_began(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    go(w)
    visit = state(w).visit("plan")
    assert visit is not None
    assert (str(visit.entered_on), str(visit.due_on)) == ("2024-01-10", "2024-02-09")
    assert (DueKind.STAGE, "plan/1") in moments(w)
    assert "stage.overdue" in fall_due(w, "2024-02-12")
    assert verified(w)


def test_a_stage_that_is_due_on_the_day_of_the_migration_is_not_overdue_yet(world: MakeWorld) -> None:
    short = of_kind(model(stage("plan", (), stated("b"), allowed_days=10)), plan=STRATEGY)
    longer = of_kind(model(stage("plan", (), stated("b"), allowed_days=30), name="longer"), plan=STRATEGY)
    w = world(short, longer)
    w.record(*OFFICE)
    w.enrol()
    w.record("initiative id=one office=agency from=2024-01-10")
    assert "stage.overdue" in fall_due(w, "2024-01-22")
    w.at("2024-02-09")
    go(w, "longer")
    visit = state(w).visit("plan")
    assert visit is not None
    assert (str(visit.due_on), visit.overdue_level) == ("2024-02-09", 0)
    assert "stage.overdue" in fall_due(w, "2024-02-12"), "it is told anew"
    assert verified(w)


def test_a_stage_whose_turn_comes_later_is_interrupted_and_resumed_on_the_way_back(world: MakeWorld) -> None:
    late = of_kind(
        model(stage("mass", (), stated("a")), stage("body", ("mass",), stated("c")),
              stage("plan", ("body",), stated("b")), name="late"),
        mass=MASS, plan=STRATEGY, body=BODY,
    )  # fmt: skip
    w = begin(world, OLD, late)
    before = state(w)
    go(w, "late")
    assert passed(w).interrupted == {"plan": "body"}
    assert passed(w).opens == {"body": Opening.ORDER}
    w.at("2024-02-11")
    back = go(w, "tiny")
    assert (
        "«plan»: is resumed; an earlier migration had interrupted it (due on 2024-04-29)" in back.initiatives[0].lines
    )
    visit, first = state(w).visit("plan"), before.visit("plan")
    assert visit is not None
    assert first is not None
    assert (visit.round, visit.entered_on) == (first.round, first.entered_on)
    assert (visit.due_on - first.due_on).days == 10, "the days of the interruption do not count"
    assert verified(w)


def test_a_milestone_is_never_lost(world: MakeWorld) -> None:
    small = of_kind(model(stage("plan", (), stated("b")), stage("x", (), stated("x")), name="small"),
                    plan=STRATEGY, x=StageKind.OPERATION)  # fmt: skip
    w = begin(world, OLD, small)
    before = state(w)
    with pytest.raises(Mistakes) as refused:
        go(w, "small")
    assert str(refused.value) == (
        "--mapping: the milestone of «mass» (2024-01-10) of «one» would be lost: small has no stage of its kind, "
        "critical-mass; accepted: a stage of small in its place: plan, x. Add to the mapping, below "
        "«stages:», mass: plan"
    )
    assert state(w) == before
    assert replays(w)


def test_two_stages_that_become_one_must_both_be_achieved(world: MakeWorld, tmp_path: Path) -> None:
    one = of_kind(model(stage("whole", (), stated("b")), stage("body", ("whole",), stated("c")), name="whole"),
                  whole=STRATEGY, body=BODY)  # fmt: skip
    w = begin(world, OLD, one)
    file = tmp_path / "mapping.yaml"
    file.write_text("from: tiny\nto: whole\nstages:\n  mass: whole\n  plan: whole\n")
    with pytest.raises(Mistakes, match="«whole» also takes the place of plan, which is not achieved"):
        go(w, "whole", mapping=file)
    assert w.decide("plan", by="gala").decided
    go(w, "whole", mapping=file)
    carried = state(w).milestone("whole")
    assert carried is not None
    assert str(carried.achieved_on) == "2024-02-01", "the day on which both were achieved"
    assert [v.stage for v in state(w).open_visits] == ["body"]
    assert verified(w)


def test_a_condition_stays_if_the_new_gate_asks_for_it(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    w.state_figure("a", 0)
    w.state_figure("w", 0)
    again = of_kind(
        model(stage("mass", (), stated("a"), stated("w")), stage("plan", ("mass",), stated("b")), name="again"),
        mass=MASS, plan=STRATEGY,
    )  # fmt: skip
    w.context.models = {**dict(w.context.models or {}), "again": again}
    conditional = begin_conditional(w)
    go(conditional, "again", initiative="two")
    carried = standing.state(w.context, "two")
    assert [(c.criterion, c.stage, c.status) for c in carried.conditions_at("mass")] == [
        ("a", "mass", ConditionStatus.PENDING),
        ("w", "mass", ConditionStatus.PENDING),
    ]
    go(conditional, "other", initiative="two")
    carried = standing.state(w.context, "two")
    assert {c.criterion: c.status for c in carried.conditions_at("people")} == {
        "a": ConditionStatus.PENDING,
        "w": ConditionStatus.REPLACED,
    }
    assert verified(w)


def begin_conditional(w: World) -> World:
    """A second initiative that passed its first gate under conditions."""
    w.enrol("two")
    w.record("initiative id=two office=agency from=2024-02-01")
    w.state_figure("a", 0, initiative="two")
    w.state_figure("w", 0, initiative="two")
    w.evaluate("two")
    gates.open_gate(w.context, "two", "mass")
    assert w.decide("mass", DecisionKind.CONDITIONAL_GO, initiative="two", due_all=date(2024, 6, 1)).decided
    return w


def test_a_hold_goes_on(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    assert w.decide("plan", DecisionKind.HOLD, until=date(2024, 3, 1)).taken
    assert w.decide("plan", DecisionKind.HOLD, by="gala", until=date(2024, 3, 1)).decided
    go(w)
    assert state(w).held_until("plan") == date(2024, 3, 1)
    assert state(w).open_reviews == ()
    assert "gate.opened" in fall_due(w, "2024-03-01")
    assert verified(w)


def test_a_declined_stage_opens_where_it_is_not_optional(world: MakeWorld) -> None:
    def with_plan(name: str, *, optional: bool) -> LifecycleModel:
        made = model(
            stage("mass", (), stated("a"), stated("w")),
            stage("plan", ("mass",), stated("b"), need=2, optional=optional),
            stage("body", ("plan",), stated("c")),
            name=name,
        )
        return of_kind(made, mass=MASS, plan=STRATEGY, body=BODY)

    w = begin(
        world, with_plan("tiny", optional=True), with_plan("free", optional=True), with_plan("strict", optional=False)
    )
    gates.decline_stage(w.context, "one", "plan", "mona", "no plan is needed")
    go(w, "free")
    assert state(w).declined == {"plan"}
    assert [v.stage for v in state(w).open_visits] == ["body"]
    go(w, "strict")
    assert state(w).declined == frozenset()
    assert [v.stage for v in state(w).open_visits] == ["plan"]
    assert verified(w)


def test_the_answer_for_a_day_before_is_that_of_the_former_model(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    then = standing.status(w.context, "one", date(2024, 2, 1))
    w.at("2024-03-01")
    go(w)
    again = standing.status(w.context, "one", date(2024, 2, 1))
    assert (again.model, [s.stage for s in again.stages]) == ("tiny", [s.stage for s in then.stages])
    assert standing.status(w.context, "one").model == "other"


def test_another_version_of_the_same_model(world: MakeWorld) -> None:
    w = begin(world, OLD)
    before = state(w)
    newer = LifecycleModel.model_validate({**OLD.model_dump(by_alias=True), "version": "2"})
    w.context.models = {"tiny": newer}
    go(w, "tiny")
    after = state(w)
    assert after.model_hash == newer.hash
    assert after.milestones == before.milestones
    assert after.visits == before.visits
    assert after.answers == before.answers
    with pytest.raises(NotPossible, match="already under this version of tiny"):
        go(w, "tiny")
    assert verified(w)


def test_only_staff_of_the_office_decides_it(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    with pytest.raises(NotPossible, match="«mona» may not migrate «one»: the staff of its office, «agency», may"):
        go(w, by="mona")
    with pytest.raises(UnknownName):
        go(w, by="unheard-of")
    with pytest.raises(Mistakes, match="a migration needs a reason"):
        go(w, reason=" ")
    go(w)
    assert (passed(w).role, passed(w).reason, passed(w).second) == (
        Role.OFFICE, "the program has a new model", None
    )  # fmt: skip


def test_where_a_model_asks_for_four_eyes_a_second_person_decides(world: MakeWorld) -> None:
    careful = of_kind(
        model(
            stage("mass", (), stated("a"), rule=DecidedBy(roles=(Role.BOARD_CHAIR,), four_eyes=True)), name="careful"
        ),
        mass=MASS,
    )
    w = begin(world, OLD, careful)
    with pytest.raises(NotPossible, match="careful asks for four eyes"):
        go(w, "careful")
    with pytest.raises(NotPossible, match="cannot be both persons"):
        go(w, "careful", second="gala")
    with pytest.raises(NotPossible, match="«nobody» neither is staff"):
        go(w, "careful", second="nobody")
    go(w, "careful", second="bruno")
    assert passed(w).second not in (None, passed(w).decider)
    assert verified(w)


def test_a_dry_run_says_the_same_and_writes_nothing(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    before, entries = state(w), ledger.entries(w.context, "one")
    dry = go(w, dry_run=True)
    assert state(w) == before
    assert ledger.entries(w.context, "one") == entries
    assert dry.dry_run
    assert go(w).initiatives[0].lines == dry.initiatives[0].lines


def test_all_of_a_model_go_on_after_one_that_cannot(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    w.enrol("two")
    w.enrol("three")
    w.record("initiative id=three office=agency from=2024-02-01")
    done = go(w, initiative=None, all_of="tiny")
    assert {one.initiative: one.refused is None for one in done.initiatives} == {
        "one": True, "three": True, "two": False
    }  # fmt: skip
    assert "it has no office" in str(done.refused[0].refused)
    assert standing.state(w.context, "two").model == "tiny"
    with pytest.raises(UnknownName, match="nothing"):
        go(w, initiative=None, all_of="nothing")


def test_a_stopped_initiative_is_not_migrated(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    w.decide("plan", DecisionKind.STOP)
    w.decide("plan", DecisionKind.STOP, by="gala")
    with pytest.raises(NotPossible, match="was stopped"):
        go(w)


def test_a_repeat_is_recognised(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    first = go(w, key="once")
    assert go(w, key="once", by="gala").initiatives[0].entries == first.initiatives[0].entries


def test_the_longest_key_is_long_enough_for_each_initiative(world: MakeWorld) -> None:
    w = begin(world, OLD, OTHER)
    done = go(w, key="k" * 128)
    assert go(w, key="k" * 128).initiatives[0].entries == done.initiatives[0].entries
