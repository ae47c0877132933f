"""Checks of a rulebook that need more than one key: names, and days that fall into two spans or into none.

They work on the plain values of the file, so that a mistake in another key hides none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from clusterflow.configs.model_builder import GroupNames
from clusterflow.configs.model_checks import named_requirements
from clusterflow.configs.rulebook_days import parse_day, parse_length, parse_month_day, parse_window_day
from clusterflow.configs.yaml import Document, Steps
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.rulebook import AwardTerm, MonthDay, WindowDay
from clusterflow.domain.ruling import HeldLabel
from clusterflow.errors import Mistake
from clusterflow.rules.award_days import in_year, last_day, window_day
from clusterflow.rules.span_order import DaySpan, SpanFlaw, span_defects

LEAP_YEAR = 2000
"""Days of a year are compared in this year, which has all of them."""

SAMPLE_AWARDS = tuple(date(2001, month, 1) for month in range(1, 13))
"""The awards by which windows that follow from an award are tried out."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A span of days in the file."""

    steps: Steps
    span: DaySpan


def check_rulebook(document: Document, metrics: Mapping[str, MetricDeclaration]) -> list[Mistake]:
    """Return the mistakes of a rulebook as a whole."""
    texts = [(("texts", i), text) for i, text in _mappings(document.value, "texts")]
    found = [*_same_ids(document, texts)]
    spans = [p for s, t in texts if t.get("draft") is not True and (p := _span(s, t)) is not None]
    found += _days_in_two_or_none(document, spans, "one text on each day")
    for steps, text in texts:
        found += _backwards(document, steps, text)
        found += _rules(document, steps, text, metrics)
        found += _windows(document, steps, text)
    return found


def _same_ids(document: Document, texts: Sequence[tuple[Steps, dict[str, Any]]]) -> Iterator[Mistake]:
    first: dict[str, Steps] = {}
    for steps, text in texts:
        name = text.get("id")
        if isinstance(name, str):
            if name in first:
                line = _line(document, first[name])
                yield Mistake(
                    document.where((*steps, "id")),
                    f"another text is also called «{name}», on line {line}",
                    "every id once in a rulebook",
                )
            first.setdefault(name, steps)


def _days_in_two_or_none(
    document: Document, placed: Sequence[Placed], accepted: str, gaps: bool = True, year: bool = False
) -> Iterator[Mistake]:
    for defect in span_defects([p.span for p in placed], gaps):
        first, second = placed[defect.first], placed[defect.second]
        day = f"{defect.day:%m-%d}" if year else str(defect.day)
        line, where = _line(document, first.steps), document.where(second.steps)
        if defect.flaw is SpanFlaw.OVERLAP:
            yield Mistake(where, f"the day {day} is in two of them, here and on line {line}", accepted)
        else:
            yield Mistake(where, f"the day {day} is in none of them: line {line} ends before it", accepted)


def _backwards(document: Document, steps: Steps, part: Mapping[str, Any]) -> Iterator[Mistake]:
    first, last = _read(parse_day, part.get("from")), _read(parse_day, part.get("to"))
    if first is not None and last is not None and last < first:
        yield Mistake(
            document.where((*steps, "to")), f"it ends on {last}, before it begins on {first}", "a day after its first"
        )


def _rules(
    document: Document, steps: Steps, text: Mapping[str, Any], metrics: Mapping[str, MetricDeclaration]
) -> Iterator[Mistake]:
    by_name: dict[str, list[Placed]] = {}
    own = _span(steps, text)
    for name, place in named_requirements(text.get("rules"), (*steps, "rules"), metrics, GroupNames()):
        part = _at(document.value, place)
        dates = part if len(place) == len(steps) + 2 else {}  # a criterion inside a group has no days of its own
        yield from _backwards(document, place, dates)
        span = _span(place, dates)
        if span is None:
            continue
        by_name.setdefault(name, []).append(span)
        if own is not None and _apart(span.span, own.span):
            yield Mistake(
                document.where(place), f"the rule «{name}» is in force on no day of its text", "days within the text"
            )
    for placed in by_name.values():
        yield from _days_in_two_or_none(document, placed, "every id once on each day")


def _windows(document: Document, steps: Steps, text: Mapping[str, Any]) -> Iterator[Mistake]:
    award = text.get("award")
    term = _term(award) if isinstance(award, dict) else None
    fixed: dict[str, list[Placed]] = {}
    by_award: dict[str, list[Placed]] = {}
    for index, window in _mappings(text, "windows"):
        place: Steps = (*steps, "windows", index)
        kind = str(window.get("kind"))
        opens, closes = _read(parse_window_day, window.get("opens")), _read(parse_window_day, window.get("closes"))
        yield from _closed_before_it_opens(document, place, opens, closes, term)
        awarded = window.get("awarded")
        if isinstance(awarded, dict):
            days = [_read(parse_month_day, awarded.get(key)) for key in ("from", "to")]
            if days[0] is not None and days[1] is not None:
                by_award.setdefault(kind, []).append(Placed((*place, "awarded"), _of_year(days[0], days[1])))
        elif (opens is None or opens.on is not None) and (closes is None or closes.on is not None):
            span = (opens.on if opens else None, closes.on if closes else None)
            fixed.setdefault(kind, []).append(Placed(place, span))
    for placed in fixed.values():
        yield from _days_in_two_or_none(document, placed, "windows of one kind that do not overlap", gaps=False)
    for placed in by_award.values():
        accepted = "every day of the year in one of the windows"
        yield from _days_in_two_or_none(document, placed, accepted, year=True)
        yield from _ends_of_year(document, placed, accepted)


def _closed_before_it_opens(
    document: Document, place: Steps, opens: WindowDay | None, closes: WindowDay | None, term: AwardTerm | None
) -> Iterator[Mistake]:
    if opens is None or closes is None:
        return
    for awarded in SAMPLE_AWARDS:
        label = HeldLabel("", awarded, last_day(term, awarded))
        first, last = window_day(opens, label), window_day(closes, label)
        if first is not None and last is not None and last < first:
            since = "" if opens.on is not None and closes.on is not None else f" for an award of {awarded}"
            found = f"the window closes on {last}, before it opens on {first}{since}"
            yield Mistake(document.where((*place, "closes")), found, "a day on or after the one on which it opens")
            return


def _ends_of_year(document: Document, placed: Sequence[Placed], accepted: str) -> Iterator[Mistake]:
    first = min(placed, key=lambda p: p.span[0] or date.min)
    last = max(placed, key=lambda p: p.span[1] or date.max)
    for part, edge, day in ((first, 0, date(LEAP_YEAR, 1, 1)), (last, 1, date(LEAP_YEAR, 12, 31))):
        if part.span[edge] != day:
            yield Mistake(document.where(part.steps), f"the day {day:%m-%d} is in none of them", accepted)


def _term(award: Mapping[str, Any]) -> AwardTerm:
    length, until = _read(parse_length, award.get("valid_for")), _read(parse_day, award.get("valid_until"))
    return AwardTerm(valid_for=length, valid_until=until, source="-")


def _of_year(first: MonthDay, last: MonthDay) -> DaySpan:
    return in_year(first, LEAP_YEAR), in_year(last, LEAP_YEAR)


def _span(steps: Steps, part: Mapping[str, Any]) -> Placed | None:
    """Return the days of a part; None if one of them is itself a mistake, or ends before it begins."""
    first, last = _read(parse_day, part.get("from")), _read(parse_day, part.get("to"))
    unreadable = any(part.get(key) is not None and day is None for key, day in (("from", first), ("to", last)))
    if unreadable or (first is not None and last is not None and last < first):
        return None
    return Placed(steps, (first, last))


def _apart(one: DaySpan, other: DaySpan) -> bool:
    return (one[1] or date.max) < (other[0] or date.min) or (other[1] or date.max) < (one[0] or date.min)


T = TypeVar("T")


def _read(parse: Callable[[Any], T], value: Any) -> T | None:
    try:
        return parse(value)
    except PydanticCustomError:
        return None


def _line(document: Document, steps: Steps) -> str:
    return document.where(steps).rsplit(":", 2)[1]


def _mappings(part: Any, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the mappings of a list with their positions."""
    items = part.get(key) if isinstance(part, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            yield index, item


def _at(value: Any, steps: Steps) -> dict[str, Any]:
    for step in steps:
        value = value[step]
    return value if isinstance(value, dict) else {}
