"""Converts ledger entries to the events of process mining; XES and OCEL write the same events.

People appear as in the ledger, by pseudonym and role. Actors who are no program of ours appear as a number. The
reasons of votes, the only free text of the ledger, are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, get_args, get_origin

from clusterflow.domain import events as ev
from clusterflow.domain.events import LIFECYCLE_RUN, Entry, Event
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.model_history import ModelHistory
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.text import Language, Text
from clusterflow.settings import NOBODY

Value = str | int | bool | datetime
"""The value of an attribute. A date is written as midnight UTC, so that no program shows another day."""

PROGRAMS = frozenset({NOBODY, LIFECYCLE_RUN, "demo", "dues", "relay", "review"})
"""The actors that are programs."""

HIDDEN = ("kind", "initiative", "reason", "digest", "digests", "decider", "second", "cast_by", "asked_by")
"""Fields of events that become no attribute: free text, hashes, and what the log holds elsewhere."""


class Transition(StrEnum):
    """The steps of the standard's lifecycle that occur here (IEEE 1849, lifecycle extension)."""

    START = "start"
    COMPLETE = "complete"
    GIVEN_UP = "ate_abort"
    STOPPED = "pi_abort"


@dataclass(frozen=True, slots=True)
class Case:
    """The initiative of a trace."""

    state: InitiativeState
    models: ModelHistory
    record: Initiative | None

    @property
    def model(self) -> LifecycleModel:
        """The model of today."""
        return self.models.current


@dataclass(slots=True)
class Aliases:
    """The name of each actor in a log."""

    known: Mapping[str, str]
    """The pseudonyms of people, by their ids."""
    numbers: dict[str, str] = field(default_factory=dict)

    def of(self, actor: str) -> str:
        if actor in PROGRAMS:
            return actor
        return self.known.get(actor) or self.numbers.setdefault(actor, f"actor-{len(self.numbers) + 1}")


_STAGE, _GATE = Text(es="{0}", en="{0}"), Text(es="Puerta: {0}", en="Gate: {0}")

_ACTIVITY: dict[str, tuple[Transition, Text]] = {
    "initiative.enrolled": (Transition.COMPLETE, Text(es="Inscripción", en="Enrolled")),
    "record.entered": (Transition.COMPLETE, Text(es="Registro: {0}", en="Recorded: {0}")),
    "record.corrected": (Transition.COMPLETE, Text(es="Corrección: {0}", en="Corrected: {0}")),
    "record.retracted": (Transition.COMPLETE, Text(es="Retirada: {0}", en="Withdrawn: {0}")),
    "person.forgotten": (Transition.COMPLETE, Text(es="Persona olvidada", en="Person forgotten")),
    "stage.entered": (Transition.START, _STAGE),
    "stage.left": (Transition.GIVEN_UP, _STAGE),
    "stage.declined": (Transition.GIVEN_UP, _STAGE),
    "stage.overdue": (Transition.COMPLETE, Text(es="Con retraso: {0}", en="Overdue: {0}")),
    "finding.changed": (Transition.COMPLETE, Text(es="Hallazgo: {0}", en="Finding: {0}")),
    "gate.opened": (Transition.START, _GATE),
    "gate.reopened": (Transition.START, _GATE),
    "gate.changed": (Transition.COMPLETE, Text(es="Otros hallazgos: {0}", en="Other findings: {0}")),
    "gate.withdrawn": (Transition.GIVEN_UP, _GATE),
    "gate.decided": (Transition.COMPLETE, _GATE),
    "hold.ended": (Transition.COMPLETE, Text(es="Fin de la espera: {0}", en="Hold ended: {0}")),
    "vote.cast": (Transition.COMPLETE, Text(es="Voto: {0}", en="Vote: {0}")),
    "vote.fell": (Transition.COMPLETE, Text(es="Voto caído: {0}", en="Vote fell: {0}")),
    "vote.withdrawn": (Transition.COMPLETE, Text(es="Voto retirado: {0}", en="Vote taken back: {0}")),
    "gate.referred": (Transition.COMPLETE, Text(es="Devuelta a la oficina: {0}", en="Referred to the office: {0}")),
    "code.renewed": (Transition.COMPLETE, Text(es="Código nuevo: {0}", en="New code: {0}")),
    "decision.refused": (Transition.COMPLETE, Text(es="Decisión rechazada: {0}", en="Decision refused: {0}")),
    "access.refused": (Transition.COMPLETE, Text(es="Acceso rechazado", en="Access refused")),
    "submission.refused": (Transition.COMPLETE, Text(es="Envío rechazado", en="Submission refused")),
    "condition.set": (Transition.START, Text(es="Condición: {0}", en="Condition: {0}")),
    "condition.met": (Transition.COMPLETE, Text(es="Condición: {0}", en="Condition: {0}")),
    "condition.missed": (Transition.GIVEN_UP, Text(es="Condición: {0}", en="Condition: {0}")),
    "milestone.achieved": (Transition.COMPLETE, _STAGE),
    "milestone.confirmed": (Transition.COMPLETE, Text(es="Hito confirmado: {0}", en="Milestone confirmed: {0}")),
    "milestone.lapsed": (Transition.COMPLETE, Text(es="Hito caducado: {0}", en="Milestone lapsed: {0}")),
    "milestone.restored": (Transition.COMPLETE, Text(es="Hito recuperado: {0}", en="Milestone restored: {0}")),
    "milestone.withdrawn": (Transition.COMPLETE, Text(es="Hito retirado: {0}", en="Milestone taken back: {0}")),
    "initiative.migrated": (Transition.COMPLETE, Text(es="Cambio de modelo", en="Migrated")),
    "initiative.stopped": (Transition.COMPLETE, Text(es="Fin", en="Stopped")),
    "label.expiring": (Transition.COMPLETE, Text(es="Sello por vencer", en="Label about to expire")),
    "label.expired": (Transition.COMPLETE, Text(es="Sello vencido", en="Label expired")),
    "label.forfeited": (Transition.COMPLETE, Text(es="Sello perdido", en="Label forfeited")),
    "strategy.expiring": (Transition.COMPLETE, Text(es="Estrategia por vencer", en="Strategy about to expire")),
    "strategy.expired": (Transition.COMPLETE, Text(es="Estrategia vencida", en="Strategy expired")),
}
"""The name and the transition of each kind of event. A stage is an activity from its beginning to its milestone, a gate
from the opening of its review to the decision."""

_GOES_ON = Text(es="Hito: {0}", en="Milestone: {0}")


def activity(entry: Entry, model: LifecycleModel, language: Language) -> str:
    """The name of an event: «Gate: Critical mass»."""
    event = entry.event
    subject = vars(event).get("stage") or vars(event).get("record", "")
    if subject in model.by_id:
        subject = model.stage(subject).title.to(language)
    _, text = _ACTIVITY[event.kind]
    if isinstance(event, ev.MilestoneAchieved) and not event.leaves:
        text = _GOES_ON
    return text.to(language).format(subject)


def transition(event: Event) -> Transition:
    """The lifecycle transition of the event."""
    if isinstance(event, ev.StageLeft) and event.outcome == "stopped":
        return Transition.STOPPED
    return _ACTIVITY[event.kind][0]


def resource(entry: Entry, aliases: Aliases) -> str:
    """The actor: a pseudonym, a program of ours, or a number."""
    event = entry.event
    if isinstance(event, ev.VoteCast):
        return event.cast_by or event.decider
    if isinstance(event, ev.DecisionRefused):
        return event.decider
    if isinstance(event, ev.AccessRefused | ev.SubmissionRefused) and event.person is not None:
        return event.person
    if isinstance(event, ev.InitiativeMigrated):
        return event.decider
    if isinstance(event, ev.GateOpened) and event.asked_by:
        return event.asked_by
    return aliases.of(entry.actor)


def instance(event: Event) -> str | None:
    """The activity instance that the event belongs to."""
    review, stage, turn = (vars(event).get(name) for name in ("review", "stage", "round"))
    if event.kind.startswith("condition."):
        return f"{review}/{vars(event).get('criterion')}"
    if event.kind.startswith("gate."):
        return str(review)
    return f"{stage}-{turn}" if stage and turn else None


def attributes(event: Event) -> dict[str, Value]:
    """The other attributes of an event; ``declared`` gives their types."""
    attributes = {name: getattr(event, name) for name in type(event).model_fields if name not in HIDDEN}
    return {name: _plain(value) for name, value in attributes.items() if value not in (None, (), {})}


def declared(cls: type[Event]) -> dict[str, type]:
    """The attributes that events of a kind may have, with their types."""
    return {n: _sort(f.annotation) for n, f in cls.model_fields.items() if n not in HIDDEN}


def moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _plain(value: Any) -> Value:
    if isinstance(value, dict):
        return " ".join(f"{name}={part}" for name, part in sorted(value.items()))
    if isinstance(value, tuple):
        return " ".join(str(part) for part in value)
    if isinstance(value, date):
        return moment(value)
    return value if isinstance(value, (bool, int)) else str(value)


def _sort(annotation: Any) -> type:
    if get_origin(annotation) in (dict, tuple):
        return str
    kinds = (annotation, *get_args(annotation))
    return next((sort for sort in (bool, int, datetime) if (date if sort is datetime else sort) in kinds), str)
