"""The database and its schema."""

from __future__ import annotations

from cyclopts import App as Commands

from clusterflow.cli.output import show
from clusterflow.settings import Settings
from clusterflow.store.database import HEAD, current_revision, open_database
from clusterflow.store.migrate import upgrade as migrate

db = Commands(name="db", help="The database and its schema.")


@db.command
def upgrade() -> None:
    """Make the database, or bring its schema up to this version."""
    database = open_database(Settings().database_url)
    before, after = migrate(database)
    address = database.url.render_as_string(hide_password=True)
    show(f"{address}: schema {after}" + ("" if before == after else f", was {before or 'empty'}"))


@db.command
def status() -> None:
    """Which schema the database has, and which is needed."""
    database = open_database(Settings().database_url)
    found = current_revision(database)
    show(f"{database.url.render_as_string(hide_password=True)}: schema {found or 'none'}; needed: {HEAD}")
