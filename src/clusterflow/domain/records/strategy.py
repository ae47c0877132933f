"""Records of strategy: strategies, objectives, readings, actions, projects."""

from typing import Annotated, ClassVar

from pydantic import Field

from clusterflow.domain.records.base import BodyId, Day, Happening, ObjectiveId, PersonId, Ref, Slug, Span
from clusterflow.domain.terms import ActionState


class Strategy(Span):
    """An adopted strategy, from its adoption to the last day of its horizon."""

    type: ClassVar = "strategy"
    key: ClassVar = ("id",)

    id: Slug
    title: str = Field(min_length=1, max_length=300)
    horizon: Day | None = Field(default=None, description="last day of the plan")


class StrategyReview(Happening):
    """The strategy was reviewed."""

    type: ClassVar = "strategy-review"
    key: ClassVar = ("strategy", "valid_from")

    strategy: Annotated[Slug, Ref("strategy")]


class Objective(Span):
    """A strategic objective, with baseline, target and owner if they are known."""

    type: ClassVar = "objective"
    key: ClassVar = ("id",)

    id: Slug
    title: str = Field(min_length=1, max_length=300)
    strategy: Annotated[Slug, Ref("strategy")] | None = None
    unit: str | None = None
    baseline: float | None = None
    target: float | None = None
    due: Day | None = None
    owner: BodyId | None = None


class Reading(Happening):
    """A value of an objective's indicator."""

    type: ClassVar = "reading"
    key: ClassVar = ("objective", "valid_from")

    objective: ObjectiveId
    value: float


class Action(Span):
    """A task with an owner and a due date."""

    type: ClassVar = "action"
    key: ClassVar = ("id",)

    id: Slug
    title: str = Field(min_length=1, max_length=300)
    owner: PersonId | None = None
    objective: ObjectiveId | None = None
    due: Day
    state: ActionState = ActionState.OPEN
    done_on: Day | None = None


class Project(Span):
    """A joint project of members, from its start."""

    type: ClassVar = "project"
    key: ClassVar = ("id",)

    id: Slug
    title: str = Field(min_length=1, max_length=300)
    joint: bool = True
    objective: ObjectiveId | None = None
