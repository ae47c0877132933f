"""Exports: the registry, the ledger and event logs, for other programs."""
