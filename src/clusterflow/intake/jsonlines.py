"""Records as JSON lines: one object a line, ``record`` and ``initiative`` beside the record's own fields."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from clusterflow.engine.record import Submission
from clusterflow.errors import Mistake, Mistakes

ENVELOPE = ("record", "initiative", "retract")


def read_lines(lines: Iterable[str], source: str) -> list[Submission]:
    """The submissions of a file; empty lines are passed over.

    Raises:
        Mistakes: every line that is no record, with its number.
    """
    mistakes: list[Mistake] = []
    found: list[Submission] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{source}:{number}"
        try:
            value = json.loads(line, object_pairs_hook=_no_doubles)
        except ValueError as problem:
            reason = str(problem) if isinstance(problem, _Doubled) else f"no JSON: {problem}"
            mistakes.append(Mistake(where, reason, 'one object a line: {"record": "membership", ...}'))
            continue
        found.extend(_submission(value, where, mistakes))
    if mistakes:
        raise Mistakes(mistakes)
    return found


class _Doubled(ValueError):
    pass


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise _Doubled(f"the same field twice: {', '.join(doubled)}")
    return dict(pairs)


def _submission(value: Any, where: str, mistakes: list[Mistake]) -> Iterable[Submission]:
    if not isinstance(value, dict) or not isinstance(value.get("record"), str):
        mistakes.append(Mistake(where, "no field «record» that names a record type", '{"record": "membership", ...}'))
        return
    if not isinstance(value.get("initiative", ""), str):
        mistakes.append(Mistake(where, f"initiative: «{value['initiative']}» is not accepted", "an id as text"))
        return
    if not isinstance(value.get("retract", False), bool):
        mistakes.append(Mistake(where, f"retract: «{value['retract']}» is not accepted", "true or false"))
        return
    fields = {k: v for k, v in value.items() if k not in ENVELOPE and v is not None}
    yield Submission(value["record"], fields, where, value.get("initiative"), value.get("retract", False))
