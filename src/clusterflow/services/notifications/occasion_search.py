"""Finds the occasions of which a reminder may be due on some days, for all initiatives at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from clusterflow.domain.notice import NoticeRule
from clusterflow.domain.reminder_occasion import OCCASIONS
from clusterflow.rules.reminder_ladder import reference_windows
from clusterflow.services.notifications.rulebook_occasions import RulebookOccasions
from clusterflow.store.coming_turns import read_turns
from clusterflow.store.reminder_occasions import OccasionMatch, Search, find_occasions, searches_worth_running

Found = tuple[NoticeRule, OccasionMatch]


def find_nearby(
    connection: Connection, configs: Path, rules: Iterable[NoticeRule], first: date, last: date, late: timedelta
) -> list[Found]:
    """Find the occasions whose reference date lets a step be reached on a day from the first to the last.

    They may be more than those that are due, never fewer.

    Args:
        late: how long ago a step may have been reached.
    """
    by_search = _rules_by_search(rules, first, last, late)
    recorded = [search for search in by_search if _is_recorded(search.name)]
    without_result = {*recorded} - {*searches_worth_running(connection, recorded)}
    finder = _Finder(connection, configs, first, last)
    return [
        (rule, found)
        for search, mine in by_search.items()
        if search not in without_result
        for found in finder.find(search)
        for rule in mine
        if rule.about.holds([found.facts.get("helix")], [found.facts.get("size")])
    ]


def _rules_by_search(
    rules: Iterable[NoticeRule], first: date, last: date, late: timedelta
) -> Mapping[Search, list[NoticeRule]]:
    """Return the rules by their searches, so that rules with the same search share it."""
    alike: dict[tuple[str, tuple[tuple[str, int], ...]], list[NoticeRule]] = defaultdict(list)
    for rule in rules:
        alike[rule.on or "", rule.with_].append(rule)
    return {
        Search(name, since, until, numbers): mine
        for (name, numbers), mine in alike.items()
        for since, until in _windows(name, mine, first, last, late)
    }


def _windows(
    name: str, rules: Iterable[NoticeRule], first: date, last: date, late: timedelta
) -> tuple[tuple[date, date], ...]:
    if OCCASIONS[name].by_lead_time:
        return ((first, date.max),)
    return reference_windows((step for rule in rules for step in rule.ladder), first, last, late)


def _is_recorded(name: str) -> bool:
    """Whether the reference date of an occasion is written in a record, and is not computed."""
    return not (OCCASIONS[name].by_rulebook or OCCASIONS[name].by_lead_time)


class _Finder:
    """Runs the searches of one day. What several of them need is read once, and only if one of them needs it."""

    def __init__(self, connection: Connection, configs: Path, first: date, last: date) -> None:
        self._connection, self._first, self._last = connection, first, last
        self._by_rulebook = RulebookOccasions(connection, configs, last)

    def find(self, search: Search) -> Iterable[OccasionMatch]:
        if OCCASIONS[search.name].by_rulebook:
            return self._by_rulebook.find(search.name, search.since, search.until)
        if OCCASIONS[search.name].by_lead_time:
            return self._turns.get(search.name, ())
        return find_occasions(
            self._connection, search.name, search.since, search.until, self._last, dict(search.numbers)
        )

    @cached_property
    def _turns(self) -> Mapping[str, list[OccasionMatch]]:
        """By occasion: what turns after the first day, if it turns within the lead time of its model."""
        found: dict[str, list[OccasionMatch]] = defaultdict(list)
        for t in read_turns(self._connection, self._first):
            facts = {"kind": t.occasion, "turn": t}
            found[t.occasion].append(OccasionMatch(t.initiative, t.subject, t.day, None, None, None, facts))
        return found
