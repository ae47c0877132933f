"""What somebody wants to record, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from clusterflow.domain.text import Frozen, Language
from clusterflow.rules.tax_ids import TaxIdDoubt

MOST_MISTAKES = 1000
"""After so many mistakes the rest of a file is not read."""


class Submission(NamedTuple):
    """One record as the user wrote it, before validation.

    With a start day it enters a fact, or corrects the fact of that day. Without one it applies to the latest fact with
    the same key: ``to`` ends it, other fields correct it. Fields that are not named keep their value, also those of
    the earlier fact that a new day changes; a field that is None becomes unknown. ``retract`` withdraws the fact; if it
    is entered again, it starts empty, as does a fact that begins after the earlier one ended. ``confirm`` says that
    values that look like a mistake are right (``rules/plausibility.py``). ``replaces`` is the ledger entry of the fact
    that its author read, 0 if there was none: where another one holds now, nothing is recorded.
    """

    type: str
    fields: Mapping[str, Any]
    where: str
    initiative: str | None = None
    retract: bool = False
    confirm: bool = False
    replaces: int | None = None


class DoubtfulTaxId(Frozen):
    """A tax id that was recorded as it was written, and its place in the submissions."""

    where: str
    doubt: TaxIdDoubt

    def describe(self, language: Language) -> str:
        """Return the sentence about it."""
        return self.doubt.describe(self.where, language)


class RecordResult(Frozen):
    """How many facts were entered, corrected, retracted or unchanged."""

    entered: int = 0
    corrected: int = 0
    retracted: int = 0
    unchanged: int = 0
    initiatives: tuple[str, ...] = ()
    already: datetime | None = None
    """When the same submissions were recorded before, if they were; then nothing was changed now."""
    doubtful: tuple[DoubtfulTaxId, ...] = ()

    def again(self, at: datetime) -> RecordResult:
        """Return the result for a repeat of this command, which was first done at that moment."""
        return RecordResult(unchanged=self.entered + self.corrected + self.retracted + self.unchanged, already=at)

    def __str__(self) -> str:
        if self.already is not None:
            return f"already taken in on {self.already:%Y-%m-%d}; nothing changed"
        numbers = (self.entered, self.corrected, self.retracted, self.unchanged)
        words = ("entered", "corrected", "retracted", "unchanged")
        return ", ".join(f"{n} {word}" for n, word in zip(numbers, words, strict=True) if n) or "nothing changed"
