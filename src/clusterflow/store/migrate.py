"""Migrates the schema with Alembic; a module of its own, because importing Alembic is slow."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Engine, delete, insert, inspect

from clusterflow.errors import SchemaMismatch
from clusterflow.store import database, processes, tables
from clusterflow.store.database import check_known, current_revision, read_connection


def config_of(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, now: datetime) -> tuple[str | None, str | None]:
    """Migrate to the newest schema and return the revisions before and after.

    Args:
        now: the real time of this machine, by which a process of an older version may still run.

    Raises:
        SchemaMismatch: this version does not know the schema of the database, or a process of an older version runs
            that could not work on the new one.
    """
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    before, scripts = current_revision(engine), _scripts(engine)
    if before is not None:
        check_known(before)
        _require_nobody_older(engine, before, scripts, now)
    command.upgrade(config_of(engine), "head")
    _store_support(engine, scripts)
    if any(getattr(s.module, "rewrites", False) and s.revision > (before or scripts[0].revision) for s in scripts):
        _give_back_space(engine)
    return before, current_revision(engine)


def is_additive(script: Script) -> bool:
    """Whether a migration only adds what older versions need not know: it says ``additive = True``."""
    return bool(getattr(script.module, "additive", False))


def oldest_served(scripts: list[Script]) -> str:
    """Return the oldest schema whose version can work on the newest one.

    Args:
        scripts: all migrations, the newest first.
    """
    for script, older in pairwise(scripts):
        if not is_additive(script):
            return script.revision
        oldest = older.revision
    return oldest


def _scripts(engine: Engine) -> list[Script]:
    return list(ScriptDirectory.from_config(config_of(engine)).walk_revisions())


def _require_nobody_older(engine: Engine, before: str, scripts: list[Script], now: datetime) -> None:
    coming = [s for s in scripts if s.revision > before]
    breaking = next((s.revision for s in coming if not is_additive(s)), None)
    if breaking is None:
        return
    with read_connection(engine) as connection:
        if not inspect(connection).has_table(tables.process.name):
            return
        moment = processes.database_clock(connection, now)
        older = [p for p in processes.fresh(connection, moment) if p.schema < breaking]
    if older:
        raise SchemaMismatch(
            f"schema {breaking} would break what still runs: {', '.join(map(str, older))}. "
            f"Stop these processes and repeat; one that was killed counts for {processes.FRESH.seconds} seconds more"
        )


def _store_support(engine: Engine, scripts: list[Script]) -> None:
    support = tables.schema_support
    with engine.begin() as connection:
        connection.execute(delete(support))
        connection.execute(insert(support).values(revision=scripts[0].revision, oldest=oldest_served(scripts)))


def _give_back_space(engine: Engine) -> None:
    """Make a SQLite file as small as what it holds; PostgreSQL gives back the space of a dropped table itself."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        # It needs the room of a second file. Where that is missing, later entries fill the space.
        with suppress(engine.dialect.loaded_dbapi.Error):
            connection.cursor().execute("VACUUM")
    finally:
        connection.close()
