"""Where one initiative stands: the rows that the ledger's entries add up to."""

from __future__ import annotations

from datetime import date, datetime

from clusterflow.model.text import Frozen
from clusterflow.model.words import (
    Answer,
    ConditionStatus,
    DecisionKind,
    ReviewStatus,
    Role,
    Standing,
    VisitOutcome,
)


class Visit(Frozen):
    """One stay in a stage; going back to a stage is another round."""

    stage: str
    round: int
    entered_on: date
    due_on: date
    escalate_on: date
    overdue_level: int = 0
    held_until: date | None = None
    left_on: date | None = None
    outcome: VisitOutcome | None = None


class Review(Frozen):
    """A gate review: opened when the gate is ready, or by hand; closed by a decision, or when it is ready no longer."""

    id: str
    stage: str
    round: int
    opened_on: date
    findings: str
    by_hand: bool = False
    status: ReviewStatus = ReviewStatus.OPEN
    outcome: DecisionKind | None = None
    closed_on: date | None = None


class Vote(Frozen):
    """What one decider said at one review; ``decider`` is the pseudonym that the ledger knows."""

    review: str
    decider: str
    role: Role
    kind: DecisionKind
    reason: str
    at: datetime
    until: date | None = None
    stage: str | None = None


class Milestone(Frozen):
    """What was achieved when the stage's gate was passed; it may lapse, and be restored."""

    stage: str
    round: int
    achieved_on: date
    review: str
    lapsed_on: date | None = None
    lapsed_by: str | None = None
    """The criteria that fell, parted by blanks: what must be met again."""
    withdrawn_on: date | None = None

    @property
    def stands(self) -> bool:
        return self.withdrawn_on is None


class Condition(Frozen):
    """What a conditional go still asks, and until when."""

    review: str
    stage: str
    criterion: str
    due_on: date
    status: ConditionStatus = ConditionStatus.PENDING


class StandingAnswer(Frozen):
    """The last answer told for a criterion: notices fire on change only."""

    stage: str
    criterion: str
    answer: Answer
    found: str
    met_on: date | None = None
    """Since when, or when last, it was met: a milestone is held only to what it once had."""


class InitiativeState(Frozen):
    """Everything the engine knows of an initiative's life, without its facts."""

    initiative: str
    model: str
    model_hash: str
    enrolled_on: date
    last_at: datetime
    version: int
    standing: Standing = Standing.ACTIVE
    visits: tuple[Visit, ...] = ()
    reviews: tuple[Review, ...] = ()
    votes: tuple[Vote, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    conditions: tuple[Condition, ...] = ()
    answers: tuple[StandingAnswer, ...] = ()

    @property
    def open_visits(self) -> tuple[Visit, ...]:
        return tuple(v for v in self.visits if v.left_on is None)

    @property
    def open_reviews(self) -> tuple[Review, ...]:
        return tuple(r for r in self.reviews if r.status is ReviewStatus.OPEN)

    def visit(self, stage: str) -> Visit | None:
        """The stay in a stage that goes on, if there is one."""
        return next((v for v in self.visits if v.stage == stage and v.left_on is None), None)

    def open_review(self, stage: str) -> Review | None:
        return next((r for r in self.open_reviews if r.stage == stage), None)

    def milestone(self, stage: str) -> Milestone | None:
        """The standing milestone of a stage, lapsed or not."""
        return next((m for m in self.milestones if m.stage == stage and m.stands), None)

    def rounds(self, stage: str) -> int:
        return sum(v.stage == stage for v in self.visits)
