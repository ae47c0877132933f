"""Applies a migration to the state: the rows of a former stage become rows of the stage that takes its place."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from clusterflow.domain.migration import InitiativeMigrated, Opening
from clusterflow.domain.state import Condition, InitiativeState, Milestone, StandingAnswer, Visit
from clusterflow.domain.terms import ConditionStatus, VisitOutcome

Turn = tuple[str, int]
"""A stage and its round."""


def visit_order(visit: Visit) -> tuple[bool, date, str, int]:
    """The order of the visits of several stages that become one: the one that is open last."""
    return visit.left_on is None, visit.entered_on, visit.stage, visit.round


def carry_over(state: InitiativeState, event: InitiativeMigrated) -> dict[str, Any]:
    """Return the changes that a migration makes. Rounds, reviews and dates stay, and earlier models keep their rows."""
    stopped = [
        v.model_copy(update={"left_on": event.on, "outcome": VisitOutcome.MIGRATED})
        if v.left_on is None and v.stage in event.interrupted
        else v
        for v in state.visits
    ]
    turns = _turns(stopped, event)
    milestones = _milestones(state, event, turns)
    return {
        "model": event.model,
        "model_hash": event.model_hash,
        "visits": _visits(stopped, event, turns, milestones),
        "reviews": tuple(_renamed(r, event, turns) for r in state.reviews),
        "milestones": milestones,
        "conditions": tuple(_condition(c, event) for c in state.conditions),
        "answers": _answers(state, event),
    }


def _turns(visits: list[Visit], event: InitiativeMigrated) -> dict[Turn, Turn]:
    """Return the new stage and round of each visit. Rounds are counted anew only where two stages become one."""
    groups: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        groups[event.stages.get(visit.stage, visit.stage)].append(visit)
    turns: dict[Turn, Turn] = {}
    for stage, group in groups.items():
        clash = len({v.round for v in group}) < len(group)
        for number, visit in enumerate(sorted(group, key=visit_order), 1):
            turns[visit.stage, visit.round] = (stage, number if clash else visit.round)
    return turns


def _renamed(row: Any, event: InitiativeMigrated, turns: dict[Turn, Turn]) -> Any:
    here = (row.stage, row.round)
    stage, round_ = turns.get(here, (event.stages.get(row.stage, row.stage), row.round))
    return row if here == (stage, round_) else row.model_copy(update={"stage": stage, "round": round_})


def _visits(
    visits: list[Visit], event: InitiativeMigrated, turns: dict[Turn, Turn], milestones: tuple[Milestone, ...]
) -> tuple[Visit, ...]:
    moved: list[Visit] = [_renamed(v, event, turns) for v in visits]
    last: dict[str, int] = {}
    for visit in moved:
        last[visit.stage] = max(visit.round, last.get(visit.stage, 0))
    achieved = {(m.stage, m.round): m.achieved_on for m in milestones if m.stands}
    return tuple(_visit(v, event, achieved.get((v.stage, v.round)), is_last=v.round == last[v.stage]) for v in moved)


def _visit(visit: Visit, event: InitiativeMigrated, achieved_on: date | None, *, is_last: bool) -> Visit:
    update: dict[str, Any] = {}
    if achieved_on is not None:
        if visit.stage in event.ends:
            update |= {"left_on": achieved_on, "outcome": VisitOutcome.ACHIEVED}
        elif visit.stage in event.goes_on:
            update |= {"left_on": None, "outcome": None}
    elif is_last:
        if visit.stage in event.mandatory:
            update["outcome"] = VisitOutcome.MIGRATED
        elif event.opens.get(visit.stage) is Opening.RESUMED:
            update |= {"left_on": None, "outcome": None}
        if visit.stage in event.due_on:
            due, escalate = event.due_on[visit.stage], event.escalate_on[visit.stage]
            reached = 2 if escalate < event.on else 1 if due < event.on else 0
            level = min(visit.overdue_level, reached)
            update |= {"due_on": due, "escalate_on": escalate, "overdue_level": level}
    return visit.model_copy(update=update) if update else visit


def _milestones(state: InitiativeState, event: InitiativeMigrated, turns: dict[Turn, Turn]) -> tuple[Milestone, ...]:
    """Of several milestones that become one, the latest stands: on its day all of them were achieved."""
    moved: list[Milestone] = [_renamed(m, event, turns) for m in state.milestones]
    latest: dict[str, tuple[date, int]] = {}
    for one in moved:
        if one.stands:
            latest[one.stage] = max((one.achieved_on, one.round), latest.get(one.stage, (date.min, 0)))
    return tuple(
        one.model_copy(update={"withdrawn_on": event.on})
        if one.stands and latest[one.stage] != (one.achieved_on, one.round)
        else one
        for one in moved
    )


def _condition(condition: Condition, event: InitiativeMigrated) -> Condition:
    update: dict[str, Any] = {}
    if condition.stage in event.stages:
        update["stage"] = event.stages[condition.stage]
    if f"{condition.review}/{condition.criterion}" in event.conditions:
        update["status"] = ConditionStatus.REPLACED
    return condition.model_copy(update=update) if update else condition


def _answers(state: InitiativeState, event: InitiativeMigrated) -> tuple[StandingAnswer, ...]:
    answers_by_place: dict[str, StandingAnswer] = {}
    for answer in state.answers:
        stage = event.stages.get(answer.stage, answer.stage)
        here = f"{stage}/{answer.criterion}"
        if here in event.answers and here not in answers_by_place:
            answers_by_place[here] = answer.model_copy(update={"stage": stage})
    return tuple(answers_by_place.values())
