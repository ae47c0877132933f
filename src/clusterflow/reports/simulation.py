"""Reports a simulated life: the verdicts by month, and what happened."""

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
"""The reason of decisions that the history lacks and the simulation assumes."""

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


class SimulatedEvent(Frozen):
    """One event at a gate."""

    on: date
    kind: str
    """The kind of the ledger entry."""
    stage: str
    title: str
    word: str
    text: str = ""
    assumed: bool = False
    """Whether the simulation assumed the decision."""


class GateInMonth(Frozen):
    """The verdict of a gate at the end of a month: of a stage under way, or of a lapsed milestone."""

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
    """Who would have to decide at a gate that is ready."""


class Month(Frozen):
    """The verdicts at the end of a month, and the events in it."""

    day: date
    gates: tuple[GateInMonth, ...]
    happened: tuple[SimulatedEvent, ...] = ()
    milestones: int = 0


class SimulatedLife(Frozen):
    """The life of one initiative under the model."""

    months: tuple[Month, ...]
    stands: InitiativeStatus
    """The status at the end."""

    @property
    def assumed(self) -> int:
        return sum(h.assumed for month in self.months for h in month.happened)


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The standing at the end of a month; ``waits`` says, for each open gate, who would have to decide."""

    status: InitiativeStatus
    waits: Mapping[str, str]


def simulated_life(ends: Iterable[MonthEnd], happened: Iterable[SimulatedEvent], since: date | None) -> SimulatedLife:
    """A life by month, from the first month end that is not before ``since``."""
    months, before = list[Month](), date.min
    rest = sorted(happened, key=lambda h: h.on)
    for end in ends:
        status, day = end.status, end.status.as_of
        if since is None or day >= since:
            lapsed = [s for s in status.stages if s.status is StageStatus.LAPSED]
            gates = tuple(_gate(s, status, end.waits.get(s.stage, "")) for s in (*status.under_way, *lapsed))
            mine = tuple(h for h in rest if before < h.on <= day)
            months.append(Month(day=day, gates=gates, happened=mine, milestones=status.milestones_in_force))
        before = day
    return SimulatedLife(months=tuple(months), stands=status)


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


def notable_events(
    entries: Iterable[Entry], model: LifecycleModel, people: Mapping[str, str], language: Language
) -> Iterator[SimulatedEvent]:
    """The events that interest the author of a model, from the ledger of a life.

    Args:
        people: the person behind each pseudonym.
    """
    votes: dict[str, dict[int, ev.VoteCast]] = defaultdict(dict)
    for entry in entries:
        match entry.event:
            case ev.VoteCast() as event:
                votes[event.review][event.number] = event
            case ev.VoteFell() | ev.VoteWithdrawn() as event:
                votes[event.review].pop(event.number, None)
            case ev.GateDecided() as event:
                agreeing = [v for v in votes[event.review].values() if v.decision is event.decision]
                by = [f"{people.get(v.decider, v.decider)} ({ROLE[v.role].to(language)})" for v in agreeing]
                assumed = all(v.reason == ASSUMED for v in agreeing)
                supposed = [_SUPPOSED.to(language)] if assumed else []
                word = f"◆ {DECISION[event.decision].to(language)}"
                at = model.stage(event.stage), language
                yield _happened(event.on, event.kind, *at, word, ", ".join([*supposed, *by]), assumed)
            case event if type(event) in _WORDS:
                stage = model.stage(str(getattr(event, "stage", "")))
                word, day = _WORDS[type(event)].to(language), getattr(event, "on", entry.at.date())
                text = stage.gate.milestone.to(language) if event.kind.startswith("milestone.") else ""
                yield _happened(day, event.kind, stage, language, word, text)


def refused(
    on: date, stage: Stage, decision: DecisionKind | Stance, by: str, why: str, language: Language
) -> SimulatedEvent:
    """A decision of the history that the engine refused."""
    decision_text = (DECISION[decision] if isinstance(decision, DecisionKind) else STANCE[decision]).to(language)
    return _happened(on, "decision.refused", stage, language, _REFUSED.to(language), f"{by}, «{decision_text}»: {why}")


def _happened(
    on: date, kind: str, stage: Stage, language: Language, word: str, text: str, assumed: bool = False
) -> SimulatedEvent:
    title = stage.title.to(language)
    return SimulatedEvent(on=on, kind=kind, stage=stage.id, title=title, word=word, text=text, assumed=assumed)


def waits_for(quorum: str, anybody: bool, supposed: bool, language: Language) -> str:
    """Why an open gate is not passed: nobody decides, or the votes of all deciders do not suffice."""
    text = _NOBODY if not anybody else _TOO_FEW if supposed else _DECIDES
    return text.to(language).format(quorum)
