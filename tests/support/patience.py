"""How long a test waits for what must come."""

PATIENCE_SECONDS = 240
"""Longer than anything takes on a busy machine: what comes is seen at once, only what never comes is waited for."""
