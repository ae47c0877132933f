"""How long a test waits for an expected result."""

PATIENCE_SECONDS = 240
"""Longer than anything takes on a busy machine. A result is seen at once, so only a missing one costs this time."""
