"""Plans how an initiative passes from one model, or version of a model, to another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from clusterflow.domain import events as ev
from clusterflow.domain.criterion import Criterion
from clusterflow.domain.events import LifeEvent
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.migration import Opening
from clusterflow.domain.state import InitiativeState, Visit
from clusterflow.domain.terms import Role, StageKind, VisitOutcome, VoteFall
from clusterflow.rules.carry_over import carry_over, visit_order
from clusterflow.rules.evaluation import UNSETTLED
from clusterflow.rules.settlement import void_vote
from clusterflow.rules.transition import Transition
from clusterflow.rules.work_calendar import FOR_EVER


@dataclass(frozen=True, slots=True)
class MigrationDecision:
    """Who decided the migration, in which role, and why. People are pseudonyms."""

    decider: str
    role: Role
    second: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Loss:
    """A former stage whose milestone or time no stage of the new model takes over."""

    stage: str
    achieved_on: date | None = None
    shared: str | None = None
    """The stage that would take its place, if it also takes that of stages that are not achieved."""
    unfinished: tuple[str, ...] = ()
    """Those stages."""
    candidates: tuple[str, ...] = ()
    """The stages of the new model that have the same kind."""


def match_stages(
    former: LifecycleModel, new: LifecycleModel, written: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return which stage of the new model takes the place of each former one.

    What is written counts first. Then a stage is matched with that of the same id and kind, and then with the only
    other one of its kind, if there is one on each side.
    """
    found = {s: to for s, to in (written or {}).items() if s in former.by_id}
    for stage in former.stages:
        same = new.by_id.get(stage.id)
        if stage.id not in found and same is not None and same.kind is stage.kind:
            found[stage.id] = stage.id
    left, free = _by_kind(former, set(found)), _by_kind(new, set(found.values()))
    for kind, ids in left.items():
        if len(ids) == 1 and len(free.get(kind, ())) == 1:
            found[ids[0]] = free[kind][0]
    return {stage.id: found[stage.id] for stage in former.stages if stage.id in found}


def _by_kind(model: LifecycleModel, without: set[str]) -> dict[StageKind, list[str]]:
    kinds: dict[StageKind, list[str]] = defaultdict(list)
    for stage in model.stages:
        if stage.id not in without:
            kinds[stage.kind].append(stage.id)
    return kinds


def find_losses(
    former: LifecycleModel, new: LifecycleModel, state: InitiativeState, stages: Mapping[str, str]
) -> tuple[Loss, ...]:
    """Return what a migration would lose. It is refused unless there is nothing."""
    achieved = {m.stage: m.achieved_on for m in state.milestones if m.stands}
    done = achieved.keys() | state.declined
    losses = []
    for stage in former.stages:
        of_kind = tuple(s.id for s in new.stages if s.kind is stage.kind)
        if stage.id not in stages:
            visited = any(v.stage == stage.id for v in state.visits)
            if stage.id in achieved or (visited and stage.id in new.by_id):
                losses.append(Loss(stage.id, achieved.get(stage.id), candidates=of_kind))
            continue
        shared = [s for s, to in stages.items() if to == stages[stage.id] and s not in done]
        if stage.id in achieved and shared:
            losses.append(Loss(stage.id, achieved[stage.id], stages[stage.id], tuple(shared), of_kind))
    return tuple(losses)


def plan_migration(
    former: LifecycleModel,
    new: LifecycleModel,
    state: InitiativeState,
    stages: Mapping[str, str],
    decision: MigrationDecision,
    today: date,
) -> tuple[LifeEvent, ...]:
    """Return the events of a migration that loses nothing: open gates close, it passes over, and stages begin."""
    before = Transition(former, state, today)
    for review in state.open_reviews:
        before.add(ev.GateWithdrawn(review=review.id, stage=review.stage, on=today, migrated=True))
        for vote in state.standing_votes(review.id):
            void_vote(before, review, vote, VoteFall.MODEL)
    before.add(_Plan(former, new, before.state, stages, today).event(decision))
    after = Transition(new, before.state, today)
    after.enter_ready_stages()
    return (*before.events, *after.events)


@dataclass(slots=True)
class _Plan:
    former: LifecycleModel
    new: LifecycleModel
    state: InitiativeState
    stages: Mapping[str, str]
    today: date
    achieved: set[str] = field(default_factory=set)
    under_way: dict[str, Visit] = field(default_factory=dict)
    """By new stage: the open visit that continues there, if it is its turn."""
    declined: set[str] = field(default_factory=set)
    mandatory: set[str] = field(default_factory=set)
    opens: dict[str, Opening] = field(default_factory=dict)
    interrupted: dict[str, str] = field(default_factory=dict)

    def event(self, decision: MigrationDecision) -> ev.InitiativeMigrated:
        self.achieved = {self.stages[m.stage] for m in self.state.milestones if m.stands}
        self._sort_visits()
        self._open()
        due_on, escalate_on = self._deadlines()
        ends, goes_on = self._open_ended()
        event = ev.InitiativeMigrated(
            former=self.former.id,
            former_hash=self.former.hash,
            model=self.new.id,
            model_hash=self.new.hash,
            decider=decision.decider,
            role=decision.role,
            second=decision.second,
            reason=decision.reason,
            stages=dict(self.stages),
            milestones={m.stage: m.achieved_on for m in self.state.milestones if m.stands},
            interrupted=self.interrupted,
            opens=self.opens,
            due_on=due_on,
            escalate_on=escalate_on,
            ends=ends,
            goes_on=goes_on,
            mandatory=tuple(sorted(self.mandatory)),
            answers=tuple(sorted(self._answers())),
            on=self.today,
        )
        return event.model_copy(update={"conditions": self._conditions(event)})

    def _sort_visits(self) -> None:
        for visit in sorted(self.state.open_visits, key=visit_order):
            to = self.stages.get(visit.stage)
            if self.state.milestone(visit.stage) is not None:
                continue
            if to is None:
                self.interrupted[visit.stage] = ""
                continue
            if to in self.under_way:
                self.interrupted[self.under_way[to].stage] = ""
            self.under_way[to] = visit
        gone_without = {self.stages[s] for s in self.state.declined if s in self.stages}
        gone_without -= self.achieved | self.under_way.keys()
        self.mandatory = {to for to in gone_without if not self.new.stage(to).optional}
        self.declined = gone_without - self.mandatory

    def _open(self) -> None:
        done = self.achieved | self.declined
        for stage in self.new.stages:
            missing = [s for s in stage.after if s not in done]
            visit = self.under_way.get(stage.id)
            if visit is not None and missing:
                self.interrupted[visit.stage] = " ".join(missing)
            elif visit is not None:
                self.opens[stage.id] = Opening.GOES_ON
            elif stage.id not in done and not missing:
                self.opens[stage.id] = self._why(stage.id)

    def _why(self, stage: str) -> Opening:
        last = self._last(stage)
        if stage in self.mandatory:
            return Opening.MANDATORY
        if last is not None and last.outcome is VisitOutcome.MIGRATED:
            return Opening.RESUMED
        return Opening.ORDER if stage in self.stages.values() else Opening.NEW

    def _last(self, stage: str) -> Visit | None:
        """Return the last visit that counts as one of this new stage."""
        mine = [v for v in self.state.visits if self.stages.get(v.stage, v.stage) == stage]
        return max(mine, key=visit_order, default=None)

    def _deadlines(self) -> tuple[dict[str, date], dict[str, date]]:
        """Move the ends of the time by what the models differ. The days of an interruption do not count."""
        due_on, escalate_on = dict[str, date](), dict[str, date]()
        for stage in self.new.stages:
            visit = self._last(stage.id)
            if visit is None or stage.id in self.achieved:
                continue
            if visit.left_on is not None and visit.outcome is not VisitOutcome.MIGRATED:
                continue
            old = self.former.by_id.get(visit.stage, stage)
            more = stage.allowed_days - old.allowed_days
            if self.opens.get(stage.id) is Opening.RESUMED and visit.left_on is not None:
                more += (self.today - visit.left_on).days
            due_on[stage.id] = _moved(visit.due_on, more)
            escalate_on[stage.id] = _moved(visit.escalate_on, more + stage.escalate_days - old.escalate_days)
        return due_on, escalate_on

    def _open_ended(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        ends, goes_on = list[str](), list[str]()
        for milestone in self.state.milestones:
            if not milestone.stands:
                continue
            stage = self.new.stage(self.stages[milestone.stage])
            before = self.former.stage(milestone.stage)
            if before.open_ended and not stage.open_ended:
                ends.append(stage.id)
            elif stage.open_ended and not before.open_ended:
                goes_on.append(stage.id)
        return tuple(ends), tuple(goes_on)

    def _answers(self) -> set[str]:
        """The answers to what the new gate asks as well, whatever bound it has."""
        same_answers = set()
        for answer in self.state.answers:
            to = self.stages.get(answer.stage)
            if to is None or answer.stage not in self.former.by_id:
                continue
            old = self.former.stage(answer.stage).gate.by_id.get(answer.criterion)
            new = self.new.stage(to).gate.by_id.get(answer.criterion)
            if isinstance(old, Criterion) and isinstance(new, Criterion) and old.call == new.call:
                same_answers.add(f"{to}/{answer.criterion}")
        return same_answers

    def _conditions(self, event: ev.InitiativeMigrated) -> tuple[str, ...]:
        """The open conditions that no milestone keeps, or that the new gate does not ask for."""
        after = self.state.model_copy(update=carry_over(self.state, event))
        still_asked = {
            (c.review, c.criterion)
            for stage in self.new.stages
            for c in after.conditions_at(stage.id)
            if c.criterion in stage.gate.by_id
        }
        before = (c for stage in self.former.stages for c in self.state.conditions_at(stage.id))
        fallen = {
            f"{c.review}/{c.criterion}"
            for c in before
            if c.status in UNSETTLED and (c.review, c.criterion) not in still_asked
        }
        return tuple(sorted(fallen))


def _moved(day: date, days: int) -> date:
    return day if day >= FOR_EVER else day + timedelta(days=days)
