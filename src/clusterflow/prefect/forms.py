"""The form of an open gate. Its fields are flat and their names stable: a run that is suspended remembers them."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, cast

from prefect.input import RunInput
from pydantic import Field, create_model

from clusterflow.model.text import Language, Text
from clusterflow.model.words import DecisionKind
from clusterflow.reports.explanation import GateExplanation
from clusterflow.rules.decision import Ballot


class Choice(Enum):
    """The five decisions, in the order in which the form offers them."""

    go = "go"
    conditional_go = "conditional-go"
    hold = "hold"
    recycle = "recycle"
    stop = "stop"


class GateForm(RunInput):
    """What a decider fills in. Only ``findings`` is given: it says what the decider has seen."""

    decision: Choice
    decided_by: str
    reason: str
    hold_until: date | None = None
    back_to: str | None = None
    conditions_due: date | None = None
    findings: str = ""


_TEXTS: dict[str, tuple[Text, Text]] = {
    "decision": (
        Text(es="Decisión", en="Decision"),
        Text(
            es="go: adelante; conditional-go: adelante con condiciones; hold: esperar; recycle: volver; stop: terminar",
            en="go, conditional-go (with conditions), hold, recycle (back to a stage), stop",
        ),
    ),
    "decided_by": (
        Text(es="Quién decide", en="Who decides"),
        Text(es="Su identificador, de la tabla de arriba", en="Your id, from the table above"),
    ),
    "reason": (
        Text(es="Motivo", en="Reason"),
        Text(es="Queda en la bitácora", en="It stands in the ledger"),
    ),
    "hold_until": (
        Text(es="En espera hasta", en="Hold until"),
        Text(es="Solo para hold", en="Only for hold"),
    ),
    "back_to": (
        Text(es="Volver a la etapa", en="Back to stage"),
        Text(es="Solo para recycle: el identificador de la etapa", en="Only for recycle: the id of the stage"),
    ),
    "conditions_due": (
        Text(es="Plazo de las condiciones", en="Conditions due"),
        Text(
            es="Solo para conditional-go: la fecha para todo lo que aún no se cumple",
            en="Only for conditional-go: the day for all that is not met yet",
        ),
    ),
    "findings": (
        Text(es="Hallazgos vistos", en="Findings seen"),
        Text(es="Déjelo como está", en="Leave it as it is"),
    ),
}


def form_for(gate: GateExplanation, language: Language) -> type[GateForm]:
    """The form of one gate: the same fields, labelled in the reader's language."""
    fields: dict[str, Any] = {}
    for name, info in GateForm.model_fields.items():
        title, description = _TEXTS[name]
        default = gate.findings if name == "findings" else ... if info.is_required() else None
        fields[name] = (
            info.annotation,
            Field(default=default, title=title.to(language), description=description.to(language)),
        )
    return cast(type[GateForm], create_model("GateForm", __base__=GateForm, **fields))


def ballot_of(form: GateForm, stage: str) -> Ballot:
    """What the form says, as the engine takes it."""
    return Ballot(
        stage=stage,
        decision=DecisionKind(form.decision.value),
        reason=form.reason,
        seen=form.findings or None,
        until=form.hold_until,
        to_stage=form.back_to or None,
        due_all=form.conditions_due,
    )
