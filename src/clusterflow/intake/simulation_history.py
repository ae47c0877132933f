"""Reads a history to try a model with: a record (as for ``clusterflow record --from``) or a decision on each line.

A decision is ``{"decision": "go", "stage": "critical-mass", "by": "ana", "on": "2024-05-20", "reason": "..."}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from clusterflow.domain.terms import DecisionKind, Role, Stance, parse_decision
from clusterflow.domain.text import Frozen
from clusterflow.engine.record import Submission
from clusterflow.errors import Mistake, Mistakes
from clusterflow.intake.json_lines import lines_of, read_value, values
from clusterflow.rules.mistakes import field_mistakes


def _decision_kind(word: Any) -> DecisionKind | Stance:
    try:
        return parse_decision(word)
    except ValueError:
        raise ValueError(f"«{word}» is not accepted; accepted: {', '.join([*DecisionKind, *Stance])}") from None


class Decision(Frozen):
    """A decision or a vote at a gate on a day, in the words of ``clusterflow decide``."""

    decision: Annotated[DecisionKind | Stance, BeforeValidator(_decision_kind)]
    stage: str
    by: str
    on: date
    initiative: str = ""
    reason: str = "–"
    role: Role | None = None
    until: date | None = None
    to: str | None = None
    due: date | None = None
    override: tuple[str, ...] = ()
    speaks_for: str | None = Field(default=None, alias="for")


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """A decision and its place."""

    where: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class History:
    """The records and decisions of a history, and its mistakes. ``lines`` are its lines, to find columns in."""

    source: str
    lines: tuple[str, ...]
    submissions: list[Submission] = field(default_factory=list)
    decisions: list[ParsedLine] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def placed(self, mistakes: Iterable[Mistake]) -> list[Mistake]:
        """Return mistakes at ``file:line:column``, in the order of the lines."""
        return [mistake for _, mistake in sorted(self._places(mistakes), key=lambda found: found[0])]

    def _places(self, mistakes: Iterable[Mistake]) -> Iterator[tuple[tuple[int, int], Mistake]]:
        for mistake in mistakes:
            rest = mistake.where.removeprefix(f"{self.source}:")
            number, _, within = rest.partition(" ")
            if rest == mistake.where or not number.isdigit():
                yield (0, 0), mistake
                continue
            column, found = _column(self.lines[int(number) - 1], mistake.found)
            where = f"{self.source}:{number}:{column} {within}".strip()
            yield (int(number), column), replace(mistake, where=where, found=found)


def read_history(text: str, source: str) -> History:
    """Return everything that can be read of a history; the rest is among its mistakes."""
    history = History(source, tuple(lines_of(text)))
    for where, value in values(history.lines, source, history.mistakes):
        if isinstance(value, dict) and "decision" in value and "record" not in value:
            _take(history, value, where)
            continue
        try:
            history.submissions.extend(read_value(value, where))
        except Mistakes as problem:
            history.mistakes.extend(problem.mistakes)
    return history


def _take(history: History, value: dict[str, Any], where: str) -> None:
    try:
        history.decisions.append(ParsedLine(where, Decision.model_validate(value)))
    except ValidationError as problem:
        history.mistakes.extend(field_mistakes(problem, Decision, where))


_PLACE = re.compile(r":? line 1 column (\d+) \(char \d+\)")
_NAMED = re.compile(r"^(\w+): |«([^«»]+)»|the same field twice: (\w+)")


def _column(line: str, found: str) -> tuple[int, str]:
    """Return the column of what a mistake names, from 1, and the mistake without its place."""
    if place := _PLACE.search(found):
        return int(place[1]), _PLACE.sub("", found)
    for names in _NAMED.findall(found):
        for written in (json.dumps(name, ensure_ascii=ascii) for name in names if name for ascii in (False, True)):
            if (at := line.find(written)) >= 0:
                return at + 1, found
    return len(line) - len(line.lstrip()) + 1, found
