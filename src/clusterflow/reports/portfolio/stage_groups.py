"""Groups initiatives by kind of stage, so that models can be compared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from clusterflow.domain.terms import StageKind, StageStatus, Standing
from clusterflow.domain.text import Frozen, Language
from clusterflow.reports.labels import word
from clusterflow.reports.status import InitiativeStatus, StageLine
from clusterflow.reports.status_board import first_of, wait, waits_for
from clusterflow.rules.stage_progress import Wait


class BoardEntry(Frozen):
    """One initiative in one stage under way: what it waits for, since when and for how many days.

    An initiative without a stage (all achieved, or stopped) has one entry without a kind.
    """

    initiative: str
    name: str
    model: str
    kind: StageKind | None
    stage: str
    since: date | None
    waits: Wait
    waits_for: str
    waits_since: date | None
    waits_days: int | None
    overdue: bool
    milestones: int
    of: int
    lapsed: tuple[str, ...]


def board_entries(statuses: Iterable[InitiativeStatus], language: Language) -> tuple[BoardEntry, ...]:
    """The entries by kind of stage; in each kind, the longest wait comes first."""
    order = [*StageKind, None]
    found = [place for status in statuses for place in _places(status, language)]
    found.sort(key=lambda p: (order.index(p.kind), -(p.waits_days or 0), p.name, p.initiative))
    return tuple(found)


def _places(status: InitiativeStatus, language: Language) -> list[BoardEntry]:
    if status.standing is Standing.ACTIVE and status.under_way:
        return [_in_stage(status, line, language) for line in status.under_way]
    lapses = [s.lapsed_on for s in status.stages if s.lapsed_on]
    since = [s.waiting_since for s in status.gates_open if s.waiting_since] or lapses
    if status.standing is Standing.STOPPED:
        since = []
    return [_place(status, None, "", wait(status), waits_for(status, language), min(since, default=None))]


_WAITS = {StageStatus.GATE_OPEN: Wait.DECISION, StageStatus.HELD: Wait.HOLD}


def _in_stage(status: InitiativeStatus, line: StageLine, language: Language) -> BoardEntry:
    waits = _WAITS.get(line.status, Wait.CRITERIA)
    if waits is Wait.DECISION:
        what = word("decision_waits", language)
    elif waits is Wait.HOLD:
        what = f"{word('held_until', language)} {line.held_until}"
    else:
        what = first_of([h for h in status.hindrances if h.stage == line.stage], language)
    return _place(status, line, line.title, waits, what, line.waiting_since)


def _place(
    status: InitiativeStatus, line: StageLine | None, stage: str, waits: Wait, what: str, since: date | None
) -> BoardEntry:
    return BoardEntry(
        initiative=status.initiative,
        name=status.name,
        model=status.model,
        kind=line.kind if line else None,
        stage=stage,
        since=line.entered_on if line else None,
        waits=waits,
        waits_for=what,
        waits_since=since,
        waits_days=(status.as_of - since).days if since else None,
        overdue=line.overdue if line else False,
        milestones=status.milestones_in_force,
        of=status.milestones_required,
        lapsed=tuple(s.title for s in status.stages if s.lapsed_on),
    )
