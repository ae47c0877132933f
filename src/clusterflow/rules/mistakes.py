"""Mistakes in plain sentences: what was found, what is accepted, which known name is nearest."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from rapidfuzz import fuzz, process

from clusterflow.errors import Mistake
from clusterflow.model.money import ACCEPTED as AMOUNT
from clusterflow.model.money import Money
from clusterflow.model.records import Record
from clusterflow.model.records.base import Ref


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names that somebody who wrote ``name`` may have meant, the likeliest first."""
    found = process.extract(
        name, sorted(set(known)), scorer=fuzz.WRatio, processor=_as_typed, limit=most, score_cutoff=70
    )
    return [match for match, _, _ in found]


def _as_typed(name: str) -> str:
    """Without what people mix up when they type a name: capitals, and what stands between two words."""
    return name.lower().replace("_", "-").replace(" ", "-")


def references(record: Record) -> Iterator[tuple[str, str]]:
    """The other records that a record names: their type and id."""
    for name, field in type(record).model_fields.items():
        ref = next((m for m in _metadata(field.annotation, field.metadata) if isinstance(m, Ref)), None)
        value = getattr(record, name)
        if ref is not None and value is not None:
            yield ref.record, value


def _metadata(annotation: Any, metadata: Iterable[Any]) -> list[Any]:
    found = list(metadata)
    if get_origin(annotation) is Annotated:
        found += get_args(annotation)[1:]
    if get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            found += _metadata(part, ())
    return found


def field_mistakes(problem: ValidationError, cls: type[BaseModel], where: str) -> list[Mistake]:
    """Each error of a validation as a mistake at a place."""
    return [_mistake(error, cls, where) for error in problem.errors(include_url=False)]


def _mistake(error: Any, cls: type[BaseModel], where: str) -> Mistake:
    name = str(error["loc"][0]) if error["loc"] else ""
    known = {field.alias or n: field for n, field in cls.model_fields.items()}
    kind, value = error["type"], error["input"]
    if kind == "extra_forbidden":
        near = nearest(name, known) or sorted(known)
        return Mistake(where, f"{_type_name(cls)} has no field «{name}»", ", ".join(near))
    if kind == "missing":
        return Mistake(where, f"{_type_name(cls)} needs «{name}»", accepted(known.get(name)))
    field = known.get(name) or cls.model_fields.get(name)
    if not name:
        return Mistake(where, error["msg"].removeprefix("Value error, "))
    if kind == "value_error":
        text, _, fit = error["msg"].removeprefix("Value error, ").partition("; accepted: ")
        return Mistake(where, f"{name}: {text}", fit)
    return Mistake(where, f"{name}: «{value}» is not accepted", accepted(field) or error["msg"])


def _type_name(cls: type[BaseModel]) -> str:
    return f"a {cls.type}" if issubclass(cls, Record) else cls.__name__


def accepted(field: Any) -> str:
    """What a field takes; empty where there is no such field."""
    if field is None:
        return ""
    kind = _kind(field.annotation)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(kind)
    if kind is date:
        return "a day as YYYY-MM-DD"
    if kind is Money:
        return AMOUNT
    if kind is bool:
        return "true or false"
    if kind is int:
        return _bounded("a whole number", field)
    if kind is float:
        return _bounded("a number", field)
    if get_origin(kind) is not None:
        return ", ".join(str(a) for a in get_args(kind))
    pattern = next((p for m in field.metadata if (p := getattr(m, "pattern", None))), None)
    slug = pattern is not None and "a-z0-9" in str(pattern)
    return "lower case letters, digits, point, hyphen, underscore" if slug else _bounded("a text", field)


def _bounded(text: str, field: Any) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "max_length": "at most", "min_length": "at least"}
    limits = [f"{sign} {value}" for m in field.metadata for n, sign in signs.items() if (value := getattr(m, n, None))]
    return f"{text} {' and '.join(limits)}".strip()


def _kind(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _kind(next(a for a in get_args(annotation) if a is not type(None)))
    return annotation
