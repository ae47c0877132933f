"""A lifecycle model: the plan of a life, as data."""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from pydantic import Field

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion, Requirement, leaves, parts_of, units_in
from clusterflow.domain.terms import HelixKind, Role, SplitDays, StageKind
from clusterflow.domain.text import Frozen, Text


class Share(Frozen):
    """How many deciders must speak for one helix kind."""

    helix: HelixKind
    need: int = Field(ge=1)


REVOTE = "revote"
"""The answer to a tie that voids all votes, so that everybody votes again."""


class Split(Frozen):
    """What happens at a gate when the votes differ. Deciders may always change their votes while it is open."""

    days: SplitDays = SplitDays.EXACT
    tie: Literal["revote"] | Role | None = None
    """What happens if everybody has voted without a quorum: a new vote, or the vote of this role decides."""
    office_after_days: int | None = Field(default=None, ge=1)
    """How many days after it opened an undecided gate goes back to the office, which may then decide alone."""


class DecidedBy(Frozen):
    """The quorum of a gate: who decides, how many must agree, and what prevents a decision."""

    roles: tuple[Role, ...] = Field(min_length=1)
    need: int = Field(default=1, ge=1)
    never: tuple[HelixKind, ...] = ()
    never_alone: tuple[HelixKind, ...] = ()
    """Helix kinds whose representatives may vote, but decide nothing unless somebody of another kind agrees."""
    each: tuple[Share, ...] = ()
    """The number of agreeing deciders that each of these helix kinds needs."""
    veto: tuple[Role, ...] = ()
    """The roles whose veto blocks a go."""
    override: tuple[Role, ...] = ()
    """The roles that may waive a blocking criterion that is not met."""
    override_never: tuple[HelixKind, ...] = ()
    """Helix kinds whose representatives cannot waive a criterion, whatever their role."""
    four_eyes: bool = False
    """Whether a person who requested the review, or recorded facts in the stage, is barred from
    deciding at its gate.
    """
    split: Split = Field(default_factory=Split)
    per_organisation: int = Field(default=1, ge=1)
    """How many agreeing votes count for one organisation."""
    proxies: int = Field(default=1, ge=0)
    """How many votes of others one delegate may cast at a review."""


class Gate(Frozen):
    """The requirements for leaving a stage, and the people who decide."""

    title: Text
    milestone: Text
    decided_by: DecidedBy
    requires: tuple[Requirement, ...] = Field(min_length=1)

    @property
    def criteria(self) -> Iterator[Criterion]:
        for requirement in self.requires:
            yield from leaves(requirement)

    @property
    def units(self) -> Iterator[Criterion | AnyOf]:
        """Return what must be met each for itself: an *all of* counts as its parts, an *any of* as one."""
        for requirement in self.requires:
            yield from units_in(requirement)

    @property
    def by_id(self) -> dict[str, Criterion | AnyOf | AllOf]:
        """Return every criterion and every group of the gate, by id."""
        return {part.id: part for requirement in self.requires for part in parts_of(requirement)}


class Term(Frozen):
    """A stage with a fixed term: at its end the gate opens, and a hold extends the stage within these limits."""

    extension_days: int = Field(ge=1, description="how many days one extension may last")
    times: int = Field(default=1, ge=0, description="how often the stage may be extended")


class Stage(Frozen):
    """A named span of work, which ends with its gate."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    kind: StageKind
    title: Text
    about: Text | None = None
    after: tuple[str, ...] = ()
    optional: bool = False
    open_ended: bool = False
    term: Term | None = None
    """If it is set, ``allowed_days`` are a fixed term."""
    allowed_days: int = Field(ge=1, description="days that the stage may take before it is overdue")
    escalate_days: int = Field(default=30, ge=1, description="days overdue before the next higher level is notified")
    source: str
    proposal: bool = False
    gate: Gate

    @property
    def may_be_late(self) -> bool:
        """Whether it is overdue after its time: an optional stage has time, and a fixed term opens the gate."""
        return not self.optional and self.term is None


class Exclusion(Frozen):
    """A rule that a model declares for itself: a helix kind that never decides the gates of some kinds of stages."""

    helix: HelixKind
    stages: tuple[StageKind, ...] = Field(min_length=1)
    alone: bool = False
    """Whether it may take part in deciding, if only somebody of another kind agrees."""
    source: str


LEAD_DAYS = 60
"""The lead time of a model that declares none (a proposal)."""


class LifecycleModel(Frozen):
    """Stages in a partial order, each with a gate.

    An initiative is pinned to the content ``hash`` of the model that it started under. A later change of the file does
    not affect it.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", alias="model")
    version: str
    title: Text
    about: Text
    source: str
    lead_days: int | None = Field(
        default=None,
        ge=1,
        exclude_if=lambda days: days is None,
        description="how many days before something turns people are notified; ``LEAD_DAYS`` if it is not declared",
    )
    exclusions: tuple[Exclusion, ...] = ()
    stages: tuple[Stage, ...] = Field(min_length=1)

    @cached_property
    def hash(self) -> str:
        document = self.model_dump_json(by_alias=True)
        return hashlib.sha256(document.encode()).hexdigest()

    @cached_property
    def by_id(self) -> dict[str, Stage]:
        return {stage.id: stage for stage in self.stages}

    @property
    def lead(self) -> int:
        """How many days before an answer, a milestone or a label turns people are notified."""
        return self.lead_days or LEAD_DAYS

    def stage(self, stage_id: str) -> Stage:
        return self.by_id[stage_id]

    def position(self, stage_id: str) -> int:
        """The position of the stage in the file, from 1. People use it as the number of the gate."""
        return 1 + [stage.id for stage in self.stages].index(stage_id)
