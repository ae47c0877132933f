"""Describes ledger entries in words, with the titles of stages and criteria in the place of their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from clusterflow.domain.events import Event, FindingChanged, InitiativeMigrated
from clusterflow.domain.gate_events import DecisionRefused
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import Measurement
from clusterflow.domain.terms import Answer, DecisionKind, HelixKind, Role, Stance
from clusterflow.domain.text import Language, Text
from clusterflow.reports.labels import ANSWER, DECISION, HELIX, ROLE, STANCE, record_label
from clusterflow.reports.ledger_values import REFUSAL, code_word
from clusterflow.reports.status import title_of

EVENT: dict[str, Text] = {
    "initiative.enrolled": Text(es="iniciativa inscrita", en="initiative enrolled"),
    "initiative.migrated": Text(es="iniciativa pasada a otro modelo", en="initiative migrated"),
    "initiative.stopped": Text(es="iniciativa terminada", en="initiative stopped"),
    "record.entered": Text(es="dato registrado", en="fact recorded"),
    "record.corrected": Text(es="dato corregido", en="fact corrected"),
    "record.retracted": Text(es="dato retirado", en="fact withdrawn"),
    "person.forgotten": Text(es="persona olvidada", en="person forgotten"),
    "stage.entered": Text(es="comienza la etapa", en="stage begun"),
    "stage.declined": Text(es="etapa omitida", en="stage declined"),
    "stage.left": Text(es="etapa dejada", en="stage left"),
    "stage.overdue": Text(es="etapa con retraso", en="stage overdue"),
    "finding.changed": Text(es="hallazgo nuevo", en="finding changed"),
    "gate.opened": Text(es="puerta abierta", en="gate opened"),
    "gate.reopened": Text(es="puerta abierta de nuevo", en="gate opened again"),
    "gate.changed": Text(es="otros hallazgos en la puerta", en="gate has other findings"),
    "gate.withdrawn": Text(es="la puerta ya no está lista", en="gate no longer ready"),
    "gate.referred": Text(es="puerta devuelta a la oficina", en="gate referred to the office"),
    "gate.decided": Text(es="decisión tomada", en="gate decided"),
    "hold.ended": Text(es="terminó la espera", en="hold ended"),
    "vote.cast": Text(es="voto emitido", en="vote cast"),
    "vote.fell": Text(es="voto sin efecto", en="vote fell"),
    "vote.withdrawn": Text(es="voto retirado", en="vote withdrawn"),
    "code.renewed": Text(es="código nuevo", en="code renewed"),
    "decision.refused": Text(es="decisión rechazada", en="decision refused"),
    "access.refused": Text(es="acceso rechazado", en="access refused"),
    "submission.refused": Text(es="envío rechazado", en="submission refused"),
    "condition.set": Text(es="condición fijada", en="condition set"),
    "condition.met": Text(es="condición cumplida", en="condition met"),
    "condition.missed": Text(es="condición incumplida", en="condition missed"),
    "milestone.achieved": Text(es="hito alcanzado", en="milestone achieved"),
    "milestone.confirmed": Text(es="hito confirmado", en="milestone confirmed"),
    "milestone.lapsed": Text(es="hito caducado", en="milestone lapsed"),
    "milestone.restored": Text(es="hito recuperado", en="milestone restored"),
    "milestone.withdrawn": Text(es="hito retirado", en="milestone withdrawn"),
    "label.expiring": Text(es="sello por vencer", en="label about to expire"),
    "label.expired": Text(es="sello vencido", en="label expired"),
    "label.forfeited": Text(es="sello perdido", en="label forfeited"),
    "strategy.expiring": Text(es="estrategia por vencer", en="strategy about to expire"),
    "strategy.expired": Text(es="estrategia vencida", en="strategy expired"),
}

FIELD: dict[str, Text] = {
    "asked_by": Text(es="la pidió", en="asked by"),
    "alias": Text(es="seudónimo", en="pseudonym"),
    "answer": Text(es="ahora", en="now"),
    "before": Text(es="antes", en="before"),
    "by_hand": Text(es="a petición", en="by hand"),
    "cast_by": Text(es="lo emitió", en="cast by"),
    "conditional": Text(es="con condiciones", en="conditional"),
    "conditions": Text(es="condiciones", en="conditions"),
    "criteria": Text(es="criterios", en="criteria"),
    "criterion": Text(es="criterio", en="criterion"),
    "decider": Text(es="quién decide", en="decider"),
    "decision": Text(es="decisión", en="decision"),
    "due_on": Text(es="vence", en="due"),
    "escalate_on": Text(es="se escala", en="escalates"),
    "former": Text(es="modelo anterior", en="former model"),
    "found": Text(es="encontrado", en="found"),
    "grace_until": Text(es="gracia hasta", en="grace until"),
    "helixes": Text(es="representa a", en="represents"),
    "initiative": Text(es="iniciativa", en="initiative"),
    "label": Text(es="sello", en="label"),
    "leaves": Text(es="deja la etapa", en="leaves the stage"),
    "level": Text(es="nivel", en="level"),
    "migrated": Text(es="pasó a otro modelo", en="passed to another model"),
    "milestones": Text(es="hitos", en="milestones"),
    "missed": Text(es="incumplido", en="missed"),
    "model": Text(es="modelo", en="model"),
    "months": Text(es="meses", en="months"),
    "number": Text(es="número", en="number"),
    "on": Text(es="el", en="on"),
    "organisations": Text(es="cuenta por", en="counts for"),
    "outcome": Text(es="resultado", en="outcome"),
    "overridden": Text(es="se dejó pasar", en="overridden"),
    "overrides": Text(es="deja pasar", en="overrides"),
    "parts": Text(es="partes", en="parts"),
    "person": Text(es="persona", en="person"),
    "proposed": Text(es="plazo propuesto", en="proposed period"),
    "proved": Text(es="con código", en="with a code"),
    "reason": Text(es="motivo", en="reason"),
    "record": Text(es="dato", en="record"),
    "records": Text(es="datos", en="records"),
    "replaces": Text(es="en lugar del asiento", en="replaces entry"),
    "right": Text(es="derecho", en="right"),
    "role": Text(es="papel", en="role"),
    "round": Text(es="vuelta", en="round"),
    "second": Text(es="segunda persona", en="second person"),
    "source": Text(es="por", en="by"),
    "stage": Text(es="etapa", en="stage"),
    "strategy": Text(es="estrategia", en="strategy"),
    "succeeds": Text(es="continúa a", en="carries on"),
    "to_stage": Text(es="vuelve a", en="back to"),
    "until": Text(es="hasta", en="until"),
    "valid_from": Text(es="desde", en="from"),
    "valid_to": Text(es="hasta", en="to"),
    "why": Text(es="por qué", en="why"),
    "within": Text(es="parte de", en="within"),
}

HIDDEN = frozenset({"kind", "digest", "digests", "model_hash", "findings", "review"})
"""What only programs read."""

SHOWN_OF_MIGRATIONS = frozenset({"former", "model", "decider", "role", "second", "reason", "milestones", "on"})
"""The rest is for programs; ``migrate`` says it in words."""

_YES = Text(es="sí", en="yes")


def event_word(kind: str, language: Language) -> str:
    """The name of a kind of event."""
    known = EVENT.get(kind)
    return known.to(language) if known else kind


def changes_text(kinds: Iterable[str], language: Language) -> str:
    """What an evaluation changed: «gate opened, finding changed (3)»."""
    counted = Counter(kinds)
    return ", ".join(
        f"{event_word(kind, language)} ({count})" if count > 1 else event_word(kind, language)
        for kind, count in counted.items()
    )


def event_fields(event: Event, model: LifecycleModel | None, language: Language, without: Collection[str] = ()) -> str:
    """The fields of an event: «stage: Critical mass; criterion: Committed members».

    Args:
        without: the fields that are left out because they are shown elsewhere.
    """
    titles = _titles(model, getattr(event, "stage", None), language) if model else {}
    parts = []
    for name, value in event.model_dump(exclude_none=True).items():
        if isinstance(event, InitiativeMigrated) and name not in SHOWN_OF_MIGRATIONS:
            continue
        if name in HIDDEN or name in without or value is False or value in ((), {}, ""):
            continue
        if name == "found":
            value = _measured(event, model, language)
        if name in ("record", "records"):
            types = [str(value)] if name == "record" else value
            value = tuple(record_label(one, language) for one in types)
        if isinstance(event, DecisionRefused) and name == "why" and value in REFUSAL:
            value = REFUSAL[value].to(language)
        label = FIELD[name].to(language) if name in FIELD else name.replace("_", " ")
        parts.append(f"{label}: {_value(value, titles, language)}")
    return "; ".join(parts)


def _measured(event: Event, model: LifecycleModel | None, language: Language) -> str:
    """What was measured, in the unit of the criterion."""
    if not isinstance(event, FindingChanged):
        return ""
    criteria = model.stage(event.stage).gate.criteria if model and event.stage in model.by_id else ()
    criterion = next((c for c in criteria if c.id == event.criterion), None)
    return Measurement.from_note(event.found).format(criterion.bound.unit, language) if criterion else event.found


def _value(value: Any, titles: dict[str, str], language: Language) -> str:
    match value:
        case bool():
            return _YES.to(language)
        case Answer():
            return ANSWER[value].to(language)[2:]
        case DecisionKind():
            return DECISION[value].to(language)
        case Stance():
            return STANCE[value].to(language)
        case Role():
            return ROLE[value].to(language)
        case tuple() | list():
            return ", ".join(_value(one, titles, language) for one in value)
        case HelixKind():
            return HELIX[value].to(language)
        case dict():
            return ", ".join(_with_value(titles.get(key, key), one, titles, language) for key, one in value.items())
    return code_word(value, language) or titles.get(str(value), str(value))


def _with_value(name: object, value: Any, titles: dict[str, str], language: Language) -> str:
    return str(name) if value is None else f"{name} ({_value(value, titles, language)})"


def _titles(model: LifecycleModel, stage: str | None, language: Language) -> dict[str, str]:
    """The titles of stages and criteria by id; where two gates have criteria of one id, that of this stage counts."""
    last = sorted(model.stages, key=lambda one: one.id == stage)
    found = {name: title_of(criterion, language) for one in last for name, criterion in one.gate.by_id.items()}
    return found | {stage.id: stage.title.to(language) for stage in model.stages}
