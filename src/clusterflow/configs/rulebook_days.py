"""Days and lengths of time as a rulebook file writes them."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from clusterflow.configs.mistakes import describe_value, file_error
from clusterflow.domain.rulebook import Anchor, MonthDay, Offset, WindowDay

DAY_WRITTEN = "a day as YYYY-MM-DD"
MONTH_DAY_WRITTEN = "a day of the year as MM-DD"
LENGTH_WRITTEN = "a length of time, like 90 days, 18 months or 2 years"
WINDOW_DAY_WRITTEN = (
    "a day as YYYY-MM-DD; or one that follows from the award: award, award + 18 months, end - 6 months, "
    "01-01 in the year of the end"
)

_LENGTH = r"(?P<number>[0-9]{1,4})\s*(?P<unit>day|month|year)s?"
_ANCHORED = re.compile(rf"(?P<anchor>award|end)(\s*(?P<sign>[+-])\s*{_LENGTH})?", re.ASCII)
_IN_YEAR = re.compile(r"(?P<day>[0-9]{2}-[0-9]{2}) in the year of the (?P<anchor>award|end)", re.ASCII)
_MONTHS = {"day": 0, "month": 1, "year": 12}


def parse_day(value: Any) -> date:
    """Return a day as people write it."""
    try:
        if isinstance(value, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise file_error(describe_value(value), DAY_WRITTEN)


def parse_month_day(value: Any) -> MonthDay:
    """Return a day of the year as people write it."""
    if isinstance(value, str) and re.fullmatch("[0-9]{2}-[0-9]{2}", value):
        month, day = int(value[:2]), int(value[3:])
        try:
            date(2000, month, day)  # a leap year
        except ValueError:
            pass
        else:
            return MonthDay(month=month, day=day)
    raise file_error(describe_value(value), MONTH_DAY_WRITTEN)


def parse_length(value: Any) -> Offset:
    """Return a length of time in calendar months and days."""
    match = re.fullmatch(_LENGTH, value.strip(), re.ASCII) if isinstance(value, str) else None
    if match is None or not int(match["number"]):
        raise file_error(describe_value(value), LENGTH_WRITTEN)
    return _offset(match, 1)


def parse_window_day(value: Any) -> WindowDay:
    """Return the day on which a window opens or closes."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if match := _ANCHORED.fullmatch(text):
        sign = 0 if match["sign"] is None else 1 if match["sign"] == "+" else -1
        return WindowDay(anchor=Anchor(match["anchor"]), offset=_offset(match, sign) if sign else Offset())
    if match := _IN_YEAR.fullmatch(text):
        return WindowDay(anchor=Anchor(match["anchor"]), month_day=parse_month_day(match["day"]))
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return WindowDay(on=parse_day(text))
    raise file_error(describe_value(value), WINDOW_DAY_WRITTEN)


def _offset(match: re.Match[str], sign: int) -> Offset:
    number, unit = sign * int(match["number"]), match["unit"]
    return Offset(days=number) if unit == "day" else Offset(months=number * _MONTHS[unit])


def _text(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


Day = Annotated[date, BeforeValidator(parse_day), _text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "2014-07-30")]
DayOfYear = Annotated[MonthDay, BeforeValidator(parse_month_day), _text("^[0-9]{2}-[0-9]{2}$", "07-31")]
Length = Annotated[
    Offset,
    BeforeValidator(parse_length),
    _text(r"^\s*0*[1-9][0-9]{0,3}\s*(day|month|year)s?\s*$", "2 years", "90 days"),
]
DayOfWindow = Annotated[
    WindowDay,
    BeforeValidator(parse_window_day),
    _text(
        r"^\s*([0-9]{4}-[0-9]{2}-[0-9]{2}|(award|end)(\s*[+-]\s*[0-9]{1,4}\s*(day|month|year)s?)?"
        r"|[0-9]{2}-[0-9]{2} in the year of the (award|end))\s*$",
        "2023-01-31", "end - 6 months", "01-01 in the year of the end",
    ),
]  # fmt: skip
