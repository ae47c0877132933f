"""What a dossier tells of, gathered: values alone, so that the same facts give the same pages.

Whether people are named is decided where the facts are gathered: here a name that is not to be told is None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import Measurement
from clusterflow.domain.quantity import Bound
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.terms import DecisionKind, HelixKind, Role, SizeClass, Stance
from clusterflow.domain.text import Language
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.status import InitiativeStatus


@dataclass(frozen=True, slots=True)
class ThenAndNow:
    """A measurement of the day, and the same as of a year before."""

    now: Measurement
    before: Measurement


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """A standing body: who comes to it, and whether the same people do."""

    name: str
    attendance: ThenAndNow
    turnover: Measurement


@dataclass(frozen=True, slots=True)
class DuesFacts:
    """Dues collected of a size class (None: of all), as shares of what was due in the twelve months before."""

    size: SizeClass | None
    collected: ThenAndNow


@dataclass(frozen=True, slots=True)
class Wave:
    """A trust survey: its index is unknown where too few answered."""

    on: date
    index: Measurement
    answers: int
    invited: int


@dataclass(frozen=True, slots=True)
class ObjectiveFacts:
    """A strategic objective and the last value read of it."""

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
        """How much of the way from the baseline to the target is made; below nought where it went the other way."""
        if self.value is None or self.baseline is None or self.target is None or self.baseline == self.target:
            return None
        made = (self.value - self.baseline) / (self.target - self.baseline)
        return made if math.isfinite(made) else None


@dataclass(frozen=True, slots=True)
class VoteFacts:
    """What one decider said: in which role, for which helix kinds, and who it was, if that may be told."""

    role: Role
    represents: tuple[HelixKind, ...]
    said: DecisionKind | Stance
    reason: str
    on: date
    name: str | None = None
    cast_by_other: bool = False
    overrides: tuple[str, ...] = ()
    """The titles of the criteria that were let pass."""
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
    """Who may decide at a gate and signs: the roles, and the name, if that may be told."""

    roles: tuple[Role, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class GateFacts:
    """A gate that is to be decided: its findings, the votes cast so far, and who signs."""

    gate: GateExplanation
    votes: tuple[VoteFacts, ...]
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True)
class StrategyFacts:
    title: str
    adopted: date
    horizon: date | None


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """Everything that a dossier says, as of a day."""

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
    """What the model asks of a metric, by its id: of the gates at hand, else of any gate."""
