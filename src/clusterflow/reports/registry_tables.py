"""Writes records as rows: lines of JSON that can be imported again, and tables for spreadsheets."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from clusterflow.domain.records import Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.rules.plausibility import odd_values

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
"""What a spreadsheet may read as the beginning of a formula, and the apostrophe that prevents it."""


def json_line(
    chain: str, record: Record, *, retract: bool = False, unknown: bool = False, confirm: bool = False
) -> str:
    """A record as ``clusterflow record --from`` reads it.

    Args:
        confirm: say that values that look like a mistake are right.
        unknown: name the unknown fields too. Without their names, a fact keeps what an earlier one of its key said.
    """
    about: dict[str, Any] = {"record": record.type}
    if chain != REGISTRY:
        about["initiative"] = chain
    if retract:
        about["retract"] = True
    if confirm or odd_values(record):
        about["confirm"] = True
    if unknown:
        about |= {_alias(type(record), n): None for n, f in type(record).model_fields.items() if not f.exclude}
    return json.dumps({**about, **record.to_json()}, ensure_ascii=False)


def head_of(cls: type[Record]) -> list[str]:
    """The columns of a record type: its own fields first, then its validity, then its source."""
    own = [_alias(cls, n) for n in cls.model_fields if n not in ("source", "valid_from", "valid_to")]
    days = [_alias(cls, n) for n in ("valid_from", "valid_to") if not cls.model_fields[n].exclude]
    return [*(["initiative"] if cls.of_initiative else []), *own, *days, "source"]


def row_of(chain: str, record: Record) -> list[str]:
    """The cells of a record, in the order of ``head_of``."""
    cls = type(record)
    values = {"initiative": chain, **{_alias(cls, name): getattr(record, name) for name in cls.model_fields}}
    return [cell(values[column]) for column in head_of(cls)]


def _alias(cls: type[Record], name: str) -> str:
    return cls.model_fields[name].alias or name


def cell(value: object) -> str:
    """A value as a spreadsheet may safely open it. Unknown is empty.

    A text that could be read as a formula gets an apostrophe before it; so do texts that begin with an apostrophe and
    empty texts. The first apostrophe of a cell is therefore never part of its text; ``plain`` removes it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, date)):
        return str(value)
    text = str(value)
    return f"'{text}" if not text or text.startswith(_FORMULA) else text


def plain(text: str) -> str | None:
    """The text of a cell before ``cell`` made it safe; ``None`` if it is empty."""
    return text.removeprefix("'") if text else None
