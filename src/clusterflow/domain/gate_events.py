"""What can happen at a gate: its review, the votes, the codes, the decision. ``events`` lists all kinds."""

from datetime import date
from typing import Literal

from pydantic import Field

from clusterflow.domain.terms import DecisionKind, HelixKind, Role, Stance, VoteFall
from clusterflow.domain.text import Frozen


class GateOpened(Frozen):
    """A gate review began: the gate is ready, or somebody requested the review."""

    kind: Literal["gate.opened"] = "gate.opened"
    review: str
    stage: str
    round: int
    findings: str
    on: date
    by_hand: bool = False
    asked_by: str | None = None
    """The pseudonym of the person who requested the review, if it is known."""


class GateChanged(Frozen):
    """The answers behind an open review changed; the review stays open."""

    kind: Literal["gate.changed"] = "gate.changed"
    review: str
    stage: str
    findings: str
    on: date


class GateWithdrawn(Frozen):
    """A gate is no longer ready, or the initiative passed to another model. The review closed without a decision."""

    kind: Literal["gate.withdrawn"] = "gate.withdrawn"
    review: str
    stage: str
    on: date
    migrated: bool = False
    """Whether it closed because the initiative passed to another model."""


class GateReopened(Frozen):
    """A gate that was passed under conditions is open again: a condition was not met by its date."""

    kind: Literal["gate.reopened"] = "gate.reopened"
    review: str
    stage: str
    round: int
    findings: str
    missed: tuple[str, ...]
    on: date


class VoteCast(Frozen):
    """A decider voted. The gate is decided when the model's quorum has cast the same vote."""

    kind: Literal["vote.cast"] = "vote.cast"
    review: str
    stage: str
    decider: str
    role: Role
    decision: DecisionKind | Stance
    reason: str
    findings: str
    until: date | None = None
    to_stage: str | None = None
    number: int = 1
    """The number of the vote within its review, from 1."""
    cast_by: str | None = None
    """The delegate who cast the vote for the decider, if there was one."""
    helixes: tuple[HelixKind, ...] = ()
    """The helix kinds that the decider represented on that day."""
    organisations: dict[str, HelixKind | None] = Field(default_factory=dict)
    """The organisations that the decider represented on that day, each with its helix kind."""
    overrides: tuple[str, ...] = ()
    """The blocking criteria that the decider waived although they are not met."""
    conditions: dict[str, date] = Field(default_factory=dict)
    """For a conditional go: which criteria must still be met, and by when."""
    proved: bool = False
    """Whether the decider gave the one-time code."""


class VoteFell(Frozen):
    """A vote no longer counts: its findings changed, its decider had no right to it, or a tie needs a new vote."""

    kind: Literal["vote.fell"] = "vote.fell"
    review: str
    stage: str
    number: int
    decider: str
    cast_by: str | None = None
    on: date
    why: VoteFall = VoteFall.FINDINGS


class VoteWithdrawn(Frozen):
    """A decider took a vote or a veto back, or replaced it with another vote."""

    kind: Literal["vote.withdrawn"] = "vote.withdrawn"
    review: str
    stage: str
    number: int
    decider: str
    cast_by: str | None = None
    on: date
    reason: str | None = None
    """Why it was taken back; None if another vote replaced it."""


class GateReferred(Frozen):
    """The deciders did not agree in the time that the model gives them. Now the office may decide."""

    kind: Literal["gate.referred"] = "gate.referred"
    review: str
    stage: str
    on: date


class CodeRenewed(Frozen):
    """A decider got a new one-time code and five new attempts."""

    kind: Literal["code.renewed"] = "code.renewed"
    review: str
    stage: str
    decider: str
    on: date


class DecisionRefused(Frozen):
    """Somebody tried to decide without the right to do so. Only this entry was written."""

    kind: Literal["decision.refused"] = "decision.refused"
    stage: str
    decider: str
    decision: DecisionKind | Stance
    why: str
    review: str | None = None


class GateDecided(Frozen):
    """The decision at a gate was made."""

    kind: Literal["gate.decided"] = "gate.decided"
    review: str
    stage: str
    decision: DecisionKind
    on: date
    until: date | None = None
    to_stage: str | None = None
    due_on: date | None = None
    """For a hold: the new end of the stage's time, because the days of the hold do not count."""
    escalate_on: date | None = None
