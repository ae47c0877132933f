"""A whole office, taken back into an empty database."""

from __future__ import annotations

import hashlib
import io

from clusterflow.desk import Desk
from clusterflow.engine.restore import Restored
from clusterflow.engine.restore import restore as restoring
from clusterflow.engine.work import Context, perform
from clusterflow.intake.life import read_life


def restore(desk: Desk, text: str, source: str) -> Restored:
    """Take in what ``clusterflow export life`` wrote; the same file again answers the same and changes nothing.

    Raises:
        Mistakes: what is wrong with the file; then nothing was written.
        NotPossible: the database is not empty.
    """
    content = hashlib.sha256(text.encode()).hexdigest()
    context = Context(desk.clock(), desk.settings.actor, desk.new_id, f"life-{content[:40]}")
    return perform(
        desk.database, context, "restore", content, Restored,
        # Only a line feed ends a line, as everywhere in JSON lines.
        lambda work: restoring(work, lambda: read_life(io.StringIO(text), source)),
    )  # fmt: skip
