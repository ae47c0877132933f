"""What an import does to one record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clusterflow.domain.records import Record
from clusterflow.intake.workbook.drafts import Draft
from clusterflow.intake.workbook.layout import Sheet
from clusterflow.intake.workbook.messages import Place


class Effect(StrEnum):
    """The effect of a row on a record."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """The record before and after the import."""

    draft: Draft
    became: Effect
    new: Record
    old: Record | None = None
    moved: bool = False
    """Its first day is another one: the fact of the old day is withdrawn."""

    @property
    def place(self) -> Place:
        return self.draft.place

    @property
    def sheet(self) -> Sheet:
        return self.draft.sheet


@dataclass(frozen=True, slots=True)
class Emptied:
    """A cell that is empty although the registry has a value."""

    place: Place
    sheet: Sheet
    field: str
    old: Record
