"""The layout of records on sheets: titles and order. Types and choices follow from the declaration of the record."""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from functools import cached_property
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from clusterflow.domain.money import Money
from clusterflow.domain.number_style import number_text
from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import ClockTime, CodesOf, Ref
from clusterflow.domain.term_labels import CHOICES, TONGUE, YES_NO
from clusterflow.domain.text import Language, Text
from clusterflow.rules.mistakes import bare_type, metadata_of


class Kind(Enum):
    """The kind of content of a cell."""

    TEXT = "text"
    ID = "id"
    REFERENCE = "reference"
    CHOICE = "choice"
    YES_NO = "yes-no"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    CLOCK = "clock"
    MONEY = "money"
    CURRENCY = "currency"


@dataclass(frozen=True, eq=False)
class Column:
    """A column: the field that it fills (of one record type, or of several on one sheet), and its head."""

    fills: tuple[tuple[str, str], ...]
    title: Text
    example: object = None
    also: tuple[str, ...] = ()
    """Other heads that people use for it."""
    per: int = 1
    """How many of the field's units make one of the cell's: a mean in thousandths is shown as 3.85."""

    percent: float = 0
    """What a cell with «100 %» stands for in this column; 0 where a percentage makes no sense."""

    free: bool = False
    """Whether it may stay empty although its record needs it: the value is found, or the record may be left out."""

    @property
    def record(self) -> str:
        return self.fills[0][0]

    @property
    def name(self) -> str:
        """The name of the field in its record."""
        return self.fills[0][1]

    @cached_property
    def field(self) -> FieldInfo | None:
        """The declaration of the field; None for the currency, which belongs to the amounts of its row."""
        return RECORDS[self.record].model_fields.get(self.name)

    @cached_property
    def kind(self) -> Kind:
        if self.field is None:
            return Kind.CURRENCY
        if self.name == "id":
            return Kind.ID
        if self.reference is not None:
            return Kind.REFERENCE
        if self.choices:
            return Kind.CHOICE
        if _is_clock(self.field):
            return Kind.CLOCK
        return _KINDS.get(bare_type(self.field.annotation), Kind.TEXT)

    @cached_property
    def reference(self) -> str | None:
        """The type of the record that the cell names."""
        return next((m.record for m in self._metadata if isinstance(m, Ref)), None)

    @cached_property
    def codes(self) -> str | None:
        """The list that has its values (``CodesOf``): a public one, or the files of the office."""
        return next((m.list for m in self._metadata if isinstance(m, CodesOf)), None)

    @property
    def _metadata(self) -> list[Any]:
        return metadata_of(self.field.annotation, self.field.metadata) if self.field else []

    @cached_property
    def choices(self) -> dict[str, Text]:
        """The values to choose from, with their texts."""
        kind = bare_type(self.field.annotation) if self.field else None
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return CHOICES[kind]
        if get_args(kind) and set(get_args(kind)) <= set(TONGUE):
            return {word: TONGUE[word] for word in get_args(kind)}
        return {}

    @property
    def offered(self) -> list[Text]:
        """The texts that the list in the cell offers."""
        return list(YES_NO.values()) if self.kind is Kind.YES_NO else list(self.choices.values())

    @cached_property
    def required(self) -> bool:
        """Whether a new record needs it. A missing id is generated."""
        return self.field is not None and self.field.is_required() and self.kind is not Kind.ID


_KINDS: dict[Any, Kind] = {
    bool: Kind.YES_NO,
    int: Kind.WHOLE,
    float: Kind.NUMBER,
    date: Kind.DATE,
    Money: Kind.MONEY,
}


def _is_clock(field: FieldInfo) -> bool:
    (reads,) = get_args(ClockTime)[1:]
    return reads in _parts(field.annotation) or reads in field.metadata


def _parts(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return [*get_args(annotation)[1:], *_parts(get_args(annotation)[0])]
    if get_origin(annotation) in (Union, types.UnionType):
        return [m for part in get_args(annotation) for m in _parts(part)]
    return []


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet: a row is a record of its first type, or of several that belong together."""

    name: str
    title: Text
    about: Text
    one: Text
    """The noun for one row: member."""
    many: Text
    colour: str
    columns: tuple[Column, ...]
    made_of: tuple[str, ...] = ()
    """The fields that a missing id is made of, and by which such a row is recognized again."""

    @cached_property
    def records(self) -> tuple[str, ...]:
        """The record types of a row, in order."""
        return tuple(dict.fromkeys(record for column in self.columns for record, _ in column.fills))

    @property
    def head(self) -> str:
        return self.records[0]

    def columns_of(self, record: str) -> dict[str, Column]:
        """Its columns that fill a record type, by field."""
        return {name: c for c in self.columns for kind, name in c.fills if kind == record}

    @property
    def is_grid(self) -> bool:
        """People down, meetings across."""
        return self.head == "attendance"


def in_words(column: Column | None, value: Any, language: Language) -> str:
    """Return a value of a column as text for its reader."""
    if isinstance(value, bool):
        return YES_NO[value].to(language)
    if column is not None and column.kind is Kind.CHOICE:
        return column.choices[str(value)].to(language)
    if isinstance(value, Money):
        return value.shown
    return number_text(f"{value / column.per:g}") if column is not None and column.per != 1 else str(value)


@dataclass(frozen=True)
class Presence:
    """An answer in a cell of the attendance sheet."""

    invited: bool
    present: bool | None
    text: Text
    also: tuple[str, ...] = ()


PRESENCES: tuple[Presence, ...] = (
    Presence(True, True, Text(es="sí", en="yes"), ("si", "s", "y", "x", "1", "✔", "✓", "presente", "present")),
    Presence(True, False, Text(es="no", en="no"), ("n", "0", "✘", "✗", "ausente", "absent", "falta")),
    Presence(True, None, Text(es="invitación", en="invited"), ("?", "invitado", "invitada")),
    Presence(False, True, Text(es="sí, sin invitación", en="yes, uninvited")),
    Presence(False, False, Text(es="no, sin invitación", en="no, uninvited")),
    Presence(False, None, Text(es="sin invitación", en="uninvited")),
)


def presence_of(invited: bool, present: bool | None, language: Language) -> str:
    return next(p.text.to(language) for p in PRESENCES if (p.invited, p.present) == (invited, present))
