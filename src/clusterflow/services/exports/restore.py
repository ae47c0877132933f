"""Restores a whole office into an empty database."""

from __future__ import annotations

from clusterflow.engine.command import CommandContext
from clusterflow.engine.restore import RestoreResult
from clusterflow.engine.restore import restore as restoring
from clusterflow.engine.transaction import perform
from clusterflow.intake.backup import read_life
from clusterflow.intake.record_file import RecordFile
from clusterflow.services.context import Context
from clusterflow.store.statistics import refresh_statistics


def restore(context: Context, file: RecordFile) -> RestoreResult:
    """Restore a file of ``clusterflow export life``, of any size. The same file again changes nothing.

    Raises:
        Mistakes: what is wrong with the file; then nothing was written.
        NotPossible: the database is not empty.
    """
    content = file.content_hash
    command = CommandContext(context.clock(), context.settings.actor, context.new_id, f"life-{content[:40]}")
    done = perform(
        context.database, command, "restore", content, RestoreResult,
        lambda tx: restoring(tx, lambda: read_life(file.lines(), file.name)),
    )  # fmt: skip
    with context.database.begin() as connection:
        refresh_statistics(connection)
    return done
