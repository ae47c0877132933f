"""Occasions of the strategy: objectives whose last reading is old."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, exists, select, union_all

from clusterflow.domain.records.strategy import Objective, Reading
from clusterflow.store.query_scope import Scope
from clusterflow.store.reminder_occasions.occasion import in_window, occasion


@occasion("reading.late")
def reading_late(scope: Scope) -> Select[Any]:
    """Select objectives by the day of their last reading, or by their first day if they have none.

    It is known that an objective has no reading only if the initiative has recorded a reading of another one.
    """
    reading, objective = scope.latest(Reading), scope.current(Objective)
    read = (
        select(
            reading.c.initiative,
            reading.c.objective.label("subject"),
            reading.c.valid_from.label("reference"),
            objective.c.owner.label("body"),
            objective.c.title,
        )
        .join_from(
            reading,
            objective,
            and_(objective.c.initiative == reading.c.initiative, objective.c.id == reading.c.objective),
        )
        .where(in_window(reading.c.valid_from))
    )
    begun, earlier, still = scope.happened(Objective), scope.happened(Objective), scope.current(Objective)
    mine, others = scope.latest(Reading), scope.latest(Reading)
    never = (
        select(begun.c.initiative, begun.c.id, begun.c.valid_from, still.c.owner, still.c.title)
        .join_from(begun, still, and_(still.c.initiative == begun.c.initiative, still.c.id == begun.c.id))
        .where(
            in_window(begun.c.valid_from),
            ~exists(
                select(earlier.c.initiative).where(
                    earlier.c.initiative == begun.c.initiative,
                    earlier.c.id == begun.c.id,
                    earlier.c.valid_from < begun.c.valid_from,
                )
            ),
            ~exists(
                select(mine.c.initiative).where(mine.c.initiative == begun.c.initiative, mine.c.objective == begun.c.id)
            ),
            exists(select(others.c.initiative).where(others.c.initiative == begun.c.initiative)),
        )
    )
    return select(union_all(read, never).subquery())
