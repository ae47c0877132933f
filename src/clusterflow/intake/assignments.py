"""Reads a record written as ``key=value`` words on the command line."""

from __future__ import annotations

from collections.abc import Iterable

from clusterflow.engine.record import Submission
from clusterflow.errors import Mistake, Mistakes


def read_pairs(words: Iterable[str]) -> dict[str, str]:
    """Return the assigned values by key.

    Raises:
        Mistakes: every word that is no assignment, or repeats a key.
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
    for name in ("retract", "confirm"):
        if fields.get(name, "true") not in ("true", "false"):
            mistakes.append(Mistake(f"«{name}={fields[name]}»", "is not accepted", f"{name}=true"))
    if mistakes:
        raise Mistakes(mistakes)
    return fields


def read_assignments(record: str, words: Iterable[str]) -> Submission:
    """Return the submission that the words describe. An empty value means unknown.

    Raises:
        Mistakes: every word that is no assignment, or repeats a key.
    """
    fields = read_pairs(words)
    initiative = fields.pop("initiative", None)
    retract, confirm = fields.pop("retract", "false"), fields.pop("confirm", "false")
    given = {name: value or None for name, value in fields.items()}
    return Submission(record, given, "command line", initiative, retract == "true", confirm == "true")
