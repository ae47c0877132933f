"""Create or upgrade the database, or show its schema version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App as Commands
from cyclopts import Parameter

from clusterflow.cli.output import show
from clusterflow.services.context import system_clock
from clusterflow.settings import Settings
from clusterflow.store.database import HEAD, current_revision, open_database
from clusterflow.store.database_copy import copy_database
from clusterflow.store.migrate import upgrade as migrate

db = Commands(
    name="db",
    help="Create or upgrade the database, or show its schema version.",
    help_epilogue="Example: clusterflow db upgrade",
)


@db.command(help_epilogue="Example: clusterflow db upgrade")
def upgrade() -> None:
    """Create the database, or upgrade its schema to this version."""
    database = open_database(Settings().database_url)
    before, after = migrate(database, system_clock())
    address = database.url.render_as_string(hide_password=True)
    show(f"{address}: schema {after}" + ("" if before == after else f", was {before or 'empty'}"))


@db.command(help_epilogue="Example: clusterflow db status")
def status() -> None:
    """Show which schema the database has, and which is needed."""
    database = open_database(Settings().database_url)
    found = current_revision(database)
    show(f"{database.url.render_as_string(hide_password=True)}: schema {found or 'none'}; needed: {HEAD}")


BackupFile = Annotated[Path, Parameter(help="a SQLite file afterwards, or for PostgreSQL a dump that pg_restore reads")]


@db.command(help_epilogue="Example: clusterflow db backup /srv/backups/clusterflow.db")
def backup(file: BackupFile, /) -> None:
    """Copy the database into a new file, while people work."""
    database = open_database(Settings().database_url)
    copy_database(database, file)
    show(f"{database.url.render_as_string(hide_password=True)}: copied to {file}")
