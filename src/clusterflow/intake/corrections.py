"""A refused submission, mended by the person who looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clusterflow.engine.record import Submission
from clusterflow.errors import NotPossible
from clusterflow.intake.assignments import read_pairs
from clusterflow.intake.json_lines import flattened, lines_of, parsed, read_lines, read_value


def read_again(payload: str, where: str, words: Sequence[str] = ()) -> list[Submission]:
    """The submissions of a payload as it was sent, or of its one record with other fields; an empty value takes a
    field away.

    Raises:
        Mistakes: it still is no record.
        NotPossible: words are given, and there is not just one record that they could be about.
    """
    whole = _whole(payload)
    if words:
        if not isinstance(whole, dict) or set(whole) == {"records"}:
            raise NotPossible(
                f"key=value mends one record, and {where} is not just one: give it mended whole, with --from FILE"
            )
        return read_value(_mended(whole, read_pairs(words)), where)
    return read_lines(lines_of(payload), where) if whole is None else read_value(whole, where)


def _whole(payload: str) -> Any:
    """The payload as one JSON value; None where it is none, or several."""
    try:
        return parsed(payload)
    except ValueError:
        return None


def _mended(value: dict[str, Any], pairs: dict[str, str]) -> dict[str, Any]:
    new: dict[str, Any] = {**pairs}
    if "retract" in pairs:
        new["retract"] = pairs["retract"] == "true"
    return {name: part for name, part in {**flattened(value), **new}.items() if part != ""}
