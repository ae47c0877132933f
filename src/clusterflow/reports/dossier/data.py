"""The data of a dossier: plain values, so that the same data give the same pages.

Whether people are named is decided where the data are gathered; a name that must not be shown is ``None`` here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import Measurement
from clusterflow.domain.money import Money
from clusterflow.domain.quantity import Bound
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.terms import DecisionKind, HelixKind, Role, SizeClass, Stance
from clusterflow.domain.text import Language
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.foresight import ComingEvent
from clusterflow.reports.rulebooks import RulebookJudgment
from clusterflow.reports.status import InitiativeStatus


@dataclass(frozen=True, slots=True)
class ThenAndNow:
    """A measurement of the day, and the same a year before."""

    now: Measurement
    before: Measurement


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """A standing body, with its attendance and person turnover."""

    name: str
    attendance: ThenAndNow
    turnover: Measurement


@dataclass(frozen=True, slots=True)
class DuesFacts:
    """Dues collected from a size class (``None``: from all), as a share of the dues of the last twelve months."""

    size: SizeClass | None
    collected: ThenAndNow


@dataclass(frozen=True, slots=True)
class Wave:
    """A trust survey; its index is unknown if too few answered."""

    on: date
    index: Measurement
    answers: int
    invited: int


@dataclass(frozen=True, slots=True)
class ObjectiveFacts:
    """A strategic objective with its last reading."""

    title: str
    unit: str
    owner: str | None
    baseline: float | None
    target: float | None
    due: date | None
    value: float | None
    read_on: date | None

    @property
    def progress(self) -> float | None:
        """The share of the distance from baseline to target; negative if the value moved away from the target."""
        if self.value is None or self.baseline is None or self.target is None or self.baseline == self.target:
            return None
        made = (self.value - self.baseline) / (self.target - self.baseline)
        return made if math.isfinite(made) else None


@dataclass(frozen=True, slots=True)
class VoteFacts:
    """The vote of a decider: role, helix kinds, and the name if it may be shown."""

    role: Role
    represents: tuple[HelixKind, ...]
    said: DecisionKind | Stance
    reason: str
    on: date
    name: str | None = None
    cast_by_other: bool = False
    overrides: tuple[str, ...] = ()
    """The titles of the criteria that were overridden."""
    conditions: tuple[tuple[str, date], ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """A gate that was decided."""

    number: int
    title: str
    on: date
    outcome: DecisionKind
    votes: tuple[VoteFacts, ...]


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs at a gate: the roles, and the name if it may be shown."""

    roles: tuple[Role, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class GateFacts:
    """A gate that waits for a decision: findings, votes so far, signatories."""

    gate: GateExplanation
    votes: tuple[VoteFacts, ...]
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True)
class StrategyFacts:
    title: str
    adopted: date
    horizon: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyFacts:
    """The money of an initiative in one currency; ``None`` where nothing is recorded."""

    currency: str
    budget: Money | None = None
    """The running cost of the budgets in force."""
    secured: Money | None = None
    """The funds already secured for it."""
    invoiced: Money | None = None
    """In the last twelve months."""
    collected: Money | None = None
    """In the last twelve months, for whichever invoice."""
    owed: Money | None = None
    """What is overdue on the day, of all invoices."""


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """All data of a dossier, as of a day."""

    language: Language
    status: InitiativeStatus
    model: LifecycleModel
    record: Initiative | None
    office: str | None
    gates: tuple[GateFacts, ...]
    members: ThenAndNow
    members_apart: Mapping[tuple[HelixKind | None, SizeClass | None], Measurement]
    bodies: tuple[BodyFacts, ...]
    attendance: ThenAndNow
    dues: tuple[DuesFacts, ...]
    overdue: Measurement
    trust: Measurement
    waves: tuple[Wave, ...]
    strategy: StrategyFacts | None
    objectives: tuple[ObjectiveFacts, ...]
    decisions: tuple[DecisionFacts, ...]
    bounds: Mapping[str, Bound]
    judgments: tuple[RulebookJudgment, ...] = ()
    """The answers of the rulebooks that are about the place of the initiative."""
    coming: tuple[ComingEvent, ...] = ()
    """What comes within a year if nothing more is recorded; empty if the dossier is of a past day."""
    money: tuple[MoneyFacts, ...] = ()
    """By currency, in the order of the codes."""
    """The bound of each metric, by its id: of the gates under way first, then of any gate."""
