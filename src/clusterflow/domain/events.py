"""The kinds of ledger entries: what can happen in the life of an initiative, each declared once, in the past tense.

An entry holds ids, never names or addresses, so a person can be forgotten and the chain still verifies. The name of an
event is ``<noun>.<past>``; in Prefect it is ``clusterflow.<noun>.<past>``.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from clusterflow.domain.access import Right
from clusterflow.domain.expiries import ExpiryEvent
from clusterflow.domain.gate_events import CodeRenewed as CodeRenewed
from clusterflow.domain.gate_events import DecisionRefused as DecisionRefused
from clusterflow.domain.gate_events import GateChanged as GateChanged
from clusterflow.domain.gate_events import GateDecided as GateDecided
from clusterflow.domain.gate_events import GateOpened as GateOpened
from clusterflow.domain.gate_events import GateReferred as GateReferred
from clusterflow.domain.gate_events import GateReopened as GateReopened
from clusterflow.domain.gate_events import GateWithdrawn as GateWithdrawn
from clusterflow.domain.gate_events import VoteCast as VoteCast
from clusterflow.domain.gate_events import VoteFell as VoteFell
from clusterflow.domain.gate_events import VoteWithdrawn as VoteWithdrawn
from clusterflow.domain.migration import InitiativeMigrated as InitiativeMigrated
from clusterflow.domain.record_events import PersonForgotten, RecordCorrected, RecordEntered, RecordRetracted
from clusterflow.domain.record_events import SubmissionRefused as SubmissionRefused
from clusterflow.domain.terms import Answer, Role, VisitOutcome
from clusterflow.domain.text import Frozen


class InitiativeEnrolled(Frozen):
    """The initiative began its life under a model, which is pinned by its content hash."""

    kind: Literal["initiative.enrolled"] = "initiative.enrolled"
    initiative: str
    model: str
    model_hash: str
    on: date
    succeeds: str | None = None
    """The stopped initiative that this one carries on, if it was stated; its own id if it begins a new life."""


class StageEntered(Frozen):
    """A stage began."""

    kind: Literal["stage.entered"] = "stage.entered"
    stage: str
    round: int
    on: date
    due_on: date
    escalate_on: date


class StageLeft(Frozen):
    """A stage ended without its milestone: the initiative went back to another stage, or stopped."""

    kind: Literal["stage.left"] = "stage.left"
    stage: str
    round: int
    outcome: VisitOutcome
    on: date


class StageDeclined(Frozen):
    """The initiative does without an optional stage; what follows the stage may begin."""

    kind: Literal["stage.declined"] = "stage.declined"
    stage: str
    round: int
    decider: str
    role: Role
    reason: str
    on: date


class StageOverdue(Frozen):
    """A stage takes longer than its model allows. At level 2 the next higher level is notified."""

    kind: Literal["stage.overdue"] = "stage.overdue"
    stage: str
    round: int
    level: int
    due_on: date
    on: date


class FindingChanged(Frozen):
    """The answer for a criterion, or for an *any of* as a whole, changed."""

    kind: Literal["finding.changed"] = "finding.changed"
    stage: str
    criterion: str
    before: Answer | None
    answer: Answer
    found: str
    on: date
    within: str | None = None
    """The *any of* in which the criterion counts. Only the answer of that as a whole matters to people."""
    parts: tuple[str, ...] = ()
    """If it is about an *any of*: the criteria in it. Their own entries come first."""


class HoldEnded(Frozen):
    """The hold of a gate has ended. The gate opens when it is ready."""

    kind: Literal["hold.ended"] = "hold.ended"
    stage: str
    round: int
    until: date
    on: date


class ConditionSet(Frozen):
    """A conditional go requires something by a date."""

    kind: Literal["condition.set"] = "condition.set"
    review: str
    stage: str
    criterion: str
    due_on: date


class ConditionMet(Frozen):
    """A condition of a conditional go was met, in time or late."""

    kind: Literal["condition.met"] = "condition.met"
    review: str
    stage: str
    criterion: str
    on: date


class ConditionMissed(Frozen):
    """The date of a condition passed, and it was not met."""

    kind: Literal["condition.missed"] = "condition.missed"
    review: str
    stage: str
    criterion: str
    due_on: date
    on: date


class MilestoneAchieved(Frozen):
    """The gate of a stage was passed."""

    kind: Literal["milestone.achieved"] = "milestone.achieved"
    stage: str
    round: int
    review: str
    on: date
    conditional: bool = False
    leaves: bool = True
    overridden: tuple[str, ...] = ()
    """The blocking criteria that were not met and that an authorised role waived."""


class MilestoneConfirmed(Frozen):
    """A reopened gate was passed again. Its milestone stays."""

    kind: Literal["milestone.confirmed"] = "milestone.confirmed"
    stage: str
    round: int
    review: str
    on: date
    conditional: bool = False
    overridden: tuple[str, ...] = ()


class MilestoneLapsed(Frozen):
    """An achieved milestone no longer holds."""

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
    """A recycle moved the initiative back to a stage before this milestone."""

    kind: Literal["milestone.withdrawn"] = "milestone.withdrawn"
    stage: str
    round: int
    on: date


class InitiativeStopped(Frozen):
    """The initiative's life under its model was ended by a decision."""

    kind: Literal["initiative.stopped"] = "initiative.stopped"
    stage: str
    on: date


class AccessRefused(Frozen):
    """Somebody asked for what they have no right to. Written once a day for each person and right."""

    kind: Literal["access.refused"] = "access.refused"
    person: str
    """The pseudonym of the person who was signed in."""
    right: Right
    on: date


RecordEvent = RecordEntered | RecordCorrected | RecordRetracted
LifeEvent = (
    InitiativeEnrolled
    | InitiativeMigrated
    | StageEntered
    | StageLeft
    | StageDeclined
    | StageOverdue
    | FindingChanged
    | GateOpened
    | GateChanged
    | GateWithdrawn
    | GateReopened
    | HoldEnded
    | VoteCast
    | VoteFell
    | VoteWithdrawn
    | GateReferred
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
    | AccessRefused
    | SubmissionRefused
    | ExpiryEvent
)
Event = RecordEvent | PersonForgotten | LifeEvent

EVENT: TypeAdapter[Event] = TypeAdapter(
    Annotated[Event, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)
KINDS: dict[str, type[Event]] = {c.model_fields["kind"].default: c for c in Event.__args__}


NOTIFIED_EVENTS = (
    InitiativeMigrated,
    FindingChanged,
    GateOpened,
    GateReopened,
    GateChanged,
    GateWithdrawn,
    HoldEnded,
    GateDecided,
    VoteFell,
    GateReferred,
    CodeRenewed,
    MilestoneAchieved,
    MilestoneLapsed,
    StageOverdue,
    ConditionMissed,
    *ExpiryEvent.__args__,
)
"""The events for which notices can be sent; ``configs/notices.yaml`` names the recipients."""


HIDDEN_EVENTS = (*RecordEvent.__args__, PersonForgotten, DecisionRefused, CodeRenewed, AccessRefused, SubmissionRefused)
"""The events that change nothing that a pass shows."""

LIFECYCLE_RUN = "lifecycle"
"""The actor of a lifecycle run. Such a run shows its own outcome, so its entries start no further run."""


class Entry(Frozen):
    """One entry of the ledger: the ``version``-th on its chain."""

    chain: str
    version: int
    at: datetime
    actor: str
    command: str
    event: Annotated[Event, Field(discriminator="kind")]
    previous: str
    hash: str
