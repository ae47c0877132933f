"""Finds the days of labels that follow from their rulebooks: windows that open and close, and ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from sqlalchemy import Connection

from clusterflow.domain.records.activity import Label
from clusterflow.domain.rulebook import Rulebook, WindowKind
from clusterflow.rules.award_days import windows_of
from clusterflow.rules.rulings import governing_text, held_label
from clusterflow.store.portfolio import active_initiatives
from clusterflow.store.reminder_occasions import OccasionMatch
from clusterflow.store.rulebook_facts import rulebook_facts


def rulebook_occasions(
    connection: Connection, rulebooks: Mapping[str, Rulebook], name: str, since: date, until: date, as_of: date
) -> list[OccasionMatch]:
    """Return the occasions of one kind with a reference date in the range, for active initiatives.

    A renewed label has another award, so its former days are found no more.
    """
    active = active_initiatives(connection)
    return [
        OccasionMatch(initiative, label, day, None, None, None, {"rulebook": rulebook})
        for initiative, by_rulebook in rulebook_facts(connection, as_of).items()
        if initiative in active
        for rulebook, facts in by_rulebook.items()
        if facts.labels and rulebook in rulebooks
        for label, day in _days(rulebooks[rulebook], facts.labels, name)
        if since <= day <= until
    ]


def _days(rulebook: Rulebook, labels: Collection[Label], name: str) -> Iterator[tuple[str, date]]:
    """Yield the label's name with each of its days of one kind."""
    *_, last = labels
    held = held_label(rulebook, list(labels))
    if held is None:
        return
    if name == "label.ends" and last.valid_to is None and held.until is not None:
        yield held.name, held.until
    if name == "label.grace" and last.grace_until is None and held.grace_until is not None:
        yield held.name, held.grace_until
    text = governing_text(rulebook, held, held.awarded)
    for window in windows_of(text, held) if text is not None else ():
        day = {"window.opens": window.opens, "window.closes": window.closes}.get(name)
        # A window with fixed days is not about this award if it closed before it.
        if window.window.kind is WindowKind.RENEWAL and day is not None and day > held.awarded:
            yield held.name, day
