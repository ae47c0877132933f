"""Notifications: from ledger entries to notices, and from notices to the people who receive them."""
