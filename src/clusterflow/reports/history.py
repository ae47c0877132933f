"""Tells the life of an initiative in words: one line for each ledger entry that a reader cares about, without names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from clusterflow.domain import events as ev
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.model_history import ModelHistory
from clusterflow.domain.terms import DecisionKind
from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.reports.labels import ANSWER, DECISION, ROLE, STANCE
from clusterflow.reports.status import title_of

_LINES: dict[type[ev.Event], Text] = {
    ev.InitiativeEnrolled: Text(es="La iniciativa se inscribió.", en="The initiative was enrolled."),
    ev.StageEntered: Text(es="Comenzó la etapa.", en="The stage began."),
    ev.StageLeft: Text(es="La etapa terminó sin alcanzar su hito.", en="The stage ended without its milestone."),
    ev.GateOpened: Text(es="La puerta se abrió: espera una decisión.", en="The gate opened: it waits for a decision."),
    ev.GateReopened: Text(
        es="La puerta se abrió de nuevo: una condición no se cumplió a tiempo.",
        en="The gate opened again: a condition was not met in time.",
    ),
    ev.GateReferred: Text(
        es="No hubo acuerdo en el plazo: también puede decidir la oficina del programa.",
        en="There was no agreement in time: the program office may decide as well.",
    ),
    ev.HoldEnded: Text(es="Terminó la espera.", en="The hold ended."),
    ev.MilestoneAchieved: Text(es="Se alcanzó el hito.", en="The milestone was achieved."),
    ev.MilestoneConfirmed: Text(es="El hito se confirmó.", en="The milestone was confirmed."),
    ev.MilestoneLapsed: Text(es="El hito caducó.", en="The milestone lapsed."),
    ev.MilestoneRestored: Text(es="El hito se recuperó.", en="The milestone was restored."),
    ev.MilestoneWithdrawn: Text(es="El hito se retiró.", en="The milestone was withdrawn."),
    ev.InitiativeStopped: Text(es="La iniciativa terminó.", en="The initiative was stopped."),
}
_MIGRATED = Text(
    es="La iniciativa pasó del modelo {} al modelo {}; hitos que conserva con sus fechas: {}.",
    en="The initiative passed from the model {} to the model {}. Milestones that it keeps with their dates: {}.",
)
_OVERDUE = Text(es="La etapa se pasó de su plazo.", en="The stage is overdue.")
_STILL_OVERDUE = Text(
    es="La etapa sigue fuera de plazo; se avisó al nivel siguiente.",
    en="The stage is still overdue; the next level was notified.",
)
_NEW_VERSION = Text(
    es="La iniciativa pasó a otra versión del modelo {}; hitos que conserva con sus fechas: {}.",
    en="The initiative passed to another version of the model {}. Milestones that it keeps with their dates: {}.",
)
_UNREADY = Text(es="La puerta se cerró: ya no está lista.", en="The gate closed: it is no longer ready.")
_CLOSED = Text(
    es="La puerta se cerró: la iniciativa pasó a otro modelo.",
    en="The gate closed: the initiative passed to another model.",
)
_DECIDED = Text(es="Se decidió: {}.", en="Decided: {}.")
_VOTED = Text(es="Votó {}: {}.", en="A vote by {}: {}.")
_FELL = Text(es="Un voto dejó de contar.", en="A vote counts no longer.")
_WITHDRAWN = Text(es="Un voto se retiró o se cambió.", en="A vote was taken back or changed.")
_FINDING = Text(es="«{}»: {}.", en="«{}»: {}.")
_SET = Text(es="Condición: «{}» antes del {}.", en="Condition: «{}» by {}.")
_MET = Text(es="Se cumplió una condición: «{}».", en="A condition was met: «{}».")
_MISSED = Text(es="No se cumplió una condición: «{}».", en="A condition was missed: «{}».")

KINDS = frozenset(
    {
        *(str(cls.model_fields["kind"].default) for cls in _LINES),
        "initiative.migrated", "gate.withdrawn", "gate.decided", "vote.cast", "vote.fell", "vote.withdrawn",
        "finding.changed", "condition.set", "condition.met", "condition.missed", "stage.overdue",
    }
)  # fmt: skip
"""The kinds of ledger entries that become a line."""


class HistoryLine(Frozen):
    """One line of a history; ``stage`` is the title of the stage that it is about."""

    version: int
    on: date
    kind: str
    stage: str
    text: str


def history(entries: Iterable[ev.Entry], models: ModelHistory, language: Language) -> tuple[HistoryLine, ...]:
    """The lines of some ledger entries, in their order."""
    lines = []
    for entry in entries:
        model = models.at(entry.version)
        text = _text(entry.event, model, language)
        if text is None:
            continue
        stage = getattr(entry.event, "stage", None)
        lines.append(
            HistoryLine(
                version=entry.version,
                on=getattr(entry.event, "on", None) or entry.at.date(),
                kind=entry.event.kind,
                stage=model.stage(stage).title.to(language) if stage else "",
                text=text,
            )
        )
    return tuple(lines)


def _text(event: ev.Event, model: LifecycleModel, language: Language) -> str | None:
    if type(event) in _LINES:
        return _LINES[type(event)].to(language)
    match event:
        case ev.StageOverdue():
            return (_OVERDUE if event.level == 1 else _STILL_OVERDUE).to(language)
        case ev.InitiativeMigrated() if event.former == event.model:
            return _NEW_VERSION.to(language).format(event.model, len(event.milestones))
        case ev.InitiativeMigrated():
            return _MIGRATED.to(language).format(event.former, event.model, len(event.milestones))
        case ev.GateWithdrawn():
            return (_CLOSED if event.migrated else _UNREADY).to(language)
        case ev.GateDecided():
            return _DECIDED.to(language).format(DECISION[event.decision].to(language))
        case ev.VoteCast():
            word = DECISION[event.decision] if isinstance(event.decision, DecisionKind) else STANCE[event.decision]
            return _VOTED.to(language).format(ROLE[event.role].to(language), word.to(language))
        case ev.VoteFell():
            return _FELL.to(language)
        case ev.VoteWithdrawn():
            return _WITHDRAWN.to(language)
        case ev.FindingChanged():
            title = _title(model, event.stage, event.criterion, language)
            return _FINDING.to(language).format(title, ANSWER[event.answer].to(language))
        case ev.ConditionSet():
            return _SET.to(language).format(_title(model, event.stage, event.criterion, language), event.due_on)
        case ev.ConditionMet():
            return _MET.to(language).format(_title(model, event.stage, event.criterion, language))
        case ev.ConditionMissed():
            return _MISSED.to(language).format(_title(model, event.stage, event.criterion, language))
    return None


def _title(model: LifecycleModel, stage: str, criterion: str, language: Language) -> str:
    requirement = model.stage(stage).gate.by_id.get(criterion)
    return title_of(requirement, language) if requirement is not None else criterion
