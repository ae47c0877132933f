"""Reads ``configs/schedules.yaml``: when the scheduled flows run. Reports every mistake with its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field, StrictBool, ValidationError

from clusterflow.configs.file_values import Written
from clusterflow.configs.mistakes import Translator, describe_value, file_error, sorted_mistakes
from clusterflow.configs.yaml import read
from clusterflow.domain.text import Frozen
from clusterflow.errors import Mistake, Mistakes
from clusterflow.rules.mistakes import nearest_hint


class Schedule(Frozen):
    """The schedule of a flow: a cron expression in a time zone. An inactive schedule starts nothing."""

    cron: str
    timezone: str = "UTC"
    active: bool = True


DEFAULTS: Mapping[str, Schedule] = {
    "relay": Schedule(cron="* * * * *"),
    "review": Schedule(cron="15 3 * * *"),
    "dues": Schedule(cron="45 4 * * *"),
    "digest": Schedule(cron="0 15 * * 1"),
    "report": Schedule(cron="30 5 1 * *"),
    "calendars": Schedule(cron="20 * * * *"),
    "intake-events": Schedule(cron="7 * * * *"),
    "intake-files": Schedule(cron="*/5 * * * *"),
}
"""The schedules of flows that the file does not name. They keep a file of an earlier version valid."""

CRON_ACCEPTED = 'five fields in quotes: minute, hour, day of the month, month, day of the week, as in "15 3 * * *"'

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)
_PART = re.compile(r"(?P<all>\*)|(?P<first>\w+)(-(?P<last>\w+))?")


def _cron(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    fields = value.split()
    if len(fields) != len(_FIELDS):
        raise file_error(f"cron: {describe_value(value)} has {len(fields)} fields", CRON_ACCEPTED)
    for written, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        if not all(_is_valid_part(part, low, high, words) for part in written.split(",")):
            named = f", or {words[0]} to {words[-1]}" if words else ""
            raise file_error(f"cron: the {name} {describe_value(written)}", f"*, or {low} to {high}{named}")
    return " ".join(fields)


def _is_valid_part(part: str, low: int, high: int, words: tuple[str, ...]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and 1 <= int(step) <= high):
        return False
    match = _PART.fullmatch(span)
    if match is None:
        return False
    if match["all"]:
        return True
    first = _number(match["first"], low, words)
    last = first if match["last"] is None else _number(match["last"], low, words)
    return first is not None and last is not None and low <= first <= last <= high


def _number(text: str, low: int, words: tuple[str, ...]) -> int | None:
    if text.lower() in words:
        return words.index(text.lower()) + low
    return int(text) if text.isdecimal() and text.isascii() else None


def _timezone(value: Any) -> Any:
    if isinstance(value, str) and value not in available_timezones():
        cure = nearest_hint(value, available_timezones())
        raise file_error(f"timezone: {describe_value(value)}", "a time zone such as America/Bogota or UTC", cure)
    return value


class WrittenSchedule(Written):
    """A schedule as the file has it."""

    cron: Annotated[str, BeforeValidator(_cron)] = Field(description=CRON_ACCEPTED)
    timezone: Annotated[str, BeforeValidator(_timezone)] = Field(
        default="UTC", description="a time zone such as America/Bogota or UTC"
    )
    active: StrictBool = Field(default=True, description="true or false: whether the schedule starts runs")


SHAPES = Translator({"": WrittenSchedule})


def load_schedules(path: Path) -> dict[str, Schedule]:
    """Return the schedule of every scheduled flow. If the file or its entry is missing, return the default.

    Raises:
        Mistakes: everything that is wrong with the file, in the order of its lines.
    """
    schedules = dict(DEFAULTS)
    if not path.exists():
        return schedules
    document = read(path)
    if not isinstance(document.value, dict):
        found = Mistake(document.where(()), describe_value(document.value), "a mapping from each flow to its schedule")
        raise Mistakes(sorted_mistakes(document, [found]))
    mistakes: list[Mistake] = []
    for name, value in document.value.items():
        if name not in DEFAULTS:
            mistakes.append(
                Mistake(
                    document.where((name,), key=True),
                    f"the flow «{name}» has no schedule",
                    ", ".join(DEFAULTS),
                    nearest_hint(name, DEFAULTS),
                )
            )
            continue
        try:
            schedules[name] = Schedule(**WrittenSchedule.model_validate(value).model_dump())
        except ValidationError as error:
            mistakes += SHAPES.mistakes(document, error, top=(name,))
    if problems := sorted_mistakes(document, mistakes):
        raise Mistakes(problems)
    return schedules
