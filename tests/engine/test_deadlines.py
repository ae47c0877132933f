"""Time as an event: what becomes due by the calendar is found by an index, and told once."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, insert
from support.due import fall_due, happened, moments, replays, utc
from support.world import model, stage

from clusterflow.domain.terms import DecisionKind, DueKind
from clusterflow.engine import process_deadlines as falling
from clusterflow.errors import ClusterflowError, Mistakes
from clusterflow.rules.work_calendar import CorrectedDay
from clusterflow.services import gates, ledger, review, standing
from clusterflow.store import deadlines
from clusterflow.store.tables import due_moment

from .conftest import MakeWorld


def test_what_is_overdue_on_a_holiday_weekend_is_reported_on_the_next_working_day(world: MakeWorld) -> None:
    """Due on Maundy Thursday; Good Friday is a holiday in Spain, and on Easter Sunday the clocks change."""
    w = world(model(stage("first", allowed_days=78)))
    w.enrol()
    w.record("initiative id=one timezone=Europe/Madrid")
    assert moments(w)[DueKind.STAGE, "first/1"] == utc("2024-03-31T22:00")
    for early in ("2024-03-29", "2024-03-30", "2024-03-31T21:59"):
        assert fall_due(w, early) == ()
        assert w.evaluate() == (), "an evaluation by chance tells no sooner"
    assert fall_due(w, "2024-03-31T22:00") == ("stage.overdue",)
    (event,) = happened(w, "stage.overdue")
    assert (event["due_on"], event["on"], event["level"]) == (date(2024, 3, 28), date(2024, 4, 1), 1)
    assert [k for k, _ in moments(w)] == [DueKind.ESCALATION]
    assert fall_due(w) == ()
    assert fall_due(w, "2024-04-28") == (), "a Sunday"
    assert fall_due(w, "2024-04-29") == ("stage.overdue",)
    assert moments(w) == {}


def test_what_is_due_on_a_holiday_that_only_the_office_knows_is_told_after_it(world: MakeWorld) -> None:
    """Due on Monday; the Tuesday after it is a holiday of which the library knows nothing, the Thursday none at all."""
    w = world(model(stage("first", allowed_days=68)))
    w.context.corrected_days = (  # type: ignore[misc]
        CorrectedDay("ES-CT", date(2024, 3, 19), True, "a decree"),
        CorrectedDay("ES", date(2024, 3, 20), True, "a decree"),
    )
    w.enrol()
    assert moments(w)[DueKind.STAGE, "first/1"] == utc("2024-03-19T00:00")
    w.record("initiative id=one subdivision=ES-CT")
    assert moments(w)[DueKind.STAGE, "first/1"] == utc("2024-03-21T00:00")
    assert fall_due(w, "2024-03-20") == ()
    assert fall_due(w, "2024-03-21") == ("stage.overdue",)


def test_a_day_ends_at_midnight_where_the_initiative_is(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=69)))
    w.enrol()
    assert moments(w)[DueKind.STAGE, "first/1"] == utc("2024-03-20T00:00")
    w.record("initiative id=one timezone=America/Mexico_City country=MX")
    assert moments(w)[DueKind.STAGE, "first/1"] == utc("2024-03-20T06:00"), "the time zone was corrected"
    assert fall_due(w, "2024-03-20T05:59") == (), "in Mexico it is still the 19th"
    assert fall_due(w, "2024-03-20T06:00") == ("stage.overdue",)
    assert happened(w, "stage.overdue")[0]["on"] == date(2024, 3, 20)


def test_another_country_has_other_holidays(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=67)))
    w.enrol()
    assert moments(w)[DueKind.STAGE, "first/1"] == utc("2024-03-18T00:00")
    w.record("initiative id=one country=MX")
    assert moments(w)[DueKind.STAGE, "first/1"] == utc("2024-03-19T00:00"), "Benito Juárez"


def test_a_time_zone_that_is_none_is_refused(world: MakeWorld) -> None:
    w = world(model(stage("first")))
    w.enrol()
    with pytest.raises(Mistakes, match="no time zone is called «America/Monterey»"):
        w.record("initiative id=one timezone=America/Monterey")


def test_a_stage_that_is_left_in_time_has_no_deadline_and_the_next_one_has(world: MakeWorld) -> None:
    w = world(model(stage("first"), stage("second", ("first",)), stage("aside", optional=True)))
    w.enrol()
    assert {s for _, s in moments(w)} == {"first/1"}, "an optional stage is never late"
    w.state_figure("first")
    w.evaluate()
    w.decide("first")
    assert {s for _, s in moments(w)} == {"second/1"}
    gates.open_gate(w.context, "one", "second")
    w.decide("second", DecisionKind.STOP)
    assert moments(w) == {}


def test_who_comes_back_after_three_months_tells_each_level_once(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    w.record("label initiative=one name=gold level=gold from=2024-01-10 to=2025-01-30")
    assert fall_due(w, "2024-10-02") == ("label.expiring", "stage.overdue", "stage.overdue")
    assert [e["level"] for e in happened(w, "stage.overdue")] == [1, 2]
    assert [e["months"] for e in happened(w, "label.expiring")] == [6], "of the months only the nearest"
    assert fall_due(w) == ()


def test_a_hold_that_ends_opens_the_gate_again(world: MakeWorld) -> None:
    w = world(model(stage("first"), stage("second", ("first",))))
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.decide("first", DecisionKind.HOLD, until=date(2024, 3, 2))
    assert fall_due(w, "2024-03-01") == ()
    assert fall_due(w, "2024-03-02") == (), "a Saturday"
    assert fall_due(w, "2024-03-04") == ("hold.ended", "gate.opened")
    assert happened(w, "hold.ended")[0]["until"] == date(2024, 3, 2)
    assert fall_due(w) == ()
    assert w.decide("first").taken
    assert replays(w)


def test_a_hold_that_ends_at_a_gate_that_is_not_ready_says_only_so(world: MakeWorld) -> None:
    w = world(model(stage("first")))
    w.enrol()
    gates.open_gate(w.context, "one", "first")
    w.decide("first", DecisionKind.HOLD, until=date(2024, 3, 1))
    assert fall_due(w, "2024-03-01") == ("hold.ended",)
    w.state_figure("first")
    assert "gate.opened" in w.evaluate()


def test_a_stage_that_is_held_does_not_become_overdue_and_gets_the_days_of_the_hold(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=30)))
    w.enrol()
    gates.open_gate(w.context, "one", "first")
    w.at("2024-02-01").decide("first", DecisionKind.HOLD, until=date(2024, 5, 2))
    assert [k for k, _ in moments(w)] == [DueKind.HOLD]
    assert fall_due(w, "2024-04-20") == ()
    assert not standing.status(w.context, "one").stages[0].overdue
    assert fall_due(w, "2024-05-02") == ("hold.ended",)
    assert standing.state(w.context, "one").visits[0].due_on == date(2024, 5, 10), "30 days, and the 91 of the hold"
    assert fall_due(w, "2024-05-10") == ()
    assert fall_due(w, "2024-05-13") == ("stage.overdue",), "a Monday"
    assert replays(w)


def test_of_a_hold_that_is_replaced_only_the_days_until_then_count(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=30)))
    w.enrol()
    for day, until in (("2024-01-20", date(2024, 6, 1)), ("2024-01-25", date(9999, 12, 31))):
        gates.open_gate(w.at(day).context, "one", "first")
        w.decide("first", DecisionKind.HOLD, until=until)
    gates.open_gate(w.at("2024-01-30").context, "one", "first")
    w.decide("first", DecisionKind.HOLD, until=date(2024, 2, 9))
    assert standing.state(w.context, "one").visits[0].due_on == date(2024, 2, 9) + timedelta(days=20)
    assert replays(w)


def test_a_decision_takes_the_place_of_a_hold(world: MakeWorld) -> None:
    w = world(model(stage("first"), stage("second", ("first",))))
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.decide("first", DecisionKind.HOLD, until=date(9999, 12, 31))
    assert DueKind.HOLD not in {k for k, _ in moments(w)}, "people mean for ever"
    gates.open_gate(w.context, "one", "first")
    w.decide("first", DecisionKind.HOLD, until=date(2024, 2, 1))
    assert moments(w)[DueKind.HOLD, "first"] == utc("2024-02-01T00:00")
    gates.open_gate(w.context, "one", "first")
    w.decide("first")
    assert fall_due(w, "2024-02-05") == ()


def test_a_process_that_dies_half_way_has_reported_nothing_and_the_next_reports_it_once(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    w.at("2024-02-01")
    with monkeypatch.context() as dying:
        dying.setattr(falling, "set_deadlines", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            review.process_deadlines(w.context)
    assert happened(w, "stage.overdue") == []
    assert review.initiatives_due(w.context) == ["one"]
    assert fall_due(w) == ("stage.overdue",)
    assert fall_due(w) == ()


def test_a_relay_that_comes_second_changes_nothing_and_has_no_problem(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    w.at("2024-02-01")
    assert fall_due(w) == ("stage.overdue",)
    monkeypatch.setattr(review, "initiatives_due", lambda _: ["one"])  # it looked before the other one was done
    second = review.process_deadlines(w.context)
    assert ([(one.initiative, one.changes) for one in second.changed], second.problems) == ([("one", ())], {})


def test_two_relays_at_once_tell_it_once(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    w.at("2024-02-01")
    relays = [threading.Thread(target=review.process_deadlines, args=(w.context,)) for _ in range(4)]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    assert len(happened(w, "stage.overdue")) == 1
    assert ledger.first_break(w.context, "one") is None


def test_where_it_is_not_possible_it_is_tried_again_later_and_the_others_do_not_wait(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    w.enrol("two")
    w.at("2024-02-01")
    evaluate = falling.evaluate

    def broken(work: object, initiative: str, declarations: object) -> object:
        if initiative == "one":
            raise ClusterflowError("the metric is gone")
        return evaluate(work, initiative, declarations)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(falling, "evaluate", broken)
        fell = review.process_deadlines(w.context)
        assert [one.initiative for one in fell.changed] == ["two"]
        assert fell.problems == {"one": "the metric is gone"}
        assert review.process_deadlines(w.context).problems == {}, "not at once again"
    w.now += timedelta(minutes=1)
    assert fall_due(w) == ("stage.overdue",)


def test_the_review_tells_what_is_due_too(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=4000)))
    w.enrol()
    w.record("label initiative=one name=gold level=gold from=2024-01-10 to=2025-08-29")
    (changed,) = review.review_portfolio(w.at("2024-08-29").context).changed
    assert changed.changes == ("label.expiring",)
    assert review.review_portfolio(w.context).changed == ()


def plan(connection: Connection) -> str:
    compiled = deadlines.DUE.compile(connection, compile_kwargs={"render_postcompile": True})
    sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
    now = "2024-02-01 12:00:00.000000" if sqlite else utc("2024-02-01T12:00")
    rows = connection.exec_driver_sql(f"{explain} {compiled}", (now,) if sqlite else {"now": now})
    return "\n".join(str(row[-1]) for row in rows)


def test_what_is_due_is_found_by_an_index_alone(
    world: MakeWorld,
) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    later = {"kind": "stage", "subject": "s/1", "day": date(2030, 1, 1), "at": utc("2030-01-01T00:00")}
    with w.context.database.begin() as connection:
        connection.execute(insert(due_moment), [{"initiative": f"other-{n}", **later} for n in range(5000)])
        connection.exec_driver_sql("ANALYZE")
    with w.context.database.connect() as connection:
        found = plan(connection)
    assert "ix_due_moment_at" in found
    assert "Seq Scan" not in found
    assert "SCAN" not in found
    w.at("2024-02-01")
    assert review.initiatives_due(w.context) == ["one"]
    assert fall_due(w) == ("stage.overdue",)
