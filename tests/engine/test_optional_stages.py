"""Optional stages: they may be declined, and a stage that follows one waits until it is achieved or declined."""

from __future__ import annotations

from datetime import date

import pytest
from support.due import replays
from support.world import World, model, stage

from clusterflow.domain.terms import StageStatus
from clusterflow.errors import Mistakes, NotPossible
from clusterflow.rules.stage_progress import progress_in
from clusterflow.services import gates, ledger, standing

from .conftest import MakeWorld


@pytest.fixture
def begun(world: MakeWorld) -> World:
    w = world(model(stage("first"), stage("extra", ("first",), optional=True), stage("last", ("extra",))))
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.decide("first")
    return w


def under_way(w: World) -> list[str]:
    return [v.stage for v in standing.state(w.context, "one").open_visits]


def test_a_stage_after_an_optional_one_begins_when_that_is_achieved(begun: World) -> None:
    assert under_way(begun) == ["extra"]
    begun.state_figure("extra")
    begun.evaluate()
    assert begun.decide("extra").entered == ("last",)


def test_a_stage_after_an_optional_one_begins_when_that_is_declined(begun: World) -> None:
    w = begun
    done = gates.decline_stage(w.context, "one", "extra", "mona", "the host suffices")
    assert done.entered == ("last",)
    assert under_way(w) == ["last"]
    (event,) = [e.event for e in ledger.entries(w.context, "one") if e.event.kind == "stage.declined"]
    assert event.reason == "the host suffices"  # type: ignore[union-attr]
    w.at("2024-06-01").evaluate()
    assert "extra" not in under_way(w), "what was declined does not come back by itself"
    state, extra = standing.state(w.context, "one"), w.context.models["tiny"].stage("extra")
    assert progress_in(state, extra, date(2024, 6, 1)).status is StageStatus.DECLINED
    assert replays(w)


def test_only_who_decides_there_declines_and_only_an_optional_stage_under_way(begun: World) -> None:
    context = begun.context
    with pytest.raises(NotPossible, match="does not decide at the gate"):
        gates.decline_stage(context, "one", "extra", "nobody", "why")
    with pytest.raises(NotPossible, match="not optional"):
        gates.decline_stage(context, "one", "last", "mona", "why")
    with pytest.raises(Mistakes, match="needs a reason"):
        gates.decline_stage(context, "one", "extra", "mona", " ")
    gates.decline_stage(context, "one", "extra", "mona", "why")
    with pytest.raises(NotPossible, match="is not in stage"):
        gates.decline_stage(context, "one", "extra", "mona", "why")
