"""What the ledger says when an initiative passes from one model, or version of a model, to another."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from clusterflow.domain.terms import Role
from clusterflow.domain.text import Frozen


class Opening(StrEnum):
    """Why a stage is open after a migration."""

    GOES_ON = "goes-on"
    """It was under way before."""
    NEW = "new"
    """The former model has no stage for it."""
    ORDER = "order"
    """It was not reached under the former order of the stages; now it waits for nothing more."""
    MANDATORY = "mandatory"
    """It was declined; under the new model it is not optional."""
    RESUMED = "resumed"
    """An earlier migration interrupted it."""


class InitiativeMigrated(Frozen):
    """The initiative's life continues under another model, or another version of its model."""

    kind: Literal["initiative.migrated"] = "initiative.migrated"
    former: str
    former_hash: str
    model: str
    model_hash: str
    decider: str
    """The pseudonym of the person who decided it."""
    role: Role
    second: str | None = None
    """The pseudonym of the second person, if a model of the two asks for four eyes."""
    reason: str
    stages: dict[str, str] = Field(default_factory=dict)
    """Which stage of the new model takes the place of a former one."""
    milestones: dict[str, date] = Field(default_factory=dict)
    """The milestones that are carried over, by the former stage, with the day on which each was achieved."""
    interrupted: dict[str, str] = Field(default_factory=dict)
    """The former stages that were under way and do not go on, each with the stages that it waits for, separated by
    blanks; none if no stage takes its place.
    """
    opens: dict[str, Opening] = Field(default_factory=dict)
    """The stages that are open afterwards, and why."""
    due_on: dict[str, date] = Field(default_factory=dict)
    """The new ends of the time of stages that go on, or may be resumed."""
    escalate_on: dict[str, date] = Field(default_factory=dict)
    ends: tuple[str, ...] = ()
    """Stages that were open-ended and now ended with their milestones."""
    goes_on: tuple[str, ...] = ()
    """Stages that ended with their milestones and now are open-ended."""
    mandatory: tuple[str, ...] = ()
    """Stages that were declined and that the new model does not make optional."""
    answers: tuple[str, ...] = ()
    """The answers that stay, as ``stage/criterion``: the new gate asks for the same measurement."""
    conditions: tuple[str, ...] = ()
    """The open conditions that no longer hold, as ``review/criterion``: the new gate does not ask for them."""
    on: date
