"""Words for the codes in ledger entries: why a vote fell or was refused, how a stage ended, which right was missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterflow.domain.access import Right
from clusterflow.domain.record_events import SubmissionFlaw, SubmissionSource
from clusterflow.domain.terms import VisitOutcome, VoteFall
from clusterflow.domain.text import Language, Text

OUTCOME: dict[VisitOutcome, Text] = {
    VisitOutcome.ACHIEVED: Text(es="alcanzada", en="achieved"),
    VisitOutcome.RECYCLED: Text(es="se volvió atrás", en="recycled"),
    VisitOutcome.STOPPED: Text(es="terminada", en="stopped"),
    VisitOutcome.DECLINED: Text(es="omitida", en="declined"),
    VisitOutcome.MIGRATED: Text(es="pasó a otro modelo", en="migrated"),
}

VOTE_FALL: dict[VoteFall, Text] = {
    VoteFall.FINDINGS: Text(es="los hallazgos cambiaron", en="the findings changed"),
    VoteFall.TIE: Text(es="empate: se vota de nuevo", en="a tie: vote again"),
    VoteFall.ROLE: Text(es="no tenía el papel ese día", en="did not hold the role on that day"),
    VoteFall.BARRED: Text(es="representa a quien nunca decide aquí", en="represents a kind that never decides here"),
    VoteFall.DELEGATION: Text(es="no había delegación ese día", en="no delegation on that day"),
    VoteFall.FOUR_EYES: Text(es="registró datos o pidió la revisión", en="recorded facts or asked for the review"),
    VoteFall.ORGANISATION: Text(es="no representaba a esa organización", en="did not represent that organisation"),
    VoteFall.MODEL: Text(es="pasó a otro modelo", en="passed to another model"),
}

RIGHT: dict[Right, Text] = {
    Right.SEE: Text(es="ver", en="see"),
    Right.REQUEST_REVIEW: Text(es="pedir revisión", en="ask for a review"),
    Right.VOTE: Text(es="votar", en="vote"),
    Right.RECORD: Text(es="registrar", en="record"),
    Right.GRANT: Text(es="dar votos y exenciones", en="grant votes and waivers"),
    Right.DUES: Text(es="ver las cuotas de todos", en="see the dues of all"),
}

SOURCE: dict[SubmissionSource, Text] = {
    SubmissionSource.FORM: Text(es="un formulario", en="a form"),
    SubmissionSource.ATTENDANCE: Text(es="una hoja de asistencia", en="an attendance sheet"),
    SubmissionSource.WORKBOOK: Text(es="un libro de cálculo", en="a workbook"),
    SubmissionSource.API: Text(es="la API", en="the API"),
    SubmissionSource.CORRECTION: Text(es="una corrección", en="a correction"),
    SubmissionSource.SYSTEM: Text(es="otro sistema", en="another system"),
}

FLAW: dict[SubmissionFlaw, Text] = {
    SubmissionFlaw.NOT_PERMITTED: Text(es="sin derecho", en="not permitted"),
    SubmissionFlaw.MISTAKES: Text(es="errores", en="mistakes"),
    SubmissionFlaw.CHANGED: Text(es="otra persona lo cambió antes", en="somebody else changed it first"),
}

REFUSAL: dict[str, Text] = {
    "closed": Text(es="la puerta no está abierta", en="the gate is not open"),
    "stopped": Text(es="la iniciativa terminó", en="the initiative was stopped"),
    "barred": Text(es="representa a quien nunca decide aquí", en="represents a kind that never decides here"),
    "dependent": Text(es="no decide nada por sí solo aquí", en="decides nothing alone here"),
    "role": Text(es="ningún papel que decide aquí", en="no role that decides here"),
    "twice": Text(es="ya votó lo mismo, o se apartó", en="voted the same before, or stood aside"),
    "term": Text(es="el plazo fijo no lo admite", en="the fixed term does not allow it"),
    "withdraw": Text(es="no había voto que retirar", en="there was no vote to take back"),
    "proxies": Text(es="demasiados votos de otros", en="too many votes of others"),
    "delegation": Text(es="sin delegación vigente", en="no delegation in force"),
    "veto": Text(es="sin derecho de veto", en="no right to a veto"),
    "override": Text(es="no puede dejar pasar lo que bloquea", en="may not override what blocks"),
    "four-eyes": Text(es="registró datos o pidió la revisión", en="recorded facts or asked for the review"),
    "code": Text(es="código equivocado", en="wrong code"),
    "locked": Text(es="demasiados códigos equivocados", en="too many wrong codes"),
    "stale": Text(es="los hallazgos cambiaron", en="the findings changed"),
    "reason": Text(es="sin motivo", en="no reason"),
    "not-ready": Text(es="la puerta no está lista", en="the gate is not ready"),
    "until": Text(es="sin día hasta el que espera", en="no day until which it holds"),
    "to-stage": Text(es="sin etapa a la que volver", en="no stage to go back to"),
    "conditions": Text(es="las condiciones no encajan", en="the conditions do not fit"),
}
"""The codes of refused decisions."""

_ALL: tuple[Mapping[Any, Text], ...] = (OUTCOME, VOTE_FALL, RIGHT, SOURCE, FLAW)


def code_word(value: object, language: Language) -> str | None:
    """The word for a code of an enumeration; None if the value is none of them."""
    for words in _ALL:
        if type(value) is type(next(iter(words))):
            return words[value].to(language)
    return None
