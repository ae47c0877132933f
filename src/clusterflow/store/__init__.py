"""The database layer, with SQLAlchemy: tables, registry, metrics, ledger, outbox, state, migrations."""
