"""The office page: the portfolio that a person's office follows, and what waits for its staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import nsmallest
from typing import NamedTuple

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.text import Frozen, Language
from clusterflow.engine.enrol import EnrolmentResult
from clusterflow.engine.record import Submission
from clusterflow.errors import NotPossible, UnknownName
from clusterflow.reports.portfolio.portfolio import VISITS, VisitLine, visit_lines
from clusterflow.reports.status import status_in
from clusterflow.reports.status_board import BoardLine, board_of
from clusterflow.services import access, enrolment
from clusterflow.services.catalogue.models import models_of
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import compute_without_broken
from clusterflow.services.views.cache import ViewCache, bases_of
from clusterflow.services.views.capacities import initiatives_served
from clusterflow.services.views.outlines import OutlineRow, outline_rows
from clusterflow.store.lapses import last_facts
from clusterflow.store.pinned_models import load_model
from clusterflow.store.portfolio import snapshots
from clusterflow.store.registry import MOST_NAMED, current
from clusterflow.store.text_order import is_part

PAGE = 50
"""The most initiatives on one page."""
OVERDUE = "overdue"
"""The filter for initiatives in a stage that takes too long."""


class OfficeBoard(Frozen):
    """One page of the initiatives of an office, and what its staff should check."""

    lines: tuple[BoardLine, ...]
    total: int
    """The number of lines on all pages."""
    page: int
    models: tuple[tuple[str, str], ...]
    """The models to filter by: id and title."""
    visits: tuple[VisitLine, ...]
    """The initiatives that need a visit most, by the rule of the portfolio."""
    unreadable: tuple[str, ...] = ()
    """The initiatives whose data cannot be read; they have no line."""


class BoardFilter(Frozen):
    """Which initiatives the board shows; what is empty leaves out none."""

    model: str = ""
    search: str = ""
    """A part of the name."""
    waits: str = ""
    """What they wait for, or ``overdue``."""

    def fits(self, row: OutlineRow) -> bool:
        outline = row.outline
        waits = outline.overdue if self.waits == OVERDUE else self.waits in ("", outline.waits)
        return self.model in ("", outline.model) and waits and (not self.search or is_part(self.search, row.name))


class _Line(NamedTuple):
    """What is shown of an initiative: its line, and the reasons for a visit, if there are any."""

    line: BoardLine
    visit: VisitLine | None


def board(
    context: Context,
    person: str,
    language: Language,
    wanted: BoardFilter,
    page: int = 1,
    views: ViewCache | None = None,
) -> OfficeBoard:
    """The portfolio of a person's office. All of it is filtered and ranked; only what is shown is written in words.

    Args:
        page: which page, from 1; a page after the last one is the last one.
        views: keeps what is known of each initiative until it changes.
    """
    cache = ViewCache() if views is None else views
    ids = initiatives_served(context, person, cache)
    rows = outline_rows(context, person, ids, cache)
    fitting = [row.initiative for row in rows if wanted.fits(row)]
    page = max(1, min(page, -(-len(fitting) // PAGE)))
    shown = fitting[(page - 1) * PAGE : page * PAGE]
    needy = nsmallest(VISITS, (row for row in rows if row.outline.points), key=lambda row: row.visit_order)
    visited = [row.initiative for row in needy]
    lines = _lines(context, list(dict.fromkeys([*shown, *visited])), language, cache)
    with context.reading() as connection:
        models = {load_model(connection, h) for h in {row.outline.model_hash for row in rows}}
    return OfficeBoard(
        lines=tuple(lines[i].line for i in shown if i in lines),
        total=len(fitting),
        page=page,
        models=tuple(sorted({(model.id, model.title.to(language)) for model in models})),
        visits=tuple(visit for i in visited if i in lines and (visit := lines[i].visit) is not None),
        unreadable=tuple(sorted({*ids} - {row.initiative for row in rows} | {i for i in shown if i not in lines})),
    )


def _lines(context: Context, initiatives: Sequence[str], language: Language, cache: ViewCache) -> Mapping[str, _Line]:
    def portion(some: Sequence[str]) -> Mapping[str, _Line]:
        return compute_without_broken(
            lambda only: _compute_lines(context, some if only is None else only, language), lambda: list(some)
        )[0]

    def compute(missing: Sequence[str]) -> Mapping[str, _Line]:
        starts = range(0, len(missing), MOST_NAMED)
        return {i: one for start in starts for i, one in portion(missing[start : start + MOST_NAMED]).items()}

    return cache.many(bases_of(context, initiatives), ("board", language), compute)


def _compute_lines(context: Context, initiatives: Sequence[str], language: Language) -> dict[str, _Line]:
    with context.reading() as connection:
        lives = snapshots(connection, context.clock(), None, initiatives)
        recorded = last_facts(connection, lives)
    statuses = [status_in(life, language) for life in lives]
    lines = board_of(statuses, context.clock().date(), language).lines
    visits = {visit.initiative: visit for visit in visit_lines(lives, statuses, recorded, language)}
    return {one.initiative: _Line(one, visits.get(one.initiative)) for one in lines}


def model_choices(context: Context, language: Language) -> Sequence[tuple[str, str]]:
    """The models under which an initiative can be enrolled: id and title."""
    return sorted((m.id, m.title.to(language)) for m in models_of(context).values())


def enrol(
    context: Context, person: str, fields: Mapping[str, str], model: str, actor: str, key: str | None
) -> EnrolmentResult:
    """Enrol an initiative for an office of the person.

    Raises:
        NotPossible: an initiative of that id is enrolled already.
        UnknownName: the person does not work for that office, or there is no such model.
        Mistakes: a field is not accepted.
    """
    if fields.get("office", "") not in access.offices_of(context, person):
        raise UnknownName("office", fields.get("office", ""))
    with context.reading() as connection:
        known = current(connection, Initiative, REGISTRY, context.clock().date(), id=fields.get("id", ""))
    if known:
        # Its record belongs to its own office, which another one must not change by enrolling it.
        raise NotPossible(f"an initiative is called «{fields.get('id')}» already")
    start = {"from": context.clock().date().isoformat(), **{n: v for n, v in fields.items() if v}}
    return enrolment.enrol(context, Submission("initiative", start, "initiative"), model, actor, key)
