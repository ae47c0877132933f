"""The Alembic environment: runs the migrations on the given engine."""

from alembic import context

from clusterflow.store.tables import whole_schema

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=whole_schema(), render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
