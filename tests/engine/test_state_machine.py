"""Whatever people do, in whatever order, the ledger replays to the stored state, and nothing happens twice.

The model is random. There are few people, names and days, so that they collide. Commands are refused, repeated and
late, and clocks differ. The invariants state what is true at any time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from support import postgres
from support.fresh import Fresh, FreshPostgres, FreshSqlite
from support.random_models import FIGURES, STAGES, models
from support.search import WITHOUT_SHRINKING
from support.world import World

from clusterflow.domain.events import Entry
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import ConditionStatus, DecisionKind, Stance, Standing
from clusterflow.engine.record import RecordResult
from clusterflow.errors import ClusterflowError, NotPossible
from clusterflow.rules.ballot import Ballot
from clusterflow.rules.projection import replay
from clusterflow.rules.tally import carried
from clusterflow.services import enrolment, explanation, gate_forms, ledger, registry, standing
from clusterflow.services import gates as gates_service
from clusterflow.services import review as review_service
from clusterflow.store.state import sort_rows
from clusterflow.store.tables import chain

ZONES = {"one": "America/Monterrey", "two": "Pacific/Auckland"}
INITIATIVES = st.sampled_from(sorted(ZONES))
PEOPLE = st.sampled_from(["mona", "bruno", "gala", "nobody"])
PLACES = st.integers(0, len(STAGES) - 1)
DAYS = st.sampled_from([1, 5, 30])


@dataclass(frozen=True)
class Done:
    """A command that was given under a key, and its answer."""

    key: str
    again: Callable[[str], Any]
    answer: Any


class Life(RuleBasedStateMachine):
    """What people may do to two initiatives under one model."""

    fresh: ClassVar[Fresh]

    def __init__(self) -> None:
        super().__init__()
        self.done: list[Done] = []
        self.read: tuple[dict[str, int], dict[str, Any]] = ({}, {})
        self.asked: dict[tuple[str, date], Any] = {}
        self.explained: list[tuple[str, date, datetime, Any]] = []

    @initialize(a_model=models)
    def begin(self, a_model: LifecycleModel) -> None:
        self.model = a_model
        self.w = World(self.fresh.again(), a_model, database=self.fresh.engine)
        self.enrol("one")

    # What people do

    def command(self, what: Callable[[str], Any]) -> Any:
        """Give a command under a key of its own. It may be impossible; then it changes nothing."""
        key = f"key-{len(self.done)}"
        before = self.versions()
        try:
            answer = what(key)
        except ClusterflowError:
            assert self.versions() == before, "a command that fails changes nothing"
            return None
        self.done.append(Done(key, what, answer))
        return answer

    @rule(initiative=INITIATIVES)
    def enrol(self, initiative: str) -> None:
        start = self.w.now.date() - timedelta(days=1)
        line = f"initiative id={initiative} name=I country=MX timezone={ZONES[initiative]} from={start}"
        if self.command(lambda key: enrolment.enrol(self.w.context, self.w.submission(line), "tiny", key=key)):
            seats = (
                "body id=management kind=management name=Management",
                "body id=board kind=board name=Board",
                "seat body=management person=mona role=manager organisation=firm",
                "seat body=board person=bruno role=chair organisation=firm",
                "seat body=board person=gala organisation=ministry",
            )
            self.w.record(*(f"{seat} initiative={initiative} from=2020-01-01" for seat in seats))

    @rule(
        initiative=INITIATIVES,
        figure=st.sampled_from(FIGURES),
        value=st.sampled_from([0, 1, 2, None]),
        ago=st.sampled_from([0, 0, 5]),
    )
    def record(self, initiative: str, figure: str, value: int | None, ago: int) -> None:
        """A figure of today or of some days ago, or the withdrawal of one."""
        on = self.w.now.date() - timedelta(days=ago)
        rest = "retract=true" if value is None else f"numerator={value} denominator=2"
        line = f"observation initiative={initiative} metric={figure} on={on} {rest}"
        self.command(lambda key: self.w.record(line, key=key))

    @rule(
        initiative=INITIATIVES, who=st.sampled_from(["gala", "bruno"]), how=st.sampled_from(["to=", "retract=true", ""])
    )
    def change_a_seat(self, initiative: str, who: str, how: str) -> None:
        """A seat ends today, is withdrawn, or is given again."""
        ends = f"to={self.w.now.date()}" if how == "to=" else how
        line = f"seat initiative={initiative} body=board person={who} from=2020-01-01 {ends}"
        self.command(lambda key: self.w.record(line if who == "gala" else f"{line} role=chair", key=key))

    @rule(initiative=INITIATIVES, place=PLACES, person=PEOPLE)
    def decline(self, initiative: str, place: int, person: str) -> None:
        stage = self.stage_at(place)
        self.command(lambda key: gates_service.decline_stage(self.w.context, initiative, stage, person, "no need", key))

    @rule(initiative=INITIATIVES)
    def evaluate(self, initiative: str) -> None:
        if self.lives(initiative):
            review_service.evaluate(self.w.context, initiative)

    @rule()
    def review(self) -> None:
        review_service.review_portfolio(self.w.context)
        # A stage may be overdue by both of its terms at once. Each review reports one of them.
        again = review_service.review_portfolio(self.w.context).changed
        assert {kind for c in again for kind in c.changes} <= {"stage.overdue"}
        assert not again or review_service.review_portfolio(self.w.context).changed == (), (
            "another review on the same day changes nothing"
        )

    @rule(initiative=INITIATIVES, place=PLACES)
    def open_gate(self, initiative: str, place: int) -> None:
        self.command(lambda key: gates_service.open_gate(self.w.context, initiative, self.stage_at(place), key=key))

    @precondition(lambda self: gate_forms.open_gates(self.w.context))
    @rule(
        initiative=INITIATIVES,
        place=PLACES,
        person=PEOPLE,
        kind=st.sampled_from([*DecisionKind, *Stance, DecisionKind.GO, DecisionKind.GO]),
        later=st.sampled_from([-1, 5, 30]),
        back=PLACES,
        stale=st.sampled_from([False, False, False, True]),
    )
    def decide(
        self, initiative: str, place: int, person: str, kind: DecisionKind | Stance, later: int, back: int, stale: bool
    ) -> None:
        day = self.w.now.date() + timedelta(days=later)
        under_way = sorted(r.stage for r in self.state(initiative).open_reviews) if self.lives(initiative) else []
        ballot = Ballot(
            stage=under_way[place % len(under_way)] if under_way else self.stage_at(place),
            decision=kind,
            reason="it is time",
            seen="0123456789ab" if stale else None,
            until=day if kind is DecisionKind.HOLD else None,
            due_all=day if kind is DecisionKind.CONDITIONAL_GO else None,
            to_stage=self.stage_at(back) if kind is DecisionKind.RECYCLE else None,
        )
        done = self.command(lambda key: gates_service.decide(self.w.context, initiative, person, ballot, key))
        assert done is None or not stale or done.refused is not None

    @rule(
        initiative=INITIATIVES,
        values=st.sampled_from([(2, 2), (2, 2), (2, 2), (1, 2), (0, 2), (2, 0)]),
        kind=st.sampled_from([DecisionKind.GO, DecisionKind.GO, *DecisionKind]),
        back=PLACES,
        days=DAYS,
        times=st.integers(1, 3),
    )
    def all_agree(
        self, initiative: str, values: tuple[int, int], kind: DecisionKind, back: int, days: int, times: int
    ) -> None:
        """Record facts, evaluate, and let everybody decide the open gates, so that initiatives advance."""
        if not self.lives(initiative):
            self.enrol(initiative)
        for time in range(times):
            self.w.now += timedelta(days=days)
            for figure, value in zip(FIGURES, values, strict=True):
                self.record(initiative, figure, value, 0)
            self.evaluate(initiative)
            for person in ("mona", "bruno", "gala"):
                if self.state(initiative).open_reviews:
                    self.decide(initiative, 0, person, kind if time == 0 else DecisionKind.GO, 30, back, stale=False)

    @rule(initiative=INITIATIVES, days=DAYS, times=st.integers(1, 4))
    def all_goes_well(self, initiative: str, days: int, times: int) -> None:
        self.all_agree(initiative, (2, 2), DecisionKind.GO, 0, days, times)

    @rule(hours=st.sampled_from([7, 11, 13, 24, 24 * 5, 24 * 30]))
    def time_goes_on(self, hours: int) -> None:
        self.w.now += timedelta(hours=hours)

    @rule(initiative=INITIATIVES, value=st.integers(0, 2))
    def a_machine_whose_clock_is_behind_records_and_evaluates(self, initiative: str, value: int) -> None:
        now = self.w.now
        self.w.now = now - timedelta(minutes=4)
        self.record(initiative, "a", value, 0)
        self.evaluate(initiative)
        self.w.now = now

    # What people repeat and ask

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        earlier = data.draw(st.sampled_from(self.done))
        before = self.versions()
        answer = earlier.again(earlier.key)
        if isinstance(answer, RecordResult):
            assert answer.already is not None
            assert answer == earlier.answer.again(answer.already)
        else:
            assert answer == earlier.answer
        assert self.versions() == before

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def another_request_under_the_same_key(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.done)).key
        before = self.versions()
        with pytest.raises(NotPossible, match="already used for another command"):
            self.w.record("link initiative=one id=other direction=inside with_whom=x from=2024-01-01", key=key)
        assert self.versions() == before

    @rule(initiative=INITIATIVES, ago=DAYS)
    def ask_about_a_past_day(self, initiative: str, ago: int) -> None:
        if not self.lives(initiative):
            return
        day = self.w.now.date() - timedelta(days=ago + 1)
        self.asked.setdefault((initiative, day), self.state_on(initiative, day))
        last = max(e.at for c in (initiative, "registry") for e in ledger.entries(self.w.context, c))
        self.explained.append((initiative, day, last, self.explain(initiative, day, last)))

    # What is true at any time

    @invariant()
    def the_ledger_replays_to_the_stored_state(self) -> None:
        for initiative, (entries, state) in self.lives_now().items():
            assert ledger.first_break(self.w.context, initiative) is None
            replayed = replay(entries)
            assert replayed is not None
            assert sort_rows(replayed) == state
        assert ledger.first_break(self.w.context, "registry") is None

    @invariant()
    def each_thing_happens_once(self) -> None:
        for entries, _ in self.lives_now().values():
            once = Counter[tuple[Any, ...]]()
            for event in (e.event for e in entries):
                match event.kind:
                    case "stage.entered" | "stage.left" | "milestone.achieved" | "milestone.withdrawn":
                        once[event.kind, event.stage, event.round] += 1  # type: ignore[union-attr]
                    case "stage.overdue":
                        once[event.kind, event.stage, event.round, event.level] += 1  # type: ignore[union-attr]
                    case "gate.opened":
                        once[event.kind, event.review] += 1  # type: ignore[union-attr]
                    case "vote.fell" | "vote.withdrawn":
                        once["vote ended", event.review, event.number] += 1  # type: ignore[union-attr]
                    case "gate.referred":
                        once[event.kind, event.review] += 1  # type: ignore[union-attr]
                    case "gate.decided" | "gate.withdrawn":
                        once["gate closed", event.review] += 1  # type: ignore[union-attr]
                    case "condition.set":
                        once[event.kind, event.review, event.criterion] += 1  # type: ignore[union-attr]
                    case "condition.met" | "condition.missed":
                        once["condition settled", event.review, event.criterion] += 1  # type: ignore[union-attr]
            assert set(once.values()) <= {1}, [what for what, n in once.items() if n > 1]

    @invariant()
    def time_goes_forward_and_its_days_too(self) -> None:
        for entries, _ in self.lives_now().values():
            assert [e.at for e in entries] == sorted(e.at for e in entries)
            days = [e.event.on for e in entries if hasattr(e.event, "on")]
            assert days == sorted(days)

    @invariant()
    def who_is_under_way_has_passed_what_comes_before(self) -> None:
        for _, state in self.lives_now().values():
            passed, under_way = {m.stage for m in state.milestones if m.stands}, [v.stage for v in state.open_visits]
            over = passed | state.declined
            assert len(under_way) == len(set(under_way))
            assert all(over.issuperset(self.model.stage(s).after) for s in under_way)
            open_stages = [r.stage for r in state.open_reviews]
            assert len(open_stages) == len(set(open_stages))
            # A gate that was passed under conditions opens again if one is missed, and its milestone stands.
            again = {s for s in passed for c in state.conditions_at(s) if c.status is ConditionStatus.MISSED}
            assert set(open_stages) - again <= set(under_way) - passed
            assert len(passed) == sum(m.stands for m in state.milestones)
            if state.standing is Standing.STOPPED:
                assert under_way == []
            else:
                free = {s.id for s in self.model.stages if over.issuperset(s.after)} - over
                assert free <= set(under_way), "a stage that waits for nothing has begun"

    @invariant()
    def a_gate_whose_votes_suffice_is_decided(self) -> None:
        for _, state in self.lives_now().values():
            for review in state.open_reviews:
                votes, rule = state.standing_votes(review.id), self.model.stage(review.stage).gate.decided_by
                assert len({v.decider for v in votes}) == len(votes), "a person has one vote"
                assert carried(rule, review, votes, date.min, everybody_voted=False) == ()

    @invariant()
    def nothing_goes_out_that_is_not_written(self) -> None:
        with self.w.context.database.connect() as connection:
            for row in connection.execute(select(chain)):
                assert 0 <= max(row.published, row.told) <= row.version

    @invariant()
    def what_was_answered_about_a_past_day_stays(self) -> None:
        for (initiative, day), answer in self.asked.items():
            assert self.state_on(initiative, day) == answer
        for initiative, day, known_at, answer in self.explained[-2:]:
            assert self.explain(initiative, day, known_at) == answer, "as it was known then"

    # Short forms

    def stage_at(self, place: int) -> str:
        return self.model.stages[place % len(self.model.stages)].id

    def lives(self, initiative: str) -> bool:
        return initiative in self.lives_now()

    def lives_now(self) -> dict[str, tuple[tuple[Entry, ...], InitiativeState]]:
        """Each initiative's ledger and its stored state; read once for all invariants."""
        versions = self.versions()
        if versions != self.read[0]:
            found = {
                i: (ledger.entries(self.w.context, i), self.state(i)) for i in registry.initiatives(self.w.context)
            }
            self.read = (versions, found)
        return self.read[1]

    def state(self, initiative: str) -> InitiativeState:
        return standing.state(self.w.context, initiative)

    def state_on(self, initiative: str, day: date) -> Any:
        try:
            found = standing.state(self.w.context, initiative, day)
        except NotPossible:
            return None
        # What had happened by the end of that day, where the initiative is.
        zone = ZoneInfo(ZONES[initiative])
        by_then = [e for e in ledger.entries(self.w.context, initiative) if e.at.astimezone(zone).date() <= day]
        assert by_then == list(ledger.entries(self.w.context, initiative)[: len(by_then)])
        assert found == sort_rows(replay(by_then))  # type: ignore[arg-type]
        return found

    def explain(self, initiative: str, day: date, known_at: datetime) -> Any:
        try:
            gates = explanation.explain(
                self.w.context, initiative, self.model.stages[0].id, day, known_at, with_evidence=False
            )
        except NotPossible:
            return None
        return [(c.found, c.answer) for gate in gates for c in gate.criteria]

    def versions(self) -> dict[str, int]:
        with self.w.context.database.connect() as connection:
            return {row.id: row.version for row in connection.execute(select(chain))}


def live(fresh: Fresh, examples: int, steps: int) -> None:
    machine = type("LifeOnADatabase", (Life,), {"fresh": fresh})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, phases=WITHOUT_SHRINKING)
    )
    fresh.engine.dispose()


def test_any_life_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    live(FreshSqlite(sqlite_template, tmp_path), examples=30, steps=25)


def test_any_life_on_postgresql(postgres_server: str, postgres_template: str) -> None:
    postgres.execute(postgres_server, f"CREATE DATABASE machine TEMPLATE {postgres_template}")
    live(FreshPostgres(postgres_server, "machine"), examples=4, steps=25)
