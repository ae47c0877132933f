"""What the board of an office is filtered and ranked by, for each of thousands of initiatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.terms import Answer
from clusterflow.domain.text import alphabetical
from clusterflow.rules.judge import blocking_answers
from clusterflow.rules.stage_progress import UNDER_WAY, Wait, longest_wait_days, progress_in, wait_of
from clusterflow.rules.visit_priority import count_signs, reasons
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import compute_without_broken
from clusterflow.services.views.cache import Basis, ViewCache, quarter_of
from clusterflow.store.pinned_models import load_model
from clusterflow.store.present_states import Present, extent, heads_of_all, places, present_states
from clusterflow.store.registry import MOST_NAMED
from clusterflow.store.view_basis import Facts


class Outline(NamedTuple):
    """Where an initiative stands, without a text."""

    model: str
    model_hash: str
    waits: Wait
    overdue: bool
    points: int
    """How much it needs a visit, by the rule of the portfolio."""
    waits_days: int


class OutlineRow(NamedTuple):
    """An initiative in the order of the board."""

    place: tuple[str, str, str]
    """Model, name to sort by, and id."""
    name: str
    outline: Outline

    @property
    def initiative(self) -> str:
        return self.place[2]

    @property
    def visit_order(self) -> tuple[object, ...]:
        """The key by which visits are sorted, as in ``reports.portfolio``."""
        return (-self.outline.points, -self.outline.waits_days, self.name, self.initiative)


class _Patterns:
    """The blocking answers of gates: of ten thousand gates, most are alike."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, frozenset[tuple[str, Answer]]], tuple[Answer, ...]] = {}

    def answers(self, model: str, stage: Stage, answers: Mapping[str, Answer]) -> tuple[Answer, ...]:
        key = (model, stage.id, frozenset(answers.items()))
        if key not in self._known:
            self._known[key] = blocking_answers(stage, answers)
        return self._known[key]


def outline_rows(context: Context, person: str, initiatives: Sequence[str], cache: ViewCache) -> Sequence[OutlineRow]:
    """Return the outlines of the initiatives that a person serves, in the order of the board.

    An initiative that cannot be read is left out. As long as nothing is recorded anywhere, all of them are kept as one.
    """
    with context.reading() as connection:
        chains, entries = extent(connection)
    whole = Basis(REGISTRY, Facts(f"{chains}/{entries}", None, None), quarter_of(context.clock()))
    return cache.one(whole, ("outlines", person), lambda: _rows(context, initiatives, cache))


def _rows(context: Context, initiatives: Sequence[str], cache: ViewCache) -> Sequence[OutlineRow]:
    now = context.clock()
    with context.reading() as connection:
        heads, names = heads_of_all(connection), places(connection, now.date())
    zones = {i: names[i].timezone if i in names else "UTC" for i in initiatives}
    days = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in set(zones.values())}
    bases = {
        # How far an initiative is changes with its own entries, and with the day.
        i: Basis(i, Facts(heads[i], None, None), datetime.combine(days[zones[i]], time(), UTC))
        for i in initiatives
        if i in heads
    }
    patterns = _Patterns()

    def portion(some: Sequence[str]) -> Mapping[str, Outline]:
        return compute_without_broken(
            lambda only: _outlines(context, some if only is None else only, zones, days, patterns), lambda: list(some)
        )[0]

    def compute(missing: Sequence[str]) -> Mapping[str, Outline]:
        starts = range(0, len(missing), MOST_NAMED)
        return {i: one for start in starts for i, one in portion(missing[start : start + MOST_NAMED]).items()}

    found = cache.many(bases, "outline", compute)
    rows = (
        OutlineRow((one.model, alphabetical(name), i), name, one)
        for i, one in found.items()
        for name in [names[i].name if i in names else i]
    )
    return sorted(rows, key=lambda row: row.place)


def _outlines(
    context: Context,
    initiatives: Sequence[str],
    zones: Mapping[str, str],
    days: Mapping[str, date],
    patterns: _Patterns,
) -> dict[str, Outline]:
    with context.reading() as connection:
        found = present_states(connection, initiatives)
        models = {h: load_model(connection, h) for h in {one.state.model_hash for one in found.values()}}
    return {
        i: _outline(one, models[one.state.model_hash], zones[i], days[zones[i]], patterns) for i, one in found.items()
    }


def _outline(present: Present, model: LifecycleModel, zone: str, today: date, patterns: _Patterns) -> Outline:
    state = present.state

    def blocking(stage: Stage) -> Iterable[Answer]:
        return patterns.answers(state.model_hash, stage, present.answers.get(stage.id, {}))

    named = {v.stage for v in state.visits} | {m.stage for m in state.milestones} | {r.stage for r in state.reviews}
    stages = [progress_in(state, stage, today) for stage in model.stages if stage.id in named]
    last_fact = present.last_fact.astimezone(ZoneInfo(zone)).date() if present.last_fact else None
    signs = count_signs(state, model, today, last_fact, blocking)
    return Outline(
        model=model.id,
        model_hash=state.model_hash,
        waits=wait_of(state.standing, stages),
        overdue=any(s.overdue for s in stages if s.status in UNDER_WAY),
        points=sum(reason.points for reason in reasons(signs)),
        waits_days=longest_wait_days(state.standing, stages, today),
    )
