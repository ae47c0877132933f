"""The board of the portfolio: one line per initiative, comparable by the kind of stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from clusterflow.domain.terms import StageKind, Standing
from clusterflow.domain.text import Frozen, Language, alphabetical
from clusterflow.reports.labels import word
from clusterflow.reports.status import Hindrance, InitiativeStatus
from clusterflow.rules.stage_progress import Wait, wait_of, waits_since


class BoardLine(Frozen):
    """One initiative on the board: its stage and since when, what it waits for and since when."""

    initiative: str
    name: str
    model: str
    model_title: str
    standing: Standing
    stages: tuple[str, ...]
    kinds: tuple[StageKind, ...]
    since: date | None
    days: int | None
    milestones: int
    of: int
    waits: Wait
    waits_for: str
    waits_since: date | None
    waits_days: int | None
    lapsed: tuple[str, ...]
    overdue: bool


class Board(Frozen):
    """The portfolio as of a day."""

    as_of: date
    lines: tuple[BoardLine, ...]
    problems: Mapping[str, str] = {}
    """By initiative, why it could not be read; it has no line."""


def board_of(statuses: Iterable[InitiativeStatus], as_of: date, language: Language) -> Board:
    lines = sorted(
        (_line(s, as_of, language) for s in statuses),
        key=lambda line: (line.model, alphabetical(line.name), line.initiative),
    )
    return Board(as_of=as_of, lines=tuple(lines))


def _line(status: InitiativeStatus, as_of: date, language: Language) -> BoardLine:
    now = status.under_way
    since = min((s.entered_on for s in now if s.entered_on), default=None)
    waits = wait(status)
    since_waits = waits_since(waits, status.stages)
    return BoardLine(
        initiative=status.initiative,
        name=status.name,
        model=status.model,
        model_title=status.model_title,
        standing=status.standing,
        stages=tuple(s.title for s in now),
        kinds=tuple(s.kind for s in now),
        since=since,
        days=(as_of - since).days if since else None,
        milestones=status.milestones_in_force,
        of=status.milestones_required,
        waits=waits,
        waits_for=waits_for(status, language),
        waits_since=since_waits,
        waits_days=(as_of - since_waits).days if since_waits else None,
        lapsed=tuple(s.title for s in status.stages if s.lapsed_on),
        overdue=any(s.overdue for s in now),
    )


def wait(status: InitiativeStatus) -> Wait:
    """What an initiative waits for."""
    return wait_of(status.standing, status.stages)


def waits_for(status: InitiativeStatus, language: Language) -> str:
    """What the initiative waits for, in one short line."""
    now, waits = status.under_way, wait(status)
    if waits is Wait.STOPPED:
        return word("stopped", language)
    if waits is Wait.DECISION:
        return f"{word('decision_waits', language)}: {', '.join(s.title for s in status.gates_open)}"
    if waits is Wait.HOLD:
        return f"{word('held_until', language)} {', '.join(str(s.held_until) for s in now if s.held_until)}"
    if waits in (Wait.NOTHING, Wait.RESTORING):
        return word("under_watch", language)
    return first_of([h for h in status.hindrances if any(s.stage == h.stage for s in now)], language)


def first_of(hindrances: Sequence[Hindrance], language: Language) -> str:
    """The first hindrance of a gate, and how many more there are."""
    if not hindrances:
        return ""
    first = hindrances[0]
    more = f" (+{len(hindrances) - 1})" if len(hindrances) > 1 else ""
    return f"{first.title}: {first.found}, {word('asked', language).lower()} {first.asked}{more}"
