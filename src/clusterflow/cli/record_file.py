"""Records a file: facts as JSON lines, or the life of an office that «export life» wrote."""

from __future__ import annotations

from pathlib import Path

from clusterflow.cli.progress import progress
from clusterflow.engine.record import RecordResult
from clusterflow.engine.restore import RestoreResult
from clusterflow.intake.backup import is_life
from clusterflow.intake.record_file import RecordFile
from clusterflow.services import registry
from clusterflow.services.context import Context
from clusterflow.services.exports.restore import restore


def record_file(context: Context, source: Path, actor: str | None, key: str | None) -> RecordResult | RestoreResult:
    """Record or restore what a file holds, and show how far it is."""
    with progress("recording") as step:
        file = RecordFile.open(source, step)
        if is_life(file.beginning(100)):
            return restore(context, file)
        return registry.record_file(context, file, actor, key)
