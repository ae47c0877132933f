"""The registry's record types, each declared once: table, validation, CLI and JSON Schema all follow from here."""

from __future__ import annotations

from clusterflow.domain.records import activity, governance, learning, membership, money, parties, strategy
from clusterflow.domain.records.base import Happening, Record, Span

RECORDS: dict[str, type[Record]] = {
    cls.type: cls
    for room in (parties, membership, governance, strategy, money, learning, activity)
    for cls in vars(room).values()
    if isinstance(cls, type)
    and issubclass(cls, Record)
    and cls not in (Record, Span, Happening)
    and cls.__module__ == room.__name__
}

__all__ = ["RECORDS", "Happening", "Record", "Span"]
