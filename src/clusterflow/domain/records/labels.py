"""The field that holds the name of a record."""

from __future__ import annotations

from clusterflow.domain.records import RECORDS

LABELS = ("name", "title")
"""The fields that hold the name of a record with an id."""


def label_of(record: str) -> str:
    """Return the field with the name of a record of that type: name or title, otherwise the id."""
    return next((name for name in LABELS if name in RECORDS[record].model_fields), "id")
