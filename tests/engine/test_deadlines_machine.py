"""In whatever order things happen, the stored deadlines are those of state and records, and each is reported once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.due import replays
from support.search import WITHOUT_SHRINKING
from support.world import World, model, stage, stated

from clusterflow.domain.terms import DecisionKind
from clusterflow.rules.deadlines import deadlines_of, expiry_deadlines
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.services import gates, ledger, registry, review, standing
from clusterflow.store import deadlines, record_ends

LIFE = model(
    stage("a", (), stated("a"), allowed_days=20),
    stage("b", ("a",), stated("b", keep=">= 1/2"), allowed_days=30),
    stage("life", ("b",), allowed_days=20, open_ended=True),
)
# Small pools, so that stages, figures and days collide.
stages = st.sampled_from(["a", "b", "life"])
spans = st.sampled_from([1, 3, 14, 40])
steps = st.one_of(
    st.tuples(st.just("wait"), spans),
    st.tuples(st.just("figure"), stages, st.integers(0, 1)),
    st.tuples(st.just("decide"), stages, st.sampled_from(list(DecisionKind)), spans),
    st.tuples(st.just("label"), st.sampled_from([30, 200, 400])),
    st.tuples(st.just("move"), st.sampled_from(["MX timezone=America/Mexico_City", "ES timezone=Europe/Madrid"])),
    st.tuples(st.just("evaluate")),
    st.tuples(st.just("fall due")),
)


@pytest.fixture
def fresh(sqlite_template: Path, tmp_path: Path) -> Callable[[], World]:
    number = iter(range(1_000_000))

    def make() -> World:
        path = tmp_path / f"{next(number)}.db"
        shutil.copy(sqlite_template, path)
        w = World(f"sqlite:///{path}", LIFE)
        w.enrol()
        return w

    return make


def take(w: World, step: tuple[object, ...]) -> None:
    day = w.now.date()
    match step:
        case ("wait", int(days)):
            w.now += timedelta(days=days)
        case ("figure", str(name), int(value)):
            w.state_figure(name, value)
        case ("decide", str(name), DecisionKind() as kind, int(days)):
            later = day + timedelta(days=days)
            if (
                standing.state(w.context, "one").visit(name) is not None
                and standing.state(w.context, "one").milestone(name) is None
            ):
                gates.open_gate(w.context, "one", name)
            w.decide(name, kind, until=later, due_all=later, to_stage="a")
        case ("label", int(days)):
            w.record(f"label initiative=one name=gold level=gold from={day} to={day + timedelta(days=days)}")
        case ("move", str(where)):
            w.record(f"initiative id=one country={where}")
        case ("evaluate",):
            w.evaluate()
        case ("fall due",):
            assert review.process_deadlines(w.context).problems == {}


def check(w: World) -> None:
    """The stored moments are those that the state, the records and the calendar make."""
    state, record = standing.state(w.context, "one"), registry.initiative_record(w.context, "one")
    assert record is not None
    calendar = WorkCalendar(record.timezone, record.country)
    with w.context.database.connect() as connection:
        ends = record_ends.ends_of(connection, "one", calendar)
        stored = deadlines.moments_of(connection, "one")
    wanted = deadlines_of(LIFE, state) | expiry_deadlines(state, ends)
    assert stored == {d: calendar.due_at(d.day) for d in wanted}
    assert replays(w)


@given(st.lists(steps, min_size=3, max_size=14))
@settings(max_examples=40, phases=WITHOUT_SHRINKING)
def test_the_stored_deadlines_are_those_that_will_fall_due(
    fresh: Callable[[], World], taken: list[tuple[object, ...]]
) -> None:
    w = fresh()
    for step in taken:
        take(w, step)
        check(w)
    w.now = datetime(2030, 1, 1, 12, tzinfo=UTC)
    review.process_deadlines(w.context)
    assert review.initiatives_due(w.context) == []
    version = standing.state(w.context, "one").version
    review.process_deadlines(w.context)
    assert standing.state(w.context, "one").version == version
    events = [e.event for e in ledger.entries(w.context, "one")]
    for kind, once in (
        ("stage.overdue", ("stage", "round", "level")),
        ("label.expiring", ("label", "until", "months")),
        ("label.expired", ("label", "until")),
        ("condition.missed", ("review", "criterion")),
        ("milestone.achieved", ("stage", "round")),
    ):
        reported = [tuple(getattr(e, name) for name in once) for e in events if e.kind == kind]
        assert len(reported) == len(set(reported)), kind
