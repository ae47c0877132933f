"""The outlines of a portfolio say the same as the whole lives that they leave out, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

from support.crowd import gather_crowd
from support.world import World

from clusterflow.reports.portfolio.portfolio import visit_lines
from clusterflow.reports.status import status_in
from clusterflow.reports.status_board import board_of
from clusterflow.rules.stage_progress import Wait
from clusterflow.services.views.cache import ViewCache
from clusterflow.services.views.outlines import outline_rows
from clusterflow.store.lapses import last_facts
from clusterflow.store.portfolio import snapshots

END = date(2030, 6, 1)


def test_outlines_say_what_the_board_and_the_visits_of_whole_lives_say(database_url: str) -> None:
    world = World(database_url)
    crowd = gather_crowd(world.context, 90, END - timedelta(days=1))
    world.at(END.isoformat())
    world.record(f"body initiative={crowd[0]} id=board kind=board name=Board from=2030-05-01")
    with world.context.reading() as connection:
        lives = snapshots(connection, world.now)
        recorded = last_facts(connection, lives)
    statuses = [status_in(life, "es") for life in lives]
    board = board_of(statuses, END, "es").lines
    visits = {visit.initiative: visit for visit in visit_lines(lives, statuses, recorded, "es")}

    rows = outline_rows(world.context, "anybody", crowd, ViewCache())

    assert [(row.initiative, row.name, row.outline.model) for row in rows] == [
        (line.initiative, line.name, line.model) for line in board
    ]
    assert [(row.outline.waits, row.outline.overdue) for row in rows] == [(line.waits, line.overdue) for line in board]
    shown = {row.initiative: (row.outline.points, row.outline.waits_days) for row in rows if row.outline.points}
    assert shown == {i: (visit.points, visit.waits_days or 0) for i, visit in visits.items()}
    ranked = sorted((row for row in rows if row.outline.points), key=lambda row: row.visit_order)
    assert [row.initiative for row in ranked] == list(visits)
    waits = {row.outline.waits for row in rows}
    assert {Wait.DECISION, Wait.CRITERIA} <= waits, "the crowd is too much alike to prove anything"
    assert len({points for points, _ in shown.values()}) > 3
