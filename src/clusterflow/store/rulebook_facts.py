"""Reads the labels held, the waivers and the cut-offs: one statement each, for all initiatives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, select

from clusterflow.domain.records import Record
from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.rulebooks import CutOff, Waiver
from clusterflow.rules.rulings import RulebookFacts
from clusterflow.store.columns import from_row
from clusterflow.store.query_scope import Scope, parameter_values

R = TypeVar("R", bound=Record)

FactsByRulebook = dict[str, dict[str, RulebookFacts]]
"""By initiative, then by rulebook."""


def rulebook_facts(
    connection: Connection, day: date, initiatives: list[str] | None = None, known_at: datetime | None = None
) -> FactsByRulebook:
    """Return the awards and waivers that began on or before a day (None: of all initiatives).

    A label belongs to the rulebook that it names, or whose id is its name. With ``known_at`` later entries are ignored.
    Initiatives of which the same is recorded share one object.
    """
    labels: dict[tuple[str, str], list[Label]] = defaultdict(list)
    waivers: dict[tuple[str, str], list[Waiver]] = defaultdict(list)
    for initiative, label in _begun(connection, Label, day, initiatives, known_at):
        labels[initiative, label.rulebook or label.name].append(label)
    for initiative, waiver in _begun(connection, Waiver, day, initiatives, known_at):
        waivers[initiative, waiver.rulebook].append(waiver)
    found: FactsByRulebook = defaultdict(dict)
    alike: dict[tuple[tuple[int, ...], tuple[int, ...]], RulebookFacts] = {}
    for initiative, rulebook in {*labels, *waivers}:
        of_label, of_waiver = labels.get((initiative, rulebook), []), waivers.get((initiative, rulebook), [])
        same = (tuple(map(id, of_label)), tuple(map(id, of_waiver)))
        if same not in alike:
            alike[same] = RulebookFacts(tuple(of_label), tuple(of_waiver))
        found[initiative][rulebook] = alike[same]
    return found


def cut_offs_on(connection: Connection, day: date, known_at: datetime | None = None) -> list[CutOff]:
    """Return the cut-offs in force on a day."""
    scope = Scope.over(None, known_at is not None)
    query = select(scope.current(CutOff))
    rows = connection.execute(query, parameter_values((), day, None, known_at))
    return [from_row(CutOff, row._mapping) for row in rows]


def cut_offs_until(connection: Connection, day: date) -> list[CutOff]:
    """Return every cut-off that began on or before a day, also those that have ended."""
    return [record for _, record in _begun(connection, CutOff, day, None, None)]


def _begun(
    connection: Connection,
    record: type[R],
    day: date,
    initiatives: Sequence[str] | None,
    known_at: datetime | None,
) -> list[tuple[str, R]]:
    chosen = None if initiatives is None else list(initiatives)
    query = _begun_query(record, chosen is None, chosen is not None and len(chosen) == 1, known_at is not None)
    values = parameter_values((), day, chosen, known_at)
    alike: dict[tuple[Any, ...], R] = {}
    found: list[tuple[str, R]] = []
    for row in connection.execute(query, values).all():
        key = row[1:]
        known = alike.get(key)
        if known is None:
            known = alike[key] = from_row(record, row._mapping)
        found.append((row[0], known))
    return found


@cache  # it takes longer to build than to run, and reminders ask for it at each search
def _begun_query(record: type[Record], everywhere: bool, single: bool, known_then: bool) -> Select[Any]:
    rows = Scope(everywhere=everywhere, single=single, known_then=known_then).happened(record)
    own = [column for column in rows.c if column.name not in ("initiative", "entry")]
    return select(rows.c.initiative, *own).order_by(rows.c.initiative, rows.c.valid_from, rows.c.entry)
