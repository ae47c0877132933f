"""Reads ``configs/holidays.yaml``: days that the library of holidays lacks or has too much.

Reports every mistake with its line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from clusterflow.configs.file_values import Day, NonEmptyText, Written
from clusterflow.configs.mistakes import Translator, describe_value, file_error, sorted_mistakes
from clusterflow.configs.yaml import Document, read
from clusterflow.errors import Mistake, Mistakes
from clusterflow.rules.work_calendar import CorrectedDay

PLACE_ACCEPTED = "a country or region by ISO 3166, as MX or MX-NLE"


def _place(value: Any) -> Any:
    import pycountry  # noqa: PLC0415 - start-up time: only an office that corrects holidays needs it

    code = value if isinstance(value, str) else ""
    if re.fullmatch(r"[A-Z]{2}", code) and pycountry.countries.get(alpha_2=code) is not None:
        return code
    if "-" in code and any(found.code == code for found in pycountry.subdivisions):
        return code
    raise file_error(describe_value(value), PLACE_ACCEPTED)


class WrittenDay(Written):
    """A corrected day as the file has it."""

    place: Annotated[str, BeforeValidator(_place)] = Field(description=PLACE_ACCEPTED)
    day: Day = Field(description="a day, like 2026-11-02")
    source: NonEmptyText = Field(description="where it is written, like the decree")


class WrittenHolidays(Written):
    """The whole file."""

    holidays: list[WrittenDay] = Field(default_factory=list, description="a list of holidays that the library lacks")
    working_days: list[WrittenDay] = Field(
        default_factory=list, description="a list of days on which people work, though the library says otherwise"
    )


SHAPES = Translator({"": WrittenHolidays, "holidays": WrittenDay, "working_days": WrittenDay})


def load_holidays(path: Path) -> tuple[CorrectedDay, ...]:
    """Return the corrected days; none if there is no such file.

    Raises:
        Mistakes: everything that is wrong with the file, in the order of its lines.
    """
    if not path.exists():
        return ()
    document = read(path)
    mistakes = list(_said_twice(document))
    try:
        written = WrittenHolidays.model_validate(document.value)
    except ValidationError as error:
        mistakes += SHAPES.mistakes(document, error)
    if problems := sorted_mistakes(document, mistakes):
        raise Mistakes(problems)
    found = [(True, day) for day in written.holidays] + [(False, day) for day in written.working_days]
    return tuple(CorrectedDay(day.place, day.day, is_holiday, day.source) for is_holiday, day in found)


def _said_twice(document: Document) -> Iterator[Mistake]:
    """Yield a mistake for each day of a place that another entry names, too."""
    listed_days: set[tuple[Any, Any]] = set()
    for name in WrittenHolidays.model_fields:
        entries = document.value.get(name) if isinstance(document.value, dict) else None
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(entry, dict):
                continue
            here = (str(entry.get("place")), str(entry.get("day")))
            if here in listed_days:
                found = f"«{here[1]}» is named twice for «{here[0]}»"
                yield Mistake(document.where((name, index, "day")), found, "every day of a place once")
            listed_days.add(here)
