"""Builds messages for mistakes: what was found, what is accepted, which known names are similar."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from clusterflow.domain.money import ACCEPTED as AMOUNT
from clusterflow.domain.money import Money
from clusterflow.domain.records import Record
from clusterflow.domain.records.base import DAY_ACCEPTED, Accepts, Ref
from clusterflow.errors import Mistake, quoted, shortened


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names that somebody who wrote ``name`` may have meant, the likeliest first."""
    from rapidfuzz import process  # noqa: PLC0415 - start-up time: only an unknown name needs it

    found = process.extract(name, sorted(set(known)), processor=_as_typed, limit=None, score_cutoff=70)
    return [match for match, _, _ in found if _alike(_as_typed(name), _as_typed(match))][:most]


def _alike(name: str, known: str) -> bool:
    """Whether they have half of their signs in common, or one is a piece of the other."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - start-up time, as in ``nearest``

    return name in known or known in name or fuzz.ratio(name, known) >= 50


def _as_typed(name: str) -> str:
    """The name without what people confuse when they type it: capitals, and the separators between words."""
    return name.lower().replace("_", "-").replace(" ", "-")


def references(record: Record) -> Iterator[tuple[str, str]]:
    """The other records that a record names: their type and id."""
    for name, target in reference_fields(type(record)):
        value = getattr(record, name)
        if value is not None:
            yield target, value


@cache
def reference_fields(cls: type[Record]) -> tuple[tuple[str, str], ...]:
    """The fields of a record type that name other records, and the types that they name."""
    fields = cls.model_fields.items()
    found = ((n, m) for n, field in fields for m in metadata_of(field.annotation, field.metadata))
    return tuple((name, mark.record) for name, mark in found if isinstance(mark, Ref))


def fields_naming(cls: type[Record], target: str) -> tuple[str, ...]:
    """Return the fields of a record type that name a record of another type."""
    return tuple(name for name, of in reference_fields(cls) if of == target)


@cache
def person_fields(cls: type[Record]) -> tuple[str, ...]:
    """Return the fields of a record type that hold the id of a person, its own id included."""
    named = fields_naming(cls, "person")
    return ("id", *named) if cls.type == "person" else named


def metadata_of(annotation: Any, metadata: Iterable[Any]) -> list[Any]:
    found = list(metadata)
    if get_origin(annotation) is Annotated:
        found += get_args(annotation)[1:]
    if get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            found += metadata_of(part, ())
    return found


def nearest_hint(name: object, known: Iterable[str]) -> str:
    """The cure for a name that nothing answers to; empty where nothing is near."""
    names = nearest(str(name), known)
    return f"The nearest: {', '.join(names)}" if names else ""


def with_article(noun: str) -> str:
    """A noun of ours with its article."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def field_mistakes(problem: ValidationError, cls: type[BaseModel], where: str) -> list[Mistake]:
    """Each error of a validation as a mistake at a place; one for a field, however much is wrong inside of it."""
    found: dict[str, Mistake] = {}
    for error in problem.errors(include_url=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        found.setdefault(name or error["msg"], _mistake(error, cls, where, name))
    return list(found.values())


def _mistake(error: Any, cls: type[BaseModel], where: str, name: str) -> Mistake:
    inside = len(error["loc"]) > 1
    known = {field.alias or n: field for n, field in cls.model_fields.items() if not field.exclude}
    kind, value = error["type"], error["input"]
    hidden = name in cls.model_fields and cls.model_fields[name].exclude
    if (kind == "extra_forbidden" or hidden) and not inside:
        cure = nearest_hint(shortened(name), known)
        return Mistake(where, f"{_type_name(cls)} has no field {quoted(name)}", ", ".join(sorted(known)), cure)
    if kind == "missing" and not inside:
        return Mistake(where, f"{_type_name(cls)} needs «{name}»", accepted(known.get(name)))
    field = known.get(name) or cls.model_fields.get(name)
    if not name:
        return Mistake(where, error["msg"].removeprefix("Value error, "))
    if kind == "value_error":
        text, _, fit = error["msg"].removeprefix("Value error, ").partition("; accepted: ")
        return Mistake(where, f"{name}: {text.replace(f'«{value}»', quoted(value))}", fit)
    return Mistake(where, f"{name}: {quoted(value)} is not accepted", accepted(field) or error["msg"])


def _type_name(cls: type[BaseModel]) -> str:
    return with_article(cls.type) if issubclass(cls, Record) else cls.__name__


def accepted(field: Any) -> str:
    """What a field takes; empty where there is no such field."""
    if field is None:
        return ""
    marks = metadata_of(field.annotation, field.metadata)
    if words := next((m.words for m in marks if isinstance(m, Accepts)), None):
        return words
    kind = bare_type(field.annotation)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(kind)
    if kind is date:
        return DAY_ACCEPTED
    if kind is Money:
        return AMOUNT
    if kind is bool:
        return "true or false"
    if kind is int:
        return _bounded("a whole number", marks)
    if kind is float:
        return _bounded("a number", marks)
    if get_origin(kind) is not None:
        return ", ".join(str(a) for a in get_args(kind))
    if any(getattr(m, "pattern", None) for m in marks):
        return ""  # of a pattern without words, pydantic says more
    return _bounded("a text", marks)


def _bounded(text: str, marks: Iterable[Any]) -> str:
    templates = {"ge": "≥ {}", "gt": "> {}", "le": "≤ {}", "lt": "< {}", "min_length": "of {} signs at least"}
    templates |= {"max_length": "of {} signs at most"}
    bounds = {name: bound for m in marks for name in templates if (bound := getattr(m, name, None)) is not None}
    limits = " and ".join(templates[name].format(bound) for name, bound in bounds.items())
    if bounds.keys() >= {"min_length", "max_length"}:
        limits = f"of {bounds['min_length']} to {bounds['max_length']} signs"
    return f"{text} {limits}".strip()


def bare_type(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return bare_type(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return bare_type(next(a for a in get_args(annotation) if a is not type(None)))
    return annotation
