"""Reminders of days that follow from a rulebook: windows to renew, and ends that no record names."""

from __future__ import annotations

from datetime import date

import pytest
from support.world import World, model, stage

from clusterflow.domain.reminder_occasion import OCCASIONS
from clusterflow.services.catalogue.rulebooks import rulebooks_in
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.services.notifications.rulebook_occasions import rulebook_occasions
from clusterflow.store.tables import notice

BY_RULEBOOK = [name for name, occasion in OCCASIONS.items() if occasion.by_rulebook]


@pytest.fixture
def world(sqlite_url: str) -> World:
    made = World(sqlite_url, model(stage("first", allowed_days=3000)))
    made.enrol()
    return made


def days(world: World) -> dict[str, list[date]]:
    """Return the days of each kind of occasion in 2024 and later."""
    books = rulebooks_in(world.context.settings.configs)
    found: dict[str, list[date]] = {}
    with world.context.reading() as connection:
        for name in BY_RULEBOOK:
            matches = rulebook_occasions(
                connection, books, name, date(2024, 1, 1), date(2099, 1, 1), world.context.clock().date()
            )
            found[name] = [match.reference for match in matches]
    return found


def test_the_days_of_a_label_follow_from_its_award_and_another_award_replaces_them(world: World) -> None:
    world.record("label initiative=one name=AEI rulebook=spain-aei from=2020-03-10")
    assert days(world) == {
        "window.opens": [date(2024, 1, 1)], "window.closes": [date(2024, 2, 29)], "label.ends": [date(2024, 3, 9)],
        "label.grace": [],
    }  # fmt: skip
    world.record("label initiative=one name=AEI rulebook=spain-aei from=2024-01-09")
    assert days(world)["window.closes"] == [date(2028, 2, 29)]


def test_a_last_day_on_record_is_announced_by_the_record_and_not_by_the_rulebook(world: World) -> None:
    world.record("label initiative=one name=AEI rulebook=spain-aei from=2020-03-10 to=2024-03-01")
    assert days(world)["label.ends"] == []


def test_a_stopped_initiative_and_an_unknown_rulebook_have_no_such_days(world: World) -> None:
    world.record("label initiative=one name=X rulebook=nowhere from=2020-03-10")
    assert not any(days(world).values())


def test_the_manager_and_the_board_hear_of_a_window_that_closes_and_of_the_end(world: World) -> None:
    world.record("label initiative=one name=AEI rulebook=spain-aei from=2020-03-10")
    for day in ("2024-01-31", "2024-02-22", "2024-03-11"):
        Dispatcher(world.at(day).context).run()
    with world.context.reading() as connection:
        rows = connection.execute(notice.select().order_by(notice.c.created_at)).all()
    subjects = {(row.rule, row.subject) for row in rows if row.language == "en"}
    assert ("window-closes", "Initiative-one: the label «AEI» can be renewed until 29 February 2024") in subjects
    assert ("label-ends", "Initiative-one: the label «AEI» has expired") in subjects
    assert {row.recipient for row in rows if row.rule == "window-closes"} >= {"mona", "bruno"}
    assert any("Según su reglamento" in row.body for row in rows if row.language == "es")
