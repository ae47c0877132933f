"""The labels that people read in pages, tables and forms, in Spanish and English."""

from __future__ import annotations

from clusterflow.domain.term_labels import HELIX as HELIX
from clusterflow.domain.terms import (
    Answer,
    ConditionStatus,
    DecisionKind,
    Readiness,
    Role,
    Severity,
    StageStatus,
    Stance,
    Standing,
    Urgency,
)
from clusterflow.domain.text import Language, Text

STATUS: dict[StageStatus, Text] = {
    StageStatus.AHEAD: Text(es="Por venir", en="Ahead"),
    StageStatus.UNDER_WAY: Text(es="En curso", en="Under way"),
    StageStatus.GATE_OPEN: Text(es="Puerta abierta", en="Gate open"),
    StageStatus.HELD: Text(es="En espera", en="Held"),
    StageStatus.ACHIEVED: Text(es="Alcanzado", en="Achieved"),
    StageStatus.LAPSED: Text(es="Caducado", en="Lapsed"),
    StageStatus.LEFT: Text(es="Dejado", en="Left"),
    StageStatus.DECLINED: Text(es="Omitida", en="Declined"),
}

SIGN: dict[StageStatus, str] = {
    StageStatus.AHEAD: "◌",
    StageStatus.UNDER_WAY: "▶",
    StageStatus.GATE_OPEN: "◆",
    StageStatus.HELD: "‖",
    StageStatus.ACHIEVED: "✔",
    StageStatus.LAPSED: "↯",
    StageStatus.LEFT: "↩",
    StageStatus.DECLINED: "⊘",
}

ANSWER: dict[Answer, Text] = {
    Answer.MET: Text(es="✔ cumplido", en="✔ met"),
    Answer.UNMET: Text(es="✘ no cumplido", en="✘ unmet"),
    Answer.UNKNOWN: Text(es="? desconocido", en="? unknown"),
}

SEVERITY: dict[Severity, Text] = {
    Severity.BLOCKING: Text(es="bloquea", en="blocks"),
    Severity.WARNING: Text(es="avisa", en="warns"),
    Severity.INFORMATION: Text(es="informa", en="informs"),
}

READINESS: dict[Readiness, Text] = {
    Readiness.READY: Text(es="lista", en="ready"),
    Readiness.NOT_READY: Text(es="no lista", en="not ready"),
    Readiness.UNKNOWN: Text(es="no se sabe", en="unknown"),
}

DECISION: dict[DecisionKind, Text] = {
    DecisionKind.GO: Text(es="adelante", en="go"),
    DecisionKind.CONDITIONAL_GO: Text(es="adelante, con condiciones", en="go, with conditions"),
    DecisionKind.HOLD: Text(es="en espera", en="hold"),
    DecisionKind.RECYCLE: Text(es="de vuelta a una etapa anterior", en="back to an earlier stage"),
    DecisionKind.STOP: Text(es="fin", en="stop"),
}

ROLE: dict[Role, Text] = {
    Role.MANAGER: Text(es="gerencia", en="manager"),
    Role.BOARD_CHAIR: Text(es="presidencia del consejo", en="board chair"),
    Role.BOARD_MEMBER: Text(es="consejo", en="board member"),
    Role.COMMITTEE_CHAIR: Text(es="presidencia de comité", en="committee chair"),
    Role.ASSEMBLY_MEMBER: Text(es="asamblea", en="assembly member"),
    Role.FOUNDER: Text(es="miembro fundador", en="founder"),
    Role.OFFICE: Text(es="oficina del programa", en="program office"),
}

STANCE: dict[Stance, Text] = {
    Stance.ABSTAIN: Text(es="se abstiene", en="abstains"),
    Stance.RECUSE: Text(es="se aparta", en="stands aside"),
    Stance.VETO: Text(es="veta", en="vetoes"),
    Stance.WITHDRAW: Text(es="retira su voto", en="takes the vote back"),
}

CONDITION: dict[ConditionStatus, Text] = {
    ConditionStatus.PENDING: Text(es="pendiente", en="pending"),
    ConditionStatus.MET: Text(es="cumplida", en="met"),
    ConditionStatus.MISSED: Text(es="incumplida", en="missed"),
}

STANDING: dict[Standing, Text] = {
    Standing.ACTIVE: Text(es="activa", en="active"),
    Standing.STOPPED: Text(es="terminada", en="stopped"),
}

URGENCY: dict[Urgency, Text] = {
    Urgency.URGENT: Text(es="urgente", en="urgent"),
    Urgency.NORMAL: Text(es="normal", en="normal"),
    Urgency.DIGEST: Text(es="resumen", en="digest"),
}

WORDS: dict[str, Text] = {
    "after": Text(es="después de", en="after"),
    "optional": Text(es="opcional", en="optional"),
    "open_ended": Text(es="sin fin fijo", en="open-ended"),
    "initiative": Text(es="Iniciativa", en="Initiative"),
    "model": Text(es="Modelo", en="Model"),
    "stage": Text(es="Etapa", en="Stage"),
    "status": Text(es="Estado", en="Status"),
    "gate": Text(es="Puerta", en="Gate"),
    "gate_word": Text(es="puerta", en="gate"),
    "month": Text(es="Mes", en="Month"),
    "verdict": Text(es="Dictamen", en="Verdict"),
    "milestone": Text(es="Hito", en="Milestone"),
    "milestones": Text(es="Hitos", en="Milestones"),
    "since": Text(es="Desde", en="Since"),
    "until_when": Text(es="Hasta", en="Until"),
    "due": Text(es="vence", en="due"),
    "overdue": Text(es="con retraso", en="overdue"),
    "days": Text(es="Días", en="Days"),
    "waits_for": Text(es="Espera", en="Waits for"),
    "criterion": Text(es="Criterio", en="Criterion"),
    "answer": Text(es="Hallazgo", en="Finding"),
    "found": Text(es="Encontrado", en="Found"),
    "asked": Text(es="Se pide", en="Asked"),
    "severity": Text(es="Peso", en="Severity"),
    "rule": Text(es="Regla", en="Rule"),
    "help": Text(es="Qué ayudaría", en="What would help"),
    "any_of": Text(es="una de", en="one of"),
    "all_of": Text(es="todas", en="all of"),
    "proposal": Text(es="propuesta", en="proposal"),
    "holds_back": Text(es="Qué la detiene", en="What holds it back"),
    "conditions": Text(es="Condiciones", en="Conditions"),
    "until": Text(es="hasta", en="until"),
    "portfolio": Text(es="Portafolio", en="Portfolio"),
    "decides": Text(es="Decide", en="Decides"),
    "speaks_for": Text(es="en nombre de", en="for"),
    "overridden": Text(es="se dejó pasar", en="overridden"),
    "id": Text(es="Identificador", en="Id"),
    "role": Text(es="Papel", en="Role"),
    "votes": Text(es="Votos", en="Votes"),
    "bold_blocks": Text(es="En negrita, lo que bloquea.", en="In bold: what blocks."),
    "all_of_it": Text(es="Todo sobre esta puerta", en="All about this gate"),
    "late": Text(es="se apoya en datos registrados después de ese día", en="rests on facts entered after that day"),
    "nothing": Text(es="Nada.", en="Nothing."),
    "under_watch": Text(es="todo alcanzado; bajo observación", en="all achieved; under watch"),
    "decision_waits": Text(es="decisión", en="decision"),
    "held_until": Text(es="en espera hasta", en="held until"),
    "stopped": Text(es="terminada", en="stopped"),
    "of": Text(es="de", en="of"),
    "need": Text(es="se necesitan", en="needed"),
    "refused": Text(es="Rechazada", en="Refused"),
    "unreadable": Text(es="Ilegible", en="Unreadable"),
    "decided_state": Text(es="Decidida", en="Decided"),
    "withdrawn_state": Text(es="Retirada", en="Withdrawn"),
    "too_late_state": Text(es="Ya decidida", en="Decided already"),
    "asked_elsewhere": Text(es="Otra ejecución pregunta", en="Another run asks"),
    "changed_nothing": Text(es="Esta respuesta no cambió nada", en="This answer changed nothing"),
    "no_longer_open": Text(es="la puerta ya no está abierta", en="the gate is not open any more"),
    "other_model": Text(es="la iniciativa pasó a otro modelo", en="the initiative passed to another model"),
    "no_longer_ready": Text(es="ya no está lista", en="no longer ready"),
    "dossier": Text(es="Dossier", en="Dossier"),
    "passes": Text(es="Pasadas", en="Passes"),
    "happened": Text(es="Lo ocurrido esta semana", en="What happened this week"),
    "progress": Text(es="del camino", en="of the way"),
}


def word(name: str, language: Language) -> str:
    return WORDS[name].to(language)


RECORD: dict[str, Text] = {
    "membership": Text(es="membresía", en="membership"),
    "organisation": Text(es="organización", en="organisation"),
    "attendance": Text(es="asistencia", en="attendance"),
    "meeting": Text(es="reunión", en="meeting"),
    "body": Text(es="órgano", en="body"),
    "seat": Text(es="puesto", en="seat"),
    "staff": Text(es="personal", en="staff"),
    "document": Text(es="documento", en="document"),
    "signature": Text(es="firma", en="signature"),
    "legal-entity": Text(es="entidad jurídica", en="legal entity"),
    "survey-wave": Text(es="encuesta", en="survey"),
    "strategy": Text(es="estrategia", en="strategy"),
    "strategy-review": Text(es="revisión de la estrategia", en="strategy review"),
    "objective": Text(es="objetivo", en="objective"),
    "reading": Text(es="medición", en="reading"),
    "action": Text(es="acción", en="action"),
    "project": Text(es="proyecto", en="project"),
    "invoice": Text(es="factura", en="invoice"),
    "payment": Text(es="pago", en="payment"),
    "income": Text(es="ingreso", en="income"),
    "budget": Text(es="presupuesto", en="budget"),
    "dues-scheme": Text(es="esquema de cuotas", en="dues scheme"),
    "dues-adoption": Text(es="esquema de cuotas", en="dues scheme"),
    "training": Text(es="formación", en="training"),
    "learning-session": Text(es="sesión de aprendizaje", en="learning session"),
    "learning-attendance": Text(es="asistencia a una sesión", en="attendance at a session"),
    "link": Text(es="vínculo", en="link"),
    "business": Text(es="negocio", en="business"),
    "label": Text(es="sello", en="label"),
    "observation": Text(es="cifra declarada", en="stated figure"),
    "initiative": Text(es="iniciativa", en="initiative"),
    "stage-visit": Text(es="etapa", en="stage"),
    "person": Text(es="persona", en="person"),
    "representation": Text(es="representación", en="representation"),
    "office": Text(es="oficina", en="office"),
    "delegation": Text(es="delegación", en="delegation"),
    "channel": Text(es="canal", en="channel"),
    "waiver": Text(es="dispensa", en="waiver"),
    "cut-off": Text(es="umbral", en="cut-off"),
    "learning-series": Text(es="serie de sesiones", en="series of sessions"),
    "learning-enrolment": Text(es="inscripción en una serie", en="enrolment in a series"),
    "exchange-rate": Text(es="tipo de cambio", en="exchange rate"),
}
"""The types of records, and the stage visits that time is counted by."""


def record_label(record: str, language: Language) -> str:
    """The name of a type of record."""
    return RECORD[record].to(language) if record in RECORD else record
