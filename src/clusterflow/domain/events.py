"""What can happen in the life of an initiative: the kinds of ledger entries, past tense, declared once.

An entry holds ids, never names or addresses: a person can be forgotten and the chain still verifies. The name of an
event is ``<noun>.<past>``; Prefect sees it as ``clusterflow.<noun>.<past>``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from clusterflow.domain.expiries import ExpiryEvent
from clusterflow.domain.terms import Answer, DecisionKind, HelixKind, Role, Stance, VisitOutcome
from clusterflow.domain.text import Frozen


class InitiativeEnrolled(Frozen):
    """The initiative began its life under a model, pinned by its content hash."""

    kind: Literal["initiative.enrolled"] = "initiative.enrolled"
    initiative: str
    model: str
    model_hash: str
    on: date


class RecordEntered(Frozen):
    """A fact came into the registry."""

    kind: Literal["record.entered"] = "record.entered"
    record: str
    digest: str
    replaces: int | None = None


class RecordCorrected(Frozen):
    """A fact was corrected, or its validity ended; the row it replaces stays, marked."""

    kind: Literal["record.corrected"] = "record.corrected"
    record: str
    digest: str
    replaces: int


class RecordRetracted(Frozen):
    """A fact was withdrawn as entered by mistake."""

    kind: Literal["record.retracted"] = "record.retracted"
    record: str
    digest: str
    replaces: int


class StageEntered(Frozen):
    """A stage began."""

    kind: Literal["stage.entered"] = "stage.entered"
    stage: str
    round: int
    on: date
    due_on: date
    escalate_on: date


class StageLeft(Frozen):
    """A stage was left without its milestone: the initiative went back, or stopped."""

    kind: Literal["stage.left"] = "stage.left"
    stage: str
    round: int
    outcome: VisitOutcome
    on: date


class StageOverdue(Frozen):
    """A stage takes longer than its model allows; level 2 tells one level up."""

    kind: Literal["stage.overdue"] = "stage.overdue"
    stage: str
    round: int
    level: int
    due_on: date
    on: date


class FindingChanged(Frozen):
    """A criterion changed its answer."""

    kind: Literal["finding.changed"] = "finding.changed"
    stage: str
    criterion: str
    before: Answer | None
    answer: Answer
    found: str
    on: date


class GateOpened(Frozen):
    """A gate review began: the gate is ready, or somebody asked for the review."""

    kind: Literal["gate.opened"] = "gate.opened"
    review: str
    stage: str
    round: int
    findings: str
    on: date
    by_hand: bool = False
    asked_by: str | None = None
    """The pseudonym of who asked for the review by hand, where that was said."""


class GateChanged(Frozen):
    """The answers behind an open review changed; it stays open."""

    kind: Literal["gate.changed"] = "gate.changed"
    review: str
    stage: str
    findings: str
    on: date


class GateWithdrawn(Frozen):
    """A gate that was ready is so no longer; its review closed without a decision."""

    kind: Literal["gate.withdrawn"] = "gate.withdrawn"
    review: str
    stage: str
    on: date


class GateReopened(Frozen):
    """A gate once passed under conditions is open again: the day of a condition passed and it was not met."""

    kind: Literal["gate.reopened"] = "gate.reopened"
    review: str
    stage: str
    round: int
    findings: str
    missed: tuple[str, ...]
    on: date


class HoldEnded(Frozen):
    """The day until which a gate was held has come; the gate opens when it is ready."""

    kind: Literal["hold.ended"] = "hold.ended"
    stage: str
    round: int
    until: date
    on: date


class VoteCast(Frozen):
    """A decider spoke; the gate is decided when the quorum that the model asks said the same."""

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
    """Which vote of its review it is, counted from 1."""
    cast_by: str | None = None
    """Who spoke for the decider, where it was a delegate."""
    helixes: tuple[HelixKind, ...] = ()
    """The helix kinds that the decider represented on the day."""
    overrides: tuple[str, ...] = ()
    """The blocking criteria that the decider lets pass though they are not met."""
    conditions: dict[str, date] = Field(default_factory=dict)
    """Of a conditional go: what is still to be met, and until when."""
    proved: bool = False
    """Whether the decider showed the one-time code."""


class VoteFell(Frozen):
    """The findings that a vote saw have changed: it counts no longer, and its decider may speak again."""

    kind: Literal["vote.fell"] = "vote.fell"
    review: str
    stage: str
    number: int
    decider: str
    cast_by: str | None = None
    on: date


class CodeRenewed(Frozen):
    """A decider got a new one-time code, and five new attempts."""

    kind: Literal["code.renewed"] = "code.renewed"
    review: str
    stage: str
    decider: str
    on: date


class DecisionRefused(Frozen):
    """Somebody tried to decide and might not; nothing changed but this entry."""

    kind: Literal["decision.refused"] = "decision.refused"
    stage: str
    decider: str
    decision: DecisionKind | Stance
    why: str
    review: str | None = None


class GateDecided(Frozen):
    """The decision at a gate stands."""

    kind: Literal["gate.decided"] = "gate.decided"
    review: str
    stage: str
    decision: DecisionKind
    on: date
    until: date | None = None
    to_stage: str | None = None


class ConditionSet(Frozen):
    """A conditional go asks for something until a date."""

    kind: Literal["condition.set"] = "condition.set"
    review: str
    stage: str
    criterion: str
    due_on: date


class ConditionMet(Frozen):
    """A condition of a conditional go was met in time or late."""

    kind: Literal["condition.met"] = "condition.met"
    review: str
    stage: str
    criterion: str
    on: date


class ConditionMissed(Frozen):
    """The date of a condition passed and it was not met."""

    kind: Literal["condition.missed"] = "condition.missed"
    review: str
    stage: str
    criterion: str
    due_on: date
    on: date


class MilestoneAchieved(Frozen):
    """A stage's gate was passed."""

    kind: Literal["milestone.achieved"] = "milestone.achieved"
    stage: str
    round: int
    review: str
    on: date
    conditional: bool = False
    leaves: bool = True
    overridden: tuple[str, ...] = ()
    """The blocking criteria that were not met and were let pass by those who may."""


class MilestoneConfirmed(Frozen):
    """A gate that was opened again was passed again: its milestone stays."""

    kind: Literal["milestone.confirmed"] = "milestone.confirmed"
    stage: str
    round: int
    review: str
    on: date
    conditional: bool = False
    overridden: tuple[str, ...] = ()


class MilestoneLapsed(Frozen):
    """A milestone once achieved holds no longer."""

    kind: Literal["milestone.lapsed"] = "milestone.lapsed"
    stage: str
    round: int
    criteria: tuple[str, ...]
    on: date


class MilestoneRestored(Frozen):
    """A lapsed milestone holds again."""

    kind: Literal["milestone.restored"] = "milestone.restored"
    stage: str
    round: int
    on: date


class MilestoneWithdrawn(Frozen):
    """A recycle took the initiative back before this milestone."""

    kind: Literal["milestone.withdrawn"] = "milestone.withdrawn"
    stage: str
    round: int
    on: date


class InitiativeStopped(Frozen):
    """The initiative's life under its model ended by decision."""

    kind: Literal["initiative.stopped"] = "initiative.stopped"
    stage: str
    on: date


RecordEvent = RecordEntered | RecordCorrected | RecordRetracted
LifeEvent = (
    InitiativeEnrolled
    | StageEntered
    | StageLeft
    | StageOverdue
    | FindingChanged
    | GateOpened
    | GateChanged
    | GateWithdrawn
    | GateReopened
    | HoldEnded
    | VoteCast
    | VoteFell
    | CodeRenewed
    | DecisionRefused
    | GateDecided
    | ConditionSet
    | ConditionMet
    | ConditionMissed
    | MilestoneAchieved
    | MilestoneConfirmed
    | MilestoneLapsed
    | MilestoneRestored
    | MilestoneWithdrawn
    | InitiativeStopped
    | ExpiryEvent
)
Event = RecordEvent | LifeEvent

EVENT: TypeAdapter[Event] = TypeAdapter(
    Annotated[Event, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)
KINDS: dict[str, type[Event]] = {c.model_fields["kind"].default: c for c in Event.__args__}


NOTIFIED_EVENTS = (
    FindingChanged,
    GateOpened,
    GateReopened,
    GateChanged,
    GateWithdrawn,
    HoldEnded,
    GateDecided,
    VoteFell,
    CodeRenewed,
    MilestoneAchieved,
    MilestoneLapsed,
    StageOverdue,
    ConditionMissed,
    *ExpiryEvent.__args__,
)
"""The events that notices can be sent for; ``configs/notices.yaml`` says to whom."""


HIDDEN_EVENTS = (*RecordEvent.__args__, DecisionRefused, CodeRenewed)
"""The events that change nothing that a pass shows."""

LIFECYCLE_RUN = "lifecycle"
"""Who acts when a lifecycle run does: it shows the outcome itself, and needs no further run to do so."""


class Entry(Frozen):
    """One line of the ledger: the ``version``-th thing that happened on its chain."""

    chain: str
    version: int
    at: datetime
    actor: str
    command: str
    event: Annotated[Event, Field(discriminator="kind")]
    previous: str
    hash: str
