"""The board: each initiative in each stage that it is in, by the kind of stage, so that models can be compared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from clusterflow.domain.terms import StageKind, StageStatus, Standing
from clusterflow.domain.text import Frozen, Language
from clusterflow.reports.board import Wait, first_of, wait, waits_for
from clusterflow.reports.labels import word
from clusterflow.reports.status import InitiativeStatus, StageLine


class Place(Frozen):
    """One initiative in one stage under way: what it waits for there, since when and for how many days.

    Who is in no stage any more (all achieved, or stopped) has one place without a kind.
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


def places_of(statuses: Iterable[InitiativeStatus], language: Language) -> tuple[Place, ...]:
    """By kind of stage; in each who waits longest comes first."""
    order = [*StageKind, None]
    found = [place for status in statuses for place in _places(status, language)]
    found.sort(key=lambda p: (order.index(p.kind), -(p.waits_days or 0), p.name, p.initiative))
    return tuple(found)


def _places(status: InitiativeStatus, language: Language) -> list[Place]:
    if status.standing is Standing.ACTIVE and status.under_way:
        return [_in_stage(status, line, language) for line in status.under_way]
    lapses = [s.lapsed_on for s in status.stages if s.lapsed_on]
    since = [s.waiting_since for s in status.gates_open if s.waiting_since] or lapses
    if status.standing is Standing.STOPPED:
        since = []
    return [_place(status, None, "", wait(status), waits_for(status, language), min(since, default=None))]


_WAITS = {StageStatus.GATE_OPEN: Wait.DECISION, StageStatus.HELD: Wait.HOLD}


def _in_stage(status: InitiativeStatus, line: StageLine, language: Language) -> Place:
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
) -> Place:
    return Place(
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
        milestones=len(status.achieved),
        of=sum(not s.optional for s in status.stages),
        lapsed=tuple(s.title for s in status.stages if s.lapsed_on),
    )
