"""Migrates the schema with Alembic; a module of its own, because importing Alembic is slow."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from clusterflow.store.database import MIGRATIONS, check_known, current_revision


def config_of(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> tuple[str | None, str | None]:
    """Migrate to the newest schema and return the revisions before and after.

    Raises:
        SchemaMismatch: this version does not know the schema of the database.
    """
    if engine.url.get_backend_name() == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    before = current_revision(engine)
    if before is not None:
        check_known(before)
    command.upgrade(config_of(engine), "head")
    return before, current_revision(engine)
