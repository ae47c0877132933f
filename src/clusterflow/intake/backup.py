"""Reads the backup of a whole office from lines of JSON (``domain/backup.py``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from clusterflow.domain.backup import CURE, PART_TYPES, Header, Part
from clusterflow.errors import Mistake, Mistakes
from clusterflow.intake.json_lines import parsed
from clusterflow.rules.mistakes import field_mistakes

_BEGINNING = '{"clusterflow":'


def is_life(text: str) -> bool:
    """Return whether a file holds a whole office, by its first line."""
    return text[: 2 * len(_BEGINNING)].replace(" ", "").startswith(_BEGINNING)


def read_life(lines: Iterable[str], source: str) -> Iterator[tuple[str, Part]]:
    """Yield the parts of the file in their order, each with its place.

    Raises:
        Mistakes: a line is no part of a backup, or has a newer format.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{source}:{number}"
        try:
            value = parsed(line)
        except ValueError as problem:
            raise Mistakes([Mistake(where, str(problem), cure=CURE)]) from None
        sort = next((PART_TYPES[name] for name in PART_TYPES if isinstance(value, dict) and name in value), None)
        if sort is None:
            accepted = " or ".join(f"«{name}»" for name in PART_TYPES)
            raise Mistakes([Mistake(where, "is no line of a life", f"one that has {accepted}")])
        if sort is Header and value.get("format") != 1:
            found = f"the format {value.get('format')} of a life is not known here"
            raise Mistakes([Mistake(where, found, "format 1", "A newer clusterflow reads it")])
        try:
            yield where, sort.model_validate(value)
        except ValidationError as problem:
            raise Mistakes(field_mistakes(problem, sort, where)) from None
