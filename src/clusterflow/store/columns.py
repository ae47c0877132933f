"""Derives table columns from frozen classes, and converts between values and rows."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    LargeBinary,
    RowMapping,
    String,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine

from clusterflow.domain.money import Money
from clusterflow.domain.records.base import STORED


class Instant(TypeDecorator[datetime]):
    """An aware moment stored in UTC; SQLite has no time zones and stores it as sortable text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class ShortInstant(TypeDecorator[datetime]):
    """An aware moment in 8 bytes: SQLite stores it as microseconds since 1970, where ``Instant`` takes 26."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime: {value!r}")
        return (value - _EPOCH) // _MICROSECOND if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return _EPOCH + value * _MICROSECOND if dialect.name == "sqlite" else value.astimezone(UTC)  # type: ignore[no-any-return]


class HexBytes(TypeDecorator[str]):
    """A hash, shown as hexadecimal text and stored as its bytes.

    What is no such text, because somebody altered the database, is stored and shown as something that no hash equals.
    """

    impl = LargeBinary
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        return str

    def bind_processor(self, dialect: Dialect) -> Any:
        return _from_hex

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _to_hex


def _from_hex(value: str | None) -> bytes | None:
    if value is None:
        return None
    try:
        return bytes.fromhex(value)
    except ValueError:
        return value.encode()


def _to_hex(value: bytes | str | None) -> str | None:
    # A text in SQLite's column of bytes was written by another program.
    return value if value is None or isinstance(value, str) else bytes(value).hex()


class Coded(TypeDecorator[str]):
    """A word that is stored as its place in a list; other words are stored as they are, after «=»."""

    impl = String
    cache_ok = True

    def __init__(self, words: tuple[str, ...], length: int) -> None:
        super().__init__(length)
        self.words = words
        self._codes = {word: str(place) for place, word in enumerate(words)}

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self._codes.get(value) or f"={value}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or value[:1] == "=":
            return value and value[1:]
        # Another program may have written what is no code; the entry is then found to be altered.
        return self.words[int(value)] if value.isdecimal() and int(value) < len(self.words) else value


T = TypeVar("T", bound=BaseModel)

_TYPES: dict[type, TypeEngine[Any]] = {
    str: String(),
    int: BigInteger(),
    bool: Boolean(),
    float: Float(),
    date: Date(),
    datetime: Instant(),
}


def _bare(annotation: Any) -> tuple[Any, bool]:
    """Return the type inside Annotated and Optional, and whether None is allowed."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        return _bare(inner[0])[0], len(inner) < len(get_args(annotation))
    if annotation is type(None):
        return date, True
    if get_origin(annotation) is not None:  # Literal["es", "en"]
        return type(get_args(annotation)[0]), False
    return annotation, False


def columns_of(cls: type[BaseModel], key: Iterable[str] = ()) -> list[Column[Any]]:
    """Return the columns of a frozen class; a Money becomes two columns, ``<name>_minor`` and ``<name>_currency``."""
    primary = set(key)
    found: list[Column[Any]] = []
    for name, field in cls.model_fields.items():
        found.extend(_columns(name, field, name in primary))
    return found


def _columns(name: str, field: FieldInfo, primary: bool) -> list[Column[Any]]:
    bare, nullable = _bare(field.annotation)
    if bare is Money:
        return [
            Column(f"{name}_minor", BigInteger(), nullable=nullable),
            Column(f"{name}_currency", String(3), nullable=nullable),
        ]
    kind = _TYPES[str] if isinstance(bare, type) and issubclass(bare, StrEnum) else _TYPES[bare]
    return [Column(name, kind, nullable=nullable, primary_key=primary)]


@cache
def _amounts(cls: type[BaseModel]) -> frozenset[str]:
    """Return the names of the fields that are a Money."""
    return frozenset(name for name, field in cls.model_fields.items() if _bare(field.annotation)[0] is Money)


@cache
def _enums(cls: type[BaseModel]) -> frozenset[str]:
    """Return the names of the fields that may be a word of a fixed list."""
    kinds = {name: _bare(field.annotation)[0] for name, field in cls.model_fields.items()}
    return frozenset(name for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, StrEnum))


def to_row(value: BaseModel) -> dict[str, Any]:
    """Return the row of a value."""
    cls = type(value)
    row = {name: getattr(value, name) for name in cls.model_fields}
    for name in _enums(cls):
        if isinstance(part := row[name], StrEnum):
            row[name] = part.value
    for name in _amounts(cls):
        part = row.pop(name)
        row[f"{name}_minor"] = part and part.minor
        row[f"{name}_currency"] = part and part.currency
    return row


def from_row(cls: type[T], row: Mapping[str, Any] | RowMapping) -> T:
    """Return the value of a row."""
    fields: dict[str, Any] = {}
    amounts = _amounts(cls)
    for name in cls.model_fields:
        if name in amounts:
            minor = row[f"{name}_minor"]
            fields[name] = None if minor is None else Money(minor=minor, currency=row[f"{name}_currency"])
        else:
            fields[name] = row[name]
    return cls.model_validate(fields, context=STORED)
