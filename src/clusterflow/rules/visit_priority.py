"""Scores which initiatives need a visit: each warning sign counts points by a published rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import Answer, ConditionStatus, Standing
from clusterflow.domain.text import Frozen
from clusterflow.rules.judge import recall_gate


class Sign(StrEnum):
    """What may be a reason to go and see."""

    LAPSED = "lapsed"
    """A milestone that does not hold any more."""
    OVERDUE = "overdue"
    """A stage that has taken longer than its model allows."""
    ESCALATED = "escalated"
    """One that has been overdue for so long that the next level was notified."""
    DECISION_WAITS = "decision-waits"
    """A gate that has been open for long."""
    CONDITION_MISSED = "condition-missed"
    """A condition of a conditional go that was not met in time."""
    UNMET = "unmet"
    """A blocking criterion of a gate under way that is not met."""
    UNKNOWN = "unknown"
    """One of which nobody knows."""
    SILENT = "silent"
    """Nothing was recorded for long."""


class SignRule(Frozen):
    """What a sign counts: ``points`` each time, ``most`` in all; with ``days``, only what has lasted longer."""

    sign: Sign
    points: int
    most: int
    days: int | None = None


VISIT_RULES = (
    SignRule(sign=Sign.LAPSED, points=4, most=12),
    SignRule(sign=Sign.OVERDUE, points=3, most=3),
    SignRule(sign=Sign.ESCALATED, points=2, most=2),
    SignRule(sign=Sign.DECISION_WAITS, points=3, most=3, days=30),
    SignRule(sign=Sign.CONDITION_MISSED, points=3, most=6),
    SignRule(sign=Sign.UNMET, points=1, most=4),
    SignRule(sign=Sign.UNKNOWN, points=1, most=3),
    SignRule(sign=Sign.SILENT, points=3, most=3, days=90),
)
"""The points of this project: every number is a proposal (P)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One sign as it was found: how often, and what that counts."""

    sign: Sign
    count: int
    points: int


def signs_of(
    state: InitiativeState,
    model: LifecycleModel,
    today: date,
    last_fact: date | None,
    rules: Sequence[SignRule] = VISIT_RULES,
) -> dict[Sign, int]:
    """How often each sign shows. A life that was stopped shows none.

    Args:
        last_fact: when something was recorded of it the last time; its enrolment counts where nothing was.
    """

    def blocking(stage: Stage) -> Iterable[Answer]:
        return (unit.answer for unit in recall_gate(stage, state.answers).hindrances)

    return count_signs(state, model, today, last_fact, blocking, rules)


def count_signs(
    state: InitiativeState,
    model: LifecycleModel,
    today: date,
    last_fact: date | None,
    blocking_answers: Callable[[Stage], Iterable[Answer]],
    rules: Sequence[SignRule] = VISIT_RULES,
) -> dict[Sign, int]:
    """How often each sign shows, with the answers of the blocking requirements that are not met."""
    if state.standing is Standing.STOPPED:
        return {}
    after = {rule.sign: rule.days or 0 for rule in rules}
    under_way = [v for v in state.open_visits if state.milestone(v.stage) is None]
    needed = [v for v in under_way if not model.stage(v.stage).optional]
    running = [v for v in needed if model.stage(v.stage).may_be_late and (v.held_until or today) <= today]
    blocking = [answer for v in needed for answer in blocking_answers(model.stage(v.stage))]
    waited = [(today - r.opened_on).days for r in state.open_reviews]
    quiet = (today - (last_fact or state.enrolled_on)).days
    with_conditions = model.by_id if state.conditions else ()
    missed = [c for s in with_conditions for c in state.conditions_at(s) if c.status is ConditionStatus.MISSED]
    return {
        Sign.LAPSED: sum(m.stands and m.lapsed_on is not None for m in state.milestones),
        Sign.OVERDUE: sum(today > v.due_on for v in running),
        Sign.ESCALATED: sum(today > v.escalate_on for v in running),
        Sign.DECISION_WAITS: sum(days > after.get(Sign.DECISION_WAITS, 0) for days in waited),
        Sign.CONDITION_MISSED: len(missed),
        Sign.UNMET: blocking.count(Answer.UNMET),
        Sign.UNKNOWN: blocking.count(Answer.UNKNOWN),
        Sign.SILENT: int(quiet > after.get(Sign.SILENT, 0)),
    }


def reasons(signs: Mapping[Sign, int], rules: Sequence[SignRule] = VISIT_RULES) -> tuple[Reason, ...]:
    """What speaks for a visit, in the order of the rule; nothing where nothing does."""
    return tuple(
        Reason(rule.sign, count, min(count * rule.points, rule.most))
        for rule in rules
        if (count := signs.get(rule.sign, 0)) and rule.points
    )
