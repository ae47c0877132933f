"""Version N and N+1 on one database: what only adds serves both, and what breaks N waits until N has ended."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from support.world import World, model, stage

from clusterflow.errors import SchemaMismatch
from clusterflow.services import review
from clusterflow.services.context import system_clock
from clusterflow.services.processes import Presence
from clusterflow.store import database as database_module
from clusterflow.store.database import HEAD, check_schema
from clusterflow.store.migrate import config_of, is_additive, oldest_served, upgrade
from clusterflow.store.processes import FRESH

NEXT = "9001"


@pytest.fixture
def world(database_url: str, database: Engine) -> World:
    world = World(database_url, model(stage("launch")), database=database)
    world.enrol()
    return world


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    return Release(tmp_path / "migrations", monkeypatch)


class Release:
    """The next version of clusterflow: this one with a migration more."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch

    def upgrade(self, engine: Engine, change: str, additive: bool) -> None:
        shutil.copytree(database_module.MIGRATIONS, self.folder, dirs_exist_ok=True)
        (self.folder / "versions" / f"{NEXT}_next.py").write_text(
            dedent(f"""
            import sqlalchemy as sa
            from alembic import op

            revision, down_revision, branch_labels, depends_on = "{NEXT}", "{HEAD}", None, None
            additive = {additive}


            def upgrade():
                {change}


            def downgrade():
                pass
            """)
        )
        with self.monkeypatch.context() as patch:
            patch.setattr(database_module, "MIGRATIONS", self.folder)
            patch.setattr(database_module, "HEAD", NEXT)
            assert upgrade(engine, system_clock()) == (HEAD, NEXT)


ADDS = 'op.add_column("pseudonym", sa.Column("novelty", sa.String(), nullable=True))'


def test_this_version_works_on_a_newer_schema_that_only_adds(world: World, release: Release) -> None:
    release.upgrade(world.context.database, ADDS, additive=True)
    check_schema(world.context.database)
    world.state_figure("launch")
    assert review.review_portfolio(world.context).changed
    world.decide("launch")
    assert "milestone.achieved" in world.kinds()


def test_this_version_refuses_a_newer_schema_that_breaks_it(world: World, release: Release) -> None:
    release.upgrade(world.context.database, ADDS, additive=False)
    with pytest.raises(SchemaMismatch, match=f"schema {NEXT}, newer than any"):
        check_schema(world.context.database)


def test_a_migration_that_breaks_a_running_process_is_refused_and_names_it(world: World, release: Release) -> None:
    presence = Presence(world.context, "relay")
    presence.beat()
    with pytest.raises(SchemaMismatch, match=f"schema {NEXT} would break .*relay {presence.me.pid} @ "):
        release.upgrade(world.context.database, ADDS, additive=False)
    check_schema(world.context.database)
    assert "novelty" not in {c["name"] for c in inspect(world.context.database).get_columns("pseudonym")}
    presence.end()
    release.upgrade(world.context.database, ADDS, additive=False)


def test_one_that_only_adds_is_not_refused(world: World, release: Release) -> None:
    Presence(world.context, "relay").beat()
    release.upgrade(world.context.database, ADDS, additive=True)


def test_a_process_that_was_killed_stops_no_migration_for_ever(world: World, release: Release) -> None:
    Presence(world.context, "relay").beat()
    with world.context.database.begin() as connection:
        long_ago = datetime.now(UTC) - FRESH - timedelta(seconds=1)
        connection.execute(text("UPDATE process SET heard_at = :at"), {"at": long_ago.replace(tzinfo=None)})
    release.upgrade(world.context.database, ADDS, additive=False)


def test_migrations_that_say_so_only_add(database: Engine) -> None:
    """No table, column or index of before is gone or another, and what is new may be left out by who knows it not."""
    config = config_of(database)
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    additive = [s for s in scripts if is_additive(s)]
    assert additive
    for script in additive:
        command.downgrade(config, str(script.down_revision))
        before = _schema(database)
        command.upgrade(config, script.revision)
        after = _schema(database)
        assert {k: v for k, v in after.items() if k in before} == before, script.revision
        for (table, column), (_, required) in after.items():
            is_new_column = (table, column) not in before and any(t == table for t, _ in before)
            assert not (is_new_column and required), f"{script.revision}: {table}.{column}"
    served = oldest_served(scripts)
    assert served <= HEAD


def _schema(engine: Engine) -> dict[tuple[str, str], tuple[str, bool]]:
    """For each column: its type, and whether a row needs a value."""
    found = inspect(engine)
    return {
        (table, c["name"]): (str(c["type"]), not c["nullable"] and c.get("default") is None)
        for table in found.get_table_names()
        for c in found.get_columns(table)
    }
