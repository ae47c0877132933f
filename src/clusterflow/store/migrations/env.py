"""The Alembic environment: runs the migrations on the given engine."""

from alembic import context
from sqlalchemy import func, select

from clusterflow.store.schema import whole_schema

UPGRADE_LOCK = 7_206_912
"""The key of the PostgreSQL advisory lock for migrations. SQLite allows one writer only, so it needs none."""

engine = context.config.attributes["engine"]
# One transaction for everything, so that a second process waits and finds the schema migrated: services of several
# machines start together. On SQLite it holds the lock of the writer from its beginning.
with engine.begin() as connection:
    if engine.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))
    context.configure(connection=connection, target_metadata=whole_schema(), render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
