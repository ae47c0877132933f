"""Whatever life an initiative had under a random model: what a migration to another random model keeps.

A migration there and back leaves the standing, every milestone with its dates, rounds and reviews, the open conditions,
the stages under way, and the days of every stay that there was: when it began, by when its time is over, how it ended.
That holds if both models ask the same at the gates of the stages that take each other's place and make the same ones
optional. Their order, their names and the times that they allow may differ.

An initiative that is not migrated lives as if there were no new text: entry by entry, whatever the text says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.fresh import Fresh, FreshPostgres, FreshSqlite
from support.postgres import execute
from support.random_models import FIGURES, models
from support.search import WITHOUT_SHRINKING
from support.world import World

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.state import InitiativeState, Visit
from clusterflow.domain.terms import DecisionKind, Standing
from clusterflow.errors import ClusterflowError, Mistakes
from clusterflow.rules.ballot import Ballot
from clusterflow.rules.migration import match_stages
from clusterflow.rules.projection import replay
from clusterflow.services import gates, ledger, review, standing
from clusterflow.services.migration import migrate
from clusterflow.services.model_changes import impact
from clusterflow.store.people import aliases_of
from clusterflow.store.state import sort_rows

Step = tuple[tuple[int, int], DecisionKind, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from([(2, 2), (2, 2), (2, 0), (1, 2), (0, 0)]),
        st.sampled_from([DecisionKind.GO, DecisionKind.GO, DecisionKind.GO, *DecisionKind]),
        st.integers(0, 4),
        st.sampled_from([1, 5, 30]),
    ),
    max_size=5,
)


def begin(fresh: Fresh, *both: LifecycleModel) -> World:
    w = World(fresh.again(), *both, database=fresh.engine)
    w.record("office id=agency organisation=ministry name=Agency from=2020-01-01")
    w.enrol()
    w.record(f"initiative id=one office=agency from={w.now.date()}")
    return w


def play(w: World, model: LifecycleModel, life: Sequence[Step]) -> None:
    """Let days pass, record figures, evaluate, and let everybody decide at the open gates."""
    for values, kind, back, days in life:
        w.now += timedelta(days=days)
        for figure, value in zip(FIGURES, values, strict=True):
            w.state_figure(figure, value, 2)
        w.evaluate()
        until = w.now.date() + timedelta(days=20)
        for person in ("mona", "bruno", "gala"):
            for stage in sorted({r.stage for r in now(w).open_reviews}):
                ballot = Ballot(
                    stage=stage,
                    decision=kind,
                    reason="it is time",
                    until=until if kind is DecisionKind.HOLD else None,
                    due_all=until if kind is DecisionKind.CONDITIONAL_GO else None,
                    to_stage=model.stages[back % len(model.stages)].id if kind is DecisionKind.RECYCLE else None,
                )
                with suppress(ClusterflowError):
                    gates.decide(w.context, "one", person, ballot)


def now(w: World) -> InitiativeState:
    return standing.state(w.context, "one")


def check(w: World, model: LifecycleModel) -> None:
    """What is true of any life, whatever models it had."""
    state = now(w)
    replayed = replay(ledger.entries(w.context, "one"))
    assert replayed is not None
    assert sort_rows(replayed) == state
    assert not [flaw for one in ledger.verify(w.context) for flaw in one.flaws]
    assert state.model_hash == model.hash
    achieved = {m.stage for m in state.milestones if m.stands}
    over = achieved | state.declined
    under_way = [v.stage for v in state.open_visits]
    assert len(under_way) == len(set(under_way))
    assert len(achieved) == sum(m.stands for m in state.milestones)
    assert {v.stage for v in state.open_visits} | achieved <= model.by_id.keys()
    if state.standing is Standing.ACTIVE:
        free = {s.id for s in model.stages if over.issuperset(s.after)} - over
        assert free <= set(under_way), "a stage that waits for nothing has begun"
        assert set(under_way) - achieved <= free, "who is under way has passed what comes before"
    assert {r.stage for r in state.open_reviews} <= set(under_way) | achieved


def renamed(made: LifecycleModel, name: str) -> LifecycleModel:
    return LifecycleModel.model_validate({**made.model_dump(by_alias=True), "model": name})


def there_and_back(fresh: Fresh, examples: int) -> None:
    @settings(max_examples=examples, phases=WITHOUT_SHRINKING)
    @given(one=models, orders=st.tuples(*[st.integers(0, 5)] * 5), life=steps, days=st.sampled_from([3, 50]))
    def run(one: LifecycleModel, orders: tuple[int, ...], life: list[Step], days: int) -> None:
        other = reordered(one, orders, days)
        w = begin(fresh, one, other)
        play(w, one, life)
        before = now(w)
        if before.standing is Standing.STOPPED:
            return
        mapping = Path(fresh.address.removeprefix("sqlite:///")).with_name("mapping.yaml")
        for former, to, model in ((one, other, "other"), (other, one, "tiny")):
            lines = "".join(f"  {s.id}: {t.id}\n" for s, t in zip(former.stages, to.stages, strict=True))
            mapping.write_text(f"from: {former.id}\nto: {to.id}\nstages:\n{lines}", encoding="utf-8")
            migrate(w.context, model, initiative="one", by="gala", reason="there and back", mapping=mapping)
            check(w, to)
        after = now(w)
        assert after.standing is before.standing
        assert after.milestones == before.milestones
        assert after.conditions == before.conditions
        assert {v.stage for v in after.open_visits} == {v.stage for v in before.open_visits}
        assert after.declined == before.declined
        stays = {(v.stage, v.round): days_of(v) for v in after.visits}
        assert {(v.stage, v.round): days_of(v) for v in before.visits}.items() <= stays.items()

    run()


def days_of(visit: Visit) -> tuple[Any, ...]:
    return (visit.entered_on, visit.due_on, visit.escalate_on, visit.held_until, visit.left_on, visit.outcome)


def reordered(made: LifecycleModel, orders: tuple[int, ...], days: int) -> LifecycleModel:
    """The same stages and gates under other names, in another order, with other times."""
    ids = [s.id for s in made.stages]
    stages: list[Any] = []
    for place, stage in enumerate(made.stages):
        earlier = ids[:place]
        after = tuple(f"n-{s}" for s in earlier[: orders[place] % (len(earlier) + 1)])
        stages.append(stage.model_copy(update={"id": f"n-{stage.id}", "after": after, "allowed_days": days}))
    turned = made.model_copy(update={"stages": tuple(stages)})
    return renamed(turned, "other")


def test_there_and_back_leaves_what_was_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    there_and_back(FreshSqlite(sqlite_template, tmp_path), examples=40)


def lived_on(fresh: Fresh, one: LifecycleModel, text: LifecycleModel | None, *lives: Sequence[Step]) -> list[str]:
    """Live under a model; return the entries, with people by name.

    Args:
        text: another text of the model, that is published after the first part of the life.
    """
    w = begin(fresh, one)
    for number, life in enumerate(lives):
        if text is not None and number == 1:
            w.context.models = {text.id: text}
            impact(w.context, text)
        review.review_portfolio(w.context)
        play(w, one, life)
    check(w, one)
    with w.context.reading() as connection:
        names = {alias: person for person, alias in aliases_of(connection).items()}
    events = (f"{e.at} {e.event!r}" for e in ledger.entries(w.context, "one") if not e.event.kind.startswith("record."))
    return [re.sub("p-[0-9a-f]+", lambda found: names[found[0]], entry) for entry in events]


def unmigrated(fresh: Fresh, examples: int) -> None:
    @settings(max_examples=examples, phases=WITHOUT_SHRINKING)
    @given(one=models, made=models, life=steps, further=steps, lead=st.sampled_from([None, 90]))
    def run(one: LifecycleModel, made: LifecycleModel, life: list[Step], further: list[Step], lead: int | None) -> None:
        text = made.model_copy(update={"version": "2", "lead_days": lead})
        assert lived_on(fresh, one, text, life, further) == lived_on(fresh, one, None, life, further)

    run()


def test_an_unmigrated_initiative_is_unchanged_by_any_new_text_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    unmigrated(FreshSqlite(sqlite_template, tmp_path), examples=20)


def to_any(fresh: Fresh, examples: int) -> None:
    @settings(max_examples=examples, phases=WITHOUT_SHRINKING)
    @given(one=models, made=models, life=steps, further=steps)
    def run(one: LifecycleModel, made: LifecycleModel, life: list[Step], further: list[Step]) -> None:
        other = renamed(made, "other")
        w = begin(fresh, one, other)
        play(w, one, life)
        before, entries = now(w), ledger.entries(w.context, "one")
        dates = {m.stage: m.achieved_on for m in before.milestones if m.stands}
        stages = match_stages(one, other)
        try:
            migrate(w.context, "other", initiative="one", by="gala", reason="another model")
        except Mistakes:
            assert not dates.keys() <= stages.keys(), "only a milestone without a place is a reason"
            assert ledger.entries(w.context, "one") == entries
            return
        except ClusterflowError:
            assert before.standing is Standing.STOPPED
            return
        check(w, other)
        after = now(w)
        carried: dict[str, date] = {stages[s]: day for s, day in dates.items()}
        assert {m.stage: m.achieved_on for m in after.milestones if m.stands} == carried
        assert not any(r.id in {b.id for b in before.open_reviews} for r in after.open_reviews)
        play(w, other, further)
        check(w, other)

    run()


def test_any_life_under_any_two_models_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    to_any(FreshSqlite(sqlite_template, tmp_path), examples=40)


def test_any_life_under_any_two_models_on_postgresql(postgres_server: str, postgres_template: str) -> None:
    execute(postgres_server, f"CREATE DATABASE migrations TEMPLATE {postgres_template}")
    to_any(FreshPostgres(postgres_server, "migrations"), examples=5)
