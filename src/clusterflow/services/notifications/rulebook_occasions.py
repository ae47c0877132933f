"""Finds the days that follow from rulebooks: windows that open and close, to enter or to renew, and ends of labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.rulebook import Holding, Rulebook, WindowKind
from clusterflow.domain.ruling import HeldLabel
from clusterflow.domain.text import NOTICE_LANGUAGES, model_language
from clusterflow.rules.award_days import windows_of
from clusterflow.rules.rulings import RulebookFacts, governing_text, held_label, holding_on
from clusterflow.services.catalogue.rulebooks import rulebooks_in
from clusterflow.store.portfolio import active_initiatives
from clusterflow.store.registry import initiative_records
from clusterflow.store.reminder_occasions import OccasionMatch
from clusterflow.store.rulebook_facts import FactsByRulebook, rulebook_facts

ENTRY = {"entry.opens": "opens", "entry.closes": "closes"}
"""The occasions of windows to enter, each with its day of a window."""


class RulebookOccasions:
    """The days by rulebook of one search, with the facts of one day. What it reads, it reads once, and only if asked.

    A renewed label has another award, so its former days are found no more.
    """

    def __init__(self, connection: Connection, configs: Path, as_of: date) -> None:
        self._connection, self._configs, self._as_of = connection, configs, as_of

    def find(self, name: str, since: date, until: date) -> list[OccasionMatch]:
        """Return the occasions of one kind with a reference date in the range, for active initiatives.

        Raises:
            Mistakes: all mistakes in the files of the rulebooks.
        """
        days = self._entries(name) if name in ENTRY else self._label_days.get(name, ())
        return [found for found in days if since <= found.reference <= until]

    @cached_property
    def _rulebooks(self) -> Mapping[str, Rulebook]:
        return rulebooks_in(self._configs)

    @cached_property
    def _facts(self) -> FactsByRulebook:
        return rulebook_facts(self._connection, self._as_of)

    @cached_property
    def _active(self) -> frozenset[str]:
        return active_initiatives(self._connection)

    @cached_property
    def _records(self) -> Mapping[str, Initiative]:
        return initiative_records(self._connection, self._as_of, None)

    @cached_property
    def _label_days(self) -> Mapping[str, list[OccasionMatch]]:
        """By occasion: its days for the labels of active initiatives."""
        found: dict[str, list[OccasionMatch]] = defaultdict(list)
        for initiative, by_rulebook in self._facts.items():
            for rulebook, facts in by_rulebook.items() if initiative in self._active else ():
                if facts.labels and rulebook in self._rulebooks:
                    for name, label, day in _days(self._rulebooks[rulebook], facts.labels):
                        about = {"rulebook": rulebook, "kind": name}
                        found[name].append(OccasionMatch(initiative, label, day, None, None, None, about))
        return found

    def _entries(self, name: str) -> Iterator[OccasionMatch]:
        """Yield the windows to enter of each rulebook that is about an initiative whose label it does not hold then."""
        none = RulebookFacts()
        for initiative, record in self._records.items():
            for rulebook in self._rulebooks.values() if initiative in self._active else ():
                if not rulebook.concerns(record.country, record.subdivision):
                    continue
                own = self._facts.get(initiative, {}).get(rulebook.id, none)
                held = held_label(rulebook, own.labels)
                for day in {*_entry_days(rulebook, held, ENTRY[name])}:
                    if holding_on(held, day) is not Holding.HELD:
                        titles = {one: rulebook.title.to(model_language(one)) for one in NOTICE_LANGUAGES}
                        about = {"rulebook": rulebook.id, "titles": titles, "kind": name}
                        yield OccasionMatch(initiative, rulebook.id, day, None, None, None, about)


def _days(rulebook: Rulebook, labels: Collection[Label]) -> Iterator[tuple[str, str, date]]:
    """Yield the days that follow from an award, each with its occasion and the label's name."""
    *_, last = labels
    held = held_label(rulebook, list(labels))
    if held is None:
        return
    if last.valid_to is None and held.until is not None:
        yield "label.ends", held.name, held.until
    if last.grace_until is None and held.grace_until is not None:
        yield "label.grace", held.name, held.grace_until
    text = governing_text(rulebook, held, held.awarded)
    for window in windows_of(text, held) if text is not None else ():
        for name, day in (("window.opens", window.opens), ("window.closes", window.closes)):
            # A window with fixed days is not about this award if it closed before it.
            if window.window.kind is WindowKind.RENEWAL and day is not None and day > held.awarded:
                yield name, held.name, day


def _entry_days(rulebook: Rulebook, held: HeldLabel | None, side: str) -> Iterator[date]:
    """Yield the days on which windows to enter open, or close, by the text in force on that day."""
    for text in rulebook.texts:
        for window in windows_of(text, held) if not text.draft else ():
            day: date | None = getattr(window, side)
            if window.window.kind is WindowKind.ENTRY and day is not None and text.is_in_force(day):
                yield day
