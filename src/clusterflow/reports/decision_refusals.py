"""Explains to the person who filled in a form why a decision was refused.

The rules give the reason in English, as the command line prints it. The Spanish text follows from the code.
"""

from __future__ import annotations

from collections.abc import Sequence

from clusterflow.domain.text import Language
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.labels import ROLE

SPANISH = {
    "closed": "la puerta ya no está abierta",
    "stopped": "la iniciativa terminó; ya no se decide nada",
    "barred": "quien representa a ese sector nunca decide en esta puerta",
    "dependent": "quien representa a ese sector no decide nada por sí solo aquí, así que no emite votos de otros",
    "role": "esa persona no tiene hoy ninguno de los papeles que deciden en esta puerta: {roles}",
    "twice": "esa persona ya votó lo mismo en esta puerta, o se apartó (quien se apartó puede retirar eso: withdraw)",
    "term": "el plazo fijo de la etapa no admite esa prórroga: ya se prorrogó, o sería demasiado larga",
    "withdraw": "esa persona no tiene en esta puerta un voto que retirar",
    "proxies": "esa persona ya emitió los votos de otras que el modelo permite a una sola",
    "delegation": "no hay una delegación vigente a esa persona",
    "veto": "esa persona no tiene derecho de veto en esta puerta",
    "override": "esa persona no puede dejar pasar en esta puerta lo que bloquea, o no hay nada que dejar pasar",
    "four-eyes": "aquí no decide quien pidió la revisión o registró datos desde que empezó la etapa",
    "code": "el código no es el que se envió para esta puerta, esta persona y estos hallazgos",
    "locked": "se probaron demasiados códigos; pida uno nuevo (clusterflow send-code)",
    "stale": "los hallazgos cambiaron desde que se abrió el formulario: mire la tabla de nuevo y decida otra vez",
    "reason": "falta el motivo de la decisión",
    "not-ready": "la puerta no está lista: {open}. Con condiciones y su plazo (conditional-go) sí se puede seguir",
    "until": "una espera (hold) necesita un día posterior al {as_of} en «En espera hasta»",
    "to-stage": "para volver (recycle), escriba en «Volver a la etapa» una de estas: {stages}",
    "conditions": "unas condiciones (conditional-go) necesitan algo sin cumplir y un plazo posterior al {as_of}",
}


def refusal(code: str, why: str, gate: GateExplanation, stages: Sequence[str], language: Language) -> str:
    """The reason in the reader's language; ``stages`` are those that a recycle may go back to."""
    if language == "en" or code not in SPANISH:
        return why
    hindrances = [h.title for h in gate.hindrances]
    return SPANISH[code].format(
        roles=", ".join(ROLE[r].to(language) for r in gate.decided_by.roles),
        open=", ".join(hindrances) or "falta algo que bloquea",
        as_of=gate.as_of,
        stages=", ".join(stages),
    )


def unknown_person(name: str, nearest: Sequence[str], language: Language) -> str:
    """The message for an id that belongs to nobody."""
    if language == "en":
        return f"no person is called «{name}»" + (f"; the nearest: {', '.join(nearest)}" if nearest else "")
    return f"nadie tiene el identificador «{name}»" + (f"; los más parecidos: {', '.join(nearest)}" if nearest else "")
