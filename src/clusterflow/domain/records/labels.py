"""The field that holds the name of a record."""

from __future__ import annotations

from collections.abc import Mapping

from clusterflow.domain.records import RECORDS

LABELS = ("name", "title")
"""The fields that hold the name of a record with an id."""


def label_of(record: str) -> str:
    """Return the field with the name of a record of that type: name or title, otherwise the id."""
    return next((name for name in LABELS if name in RECORDS[record].model_fields), "id")


NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "meeting": ("body", "valid_from"),
    "learning-session": ("series", "number", "planned"),
    "payment": ("invoice", "valid_from"),
    "income": ("kind", "valid_from"),
    "budget": ("valid_from",),
    "link": ("with_whom", "valid_from"),
    "business": ("kind", "valid_from"),
}
"""What a record without a name is called by: the values of these fields. An invoice is called by its id, its number."""
