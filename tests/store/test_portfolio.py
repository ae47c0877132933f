"""Snapshots of many initiatives equal those read one by one, today and at the end of any day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from support.crowd import gather_crowd
from support.world import World, model, stage, stated

from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.terms import DecisionKind
from clusterflow.domain.text import Language
from clusterflow.errors import NotPossible
from clusterflow.reports.status import InitiativeStatus, status_in
from clusterflow.rules.projection import STATE_EVENT_KINDS, replay
from clusterflow.services import ledger, registry, standing
from clusterflow.store.lapses import lapses, last_facts
from clusterflow.store.portfolio import InitiativeSnapshot, snapshots

TINY = model(stage("launch", (), stated("launch", keep=">= 1/2")), stage("strategy", ("launch",)))


@pytest.fixture
def world(database_url: str) -> World:
    """Three initiatives: one is in another country, one has lapsed, and one was stopped."""
    world = World(database_url, TINY)
    for name in ("one", "two", "three"):
        world.enrol(name)
    far = "initiative id=two name=Two country=MX timezone=America/Monterrey from=2024-01-10"
    world.record(far)
    world.at("2024-02-01").state_figure("launch", initiative="one")
    world.state_figure("launch", initiative="three")
    for name in ("one", "three"):
        world.evaluate(name)
    world.at("2024-03-01").decide("launch", initiative="one")
    world.decide("launch", DecisionKind.STOP, initiative="three")
    world.at("2024-04-01").state_figure("launch", 1, 4, initiative="one")
    world.evaluate("one")
    return world


def all_snapshots(world: World, as_of: date | None = None) -> list[InitiativeSnapshot]:
    with world.context.reading() as connection:
        return snapshots(connection, world.context.clock(), as_of)


def in_words(life: InitiativeSnapshot, language: Language) -> InitiativeStatus:
    with numbers_of(language, life.record.country if life.record else None):
        return status_in(life, language)


def one_by_one(world: World, as_of: date | None, language: Language = "en") -> list[InitiativeStatus]:
    found = []
    for initiative in registry.initiatives(world.context):
        try:
            found.append(standing.status(world.context, initiative, as_of, language))
        except NotPossible:
            continue
    return found


def test_snapshots_of_all_equal_those_of_each(world: World) -> None:
    for day in ("2024-01-09", "2024-01-10", "2024-02-01", "2024-03-01", "2024-03-31", None):
        as_of = date.fromisoformat(day) if day else None
        together = [in_words(life, "en") for life in all_snapshots(world, as_of)]
        assert together == one_by_one(world, as_of)


def test_a_day_ends_in_the_time_zone_of_the_initiative(world: World) -> None:
    """At 03:00 UTC it is still the day before in Monterrey."""
    world.now = world.at("2024-05-02").now.replace(hour=3)
    world.record("observation initiative=two metric=launch numerator=1 denominator=1 on=2024-05-01")
    world.evaluate("two")
    by_id = {life.state.initiative: life for life in all_snapshots(world, date(2024, 5, 1))}
    assert by_id["two"].state.open_reviews
    assert {i: life.day.isoformat() for i, life in by_id.items()} == dict.fromkeys(by_id, "2024-05-01")
    days = {life.state.initiative: life.day.isoformat() for life in all_snapshots(world)}
    assert days == {"one": "2024-05-02", "two": "2024-05-01", "three": "2024-05-02"}


def test_a_lapse_is_returned_until_the_given_day_after_its_end(world: World) -> None:
    with world.context.database.connect() as connection:
        (lapse,) = lapses(connection, all_snapshots(world), date(2024, 1, 1))
    assert (lapse.initiative, lapse.stage, lapse.lapsed_on, lapse.ended_on) == ("one", "launch", date(2024, 4, 1), None)
    world.at("2024-06-01").state_figure("launch", initiative="one")
    world.evaluate("one")
    with world.context.database.connect() as connection:
        (over,) = lapses(connection, all_snapshots(world), date(2024, 6, 1))
        assert over.ended_on == date(2024, 6, 1)
        assert lapses(connection, all_snapshots(world), date(2024, 6, 2)) == []
        # Before the lapse ended, its end was not known.
        (then,) = lapses(connection, all_snapshots(world, date(2024, 5, 1)), date(2024, 1, 1))
        assert then.ended_on is None


def test_an_evaluation_is_not_a_recorded_fact(world: World) -> None:
    world.at("2024-07-01")
    world.evaluate("one")
    with world.context.database.connect() as connection:
        assert last_facts(connection, all_snapshots(world))["one"] == date(2024, 4, 1)
        assert last_facts(connection, all_snapshots(world, date(2024, 3, 1)))["one"] == date(2024, 2, 1)


def test_the_folded_entries_alone_determine_the_state(sqlite_url: str) -> None:
    """The entries of the kinds in ``FOLDED`` give the same states as all entries, on any day."""
    end = date(2030, 6, 1)
    world = World(sqlite_url)
    for initiative in gather_crowd(world.context, 12, end):
        entries = ledger.entries(world.context, initiative)
        whole, part = replay(entries), replay(e for e in entries if e.event.kind in STATE_EVENT_KINDS)
        assert whole is not None
        assert part is not None
        assert part.model_copy(update={"version": whole.version, "last_at": whole.last_at}) == whole
    world.at(end.isoformat())
    for as_of in (end - timedelta(days=700), end - timedelta(days=90), None):
        assert [in_words(life, "es") for life in all_snapshots(world, as_of)] == one_by_one(world, as_of, "es")
