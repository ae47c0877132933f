"""Checks that the dues schemes which initiatives adopt are there."""

from __future__ import annotations

from collections.abc import Sequence

from clusterflow.domain.records.money import DuesAdoption
from clusterflow.engine.record import Submission
from clusterflow.errors import Mistake, quoted, shortened
from clusterflow.rules.mistakes import nearest_hint
from clusterflow.services.catalogue.dues import schemes_of
from clusterflow.services.context import Context

FIRST = "Put its file into configs/dues first"


def scheme_mistakes(context: Context, submissions: Sequence[Submission]) -> list[Mistake]:
    """Return what is wrong with the schemes that new facts adopt.

    The adoption of one whose file is gone can be ended and retracted, and an invoice says by which it was issued then.

    Raises:
        Mistakes: the file of a scheme has mistakes, and a scheme is adopted.
    """
    adopting = [s for s in submissions if s.type == DuesAdoption.type and not s.retract and "to" not in s.fields]
    known, found = sorted(schemes_of(context)) if adopting else [], list[Mistake]()
    for submission in adopting:
        name = submission.fields.get("scheme")
        if isinstance(name, str) and name and name not in known:
            cure = nearest_hint(shortened(name), known) or FIRST
            accepted = ", ".join(known) or "none yet"
            found.append(Mistake(submission.where, f"no dues scheme is called {quoted(name)}", accepted, cure))
    return found
