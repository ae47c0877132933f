"""Restores a whole office into an empty database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from clusterflow.engine.command import CommandContext
from clusterflow.engine.restore import RestoreResult
from clusterflow.engine.restore import restore as restoring
from clusterflow.engine.transaction import perform
from clusterflow.intake.backup import read_life
from clusterflow.services.context import Context


def restore(context: Context, text: str, source: str) -> RestoreResult:
    """Restore a file of ``clusterflow export life``. The same file again gives the same answer and changes nothing.

    Raises:
        Mistakes: what is wrong with the file; then nothing was written.
        NotPossible: the database is not empty.
    """
    content = hashlib.sha256(text.encode()).hexdigest()
    command = CommandContext(context.clock(), context.settings.actor, context.new_id, f"life-{content[:40]}")
    return perform(
        context.database, command, "restore", content, RestoreResult,
        lambda tx: restoring(tx, lambda: read_life(_lines(text), source)),
    )  # fmt: skip


def _lines(text: str) -> Iterator[str]:
    """Yield the lines one by one: a file may be large, and must not be in memory twice."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]
