"""Builds evidence rows. A metric defines *which rows* it has, and *how much each counts*.

One rule decides everywhere between zero and unknown: **a book is kept once it has an entry.** A member without payments
has paid zero only if the initiative records payments. Before the first payment is entered, the answer is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
"""The value of what is unknown. It has a type, because PostgreSQL would take it for a text in a union."""


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
    by: Mapping[str, ColumnElement[Any]] = MappingProxyType({}),
) -> Select[Any]:
    """Return the evidence rows of a metric, one for each row of ``source``.

    ``source`` has the columns ``initiative``, ``entry`` and, unless ``on`` is given, ``valid_from``.
    ``by`` names the part of the initiative that a row belongs to, so that parts can be measured separately.
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
    """Return a word that a criterion gives as a parameter, if the field knows it.

    Raises:
        ClusterflowError: the word is unknown; the message lists the accepted ones.
    """
    accepted = (*(one.value for one in words), *others)
    if value not in accepted:
        noun = _SPACED.sub(" ", words.__name__).lower()
        raise ClusterflowError(f"«{value}» is not a {noun}; accepted: {', '.join(accepted)}")
    return value


def as_yes_no(condition: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return 1, 0, or null if the condition is null in SQL's three-valued logic."""
    return cast(condition, Integer)


def initiatives_with_entries(source: FromClause, name: str | None = None) -> Subquery:
    """Return the initiatives that have an entry in ``source``. Outer-join it, and check with ``kept``."""
    return select(source.c.initiative).distinct().subquery(name)


def has_entries(opened: FromClause) -> ColumnElement[bool]:
    """Whether the initiative of the row keeps the book."""
    return opened.c.initiative.is_not(None)


def attendance_answer(came: ColumnElement[Any], opened: FromClause) -> ColumnElement[Any]:
    """Turn ``PRESENCE`` into yes, no or unknown. Somebody who is not in the book is absent only if the book is kept."""
    return case((came == PRESENT, 1), (came == UNCERTAIN, UNKNOWN), (has_entries(opened), 0), else_=UNKNOWN)


PRESENT, UNCERTAIN, ABSENT = 2, 1, 0
"""Return a rank of presence, so that the maximum of several rows is right: once is enough, and unknown is above no."""


def presence(present: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((present.is_(None), UNCERTAIN), (present, PRESENT), else_=ABSENT)
