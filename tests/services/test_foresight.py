"""What comes if nothing more is recorded: exact days, and the facts by which something turns."""

from __future__ import annotations

from datetime import date

import pytest
from support.day_by_day import MeasuredEachDay, look_at_each_day
from support.world import World, model, stage

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.lifecycle import REVOTE, DecidedBy, Split
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import Role
from clusterflow.engine.record import Submission
from clusterflow.errors import Mistakes
from clusterflow.reports.foresight import ComingEvent
from clusterflow.services import registry, review, standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.foresight import foresee, foresee_portfolio, futures


def asks(metric: str, bound: str, unit: Unit, keep: str | None = None, **given: str | int) -> Criterion:
    weaker = Bound.parse(keep, unit) if keep else None
    return Criterion(
        id=metric, metric=metric, with_=tuple(given.items()), bound=Bound.parse(bound, unit), keep=weaker, source="P"
    )


TINY = model(
    stage("first", (), asks("members", ">= 3", Unit.COUNT, keep=">= 2")),
    stage(
        "second",
        ("first",),
        asks("survey-age", "<= 12 months", Unit.MONTHS, topic="trust"),
        asks("business-generated", "> 0 EUR", Unit.MONEY),
        rule=DecidedBy(roles=(Role.MANAGER, Role.BOARD_MEMBER, Role.BOARD_CHAIR), need=2, split=Split(tie=REVOTE)),
        allowed_days=150,
    ),
)


@pytest.fixture
def world(sqlite_url: str) -> World:
    """An initiative with a milestone, in its second stage; two of its three members leave."""
    world = World(sqlite_url, TINY)
    world.enrol()
    world.record(
        "organisation id=a name=A helix=company from=2020-01-01",
        "organisation id=b name=B helix=company from=2020-01-01",
        "membership initiative=one organisation=firm from=2023-01-01",
        "membership initiative=one organisation=a from=2023-01-01 to=2024-03-31",
        "membership initiative=one organisation=b from=2023-01-01 to=2024-06-15",
        "survey-wave initiative=one topic=trust on=2023-05-20 invited=10 answers=9 mean_milli=4000",
        "label initiative=one name=Bronze level=bronze from=2023-01-01 to=2024-08-31",
    )
    sale = {"id": "sale", "kind": "contract", "on": "2023-08-09", "amount": "5 EUR"}
    registry.record(world.context, [Submission("business", sale, "test", "one")])
    world.evaluate()
    assert world.decide("first").decided
    world.evaluate()
    return world


def brief(events: tuple[ComingEvent, ...], *kinds: str) -> list[tuple[str, str, str]]:
    return [(str(e.day), e.kind, e.subject or e.stage) for e in events if not kinds or e.kind in kinds]


def test_each_turn_has_its_exact_day_and_its_facts(world: World) -> None:
    found = foresee(world.context, "one", date(2024, 12, 31), "en")
    assert brief(found.events) == [
        ("2024-02-29", "label.expiring", "Bronze"),
        ("2024-04-01", "finding.changed", "members"),
        ("2024-05-21", "finding.changed", "survey-age"),
        ("2024-05-21", "gate.withdrawn", "second"),
        ("2024-05-31", "label.expiring", "Bronze"),
        ("2024-06-10", "stage.overdue", "second"),
        ("2024-06-16", "milestone.lapsed", "first"),
        ("2024-07-09", "stage.overdue", "second"),
        ("2024-08-09", "finding.changed", "business-generated"),
        ("2024-09-02", "label.expired", "Bronze"),
        ("2024-12-02", "label.forfeited", "Bronze"),
    ]
    causes = {(e.kind, e.subject): [c.text for c in e.causes] for e in found.events}
    assert causes["finding.changed", "members"] == ["a (membership, 2024-03-31) counts for 0 instead of 1"]


def test_the_least_prevents_a_lapse(world: World) -> None:
    def lapses() -> list[ComingEvent]:
        found = foresee(world.context, "one", date(2024, 12, 31), "en").events
        return [event for event in found if event.kind == "milestone.lapsed"]

    (lapse,) = lapses()
    assert [(need.way, need.units) for need in lapse.least] == [("more", 1)]
    assert lapse.prevention == "to prevent it, by 2024-06-16: 1 more of this kind (membership)"
    world.record("membership initiative=one organisation=ministry from=2024-06-17")
    assert len(lapses()) == 1, "a day too late"
    world.record("membership initiative=one organisation=ministry retract=true")
    world.record("membership initiative=one organisation=ministry from=2024-06-16")
    assert lapses() == []


def test_an_age_is_renewed_and_money_is_received(world: World) -> None:
    found = foresee(world.context, "one", date(2024, 12, 31), "en").events
    least = {event.subject: [(n.way, n.units, n.currency, n.record) for n in event.least] for event in found}
    assert least["survey-age"] == [("newer", 1, None, "survey-wave")]
    assert least["business-generated"] == [("more", 1, "EUR", "business")], "one cent is more than nothing"


def test_the_portfolio_is_the_same_as_each_initiative(world: World) -> None:
    together = foresee_portfolio(world.context, date(2024, 12, 31), "en")
    assert together == (foresee(world.context, "one", date(2024, 12, 31), "en"),)


def test_seats_that_end_change_who_must_agree(world: World) -> None:
    world.record(
        "seat initiative=one body=board person=bruno role=chair to=2024-04-30",
        "seat initiative=one body=board person=gala to=2024-04-30",
    )
    world.evaluate()
    assert not world.decide("second", by="mona").decided
    with world.context.reading() as connection:
        ((_, future),) = futures(world.context, connection, ["one"], date(2025, 1, 31))
        each_day = MeasuredEachDay(connection, metrics_of(world.context), "one")
        daily = look_at_each_day(future.life, each_day, future.today, date(2025, 1, 31))
    assert future.turns == daily
    fallen = [(str(turn.day), turn.event.kind) for turn in future.turns if turn.event.kind == "vote.fell"]
    assert fallen == [("2024-05-01", "vote.fell")], "everybody who may still vote has voted"


def test_what_was_foreseen_happens(world: World) -> None:
    expected = [e for e in foresee(world.context, "one", date(2024, 9, 30)).events if e.kind != "vote.fell"]
    for day in sorted({e.day for e in expected}):
        world.at(str(day))
        review.review_portfolio(world.context)
    kinds = world.kinds()[-len(expected) :]
    assert sorted(k for k in kinds if k != "vote.fell") == sorted(e.kind for e in expected)
    assert standing.state(world.context, "one").milestone("first").lapsed_on == date(2024, 6, 16)  # type: ignore[union-attr]


def test_a_day_that_is_over_or_too_far_is_refused(world: World) -> None:
    for day in (date(2020, 1, 1), date(2100, 1, 1)):
        with pytest.raises(Mistakes):
            foresee(world.context, "one", day)
