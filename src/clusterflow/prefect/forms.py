"""The form of an open gate. Its fields are flat and their names stable: a run that is suspended remembers them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Annotated, Any, cast

from prefect.input import RunInput
from pydantic import Field, ValidationError, WithJsonSchema, create_model, field_validator

from clusterflow.domain.terms import parse_decision
from clusterflow.domain.text import Language, Text
from clusterflow.reports.explanation import GateExplanation
from clusterflow.rules.ballot import Ballot
from clusterflow.store.gate_forms import InboxItem


class Choice(Enum):
    """The answers that a form offers, in order."""

    go = "go"
    conditional_go = "conditional-go"
    hold = "hold"
    recycle = "recycle"
    stop = "stop"
    abstain = "abstain"
    recuse = "recuse"
    veto = "veto"
    withdraw = "withdraw"


# An optional field is one that need not be filled in. The pages draw «date or null» as two buttons.
Day = Annotated[date | None, WithJsonSchema({"type": "string", "format": "date"})]
Word = Annotated[str | None, WithJsonSchema({"type": "string"})]


class GateForm(RunInput):
    """What a decider fills in. Only ``findings`` is filled in already: it says which findings the decider saw."""

    decision: Choice
    decided_by: str
    code: Word = None
    reason: str
    conditions_due: Day = None
    hold_until: Day = None
    back_to: Word = None
    speaks_for: Word = None
    overrides: Word = None
    findings: str = ""

    @field_validator("code", "conditions_due", "hold_until", "back_to", "speaks_for", "overrides", mode="before")
    @classmethod
    def _blank_is_nothing(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value


_TEXTS: dict[str, tuple[Text, Text]] = {
    "decision": (
        Text(es="Decisión", en="Decision"),
        Text(
            es="go: adelante · conditional-go: adelante, con condiciones · hold: esperar · recycle: volver a una "
            "etapa · stop: terminar · abstain: abstenerse · recuse: apartarse · veto · withdraw: retirar su voto",
            en="go · conditional-go: go on, under conditions · hold: wait · recycle: back to a stage · stop: end · "
            "abstain · recuse: stand aside · veto · withdraw: take your vote back",
        ),
    ),
    "decided_by": (
        Text(es="Quién decide", en="Who decides"),
        Text(es="Su identificador, de la tabla de arriba", en="Your id, from the table above"),
    ),
    "code": (
        Text(es="Código", en="Code"),
        Text(es="El código de un solo uso de su aviso", en="The one-time code of your notice"),
    ),
    "reason": (
        Text(es="Motivo", en="Reason"),
        Text(es="Queda en la bitácora", en="The ledger keeps it"),
    ),
    "conditions_due": (
        Text(es="Plazo de las condiciones", en="Conditions due"),
        Text(
            es="Solo para conditional-go: el día para todo lo que aún no se cumple",
            en="Only for conditional-go: the day for all that is not met yet",
        ),
    ),
    "hold_until": (
        Text(es="En espera hasta", en="Hold until"),
        Text(es="Solo para hold", en="Only for hold"),
    ),
    "back_to": (
        Text(es="Volver a la etapa", en="Back to stage"),
        Text(es="Solo para recycle: {stages}", en="Only for recycle: {stages}"),
    ),
    "speaks_for": (
        Text(es="En nombre de", en="On behalf of"),
        Text(
            es="Solo con una delegación: el identificador de quien la dio",
            en="Only by delegation: the id of who gave it",
        ),
    ),
    "overrides": (
        Text(es="Dejar pasar", en="Override"),
        Text(
            es="Solo para go y quien puede: los criterios que bloquean y se dejan pasar, entre comas: {blocking}",
            en="Only for go and who may: the blocking criteria to let pass, with commas: {blocking}",
        ),
    ),
    "findings": (
        Text(es="Hallazgos vistos", en="Findings seen"),
        Text(es="Déjelo como está", en="Leave it as it is"),
    ),
}


def form_for(
    gate: GateExplanation, stages: Sequence[str], language: Language, *, with_code: bool = False
) -> type[GateForm]:
    """Return the form of a gate: the same fields, labelled in a language; a recycle goes back to one of ``stages``."""
    blocking = [h.requirement for h in gate.hindrances]
    values = {"stages": ", ".join(stages), "blocking": ", ".join(blocking) or "–"}
    fields: dict[str, Any] = {}
    for name, info in GateForm.model_fields.items():
        title, description = _TEXTS[name]
        texts: dict[str, Any] = {
            "title": title.to(language),
            "description": description.to(language).format(**values),
        }
        default: Any = (
            gate.findings
            if name == "findings"
            else ...
            if info.is_required() or (name == "code" and with_code)
            else None
        )
        if default is None:  # nothing to send where nothing is filled in
            texts["json_schema_extra"] = _without_default
        fields[name] = (info.rebuild_annotation(), Field(default=default, **texts))
    return cast(type[GateForm], create_model("GateForm", __base__=GateForm, **fields))


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def unreadable(problem: ValidationError, language: Language) -> str:
    """Return what is wrong with an answer that is not valid; Prefect itself checks no formats, such as of dates."""
    wrong = []
    for error in problem.errors():
        name = str(error["loc"][0]) if error["loc"] else ""
        title = _TEXTS[name][0].to(language) if name in _TEXTS else name
        accepted = Text(es="se acepta un día, como 2030-01-31", en="accepted: a day, as in 2030-01-31").to(language)
        day = name in ("hold_until", "conditions_due")
        wrong.append(f"{title}: «{error['input']}»; {accepted}" if day else f"{title}: {error['msg']}")
    return "; ".join(wrong)


def ballot_of(form: GateForm, item: InboxItem) -> Ballot:
    """Return the vote that a filled-in form stands for."""
    return Ballot(
        stage=item.stage,
        review=item.review,
        decision=parse_decision(form.decision.value),
        reason=form.reason,
        seen=form.findings.strip() or None,
        until=form.hold_until,
        to_stage=form.back_to.strip() if form.back_to else None,
        due_all=form.conditions_due,
        code=form.code,
        speaks_for=form.speaks_for.strip() if form.speaks_for else None,
        overrides=tuple(c.strip() for c in (form.overrides or "").split(",") if c.strip()),
    )
