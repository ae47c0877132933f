"""Time as an event: what becomes due by the calendar is found, and told once."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert
from support.world import World, model, stage, stated

from clusterflow.engine import fall_due as falling
from clusterflow.errors import ClusterflowError, Mistakes
from clusterflow.model.words import ConditionStatus, DecisionKind, DueKind, Standing
from clusterflow.rules.fold import replay
from clusterflow.store import due
from clusterflow.store.state import in_order
from clusterflow.store.tables import due_moment

from .conftest import MakeWorld


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fall_due(w: World, moment: str | None = None) -> tuple[str, ...]:
    """What becomes due, at noon of a day or at a moment in UTC."""
    if moment is not None:
        w.now = utc(moment if "T" in moment else f"{moment}T12:00")
    fell = w.app.fall_due()
    assert fell.problems == ()
    assert w.app.due_moments() == [], "nothing stays due"
    return tuple(kind for one in fell.changed for kind in one.changes)


def moments(w: World, initiative: str = "one") -> dict[tuple[DueKind, str], datetime]:
    with w.app.database.connect() as connection:
        return {(d.kind, d.subject): at for d, at in due.moments_of(connection, initiative).items()}


def happened(w: World, kind: str) -> list[dict[str, object]]:
    entries = [e for e in w.app.entries("one") if e.event.kind == kind]
    return [e.event.model_dump(exclude={"kind"}) for e in entries]


def replays(w: World) -> bool:
    return in_order(replay(w.app.entries("one"))) == w.app.state("one")  # type: ignore[arg-type]


# ── stages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_overdue_on_a_holiday_weekend_is_told_on_the_next_working_day(world: MakeWorld) -> None:
    """Due on Maundy Thursday; Good Friday is a holiday in Spain, and on Easter Sunday the clocks change."""
    w = world(model(stage("first", allowed_days=78)))
    w.enrol()
    w.record("initiative id=one timezone=Europe/Madrid")
    assert moments(w)[DueKind.STAGE, "first/1"] == utc("2024-03-31T22:00")
    for early in ("2024-03-29", "2024-03-30", "2024-03-31T21:59"):
        assert fall_due(w, early) == ()
        assert w.evaluate() == (), "an evaluation by chance tells no sooner"
    assert fall_due(w, "2024-03-31T22:00") == ("stage.overdue",)
    (told,) = happened(w, "stage.overdue")
    assert (told["due_on"], told["on"], told["level"]) == (date(2024, 3, 28), date(2024, 4, 1), 1)
    assert [k for k, _ in moments(w)] == [DueKind.ESCALATION]
    assert fall_due(w) == ()
    assert fall_due(w, "2024-04-28") == (), "a Sunday"
    assert fall_due(w, "2024-04-29") == ("stage.overdue",)
    assert moments(w) == {}


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
    w.app.open_gate("one", "second")
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


# ── holds ──────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    w.app.open_gate("one", "first")
    w.decide("first", DecisionKind.HOLD, until=date(2024, 3, 1))
    assert fall_due(w, "2024-03-01") == ("hold.ended",)
    w.state_figure("first")
    assert "gate.opened" in w.evaluate()


def test_a_decision_takes_the_place_of_a_hold(world: MakeWorld) -> None:
    w = world(model(stage("first"), stage("second", ("first",))))
    w.enrol()
    w.state_figure("first")
    w.evaluate()
    w.decide("first", DecisionKind.HOLD, until=date(9999, 12, 31))
    assert DueKind.HOLD not in {k for k, _ in moments(w)}, "people mean for ever"
    w.app.open_gate("one", "first")
    w.decide("first", DecisionKind.HOLD, until=date(2024, 2, 1))
    assert moments(w)[DueKind.HOLD, "first"] == utc("2024-02-01T00:00")
    w.app.open_gate("one", "first")
    w.decide("first")
    assert fall_due(w, "2024-02-05") == ()


# ── conditions ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def missed(world: MakeWorld) -> World:
    """Passed under the condition that y be met by Friday 31 May; now it is Monday, and it is not."""
    w = world(
        model(
            stage("first", (), stated("x"), stated("y"), allowed_days=999),
            stage("second", ("first",), allowed_days=999),
        )
    )
    w.enrol()
    w.state_figure("x")
    w.state_figure("y", 0)
    w.app.open_gate("one", "first")
    w.decide("first", DecisionKind.CONDITIONAL_GO, due={"y": date(2024, 5, 31)})
    w.record("observation initiative=one metric=x numerator=1 on=2024-05-01")
    assert fall_due(w, "2024-06-01") == (), "the day after is a Saturday"
    assert fall_due(w, "2024-06-03") == ("condition.missed", "milestone.lapsed", "gate.reopened")
    return w


def test_a_missed_condition_opens_its_gate_again_for_a_decision(missed: World) -> None:
    w = missed
    (review,) = w.app.state("one").open_reviews
    assert (review.id, review.stage, review.round) == ("first-2", "first", 1)
    assert [i.review for i in w.app.inbox()] == ["first-2"]
    assert {g.stage for g in w.app.explain("one")} == {"first", "second"}
    assert w.app.open_gate("one", "first").review == "first-2"
    assert w.app.state("one").visit("second") is not None, "what follows goes on"
    assert fall_due(w, "2024-06-04") == ()
    assert w.decide("first").refused == "not-ready"
    assert replays(w)


def test_once_it_is_met_go_is_decided_and_the_milestone_stays_one(missed: World) -> None:
    w = missed
    w.at("2024-06-05").state_figure("y")
    assert w.evaluate() == ("finding.changed", "condition.met", "milestone.restored", "gate.changed")
    done = w.decide("first")
    assert (done.decided, done.entered) == (DecisionKind.GO, ())
    assert w.kinds().count("milestone.achieved") == 1
    assert fall_due(w, "2024-07-05") == ()
    assert w.evaluate() == ()
    assert replays(w)


def test_a_new_conditional_go_gives_more_time_and_may_be_missed_again(missed: World) -> None:
    w = missed
    assert w.decide("first", DecisionKind.CONDITIONAL_GO, due={"y": date(2024, 6, 28)}).taken
    assert [c.status for c in w.app.state("one").conditions] == [ConditionStatus.REPLACED, ConditionStatus.PENDING]
    assert w.evaluate() == ("milestone.restored",)
    assert fall_due(w, "2024-06-28") == ()
    assert fall_due(w, "2024-07-01") == ("condition.missed", "milestone.lapsed", "gate.reopened")
    assert replays(w)


def test_a_hold_at_a_gate_that_was_opened_again_ends_by_opening_it_once_more(missed: World) -> None:
    w = missed
    assert w.decide("first", DecisionKind.HOLD, until=date(2024, 7, 1)).taken
    assert w.app.state("one").open_reviews == ()
    assert w.at("2024-06-20").evaluate() == ()
    assert fall_due(w, "2024-07-01") == ("hold.ended", "gate.reopened")
    assert replays(w)


def test_from_a_gate_that_was_opened_again_the_way_back_is_open(missed: World) -> None:
    w = missed
    assert w.decide("first", DecisionKind.RECYCLE, to_stage="first").entered == ("first",)
    state = w.app.state("one")
    assert [v.stage for v in state.open_visits] == ["first"]
    assert state.milestone("first") is None
    w.at("2024-06-10").state_figure("y")
    w.evaluate()
    assert w.decide("first").entered == ("second",), "the conditions of the first round bind the second no more"
    assert fall_due(w, "2024-06-11") == ()
    assert replays(w)


def test_a_gate_that_was_opened_again_can_stop_everything(missed: World) -> None:
    w = missed
    w.decide("first", DecisionKind.STOP)
    assert w.app.state("one").standing is Standing.STOPPED
    assert moments(w) == {}


def test_a_condition_at_an_open_ended_stage_opens_its_gate_again(world: MakeWorld) -> None:
    w = world(model(stage("life", (), stated("y"), open_ended=True)))
    w.enrol()
    w.app.open_gate("one", "life")
    w.decide("life", DecisionKind.CONDITIONAL_GO, due={"y": date(2024, 5, 31)})
    assert fall_due(w, "2024-06-03") == ("condition.missed", "gate.reopened"), "unknown: missed, but nothing lapses"
    w.state_figure("y")
    w.evaluate()
    assert w.decide("life").decided is DecisionKind.GO
    assert w.app.state("one").visit("life") is not None
    assert replays(w)


def test_a_condition_met_in_time_or_on_the_weekend_after_is_not_missed(world: MakeWorld) -> None:
    w = world(model(stage("first", (), stated("y")), stage("second", ("first",), allowed_days=999)))
    w.enrol()
    w.app.open_gate("one", "first")
    w.decide("first", DecisionKind.CONDITIONAL_GO, due={"y": date(2024, 5, 31)})
    w.at("2024-06-02").state_figure("y")
    assert fall_due(w, "2024-06-03") == ("finding.changed", "condition.met")


# ── labels and strategies ──────────────────────────────────────────────────────────────────────────────────────────


def ends(w: World) -> list[tuple[str, int, date]]:
    """What was told of ends: kind, months before, and on which day."""
    found = []
    for entry in w.app.entries("one"):
        kind = entry.event.kind
        if kind.startswith(("label.", "strategy.")):
            found.append((kind, getattr(entry.event, "months", 0), entry.event.on))  # type: ignore[union-attr]
    return found


def live_through(w: World, first: str, last: str) -> None:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        fall_due(w, day.isoformat())
        day += timedelta(days=1)


def test_a_label_is_told_12_6_and_3_months_before_it_expires_and_when_it_has(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=4000)))
    w.enrol()
    w.record("label initiative=one name=gold level=gold from=2024-01-10 to=2025-08-31")
    live_through(w, "2024-08-28", "2024-09-05")
    assert ends(w) == [("label.expiring", 12, date(2024, 9, 2))], "31 August is a Saturday"
    for day in ("2025-02-27", "2025-02-28", "2025-03-01", "2025-05-30", "2025-06-02", "2025-08-31", "2025-09-01"):
        fall_due(w, day)
    assert ends(w)[1:] == [
        ("label.expiring", 6, date(2025, 2, 28)),
        ("label.expiring", 3, date(2025, 6, 2)),
        ("label.expired", 0, date(2025, 9, 1)),
    ]
    assert replays(w)


def test_a_renewed_label_tells_no_more_until_its_next_end(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=4000)))
    w.enrol()
    w.record("label initiative=one name=gold level=gold from=2024-01-10 to=2025-01-31")
    fall_due(w, "2024-02-01")
    w.record("label initiative=one name=gold level=gold from=2025-02-01 to=2026-01-30")
    for day in ("2024-08-01", "2024-11-01", "2025-01-29"):
        assert fall_due(w, day) == ()
    fall_due(w, "2025-01-30")
    assert ends(w) == [("label.expiring", 12, date(2024, 2, 1)), ("label.expiring", 12, date(2025, 1, 30))]
    w.record("label initiative=one name=gold to=2027-01-29")
    assert fall_due(w, "2025-07-30") == (), "corrected: this end is another one"
    assert fall_due(w, "2026-01-29") == ("label.expiring",)


def test_a_retracted_label_has_no_end_and_an_old_one_is_no_news(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=4000)))
    w.enrol()
    w.record(
        "label initiative=one name=old level=bronze from=2015-01-01 to=2017-12-31",
        "label initiative=one name=gold level=gold from=2024-01-10 to=2024-05-31",
    )
    assert {s for k, s in moments(w) if k is DueKind.LABEL} == {"gold"}
    assert fall_due(w, "2024-01-11") == (), "whoever records it knows that fewer than six months are left"
    submission = w.submission("label initiative=one name=gold")
    w.app.record([type(submission)("label", submission.fields, "here", "one", retract=True)])
    assert DueKind.LABEL not in {k for k, _ in moments(w)}


def test_a_strategy_is_told_before_its_horizon_ends_unless_another_one_follows(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=4000)))
    w.enrol()
    w.record("strategy initiative=one id=plan title=Plan from=2024-01-10 horizon=2026-06-30")
    assert fall_due(w, "2025-06-30") == ("strategy.expiring",)
    assert fall_due(w, "2025-12-30") == ("strategy.expiring",)
    w.record("strategy initiative=one id=next title=Next from=2026-03-02 horizon=2029-12-31")
    assert fall_due(w, "2026-07-01") == ()
    assert fall_due(w, "2029-01-02") == ("strategy.expiring",)
    assert [(k, m) for k, m, _ in ends(w)] == [("strategy.expiring", m) for m in (12, 6, 12)]
    assert fall_due(w, "2030-01-02") == ("strategy.expired",), "the half year passed unseen"
    assert replays(w)


def test_what_was_recorded_before_enrolment_counts_too(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=4000)))
    w.record("initiative id=one name=One country=ES from=2024-01-10")
    w.record("label initiative=one name=gold level=gold from=2024-01-10 to=2025-08-29")
    assert w.app.due_moments() == []
    w.app.enrol(w.submission("initiative id=one name=One country=ES from=2024-01-10"), "tiny")
    assert fall_due(w, "2024-08-29") == ("label.expiring",)


# ── once, whatever happens ─────────────────────────────────────────────────────────────────────────────────────────


def test_who_dies_half_way_has_told_nothing_and_the_next_one_tells_it_once(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    w.at("2024-02-01")
    with monkeypatch.context() as dying:
        dying.setattr(falling, "set_deadlines", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            w.app.fall_due()
    assert happened(w, "stage.overdue") == []
    assert w.app.due_moments() == ["one"]
    assert fall_due(w) == ("stage.overdue",)
    assert fall_due(w) == ()


def test_two_relays_at_once_tell_it_once(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    w.at("2024-02-01")
    relays = [threading.Thread(target=w.app.fall_due) for _ in range(4)]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    assert len(happened(w, "stage.overdue")) == 1
    assert w.app.first_break("one") is None


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
        fell = w.app.fall_due()
        assert [one.initiative for one in fell.changed] == ["two"]
        assert fell.problems == ("one: the metric is gone",)
        assert w.app.fall_due().problems == (), "not at once again"
    w.now += timedelta(minutes=1)
    assert fall_due(w) == ("stage.overdue",)


def test_the_review_tells_what_is_due_too(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=4000)))
    w.enrol()
    w.record("label initiative=one name=gold level=gold from=2024-01-10 to=2025-08-29")
    (changed,) = w.at("2024-08-29").app.review().changed
    assert changed.changes == ("label.expiring",)
    assert w.app.review().changed == ()


# ── found by an index ──────────────────────────────────────────────────────────────────────────────────────────────


def plan(connection: Connection) -> str:
    compiled = due.DUE.compile(connection, compile_kwargs={"render_postcompile": True})
    sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
    now = "2024-02-01 12:00:00.000000" if sqlite else utc("2024-02-01T12:00")
    rows = connection.exec_driver_sql(f"{explain} {compiled}", (now,) if sqlite else {"now": now})
    return "\n".join(str(row[-1]) for row in rows)


def test_what_is_due_is_found_by_an_index_and_only_there_is_looked(
    world: MakeWorld,
) -> None:
    w = world(model(stage("first", allowed_days=10)))
    w.enrol()
    later = {"kind": "stage", "subject": "s/1", "day": date(2030, 1, 1), "at": utc("2030-01-01T00:00")}
    with w.app.database.begin() as connection:
        connection.execute(insert(due_moment), [{"initiative": f"other-{n}", **later} for n in range(5000)])
        connection.exec_driver_sql("ANALYZE")
    with w.app.database.connect() as connection:
        found = plan(connection)
    assert "ix_due_moment_at" in found
    assert "Seq Scan" not in found
    assert "SCAN" not in found
    w.at("2024-02-01")
    assert w.app.due_moments() == ["one"]
    assert fall_due(w) == ("stage.overdue",)
