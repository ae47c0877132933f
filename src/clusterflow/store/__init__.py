"""SQLAlchemy and nothing but: tables, registry, metrics, ledger, outbox, state, migrations."""
