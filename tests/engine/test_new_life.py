"""A stopped initiative can be enrolled again, under its own id or by a stated successor."""

from __future__ import annotations

import pytest
from support.due import moments, replays
from support.world import World, model, stage

from clusterflow.domain.terms import DecisionKind, StageStatus, Standing
from clusterflow.errors import NotPossible, UnknownName
from clusterflow.services import enrolment, ledger, standing

from .conftest import MakeWorld


@pytest.fixture
def stopped(world: MakeWorld) -> World:
    """An initiative that passed its first stage and was stopped in the second."""
    w = world(
        model(stage("first"), stage("second", ("first",))),
        model(stage("start"), stage("second", ("start",)), name="other"),
    )
    w.enrol()
    for name in ("first", "second"):
        w.state_figure(name)
        w.evaluate()
        w.decide(name, DecisionKind.GO if name == "first" else DecisionKind.STOP)
    return w.at("2025-01-15")


def enrol(w: World, initiative: str = "one", under: str = "tiny", succeeds: str | None = None) -> tuple[str, ...]:
    line = f"initiative id={initiative} name=Again country=ES from=2025-01-15"
    return enrolment.enrol(w.context, w.submission(line), under, succeeds=succeeds).stages


def test_a_new_life_begins_anew_under_the_same_id(stopped: World) -> None:
    w = stopped
    assert enrol(w) == ("first",)
    state = standing.state(w.context, "one")
    assert (state.standing, str(state.enrolled_on)) == (Standing.ACTIVE, "2025-01-15")
    assert [(v.stage, v.round) for v in state.open_visits] == [("first", 2)]
    assert (state.milestone("first"), state.answers) == (None, ())
    assert moments(w)
    w.record("observation initiative=one metric=first numerator=1 denominator=1 on=2025-01-15")
    w.evaluate()
    assert w.decide("first").entered == ("second",)
    assert replays(w)


def test_the_stages_of_the_former_life_lie_ahead_again(stopped: World) -> None:
    w = stopped
    enrol(w)
    found = [(s.stage, s.status, s.entered_on) for s in standing.status(w.context, "one").stages]
    assert found == [("first", StageStatus.UNDER_WAY, w.now.date()), ("second", StageStatus.AHEAD, None)]


def test_a_new_life_may_have_another_model(stopped: World) -> None:
    w = stopped
    assert enrol(w, under="other") == ("start",)
    assert standing.status(w.context, "one").model == "other"
    w.state_figure("start")
    w.evaluate()
    assert w.decide("start").entered == ("second",)
    assert [s.stage for s in standing.status(w.context, "one").stages] == ["start", "second"]
    assert replays(w)


def test_what_was_true_of_the_former_life_stays_true_of_its_days(stopped: World) -> None:
    w = stopped
    before = standing.state(w.context, "one", w.now.date())
    w.at("2025-03-01")
    enrol(w, under="other")
    assert standing.state(w.context, "one", before.last_at.date()).model == "tiny"


def test_who_was_not_stopped_is_not_enrolled_again(world: MakeWorld) -> None:
    w = world(model(stage("first")))
    w.enrol()
    with pytest.raises(NotPossible, match="already enrolled"):
        enrol(w)


def test_a_successor_names_the_stopped_initiative_that_it_carries_on(stopped: World) -> None:
    w = stopped
    enrol(w, "two", succeeds="one")
    (first, *_) = [e.event for e in ledger.entries(w.context, "two") if e.event.kind == "initiative.enrolled"]
    assert first.succeeds == "one"  # type: ignore[union-attr]
    with pytest.raises(NotPossible, match="was not stopped"):
        enrol(w, "three", succeeds="two")
    with pytest.raises(UnknownName):
        enrol(w, "four", succeeds="nobody")
