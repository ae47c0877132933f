"""Finds what is unusual in the rows that an import would add or change, so that people check it first.

It is recorded all the same. What is most likely a mistake has to be confirmed (``rules/plausibility.py``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any

from clusterflow.domain.money import Money
from clusterflow.domain.records import Happening, Record
from clusterflow.domain.records.governance import Attendance, Meeting
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.records.strategy import Objective
from clusterflow.domain.text import Language
from clusterflow.intake.workbook.layout import Kind
from clusterflow.intake.workbook.messages import CellMistake, Place, mistake
from clusterflow.services.intake.workbook.changes import Change, Effect

_FAR = timedelta(days=3 * 366)
"""What begins later is unusual (P)."""

_FEW = 5
"""So many amounts make a usual size (P)."""

_TIMES = 100
"""An amount that differs from the usual one by this factor is unusual (P)."""

_PLANNED_FIELDS = frozenset({"valid_to", "horizon", "due", "planned", "grace_until"})


def find_unusual_values(changes: Sequence[Change], today: date, language: Language) -> list[CellMistake]:
    """Return the unusual values with their cells, in the order of the workbook."""
    mine = [c for c in changes if c.became is not Effect.UNCHANGED]
    found = [
        *_unusual_days(mine, today, language),
        *_unusual_amounts(mine, language),
        *_unusual_figures(mine, language),
    ]
    return sorted(found, key=lambda one: (one.place.sheet, one.place.row or 0, one.place.column or 0))


def _written_fields(change: Change) -> Iterator[tuple[str, Any, Place]]:
    """The fields of a record that the row has a cell for and that it changes."""
    for name in change.draft.cells:
        value = getattr(change.new, name, None)
        if value is not None and (change.old is None or getattr(change.old, name) != value):
            yield name, value, change.draft.at(name)


def _unusual_days(changes: Iterable[Change], today: date, language: Language) -> Iterator[CellMistake]:
    begun = {c.place.row: c.new for c in changes if isinstance(c.new, Organisation)}
    for change in changes:
        for name, day, place in _written_fields(change):
            if not isinstance(day, date):
                continue
            if _is_future(change.new, name, day, today):
                yield mistake(place, day, "unusual_future", language)
        firm = begun.get(change.place.row) if change.new.type == "membership" else None
        founded = firm.founded if isinstance(firm, Organisation) else None
        if founded is not None and change.new.valid_from < founded:
            place = change.draft.at("valid_from")
            yield mistake(place, change.new.valid_from, "unusual_before_founding", language, founded=founded)


def _is_future(record: Record, name: str, day: date, today: date) -> bool:
    if name in _PLANNED_FIELDS or isinstance(record, (Meeting, Attendance)):
        return False
    if name in ("founded", "held", "done_on") or (isinstance(record, Happening) and name == "valid_from"):
        return day > today
    return day > today + _FAR


def _unusual_amounts(changes: Iterable[Change], language: Language) -> Iterator[CellMistake]:
    """Amounts far from the usual size in their column, and those in a currency that hardly any other row has."""
    columns: dict[tuple[str, str], list[tuple[Money, Place]]] = defaultdict(list)
    for change in changes:
        for name, value, place in _written_fields(change):
            if isinstance(value, Money) and value.minor > 0:
                columns[change.new.type, name].append((value, place))
    for amounts in columns.values():
        if len(amounts) < _FEW:
            continue
        currencies = [amount.currency for amount, _ in amounts]
        usual = max(set(currencies), key=lambda code: (currencies.count(code), code))
        typical = median(amount.minor for amount, _ in amounts if amount.currency == usual)
        for amount, place in amounts:
            if amount.currency != usual and currencies.count(amount.currency) * 10 <= len(amounts):
                yield mistake(place, amount.shown, "unusual_currency", language, usual=usual)
            elif amount.currency == usual and not typical / _TIMES < amount.minor < typical * _TIMES:
                shown = Money(minor=round(typical), currency=usual).shown
                yield mistake(place, amount.shown, "unusual_amount", language, usual=shown)


def _unusual_figures(changes: Iterable[Change], language: Language) -> Iterator[CellMistake]:
    """A share of one where the unit is a percentage, and names that are nothing but figures."""
    for change in changes:
        record = change.new
        columns = change.sheet.columns_of(record.type)
        for name, value, place in _written_fields(change):
            is_share = isinstance(value, float) and 0 < value < 1 and value != int(value)
            if isinstance(record, Objective) and "%" in (record.unit or "") and is_share:
                yield mistake(place, value, "unusual_share", language)
            elif (
                name in ("name", "title") and columns[name].kind is Kind.TEXT and not any(map(str.isalpha, str(value)))
            ):
                yield mistake(place, value, "unusual_name", language)
