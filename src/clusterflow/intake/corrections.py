"""Reads a refused submission again, with the corrections of a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clusterflow.engine.record import Submission
from clusterflow.errors import NotPossible
from clusterflow.intake.assignments import read_pairs
from clusterflow.intake.json_lines import flattened, lines_of, parsed, read_lines, read_value


def read_again(payload: str, where: str, words: Sequence[str] = ()) -> list[Submission]:
    """Return the submissions of a payload: as it was sent, or of its only record with changed fields.

    An empty value removes a field.

    Raises:
        Mistakes: it is still no record.
        NotPossible: fields are given, and the payload holds more than one record.
    """
    whole = _whole(payload)
    if words:
        if not isinstance(whole, dict) or set(whole) == {"records"}:
            raise NotPossible(
                f"key=value corrects one record, and {where} does not hold exactly one: "
                "correct its records in a file, with --from FILE"
            )
        return read_value(_corrected(whole, read_pairs(words)), where)
    return read_lines(lines_of(payload), where) if whole is None else read_value(whole, where)


def _whole(payload: str) -> Any:
    """Return the payload as one JSON value; None if it is no JSON, or several values."""
    try:
        return parsed(payload)
    except ValueError:
        return None


def _corrected(value: dict[str, Any], pairs: dict[str, str]) -> dict[str, Any]:
    new: dict[str, Any] = {**pairs}
    if "retract" in pairs:
        new["retract"] = pairs["retract"] == "true"
    return {name: part for name, part in {**flattened(value), **new}.items() if part != ""}
