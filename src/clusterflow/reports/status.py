"""The status of an initiative: stages, milestones, hindrances. It reads the stored state and measures nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion, join_parts
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.state import InitiativeState, StandingAnswer
from clusterflow.domain.terms import Answer, ConditionStatus, Readiness, StageKind, StageStatus, Standing
from clusterflow.domain.text import Frozen, Language
from clusterflow.domain.verdict import names_in
from clusterflow.rules.judge import recall_gate
from clusterflow.rules.stage_progress import UNDER_WAY, progress_in
from clusterflow.store.portfolio import InitiativeSnapshot


class Hindrance(Frozen):
    """A blocking requirement that is not met, with its value and its bound: a criterion, or a group."""

    stage: str
    criterion: str
    title: str
    answer: Answer
    found: str
    asked: str


class StageLine(Frozen):
    """One stage of the model, with its state."""

    stage: str
    kind: StageKind
    number: int
    title: str
    milestone: str
    status: StageStatus
    optional: bool = False
    after: tuple[str, ...] = ()
    round: int = 0
    entered_on: date | None = None
    due_on: date | None = None
    overdue: bool = False
    held_until: date | None = None
    waiting_since: date | None = None
    """The day since which the initiative waits: for a decision, the end of a hold, criteria or a lapsed milestone."""
    achieved_on: date | None = None
    lapsed_on: date | None = None
    overridden: tuple[str, ...] = ()
    """The titles of the criteria that were overridden at the gate; they stay visible for ever."""
    review: str | None = None
    readiness: Readiness | None = None


class OpenCondition(Frozen):
    """An open condition of a conditional go."""

    stage: str
    criterion: str
    title: str
    due_on: date
    status: ConditionStatus


class InitiativeStatus(Frozen):
    """An initiative as of a day."""

    initiative: str
    name: str
    model: str
    model_title: str
    model_hash: str
    as_of: date
    enrolled_on: date
    standing: Standing
    version: int
    stages: tuple[StageLine, ...]
    hindrances: tuple[Hindrance, ...] = ()
    conditions: tuple[OpenCondition, ...] = ()

    @property
    def under_way(self) -> tuple[StageLine, ...]:
        return tuple(s for s in self.stages if s.status in UNDER_WAY)

    @property
    def achieved(self) -> tuple[StageLine, ...]:
        return tuple(s for s in self.stages if s.achieved_on is not None)

    @property
    def milestones_in_force(self) -> int:
        """How many milestones of the stages that are not optional are achieved and have not lapsed."""
        return sum(s.achieved_on is not None and s.lapsed_on is None and not s.optional for s in self.stages)

    @property
    def milestones_required(self) -> int:
        """How many stages are not optional."""
        return sum(not s.optional for s in self.stages)

    @property
    def gates_open(self) -> tuple[StageLine, ...]:
        return tuple(s for s in self.stages if s.review is not None)


def status_of(
    state: InitiativeState,
    model: LifecycleModel,
    record: Initiative | None,
    as_of: date,
    language: Language,
    notes: Mapping[tuple[str, str], str] | None = None,
) -> InitiativeStatus:
    """The status of a state, in a language.

    Args:
        notes: the newest measurements by stage and criterion; a value may change while its answer stays.
    """
    state = state.model_copy(update={"answers": newest(state.answers, notes or {})})
    lines = tuple(_line(state, model, stage, as_of, language) for stage in model.stages)
    return InitiativeStatus(
        initiative=state.initiative,
        name=record.name if record else state.initiative,
        model=model.id,
        model_title=model.title.to(language),
        model_hash=state.model_hash,
        as_of=as_of,
        enrolled_on=state.enrolled_on,
        standing=state.standing,
        version=state.version,
        stages=lines,
        hindrances=tuple(h for line in lines for h in _hindrances(state, model.stage(line.stage), line, language)),
        conditions=tuple(
            OpenCondition(
                stage=c.stage,
                criterion=c.criterion,
                title=next(iter(titles_in(model.stage(stage), (c.criterion,), language)), c.criterion),
                due_on=c.due_on,
                status=_condition_status(c.status, c.due_on, as_of),
            )
            for stage in model.by_id
            for c in state.conditions_at(stage)
            if c.status in (ConditionStatus.PENDING, ConditionStatus.MISSED)
        ),
    )


def _condition_status(status: ConditionStatus, due_on: date, as_of: date) -> ConditionStatus:
    """A condition whose day has passed is missed, also before the engine has written so."""
    return ConditionStatus.MISSED if status is ConditionStatus.PENDING and as_of > due_on else status


def newest(answers: Iterable[StandingAnswer], notes: Mapping[tuple[str, str], str]) -> tuple[StandingAnswer, ...]:
    """The standing answers with the newest measurements; a value may change while its answer stays."""
    return tuple(
        a if (note := notes.get((a.stage, a.criterion), a.found)) == a.found else a.model_copy(update={"found": note})
        for a in answers
    )


def status_in(life: InitiativeSnapshot, language: Language) -> InitiativeStatus:
    """The status of a life that was read from the database."""
    return status_of(life.state, life.model, life.record, life.day, language, life.notes)


def _line(state: InitiativeState, model: LifecycleModel, stage: Stage, as_of: date, language: Language) -> StageLine:
    visit, review, milestone = state.visit(stage.id), state.open_review(stage.id), state.milestone(stage.id)
    latest = visit or next((v for v in reversed(state.visits_of_life) if v.stage == stage.id), None)
    now = progress_in(state, stage, as_of)
    return StageLine(
        stage=stage.id,
        kind=stage.kind,
        number=model.position(stage.id),
        title=stage.title.to(language),
        milestone=stage.gate.milestone.to(language),
        status=now.status,
        optional=stage.optional,
        after=stage.after,
        round=latest.round if latest else 0,
        entered_on=latest.entered_on if latest else None,
        due_on=visit.due_on if visit else None,
        overdue=now.overdue,
        held_until=now.held_until,
        waiting_since=now.waiting_since,
        achieved_on=milestone.achieved_on if milestone else None,
        lapsed_on=now.lapsed_on,
        overridden=_overridden(stage, state, language),
        review=review.id if review else None,
        readiness=recall_gate(stage, state.answers).readiness if review or (visit and not milestone) else None,
    )


def _overridden(stage: Stage, state: InitiativeState, language: Language) -> tuple[str, ...]:
    """The overridden requirements; they stay visible even if the milestone was withdrawn."""
    passed = {c for m in state.milestones if m.stage == stage.id for c in (m.overridden or "").split()}
    return titles_in(stage, passed, language) if passed else ()


def titles_in(stage: Stage, names: Collection[str], language: Language) -> tuple[str, ...]:
    """The titles of some criteria and groups of a gate, in the order of the file."""
    return tuple(title_of(part, language) for name, part in stage.gate.by_id.items() if name in names)


def title_of(requirement: Criterion | AnyOf | AllOf, language: Language) -> str:
    """The title of a criterion; of a group without a title those of its parts, joined."""
    if requirement.title is not None:
        return requirement.title.to(language)
    if isinstance(requirement, Criterion):
        return requirement.id
    parts = requirement.any_of if isinstance(requirement, AnyOf) else requirement.all_of
    return join_parts(requirement, [title_of(part, language) for part in parts], language)


def _hindrances(state: InitiativeState, stage: Stage, line: StageLine, language: Language) -> list[Hindrance]:
    """What blocks a gate under way, or made a milestone lapse; an *any of* is one hindrance."""
    if line.lapsed_on is None and line.readiness is None:
        return []
    verdict = recall_gate(stage, state.answers)
    held_back = list(verdict.hindrances)
    if line.lapsed_on is not None:
        milestone = state.milestone(stage.id)
        fallen = set((milestone.lapsed_by or "").split()) if milestone else set[str]()
        held_back = [u for u in verdict.units if names_in(u) & fallen and u.answer is not Answer.MET]
    return [
        Hindrance(
            stage=stage.id,
            criterion=unit.id,
            title=title_of(stage.gate.by_id[unit.id], language),
            answer=unit.answer,
            found=unit.value_text(language),
            asked=unit.bound_text(language),
        )
        for unit in held_back
    ]
