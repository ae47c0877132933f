"""A life under a model that is being tried: the verdicts by month, and what happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from clusterflow.domain import events as ev
from clusterflow.domain.events import Entry
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.terms import DecisionKind, Readiness, StageStatus, Stance
from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.reports.labels import DECISION, ROLE, STANCE
from clusterflow.reports.status import Hindrance, InitiativeStatus, StageLine

ASSUMED = "assumed by the try-out"
"""The reason of the decisions that nobody took and the try-out supposes."""

_WORDS: dict[type[ev.Event], Text] = {
    ev.MilestoneAchieved: Text(es="✔ alcanzado", en="✔ achieved"),
    ev.MilestoneConfirmed: Text(es="✔ confirmado", en="✔ confirmed"),
    ev.MilestoneLapsed: Text(es="↯ caducado", en="↯ lapsed"),
    ev.MilestoneRestored: Text(es="✔ de nuevo alcanzado", en="✔ restored"),
    ev.MilestoneWithdrawn: Text(es="↩ retirado", en="↩ withdrawn"),
    ev.GateReopened: Text(es="◆ reabierta", en="◆ open again"),
    ev.GateWithdrawn: Text(es="◆ ya no está lista", en="◆ no longer ready"),
    ev.StageOverdue: Text(es="! con retraso", en="! overdue"),
    ev.InitiativeStopped: Text(es="■ terminada", en="■ stopped"),
}
_REFUSED = Text(es="✘ rechazada", en="✘ refused")
_SUPPOSED = Text(es="supuesto", en="assumed")
_DECIDES = Text(es="decide: {}", en="decides: {}")
_NOBODY = Text(es="nadie de la historia puede decidir aquí; decide: {}", en="nobody in the history may decide here: {}")
_TOO_FEW = Text(es="los votos de quienes pueden decidir no alcanzan: {}", en="those who may decide are too few: {}")
ASSUMED_NOTE = Text(
    es="Se supuso «adelante» ({} veces), dicho por quienes el modelo deja decidir; con --leave-open no se supone nada.",
    en="A «go» was assumed ({} times), said by whoever the model lets decide; with --leave-open nothing is assumed.",
)


class Happened(Frozen):
    """One thing that happened at a gate, in words."""

    on: date
    kind: str
    """As the ledger calls it."""
    stage: str
    title: str
    word: str
    text: str = ""
    assumed: bool = False
    """Of a decision: nobody took it, the try-out supposed it."""


class GateInMonth(Frozen):
    """The verdict for one gate at a month's end: of a stage under way, or of a milestone that lapsed."""

    stage: str
    number: int
    title: str
    status: StageStatus
    readiness: Readiness | None
    entered_on: date | None
    due_on: date | None
    overdue: bool
    held_until: date | None
    holds_back: tuple[Hindrance, ...]
    open_for: str = ""
    """Why a gate that is ready is not passed: who would have to decide."""


class Month(Frozen):
    """What is said at the end of a month, and what happened in it."""

    day: date
    gates: tuple[GateInMonth, ...]
    happened: tuple[Happened, ...] = ()
    milestones: int = 0


class TriedLife(Frozen):
    """One initiative's life under the model."""

    months: tuple[Month, ...]
    stands: InitiativeStatus
    """Where it stands at the end."""

    @property
    def assumed(self) -> int:
        return sum(h.assumed for month in self.months for h in month.happened)


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """Where an initiative stood when a month ended; ``waits`` says of open gates who would have to decide."""

    status: InitiativeStatus
    waits: Mapping[str, str]


def tried_life(ends: Iterable[MonthEnd], happened: Iterable[Happened], since: date | None) -> TriedLife:
    """A life by month, from the first month end on that is not before ``since``."""
    months, before = list[Month](), date.min
    rest = sorted(happened, key=lambda h: h.on)
    for end in ends:
        status, day = end.status, end.status.as_of
        if since is None or day >= since:
            lapsed = [s for s in status.stages if s.status is StageStatus.LAPSED]
            gates = tuple(_gate(s, status, end.waits.get(s.stage, "")) for s in (*status.under_way, *lapsed))
            mine = tuple(h for h in rest if before < h.on <= day)
            months.append(Month(day=day, gates=gates, happened=mine, milestones=len(status.achieved)))
        before = day
    return TriedLife(months=tuple(months), stands=status)


def _gate(line: StageLine, status: InitiativeStatus, waits: str) -> GateInMonth:
    return GateInMonth(
        stage=line.stage,
        number=line.number,
        title=line.title,
        status=line.status,
        readiness=line.readiness,
        entered_on=line.entered_on,
        due_on=line.due_on,
        overdue=line.overdue,
        held_until=line.held_until,
        holds_back=tuple(h for h in status.hindrances if h.stage == line.stage),
        open_for=waits,
    )


def told(
    entries: Iterable[Entry], model: LifecycleModel, people: Mapping[str, str], language: Language
) -> Iterator[Happened]:
    """What a model's author wants to hear of, out of a life's ledger.

    Args:
        people: those behind the ledger's pseudonyms.
    """
    votes: dict[str, list[ev.VoteCast]] = defaultdict(list)
    for entry in entries:
        match entry.event:
            case ev.VoteCast() as event:
                votes[event.review].append(event)
            case ev.GateDecided() as event:
                said = [v for v in votes[event.review] if v.decision is event.decision]
                by = [f"{people.get(v.decider, v.decider)} ({ROLE[v.role].to(language)})" for v in said]
                assumed = all(v.reason == ASSUMED for v in said)
                supposed = [_SUPPOSED.to(language)] if assumed else []
                word = f"◆ {DECISION[event.decision].to(language)}"
                at = model.stage(event.stage), language
                yield _happened(event.on, event.kind, *at, word, ", ".join([*supposed, *by]), assumed)
            case event if type(event) in _WORDS:
                stage = model.stage(str(getattr(event, "stage", "")))
                word, day = _WORDS[type(event)].to(language), getattr(event, "on", entry.at.date())
                text = stage.gate.milestone.to(language) if event.kind.startswith("milestone.") else ""
                yield _happened(day, event.kind, stage, language, word, text)


def refused(on: date, stage: Stage, decision: DecisionKind | Stance, by: str, why: str, language: Language) -> Happened:
    """A decision of the history that the engine did not take."""
    said = (DECISION[decision] if isinstance(decision, DecisionKind) else STANCE[decision]).to(language)
    return _happened(on, "decision.refused", stage, language, _REFUSED.to(language), f"{by}, «{said}»: {why}")


def _happened(
    on: date, kind: str, stage: Stage, language: Language, word: str, text: str, assumed: bool = False
) -> Happened:
    title = stage.title.to(language)
    return Happened(on=on, kind=kind, stage=stage.id, title=title, word=word, text=text, assumed=assumed)


def waits_for(quorum: str, anybody: bool, supposed: bool, language: Language) -> str:
    """Why an open gate is not passed: nobody decides, or a go of all who may decide does not suffice."""
    text = _NOBODY if not anybody else _TOO_FEW if supposed else _DECIDES
    return text.to(language).format(quorum)
