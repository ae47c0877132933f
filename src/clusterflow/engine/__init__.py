"""The commands. Each runs in one transaction, which writes its rows, ledger entries and outbox, or nothing."""
