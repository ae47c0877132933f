"""Labels and strategies end: people are notified before and on the day, once for each last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from support.due import fall_due, moments, replays
from support.world import World, model, stage

from clusterflow.domain.expiries import LabelExpired, LabelForfeited
from clusterflow.domain.terms import DueKind
from clusterflow.errors import Mistakes
from clusterflow.services import enrolment, ledger, registry, review

from .conftest import MakeWorld


def ends(w: World) -> list[tuple[str, int, date]]:
    """The events about ends: kind, months before, and day."""
    found = []
    for entry in ledger.entries(w.context, "one"):
        kind = entry.event.kind
        if kind.startswith(("label.", "strategy.")):
            found.append((kind, getattr(entry.event, "months", 0), entry.event.on))  # type: ignore[union-attr]
    return found


def live_through(w: World, first: str, last: str) -> None:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        fall_due(w, day.isoformat())
        day += timedelta(days=1)


def test_a_label_is_reported_12_6_and_3_months_before_it_expires_and_when_it_has(world: MakeWorld) -> None:
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


def test_the_end_of_a_labels_grace_is_reported_as_its_record_says_or_by_our_proposal(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=4000)))
    w.enrol()
    w.record(
        "label initiative=one name=gold level=gold from=2024-01-10 to=2024-03-29 grace_until=2024-05-31",
        "label initiative=one name=quick level=gold from=2024-01-10 to=2024-03-29 grace_until=2024-03-29",
        "label initiative=one name=silent level=gold from=2024-01-10 to=2024-03-29",
    )
    live_through(w, "2024-03-28", "2024-07-05")
    events = [e.event for e in ledger.entries(w.context, "one") if isinstance(e.event, LabelExpired | LabelForfeited)]
    assert [(e.kind, e.label, e.grace_until, e.proposed, e.on) for e in events] == [
        ("label.expired", "gold", date(2024, 5, 31), False, date(2024, 4, 1)),
        ("label.expired", "quick", None, False, date(2024, 4, 1)),
        ("label.expired", "silent", date(2024, 6, 27), True, date(2024, 4, 1)),
        ("label.forfeited", "gold", date(2024, 5, 31), False, date(2024, 6, 3)),
        ("label.forfeited", "silent", date(2024, 6, 27), True, date(2024, 6, 28)),
    ]
    assert replays(w)
    assert not [m for m in moments(w) if m[0] is DueKind.LABEL], "told once, and nothing is left to tell"


def test_a_label_that_is_renewed_within_its_grace_is_not_forfeited(world: MakeWorld) -> None:
    w = world(model(stage("first", allowed_days=4000)))
    w.enrol()
    w.record("label initiative=one name=gold level=gold from=2024-01-10 to=2024-03-29")
    fall_due(w, "2024-04-01")
    w.record("label initiative=one name=gold level=gold from=2024-06-01 to=2026-05-31")
    assert fall_due(w, "2024-06-28") == ()


def test_a_grace_that_ends_before_its_label_is_a_mistake(world: MakeWorld) -> None:
    w = world(model(stage("first")))
    w.enrol()
    with pytest.raises(Mistakes, match="grace_until: 2024-03-01 is before 2024-03-29, the last day of the label"):
        w.record("label initiative=one name=gold level=gold from=2024-01-10 to=2024-03-29 grace_until=2024-03-01")
    with pytest.raises(Mistakes, match="belongs to a label without a last day"):
        w.record("label initiative=one name=gold level=gold from=2024-01-10 grace_until=2024-03-01")


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
        "label initiative=one name=oldest level=bronze from=0001-01-01 to=0001-03-31 confirm=true",
        "label initiative=one name=endless level=bronze from=2015-01-01 to=9999-12-31 confirm=true",
        "label initiative=one name=gold level=gold from=2024-01-10 to=2024-05-31",
    )
    assert {s for k, s in moments(w) if k is DueKind.LABEL} == {"gold"}
    assert fall_due(w, "2024-01-11") == (), "whoever records it knows that fewer than six months are left"
    submission = w.submission("label initiative=one name=gold")
    registry.record(w.context, [type(submission)("label", submission.fields, "here", "one", retract=True)])
    assert DueKind.LABEL not in {k for k, _ in moments(w)}


def test_a_strategy_is_reported_before_its_horizon_ends_unless_another_one_follows(world: MakeWorld) -> None:
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
    assert review.initiatives_due(w.context) == []
    enrolment.enrol(w.context, w.submission("initiative id=one name=One country=ES from=2024-01-10"), "tiny")
    assert fall_due(w, "2024-08-29") == ("label.expiring",)
