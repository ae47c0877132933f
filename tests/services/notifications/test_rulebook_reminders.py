"""Reminders of days that follow from a rulebook: windows to renew, and ends that no record names."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from support.world import World, model, stage

from clusterflow.domain.reminder_occasion import OCCASIONS
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.services.notifications.rulebook_occasions import RulebookOccasions
from clusterflow.store.tables import notice

BY_RULEBOOK = [name for name, occasion in OCCASIONS.items() if occasion.by_rulebook]


@pytest.fixture
def world(sqlite_url: str) -> World:
    made = World(sqlite_url, model(stage("first", allowed_days=3000)))
    made.enrol()
    return made


def days(world: World) -> dict[str, list[date]]:
    """Return the days of each kind of occasion in 2024 and later."""
    with world.context.reading() as connection:
        search = RulebookOccasions(connection, world.context.settings.configs, world.context.clock().date())
        found = {name: search.find(name, date(2024, 1, 1), date(2099, 1, 1)) for name in BY_RULEBOOK}
    return {name: [match.reference for match in matches] for name, matches in found.items()}


def test_the_days_of_a_label_follow_from_its_award_and_another_award_replaces_them(world: World) -> None:
    world.record("label initiative=one name=AEI rulebook=spain-aei from=2020-03-10")
    assert days(world) == {
        "window.opens": [date(2024, 1, 1)], "window.closes": [date(2024, 2, 29)], "label.ends": [date(2024, 3, 9)],
        "entry.opens": [], "entry.closes": [], "label.grace": [],
    }  # fmt: skip
    world.record("label initiative=one name=AEI rulebook=spain-aei from=2024-01-09")
    assert days(world)["window.closes"] == [date(2028, 2, 29)]


def test_a_last_day_on_record_is_announced_by_the_record_and_not_by_the_rulebook(world: World) -> None:
    world.record("label initiative=one name=AEI rulebook=spain-aei from=2020-03-10 to=2024-03-01")
    assert days(world)["label.ends"] == []


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


CALL = """
rulebook: call
title: {es: Programa regional, en: Regional programme}
about: {es: Una convocatoria, en: A call}
source: OURS
countries: [ES]
texts:
  - id: order
    title: {es: Orden, en: Order}
    from: 2023-01-01
    source: OURS
    award: {valid_for: 1 years, source: OURS}
    windows:
      - {kind: entry, opens: 2024-03-04, closes: 2024-04-19, source: OURS}
    rules:
      - {metric: members, bound: ">= 1", source: OURS}
  - id: next
    title: {es: Borrador, en: Draft}
    draft: true
    source: OURS
    windows:
      - {kind: entry, opens: 2024-05-06, closes: 2024-06-19, source: OURS}
    rules:
      - {metric: members, bound: ">= 1", source: OURS}
"""


@pytest.fixture
def call(world: World, tmp_path: Path) -> World:
    """An office with one rulebook, whose label can be applied for in a window of 2024."""
    configs = tmp_path / "configs"
    shutil.copytree(world.context.settings.configs, configs)
    for file in (configs / "rulebooks").glob("*.yaml"):
        file.unlink()
    (configs / "rulebooks" / "call.yaml").write_text(CALL, encoding="utf-8")
    world.context.settings = world.context.settings.model_copy(update={"configs": configs})
    return world


def test_a_window_to_apply_is_for_those_who_do_not_hold_the_label(call: World) -> None:
    assert (days(call)["entry.opens"], days(call)["entry.closes"]) == ([date(2024, 3, 4)], [date(2024, 4, 19)])
    call.record("label initiative=one name=call from=2023-06-01")
    assert (days(call)["entry.opens"], days(call)["entry.closes"]) == ([], []), "held on both days"
    call.record("label initiative=one name=call from=2023-06-01 to=2024-04-01")
    assert (days(call)["entry.opens"], days(call)["entry.closes"]) == ([], [date(2024, 4, 19)]), "lost in between"


def test_an_initiative_of_another_country_hears_of_no_window(call: World) -> None:
    call.record("initiative id=one country=MX")
    assert not any(days(call).values())


def test_the_manager_reads_in_the_digest_when_a_label_can_be_applied_for(call: World) -> None:
    call.record("person id=mona language=es")
    for day in ("2024-03-04", "2024-04-05"):
        Dispatcher(call.at(day).context).run()
    with call.context.reading() as connection:
        rows = [row for row in connection.execute(notice.select()) if row.rule.startswith("entry-")]
    assert {(row.rule, row.recipient, row.urgency) for row in rows} == {
        ("entry-opens", "mona", "digest"), ("entry-closes", "mona", "digest"),
    }  # fmt: skip
    texts = {row.rule: f"{row.subject}\n{row.body}" for row in rows}
    assert "«Programa regional» puede solicitarse hasta el 19 de abril de 2024" in texts["entry-closes"]
    assert "se abre el 4 de marzo de 2024, según su reglamento" in texts["entry-opens"]


def test_who_announces_a_window_before_it_opens_says_from_when_it_is_open(call: World) -> None:
    notices = call.context.settings.configs / "notices.yaml"
    text = notices.read_text(encoding="utf-8")
    assert text.count("ladder: [0d]") >= 2
    notices.write_text(text.replace("ladder: [0d]", "ladder: [-7d]"), encoding="utf-8")
    rulebook = call.context.settings.configs / "rulebooks" / "call.yaml"
    renewal = "      - {kind: renewal, opens: 2024-03-04, closes: 2024-04-19, source: OURS}\n    rules:"
    rulebook.write_text(CALL.replace("    rules:", renewal, 1), encoding="utf-8")
    call.record("label initiative=one name=call from=2023-02-01")
    Dispatcher(call.at("2024-02-26").context).run()
    with call.context.reading() as connection:
        rows = connection.execute(notice.select()).all()
    subjects = {row.subject for row in rows if row.language == "en" and row.rule.endswith("-opens")}
    assert subjects == {
        "Initiative-one: «Regional programme» can be applied for from 4 March 2024",
        "Initiative-one: the label «call» can be renewed from 4 March 2024",
    }


def test_a_rulebook_whose_file_is_gone_has_no_days(call: World) -> None:
    call.record("label initiative=one name=X rulebook=call from=2023-06-01")
    assert days(call)["label.ends"] == [date(2024, 5, 31)]
    (call.context.settings.configs / "rulebooks" / "call.yaml").unlink()
    assert not any(days(call).values())
