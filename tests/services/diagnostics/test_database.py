"""A database that is not there or too old, a ledger that was tampered with, and what waits, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, text, update
from support.findings import wrong
from support.world import World, model, stage

from clusterflow.errors import ClusterflowError
from clusterflow.services import ledger as ledger_service
from clusterflow.services import outbox
from clusterflow.services.diagnostics import database as room
from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store import tables
from clusterflow.store.database import HEAD

Office = Callable[..., Surroundings]
TINY = model(stage("launch"), stage("operation", ("launch",)))


@pytest.fixture
def world(database_url: str, database: Engine) -> World:
    world = World(database_url, TINY, database=database)
    world.enrol()
    return world


class At(Surroundings):
    """The office at the world's moment, on the world's database."""

    def __init__(self, world: World) -> None:
        super().__init__(world.context.settings)
        self.world = world

    @property
    def database(self) -> Engine:
        return self.world.context.database

    @property
    def now(self) -> datetime:
        return self.world.now


class TestSchema:
    def test_at_head_is_well(self, world: World) -> None:
        (result,) = room.look_at_schema(At(world))
        assert result.outcome is Outcome.OK
        assert f"schema {HEAD}" in result.found.en

    def test_another_schema_is_trouble_with_the_command_that_helps(self, world: World) -> None:
        with world.context.database.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        (result,) = room.look_at_schema(At(world))
        assert (result.outcome, result.cure.en) == (
            Outcome.TROUBLE,
            "Install the version of clusterflow that created it",
        )

    def test_none_yet_is_trouble_and_makes_none(self, office: Office, tmp_path: Path) -> None:
        (result,) = room.look_at_schema(office())
        assert result.outcome is Outcome.TROUBLE
        assert not (tmp_path / "clusterflow.db").exists()

    def test_a_server_that_is_away_is_reported_without_its_password(self, office: Office) -> None:
        away = office(database="postgresql+psycopg://office:hunter2@127.0.0.1:1/db")
        with pytest.raises(ClusterflowError, match="does not answer") as problem:
            list(room.look_at_schema(away))
        assert "hunter2" not in str(problem.value)


class TestLedger:
    def test_whole_ends_are_well(self, world: World) -> None:
        (result,) = room.look_at_ledger(At(world))
        assert result.found.en == "chains that end in their last entry: 2"

    @pytest.mark.parametrize("change", ["last entry gone", "head changed", "entry beyond"])
    def test_a_chain_that_does_not_end_where_it_says_is_trouble(self, world: World, change: str) -> None:
        ledger, chain = tables.ledger, tables.chain
        (last,) = ledger_service.entries(world.context, "one")[-1:]
        with world.context.database.begin() as connection:
            match change:
                case "last entry gone":
                    gone = (ledger.c.chain == "one") & (ledger.c.version == last.version)
                    connection.execute(delete(ledger).where(gone))
                case "head changed":
                    connection.execute(update(chain).where(chain.c.id == "one").values(head="f" * 64))
                case "entry beyond":
                    row = {"chain": "one", "version": last.version + 1, "at": last.at, "actor": "x", "command": 1}
                    more = {"kind": "x", "body": "{}", "hash": "0" * 64}
                    connection.execute(insert(ledger), row | more)
        results = list(room.look_at_ledger(At(world)))
        assert [(s.what.en, s.outcome) for s in results] == [("ledger of one", Outcome.TROUBLE)]


class TestWaiting:
    def test_what_was_just_written_is_on_its_way(self, world: World) -> None:
        assert wrong(list(room.look_at_outbox(At(world)))) == []

    def test_what_waits_for_long_is_a_warning_with_the_reason(self, world: World) -> None:
        began = world.now
        world.now += timedelta(hours=1)
        with world.context.database.connect() as connection:
            assert connection.execute(tables.chain.select()).all()
        span = outbox.claim(world.context, "one")
        assert span is not None
        outbox.mark_failed(world.context, span, "no Prefect server answers")
        found = dict(wrong(list(room.look_at_outbox(At(world)))))
        assert set(found) == {"outbox: to Prefect"}
        assert f"since {began:%Y-%m-%d %H:%M} UTC (no Prefect server answers)" in found["outbox: to Prefect"]

    def test_the_reason_is_told_in_the_language_of_the_reader(self, world: World) -> None:
        world.now += timedelta(hours=1)
        span = outbox.claim(world.context, "one")
        assert span is not None
        problem = (
            "no Prefect server answers at http://x/api (refused): start one with: clusterflow up; or say where it is"
        )
        outbox.mark_failed(world.context, span, f"{problem}, by CLUSTERFLOW_PREFECT_API")
        found = [r.found for r in room.look_at_outbox(At(world)) if r.outcome is Outcome.WARNING]
        assert "ningún servidor Prefect responde en http://x/api" in found[0].es
        assert "no Prefect server answers at http://x/api" in found[0].en

    def test_notices_that_nobody_sends_and_notices_that_were_given_up(self, world: World) -> None:
        world.at("2024-01-11").state_figure("launch")
        world.evaluate()
        dispatcher = Dispatcher(world.context)
        dispatcher._write()
        world.now += timedelta(hours=1)
        found = dict(wrong(list(room.look_at_outbox(At(world)))))
        assert "notices to be sent" in found
        for _ in range(8):
            dispatcher.run()
            world.now += timedelta(days=1)
        results = list(room.look_at_dead_letters(At(world)))
        assert results
        assert {s.outcome for s in results} == {Outcome.WARNING}
        assert "no mail server is configured" in results[0].found.en
        world.now += timedelta(days=60)
        assert [s.outcome for s in room.look_at_dead_letters(At(world))] == [Outcome.OK]

    def test_refused_submissions_wait_to_be_mended(self, world: World) -> None:
        assert [s.outcome for s in room.look_at_refused(At(world))] == [Outcome.OK]
        refused = {"source": "event:1", "address": "event 1", "payload": "{}", "mistakes": "[]", "state": "waiting"}
        with world.context.database.begin() as connection:
            connection.execute(insert(tables.refused_submission).values(received_at=world.now, **refused))
        assert wrong(list(room.look_at_refused(At(world)))) == [("refused submissions", "waiting: 1")]


class TestLabels:
    def test_those_that_end_soon_or_ended_lately_unless_renewed(self, world: World) -> None:
        world.record(
            "label initiative=one name=Bronze level=bronze from=2022-03-01 to=2024-02-29",
            "label initiative=one name=Gone level=bronze from=2020-01-01 to=2023-12-31",
            "label initiative=one name=Long level=bronze from=2020-01-01 to=2027-12-31",
            "label initiative=one name=Old level=bronze from=2010-01-01 to=2012-12-31",
            "label initiative=one name=Anew level=bronze from=2020-01-01 to=2024-01-31",
            "label initiative=one name=Anew level=silver from=2024-02-01 to=2026-01-31",
        )
        assert wrong(list(room.look_at_labels(At(world)))) == [
            ("label «Gone» of one", "ended on 2023-12-31"),
            ("label «Bronze» of one", "ends on 2024-02-29"),
        ]

    def test_none_is_well(self, world: World) -> None:
        assert [s.outcome for s in room.look_at_labels(At(world))] == [Outcome.OK]
