"""The commands: each one transaction that writes its rows, its ledger entries and its outbox, or nothing."""
