"""A record as ``key=value`` words on the command line."""

from __future__ import annotations

from collections.abc import Iterable

from clusterflow.engine.record import Submission
from clusterflow.errors import Mistake, Mistakes


def read_assignments(record: str, words: Iterable[str]) -> Submission:
    """The submission that the words make.

    Raises:
        Mistakes: every word that is no assignment, or assigns twice.
    """
    fields: dict[str, str] = {}
    mistakes = []
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name:
            mistakes.append(Mistake(f"«{word}»", "is no assignment", "key=value"))
        elif name in fields:
            mistakes.append(Mistake(f"«{word}»", f"«{name}» was already given as «{fields[name]}»", "each key once"))
        else:
            fields[name] = value
    if mistakes:
        raise Mistakes(mistakes)
    initiative = fields.pop("initiative", None)
    retract = fields.pop("retract", "false")
    if retract not in ("true", "false"):
        raise Mistakes([Mistake(f"«retract={retract}»", "is not accepted", "retract=true")])
    given = {name: value for name, value in fields.items() if value != ""}
    return Submission(record, given, "command line", initiative, retract == "true")
