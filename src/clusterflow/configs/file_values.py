"""Values that all files in a folder of configs use: ids, texts, lists of words, times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from clusterflow.configs.mistakes import describe_value, file_error, file_errors
from clusterflow.domain.terms import HelixKind, Role
from clusterflow.rules.mistakes import nearest_hint


class Written(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


T = TypeVar("T")


def _not_empty(value: Any) -> Any:
    if value is None:
        raise file_error("the key is empty", "a value; or leave the key out")
    return value


OptionalKey = Annotated[T | None, BeforeValidator(_not_empty)]
"""A key that may be left out but not left empty: an empty key is probably unfinished work."""


def _not_blank(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise file_error("an empty text", "a text")
    return value


NonEmptyText = Annotated[str, BeforeValidator(_not_blank), Field(min_length=1)]


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise file_error(describe_value(value), "a day, like 2023-01-01") from None


Day = Annotated[date, BeforeValidator(_day)]


ID_PATTERN = r"^[a-z][a-z0-9-]*$"


def check_id(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(ID_PATTERN, value):
        raise file_error(describe_value(value), "lower case letters, digits and hyphens, starting with a letter")
    return value


Id = Annotated[str, BeforeValidator(check_id), WithJsonSchema({"type": "string", "pattern": ID_PATTERN})]


def check_choice(value: Any, kind: Iterable[str], noun: str) -> Any:
    if isinstance(value, str) and value in tuple(kind):
        return value
    raise file_error(f"the {noun} {describe_value(value)} is unknown", ", ".join(kind), nearest_hint(value, kind))


def choice(words: Iterable[str], noun: str) -> BeforeValidator:
    """One of a closed list of words. An unknown word is reported with the most similar ones."""
    return BeforeValidator(partial(check_choice, kind=tuple(words), noun=noun))


def check_list(value: Any, kind: type[StrEnum], noun: str) -> Any:
    """Checks each word of a list separately, so that two unknown words are two mistakes. No word may appear twice."""
    if not isinstance(value, list):
        raise file_error(describe_value(value), f"a list of: {', '.join(kind)}")
    found = []
    for index, item in enumerate(value):
        if not isinstance(item, str) or item not in tuple(kind):
            cure = nearest_hint(item, kind)
            found.append(
                ((index,), item, file_error(f"the {noun} {describe_value(item)} is unknown", ", ".join(kind), cure))
            )
        elif item in value[:index]:
            again = file_error(f"the {noun} {describe_value(item)} is listed twice", "every one once")
            found.append(((index,), item, again))
    if found:
        raise file_errors(found)
    return value


Roles = Annotated[list[Role], BeforeValidator(partial(check_list, kind=Role, noun="role"))]
HelixKinds = Annotated[list[HelixKind], BeforeValidator(partial(check_list, kind=HelixKind, noun="helix kind"))]


_SPAN = re.compile(r"(\d{1,5})\s*(day|week|month|year)s?", re.ASCII)
LONGEST = 100 * 365
SPAN_WRITTEN = "a time, like 180 days, 26 weeks, 18 months or 2 years"


def parse_days(value: Any) -> int:
    """Return a written time in days. A month is a twelfth of 365 days; the sum is rounded up."""
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise file_error(describe_value(value), SPAN_WRITTEN)
    number, unit = int(match[1]), match[2]
    found = {"day": number, "week": 7 * number, "month": -(-365 * number // 12), "year": 365 * number}[unit]
    if not 1 <= found <= LONGEST:
        raise file_error(
            f"{describe_value(value)} is {'too long' if found else 'no time at all'}", "1 day to 100 years"
        )
    return found


Days = Annotated[
    int,
    BeforeValidator(parse_days),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^0*[1-9][0-9]{0,4}\s*(day|week|month|year)s?$",
            "examples": ["180 days", "18 months"],
        }
    ),
]


class WrittenText(Written):
    es: NonEmptyText = Field(description="the text in Spanish")
    en: NonEmptyText = Field(description="the text in English")
