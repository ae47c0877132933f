"""The state of one initiative, derived from its ledger."""

from datetime import date, datetime

from clusterflow.domain.terms import (
    Answer,
    ConditionStatus,
    DecisionKind,
    HelixKind,
    ReviewStatus,
    Role,
    Stance,
    Standing,
    VisitOutcome,
)
from clusterflow.domain.text import Frozen


class Visit(Frozen):
    """One visit to a stage. When an initiative returns to a stage, a new round begins."""

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
    """A gate review. It opens when the gate is ready, or by hand; a decision closes it, or the gate
    that is not ready.
    """

    id: str
    stage: str
    round: int
    opened_on: date
    findings: str
    by_hand: bool = False
    asked_by: str | None = None
    referred_on: date | None = None
    """When the deciders had not agreed in time and the gate went back to the office."""
    status: ReviewStatus = ReviewStatus.OPEN
    outcome: DecisionKind | None = None
    closed_on: date | None = None


class Vote(Frozen):
    """The vote of one decider at one review. ``decider`` and ``cast_by`` are pseudonyms, as in the ledger."""

    review: str
    number: int
    decider: str
    cast_by: str | None = None
    role: Role
    kind: DecisionKind | Stance
    reason: str
    findings: str
    at: datetime
    until: date | None = None
    stage: str | None = None
    represents: str = ""
    """The helix kinds that the decider represented, separated by blanks."""
    organisations: str | None = None
    """The organisations that the decider represented: ``organisation=helix kind``, separated by blanks."""
    overrides: str = ""
    """The blocking criteria that the decider waived, separated by blanks."""
    conditions: str = ""
    """The conditions of a conditional go: ``criterion=day``, separated by blanks."""
    fell_on: date | None = None

    @property
    def stands(self) -> bool:
        return self.fell_on is None

    @property
    def counts_for(self) -> dict[str, HelixKind | None]:
        """The organisations that the vote may count for; a decider without any counts alone."""
        pairs = (part.partition("=") for part in (self.organisations or "").split())
        named = {name: HelixKind(helix) if helix else None for name, _, helix in pairs}
        # Entries of earlier versions name helix kinds without organisations.
        own: dict[str, HelixKind | None] = {f"{self.decider} {helix}": helix for helix in self.helixes}
        return named or own or {self.decider: None}

    @property
    def helixes(self) -> frozenset[HelixKind]:
        return frozenset(HelixKind(h) for h in self.represents.split())


class CodeTrial(Frozen):
    """How many wrong codes were given at a review since the last code was sent, and how often the code was renewed."""

    review: str
    decider: str
    failed: int = 0
    renewed: int = 0


class Milestone(Frozen):
    """The achievement recorded when a stage's gate was passed. It may lapse and be restored."""

    stage: str
    round: int
    achieved_on: date
    review: str
    lapsed_on: date | None = None
    lapsed_by: str | None = None
    """The criteria that failed, separated by blanks. They must be met again."""
    overridden: str | None = None
    """The blocking criteria that were waived, separated by blanks. They stay visible for ever."""
    withdrawn_on: date | None = None

    @property
    def stands(self) -> bool:
        return self.withdrawn_on is None


class Condition(Frozen):
    """A condition of a conditional go, and its date."""

    review: str
    stage: str
    criterion: str
    due_on: date
    status: ConditionStatus = ConditionStatus.PENDING


GRACE_OVER = -1


class Expiry(Frozen):
    """The last warning about the end of a label or strategy, in months before it. 0: it has ended. -1: its grace period
    has ended, too.
    """

    record: str
    subject: str
    until: date
    months: int


class StandingAnswer(Frozen):
    """The last recorded answer for a criterion. Notices are sent only when it changes."""

    stage: str
    criterion: str
    answer: Answer
    found: str
    met_on: date | None = None
    """Since when, or when last, it was met. A milestone lapses only if it met the criterion before."""


class InitiativeState(Frozen):
    """Everything that the engine knows about an initiative's life, without its facts."""

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
    trials: tuple[CodeTrial, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    conditions: tuple[Condition, ...] = ()
    answers: tuple[StandingAnswer, ...] = ()
    expiries: tuple[Expiry, ...] = ()

    @property
    def open_visits(self) -> tuple[Visit, ...]:
        return tuple(v for v in self.visits if v.left_on is None)

    @property
    def open_reviews(self) -> tuple[Review, ...]:
        return tuple(r for r in self.reviews if r.status is ReviewStatus.OPEN)

    def visit(self, stage: str) -> Visit | None:
        """Return the current visit to a stage, if there is one."""
        return next((v for v in self.visits if v.stage == stage and v.left_on is None), None)

    def open_review(self, stage: str) -> Review | None:
        return next((r for r in self.open_reviews if r.stage == stage), None)

    def standing_votes(self, review: str) -> tuple[Vote, ...]:
        """Return the votes of a review that still count."""
        return tuple(v for v in self.votes if v.review == review and v.stands)

    def trial(self, review: str, decider: str) -> CodeTrial:
        found = (t for t in self.trials if t.review == review and t.decider == decider)
        return next(found, CodeTrial(review=review, decider=decider))

    def milestone(self, stage: str) -> Milestone | None:
        """Return the current milestone of a stage, lapsed or not."""
        return next((m for m in self.milestones if m.stage == stage and m.stands), None)

    @property
    def at_gate(self) -> tuple[str, ...]:
        """Return the stages whose gate is open: the active ones, and those whose gate was reopened."""
        return tuple(dict.fromkeys([*(v.stage for v in self.open_visits), *(r.stage for r in self.open_reviews)]))

    def conditions_at(self, stage: str) -> tuple[Condition, ...]:
        """Return the conditions of a stage's current milestone, open or met."""
        milestone = self.milestone(stage)
        round_ = milestone.round if milestone is not None else None
        reviews = {r.id for r in self.reviews if r.stage == stage and r.round == round_}
        return tuple(c for c in self.conditions if c.review in reviews)

    def held_until(self, stage: str) -> date | None:
        """Return until when the gate of a stage is on hold, for a first passage or after it was reopened."""
        visit, milestone = self.visit(stage), self.milestone(stage)
        if milestone is not None:
            visit = next(v for v in self.visits if v.stage == stage and v.round == milestone.round)
        return visit.held_until if visit is not None else None

    @property
    def visits_of_life(self) -> tuple[Visit, ...]:
        """The visits since the initiative was enrolled; those of a life that was stopped before are left out."""
        return tuple(v for v in self.visits if v.entered_on >= self.enrolled_on)

    @property
    def declined(self) -> frozenset[str]:
        """The optional stages that the initiative does without, by its last word on each."""
        latest = {v.stage: v for v in sorted(self.visits_of_life, key=lambda v: v.round)}
        return frozenset(stage for stage, v in latest.items() if v.outcome is VisitOutcome.DECLINED)

    def rounds(self, stage: str) -> int:
        return sum(v.stage == stage for v in self.visits)
