"""The portfolio: every initiative beside the others, comparable by the kind of stage it is in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from clusterflow.model.text import Frozen, Language
from clusterflow.model.words import StageKind, Standing
from clusterflow.reports.labels import word
from clusterflow.reports.status import InitiativeStatus


class BoardLine(Frozen):
    """One initiative on the board: where it is, since when, what it waits for."""

    initiative: str
    name: str
    model: str
    standing: Standing
    stages: tuple[str, ...]
    kinds: tuple[StageKind, ...]
    since: date | None
    days: int | None
    milestones: int
    of: int
    waits_for: str
    lapsed: tuple[str, ...]
    overdue: bool


class Board(Frozen):
    """The portfolio as of a day."""

    as_of: date
    lines: tuple[BoardLine, ...]


def board_of(statuses: Iterable[InitiativeStatus], as_of: date, language: Language) -> Board:
    lines = sorted((_line(s, as_of, language) for s in statuses), key=lambda line: (line.model, line.name))
    return Board(as_of=as_of, lines=tuple(lines))


def _line(status: InitiativeStatus, as_of: date, language: Language) -> BoardLine:
    now = status.under_way
    since = min((s.entered_on for s in now if s.entered_on), default=None)
    return BoardLine(
        initiative=status.initiative,
        name=status.name,
        model=status.model,
        standing=status.standing,
        stages=tuple(s.title for s in now),
        kinds=tuple(s.kind for s in now),
        since=since,
        days=(as_of - since).days if since else None,
        milestones=sum(s.achieved_on is not None for s in status.stages),
        of=sum(not s.optional for s in status.stages),
        waits_for=waits_for(status, language),
        lapsed=tuple(s.title for s in status.stages if s.lapsed_on),
        overdue=any(s.overdue for s in now),
    )


def waits_for(status: InitiativeStatus, language: Language) -> str:
    """What the initiative waits for, in one short line."""
    now = status.under_way
    if status.standing is Standing.STOPPED:
        return word("stopped", language)
    gates = status.gates_open
    if gates:
        return f"{word('decision_waits', language)}: {', '.join(s.title for s in gates)}"
    held = [s for s in now if s.held_until]
    if held:
        return f"{word('held_until', language)} {', '.join(str(s.held_until) for s in held)}"
    if not now:
        return word("under_watch", language)
    open_now = [h for h in status.hindrances if any(s.stage == h.stage for s in now)]
    if not open_now:
        return ""
    first = open_now[0]
    more = f" (+{len(open_now) - 1})" if len(open_now) > 1 else ""
    return f"{first.title}: {first.found}, {word('asked', language).lower()} {first.asked}{more}"
