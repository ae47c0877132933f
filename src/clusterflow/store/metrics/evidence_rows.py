"""Writing evidence: a metric reads as *what rows, and what each counts for*.

One rule decides between nought and unknown everywhere: **a book is kept once it has an entry.** A member that paid
nothing is a member that paid nothing only where the initiative's payments are recorded at all; before the first
payment is entered, nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    case,
    cast,
    literal,
    null,
    select,
)

from clusterflow.domain.records import Record
from clusterflow.errors import ClusterflowError

_SPACED = re.compile(r"(?<=[a-z])(?=[A-Z])")

Amount = ColumnElement[Any] | int | None

UNKNOWN = cast(null(), BigInteger)
"""What is not known; typed, or PostgreSQL takes it for a text where two selects are joined."""


def evidence_row(
    source: FromClause,
    record: type[Record] | str | ColumnElement[str],
    *,
    what: ColumnElement[Any],
    part: Amount,
    on: ColumnElement[Any] | None = None,
    whole: Amount = 1,
    most: Amount = 1,
    currency: ColumnElement[Any] | None = None,
    also: Iterable[FromClause] = (),
    by: Mapping[str, ColumnElement[Any]] = MappingProxyType({}),
) -> Select[Any]:
    """The evidence rows of a metric, one for each row of ``source``.

    ``source`` brings ``initiative``, ``entry``, ``entered_at`` and, unless ``on`` is given, ``valid_from``. ``also``
    names what else is joined and speaks in the row, so that a fact entered late there makes the row late. ``by`` says
    of which part of the initiative a row is, so that the parts can be measured apart.
    """
    columns = [
        source.c.initiative,
        _name(record).label("record"),
        source.c.entry,
        what.label("what"),
        (source.c.valid_from if on is None else on).label("on"),
        _amount(part).label("part"),
        _amount(whole).label("whole"),
        _amount(most).label("most"),
        latest_of(source.c.entered_at, *(other.c.entered_at for other in also)).label("entered_at"),
    ]
    if currency is not None:
        columns.append(currency.label("currency"))
    columns += [column.label(name) for name, column in by.items()]
    return select(*columns).select_from(source)


def _name(record: type[Record] | str | ColumnElement[str]) -> ColumnElement[str]:
    if isinstance(record, ColumnElement):
        return record
    return literal(record if isinstance(record, str) else record.type)


def _amount(value: Amount) -> ColumnElement[Any]:
    if value is None:
        return UNKNOWN
    return literal(value) if isinstance(value, int) else value


def check_word(words: type[StrEnum], value: str, *others: str) -> str:
    """A word that a criterion gives as a parameter, refused where the field does not know it.

    Raises:
        ClusterflowError: the words that are accepted.
    """
    accepted = (*(one.value for one in words), *others)
    if value not in accepted:
        noun = _SPACED.sub(" ", words.__name__).lower()
        raise ClusterflowError(f"«{value}» is no {noun}; accepted: {', '.join(accepted)}")
    return value


def as_yes_no(condition: ColumnElement[Any]) -> ColumnElement[Any]:
    """1, 0, or unknown where SQL's own three-valued logic does not know either."""
    return cast(condition, Integer)


def latest_of(first: ColumnElement[Any], *others: ColumnElement[Any]) -> ColumnElement[Any]:
    """The latest of some moments; those that are missing do not count."""
    latest = first
    for other in others:
        latest = case((other > latest, other), else_=latest)
    return latest


def initiatives_with_entries(source: FromClause, name: str | None = None) -> Subquery:
    """The initiatives that have an entry in ``source``: join it outer, and ask ``kept``."""
    return select(source.c.initiative).distinct().subquery(name)


def has_entries(opened: FromClause) -> ColumnElement[bool]:
    """Whether the initiative of the row keeps the book."""
    return opened.c.initiative.is_not(None)


def attendance_answer(came: ColumnElement[Any], opened: FromClause) -> ColumnElement[Any]:
    """From ``PRESENCE`` to yes, no or unknown; who is not in the book at all is a no only where a book is kept."""
    return case((came == PRESENT, 1), (came == UNCERTAIN, UNKNOWN), (has_entries(opened), 0), else_=UNKNOWN)


PRESENT, UNCERTAIN, ABSENT = 2, 1, 0
"""Whether somebody came, so that the largest of several speaks for all: once is enough, and perhaps is more than no."""


def presence(present: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((present.is_(None), UNCERTAIN), (present, PRESENT), else_=ABSENT)
