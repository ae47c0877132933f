"""The life of an initiative: gates open, people decide, milestones are achieved, lapse and are restored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import patch

import pytest
from support.world import World, model, stage, stated

from clusterflow.domain.terms import DecisionKind, HelixKind, ReviewStatus, Role, Severity, StageStatus
from clusterflow.errors import Mistakes, NotPossible, UnknownName
from clusterflow.rules.projection import replay
from clusterflow.services import explanation, gates, ledger, standing
from clusterflow.services import review as review_service
from clusterflow.services.views.initiative import initiative_page
from clusterflow.store import metrics
from clusterflow.store.ledger import hash_of
from clusterflow.store.state import sort_rows

from .conftest import MakeWorld

TWO = model(stage("first"), stage("second", ("first",)))


def statuses(w: World) -> dict[str, StageStatus]:
    return {s.stage: s.status for s in standing.status(w.context, "one").stages}


def seat_somebody_of_another_company(w: World) -> None:
    """Seat petra of the works on the board. Mona and bruno are of one firm, which counts once."""
    w.record(
        "organisation id=works name=Works helix=company size=small from=2020-01-01",
        "person id=petra name=Petra from=2020-01-01",
        "representation person=petra organisation=works from=2020-01-01",
        "seat initiative=one body=board person=petra organisation=works from=2020-01-01",
    )


def test_a_gate_opens_when_it_is_ready_and_go_leads_to_the_next_stage(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    assert "gate.opened" not in w.evaluate()
    w.state_figure("first")
    assert w.evaluate() == ("finding.changed", "gate.opened")
    assert w.evaluate() == (), "nothing new, nothing written"
    done = w.decide("first")
    assert (done.decided, done.entered) == (DecisionKind.GO, ("second",))
    assert statuses(w) == {"first": StageStatus.ACHIEVED, "second": StageStatus.UNDER_WAY}


def test_parallel_stages_begin_together_and_what_follows_waits_for_both(world: MakeWorld) -> None:
    w = world(model(stage("a"), stage("b", ("a",)), stage("c", ("a",)), stage("d", ("b", "c"))))
    w.enrol()
    for name in ("a", "b", "c"):
        w.state_figure(name)
        w.evaluate()
        w.decide(name)
        if name == "b":
            assert statuses(w)["d"] is StageStatus.AHEAD
    assert statuses(w)["d"] is StageStatus.UNDER_WAY


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", "it is\0time"),
        ("by", "mo\0na"),
        ("code", "\x1b"),
        ("speaks_for", "br\0uno"),
        ("to_stage", "fi\0rst"),
        ("overrides", ("fi\0rst",)),
        ("due", {"fi\0rst": date(2024, 9, 1)}),
    ],
)
def test_a_character_that_no_text_may_contain_is_refused(world: MakeWorld, field: str, value: Any) -> None:
    w = world(TWO)
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    before = w.kinds()
    with pytest.raises(Mistakes, match="contains a character that is not allowed"):
        w.decide("first", **{field: value})
    assert w.kinds() == before
    assert w.decide("first", reason="two\r\n\tlines").taken


def test_a_gate_that_is_no_longer_ready_closes_and_says_so(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.at("2024-02-01").state_figure("first", 0)
    assert w.evaluate() == ("finding.changed", "gate.withdrawn")
    assert w.decide("first").refused == "closed"


def test_a_hold_keeps_the_gate_shut_until_its_day(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.decide("first", DecisionKind.HOLD, until=date(2024, 3, 1))
    assert statuses(w)["first"] is StageStatus.HELD
    assert w.at("2024-02-28").evaluate() == ()
    assert w.at("2024-03-01").evaluate() == ("hold.ended", "gate.opened")


def test_a_conditional_go_goes_on_and_its_conditions_are_watched(world: MakeWorld) -> None:
    w = world(model(stage("first", (), stated("x"), stated("y")), stage("second", ("first",))))
    w.enrol()
    w.state_figure("x")
    w.evaluate()
    gates.open_gate(w.context, "one", "first")
    assert w.decide("first").refused == "not-ready"
    assert w.decide("first", DecisionKind.CONDITIONAL_GO).refused == "conditions"
    done = w.decide("first", DecisionKind.CONDITIONAL_GO, due={"y": date(2024, 6, 1)})
    assert done.decided is DecisionKind.CONDITIONAL_GO
    w.at("2024-05-01").state_figure("y")
    assert "condition.met" in w.evaluate()


def test_a_condition_whose_day_passes_is_missed(world: MakeWorld) -> None:
    w = world(model(stage("first", (), stated("y")), stage("second", ("first",))))
    w.enrol()
    gates.open_gate(w.context, "one", "first")
    w.decide("first", DecisionKind.CONDITIONAL_GO, due_all=date(2024, 6, 4))
    assert "condition.missed" not in w.at("2024-06-04").evaluate()
    assert "condition.missed" in w.at("2024-06-05").evaluate()
    assert "condition.missed" not in w.at("2024-06-06").evaluate()


def test_a_recycle_takes_milestones_back_and_begins_another_round(world: MakeWorld) -> None:
    w = world(model(stage("a"), stage("b", ("a",)), stage("c", ("b",))))
    w.enrol()
    for name in ("a", "b"):
        w.state_figure(name)
        w.evaluate()
        w.decide(name)
    gates.open_gate(w.context, "one", "c")
    assert w.decide("c", DecisionKind.RECYCLE, to_stage="c").decided is DecisionKind.RECYCLE
    gates.open_gate(w.context, "one", "c")
    assert w.decide("c", DecisionKind.RECYCLE, to_stage="d").refused == "to-stage"
    assert w.decide("c", DecisionKind.RECYCLE, to_stage="a").entered == ("a",)
    assert statuses(w) == {"a": StageStatus.UNDER_WAY, "b": StageStatus.LEFT, "c": StageStatus.LEFT}
    w.evaluate()
    assert w.decide("a").entered == ("b",)
    assert standing.state(w.context, "one").rounds("a") == 2


def test_a_stopped_initiative_is_at_rest(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    gates.open_gate(w.context, "one", "first")
    w.decide("first", DecisionKind.STOP)
    w.state_figure("first")
    assert w.evaluate() == ()
    assert w.decide("first").refused == "stopped"
    assert standing.state(w.context, "one").open_visits == ()


def test_a_milestone_lapses_under_its_lower_bound_and_returns_at_its_full_one(world: MakeWorld) -> None:
    w = world(model(stage("first", (), stated("x", ">= 80 %", keep=">= 60 %")), stage("second", ("first",))))
    w.enrol()
    w.state_figure("x", 80, 100)
    w.evaluate()
    w.decide("first")
    happened = []
    for day, value in (("02-01", 70), ("03-01", 59), ("04-01", 60), ("05-01", 79), ("06-01", 80), ("07-01", 65)):
        w.at(f"2024-{day}").state_figure("x", value, 100)
        happened += [k for k in w.evaluate() if k.startswith("milestone")]
    assert happened == ["milestone.lapsed", "milestone.restored"], "in between nothing flaps"


def test_an_open_ended_stage_goes_on_after_its_milestone(world: MakeWorld) -> None:
    w = world(model(stage("life", open_ended=True)))
    w.enrol()
    w.state_figure("life")
    w.evaluate()
    w.decide("life")
    w.at("2025-01-10")
    w.evaluate()
    assert standing.state(w.context, "one").visit("life") is not None
    assert w.kinds().count("gate.opened") == 1


def test_an_overdue_stage_is_reported_once_and_once_more_later(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    reported = [k for day in range(11, 32) for k in w.at(f"2024-01-{day}").evaluate() if k == "stage.overdue"]
    assert reported == ["stage.overdue"]
    assert w.at("2024-03-01").evaluate() == ("stage.overdue",)
    assert w.at("2024-06-01").evaluate() == ()
    lines = [line.text for line in initiative_page(w.context, "one", "en").history if line.kind == "stage.overdue"]
    assert lines == ["The stage is still overdue; the next level was notified.", "The stage is overdue."]


def test_who_may_not_decide_is_refused_with_the_reason_and_the_ledger_records_it(world: MakeWorld) -> None:
    board = stage("first", roles=(Role.BOARD_MEMBER,), need=2, never=(HelixKind.GOVERNMENT,))
    w = world(model(board, stage("second", ("first",))))
    w.enrol()
    seat_somebody_of_another_company(w)
    w.state_figure("first")
    w.evaluate()
    barred, nobody = w.decide("first", by="gala"), w.decide("first", by="nobody")
    assert (barred.refused, nobody.refused) == ("barred", "role")
    assert "government never decides" in str(barred.why)
    assert w.decide("first", by="bruno", role=Role.MANAGER).refused == "role"
    assert w.decide("first", by="bruno", reason=" ").refused == "reason"
    assert w.decide("first", by="bruno").votes == 1
    assert w.decide("first", by="bruno").refused == "twice"
    assert w.decide("first", by="petra").decided is DecisionKind.GO
    assert w.decide("first", by="petra").refused == "closed"
    assert w.kinds().count("decision.refused") == 6


def test_a_decision_on_findings_that_changed_is_refused_with_what_changed(world: MakeWorld) -> None:
    w = world(model(stage("first", (), stated("x"), stated("y", severity=Severity.WARNING))))
    w.enrol()
    w.state_figure("x")
    w.evaluate()
    findings = explanation.explain(w.context, "one")[0].findings
    w.at("2024-02-01").state_figure("y")
    refused = w.decide("first", seen=findings)
    assert refused.refused == "stale"
    assert "y is now met" in str(refused.why)
    assert w.decide("first", seen=explanation.explain(w.context, "one")[0].findings).taken


def test_facts_recorded_after_the_last_look_count_at_the_decision(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.at("2024-02-01").state_figure("first", 0)
    assert w.decide("first").refused == "closed", "nobody evaluated in between, the decision did"


def test_an_edited_model_changes_nothing_for_those_under_way(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    w.context.models = {"tiny": model(stage("first", (), stated("other")))}
    w.state_figure("first")
    assert "gate.opened" in w.evaluate()
    w.enrol("another")
    assert standing.pinned_model(w.context, "another").hash != standing.pinned_model(w.context, "one").hash


def test_an_initiative_is_enrolled_once_and_unknown_names_get_the_nearest(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    with pytest.raises(NotPossible, match="already enrolled"):
        w.enrol()
    with pytest.raises(UnknownName, match=r"no model is called «tyni»; there are: tiny"):
        w.enrol("two", "tyni")
    with pytest.raises(UnknownName, match="the nearest: one"):
        standing.status(w.context, "onne")
    with pytest.raises(UnknownName, match="the nearest: first"):
        w.decide("frist")
    with pytest.raises(UnknownName, match="the nearest: mona"):
        w.decide("first", by="moona")


def test_an_initiative_whose_own_record_was_withdrawn_holds_nobody_up(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    w.enrol("two")
    w.state_figure("first", initiative="two")
    w.record("initiative id=one retract=true")
    assert [c.initiative for c in review_service.review_portfolio(w.context).changed] == ["two"]
    assert {s.initiative for s in standing.board(w.context).lines} == {"one", "two"}
    assert standing.status(w.context, "one").stages
    assert explanation.explain(w.context, "one")


def test_no_initiative_has_the_name_of_the_registry(world: MakeWorld) -> None:
    w = world(TWO)
    with pytest.raises(NotPossible, match="give the initiative another id"):
        w.enrol("registry")


def test_history_is_not_written_backwards(world: MakeWorld) -> None:
    w = world(TWO)
    w.at("2024-05-01").enrol()
    w.at("2024-04-01")
    with pytest.raises(NotPossible, match="already has entries of 2024-05-01"):
        w.state_figure("first")


def test_the_status_of_a_past_day_is_what_the_ledger_said_then(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.at("2024-02-01").decide("first")
    then = standing.status(w.context, "one", date(2024, 1, 20))
    assert {s.stage: s.status for s in then.stages} == {"first": StageStatus.GATE_OPEN, "second": StageStatus.AHEAD}
    with pytest.raises(NotPossible, match="not yet enrolled"):
        standing.status(w.context, "one", date(2023, 1, 1))


def test_the_ledger_replays_to_the_stored_state_and_its_chain_is_whole(world: MakeWorld) -> None:
    w = world(model(stage("a", (), stated("a", keep=">= 1/2")), stage("b", ("a",)), stage("c", ("a",))))
    w.enrol()
    for day, figure, value in (("02-01", "a", 1), ("03-01", "b", 1), ("04-01", "a", 0), ("05-01", "c", 1)):
        w.at(f"2024-{day}").state_figure(figure, value)
        w.evaluate()
        for review in standing.state(w.context, "one").reviews:
            if review.status is ReviewStatus.OPEN:
                w.decide(review.stage)
    assert sort_rows(replay(ledger.entries(w.context, "one"))) == standing.state(w.context, "one")  # type: ignore[arg-type]
    assert ledger.first_break(w.context, "one") is None


def test_a_changed_ledger_entry_breaks_the_chain(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol()
    with w.context.database.begin() as connection:
        connection.exec_driver_sql("UPDATE ledger SET body = replace(body, 'first', 'other') WHERE version = 2")
    assert ledger.first_break(w.context, "one") == 2


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE ledger SET body = '{' WHERE chain = 'one' AND version = 2", "does not follow"),
        ("UPDATE ledger SET kind = 'evil' WHERE chain = 'one' AND version = 3", "does not follow"),
        ("DELETE FROM ledger WHERE chain = 'one' AND version = 4", "does not follow"),
        ("UPDATE seat SET role = 'manager' WHERE role = 'chair'", "its seat is not what was recorded"),
        ("UPDATE body SET kind = 'nonsense' WHERE id = 'board'", "its body is not what was recorded"),
        ("UPDATE body SET retracted = true WHERE id = 'board'", "its body has another status than in the ledger"),
        ("DELETE FROM seat WHERE role = 'chair'", "its fact is missing"),
        ("UPDATE stage_visit SET entered_on = '2023-01-01'", "differs from the one that its ledger gives"),
    ],
)
def test_what_was_changed_past_the_ledger_is_found(world: MakeWorld, tampering: str, found: str) -> None:
    w = world(TWO)
    w.enrol()
    w.state_figure("first")
    w.state_figure("first", 0)
    w.evaluate()
    assert not [flaw for one in ledger.verify(w.context) for flaw in one.flaws]
    with w.context.database.begin() as connection:
        connection.exec_driver_sql(tampering)
    flaws = [str(flaw) for flaw in ledger.verify(w.context, "one")[0].flaws]
    assert any(found in flaw for flaw in flaws), flaws


def test_a_refusal_and_a_vote_leave_the_answers_fresh(world: MakeWorld) -> None:
    w = world(model(stage("first", need=2), stage("second", ("first",))))
    w.enrol()
    seat_somebody_of_another_company(w)
    w.state_figure("first")
    w.evaluate()
    with patch.object(metrics, "measure", side_effect=AssertionError("nothing has changed")):
        assert w.decide("first", by="nobody").refused
        assert w.decide("first", by="mona").votes == 1
        assert w.decide("first", by="mona").refused == "twice"
        assert w.decide("first", by="petra").decided is DecisionKind.GO
    w.state_figure("second")
    assert w.decide("second", by="mona").refused is None, "what was recorded since is measured"


def test_no_part_of_an_entry_can_pass_for_another(world: MakeWorld) -> None:
    parts = ("0", "one", 1, datetime(2024, 1, 1, tzinfo=UTC))
    assert hash_of(*parts, "a\nb", "c", "k", "{}") != hash_of(*parts, "a", "b\nc", "k", "{}")
