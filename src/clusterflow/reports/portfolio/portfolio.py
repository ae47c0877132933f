"""The portfolio as data, for the page, the tables, the plots and ``--format json``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.terms import StageKind
from clusterflow.domain.text import Frozen, Language, alphabetical
from clusterflow.reports.portfolio.criteria import CriterionLine, HeatRow, columns_of, row_of
from clusterflow.reports.portfolio.stage_groups import BoardEntry, board_entries
from clusterflow.reports.rulebook_matrix import RulebookMatrix
from clusterflow.reports.status import InitiativeStatus, status_in, titles_in
from clusterflow.rules.stage_duration import Stay, dwell
from clusterflow.rules.visit_priority import VISIT_RULES, Sign, SignRule, reasons, signs_of
from clusterflow.store.lapses import Lapse
from clusterflow.store.portfolio import InitiativeSnapshot

VISITS = 10
"""How many initiatives are listed for a visit."""


class DwellLine(Frozen):
    """The dwell time of a kind of stage in days, from entry to milestone, in one model or (``None``) in all.

    Kaplan-Meier quartiles: stays under way count as censored. ``None``: the quartile is not reached yet.
    """

    kind: StageKind
    model: str | None
    optional: bool = False
    allowed_days: int | None = None
    stays: int
    under_way: int
    left_without: int
    first_quartile: int | None
    median: int | None
    third_quartile: int | None
    longest: int


class LapseLine(Frozen):
    """A milestone that lapsed, and when it was restored."""

    initiative: str
    name: str
    model: str
    kind: StageKind
    milestone: str
    lapsed_on: date
    ended_on: date | None
    days: int
    criteria: tuple[str, ...]


class ReasonLine(Frozen):
    """One reason for a visit, with its points."""

    sign: Sign
    count: int
    points: int


class VisitLine(Frozen):
    """One initiative that needs a visit, with the reasons."""

    initiative: str
    name: str
    model: str
    points: int
    reasons: tuple[ReasonLine, ...]
    waits_days: int | None


class Portfolio(Frozen):
    """All initiatives as of a day."""

    as_of: date
    models: Mapping[str, str]
    """The titles of the models, by id."""
    initiatives: int
    places: tuple[BoardEntry, ...]
    """The board."""
    dwell: tuple[DwellLine, ...]
    lapses: tuple[LapseLine, ...]
    criteria: tuple[CriterionLine, ...]
    answers: tuple[HeatRow, ...]
    visits: tuple[VisitLine, ...]
    visit_rules: tuple[SignRule, ...]
    rulebooks: RulebookMatrix | None = None
    """The answers of the outside rulebooks; None if there are none."""
    problems: Mapping[str, str] = {}
    """By initiative, why it could not be read; it stands nowhere else in the portfolio."""


def portfolio_of(
    lives: Sequence[InitiativeSnapshot],
    lapses: Sequence[Lapse],
    last_facts: Mapping[str, date],
    as_of: date,
    language: Language,
    rules: Sequence[SignRule] = VISIT_RULES,
) -> Portfolio:
    """Build the portfolio from lives, in a language.

    Args:
        lapses: lapses that last, and those that ended within the last year.
        last_facts: when the last fact of each initiative was recorded.
    """
    statuses = {life.state.initiative: status_in(life, language) for life in lives}
    models = {life.model.id: life.model for life in lives}
    places = board_entries(statuses.values(), language)
    rows = {life.state.initiative: row_of(life, statuses[life.state.initiative].name, language) for life in lives}
    return Portfolio(
        as_of=as_of,
        models={m: models[m].title.to(language) for m in sorted(models)},
        initiatives=len(lives),
        places=places,
        dwell=_dwell(lives),
        lapses=_lapses(lapses, lives, statuses, language),
        criteria=columns_of(rows.values(), [models[m] for m in sorted(models)], language),
        answers=tuple(
            rows[i] for i in sorted(rows, key=lambda i: (alphabetical(statuses[i].name), i)) if rows[i].answers
        ),
        visits=tuple(_visits(lives, places, last_facts, rules)[:VISITS]),
        visit_rules=tuple(rules),
    )


def _dwell(lives: Sequence[InitiativeSnapshot]) -> tuple[DwellLine, ...]:
    """For each kind of stage, a line for all models and one per model. Optional stages count only in their model."""
    stays: dict[tuple[StageKind, str | None], list[tuple[Stay, bool]]] = defaultdict(list)
    plans: dict[tuple[StageKind, str | None], tuple[int | None, bool]] = {}
    for life in lives:
        for stage, stay, goes_on in _stays(life):
            stays[stage.kind, life.model.id].append((stay, goes_on))
            plans[stage.kind, life.model.id] = (stage.allowed_days, stage.optional)
            if not stage.optional:
                stays[stage.kind, None].append((stay, goes_on))
    order = list(StageKind)
    lines: list[DwellLine] = []
    for kind, model in sorted(stays, key=lambda key: (order.index(key[0]), key[1] or "")):
        mine = stays[kind, model]
        found = dwell([stay for stay, _ in mine], sum(goes_on for _, goes_on in mine))
        allowed_days, optional = plans.get((kind, model), (None, False))
        if found is not None:
            lines.append(
                DwellLine(
                    kind=kind, model=model, optional=optional, allowed_days=allowed_days,
                    stays=found.stays, under_way=found.under_way, left_without=found.left_without,
                    first_quartile=found.first_quartile, median=found.median, third_quartile=found.third_quartile,
                    longest=found.longest,
                )
            )  # fmt: skip
    return tuple(lines)


def _stays(life: InitiativeSnapshot) -> list[tuple[Stage, Stay, bool]]:
    """The stays of a life: stage, duration, and whether it continues."""
    achieved = {(m.stage, m.round): m.achieved_on for m in life.state.milestones}
    found = []
    for visit in life.state.visits:
        if visit.stage not in life.model.by_id:
            continue  # of a former life, under another model
        stage = life.model.stage(visit.stage)
        # An open-ended stage continues after its milestone; the time to the milestone is measured.
        reached = achieved.get((visit.stage, visit.round))
        end = reached or visit.left_on or life.day
        stay = Stay(max(0, (end - visit.entered_on).days), reached is not None)
        goes_on = reached is None and visit.left_on is None
        found.append((stage, stay, goes_on))
    return found


def _lapses(
    lapses: Sequence[Lapse],
    lives: Sequence[InitiativeSnapshot],
    statuses: Mapping[str, InitiativeStatus],
    language: Language,
) -> tuple[LapseLine, ...]:
    by_id = {life.state.initiative: life for life in lives}
    lines = []
    for lapse in lapses:
        life = by_id[lapse.initiative]
        stage = life.model.stage(lapse.stage)
        lines.append(
            LapseLine(
                initiative=lapse.initiative,
                name=statuses[lapse.initiative].name,
                model=life.model.id,
                kind=stage.kind,
                milestone=stage.gate.milestone.to(language),
                lapsed_on=lapse.lapsed_on,
                ended_on=lapse.ended_on,
                days=((lapse.ended_on or life.day) - lapse.lapsed_on).days,
                criteria=_titles(life.model, lapse, language),
            )
        )
    return tuple(sorted(lines, key=lambda l: (l.ended_on is not None, l.lapsed_on, alphabetical(l.name))))  # noqa: E741


def _titles(model: LifecycleModel, lapse: Lapse, language: Language) -> tuple[str, ...]:
    return titles_in(model.stage(lapse.stage), lapse.criteria, language)


def visit_lines(
    lives: Sequence[InitiativeSnapshot],
    statuses: Iterable[InitiativeStatus],
    last_facts: Mapping[str, date],
    language: Language,
) -> list[VisitLine]:
    """Return the initiatives that show a sign, by points, then by waiting time, then by name."""
    return _visits(lives, board_entries(statuses, language), last_facts, VISIT_RULES)


def visit_order(line: VisitLine) -> tuple[object, ...]:
    """The key by which visits are sorted."""
    return (-line.points, -(line.waits_days or 0), line.name, line.initiative)


def _visits(
    lives: Sequence[InitiativeSnapshot],
    places: Iterable[BoardEntry],
    last_facts: Mapping[str, date],
    rules: Sequence[SignRule],
) -> list[VisitLine]:
    """The visits, by points, then by waiting time, then by name."""
    longest: dict[str, BoardEntry] = {}
    for place in places:
        if (place.waits_days or 0) >= (longest.setdefault(place.initiative, place).waits_days or 0):
            longest[place.initiative] = place
    found = []
    for life in lives:
        line = longest[life.state.initiative]
        signs = signs_of(life.state, life.model, life.day, last_facts.get(line.initiative), rules)
        why = reasons(signs, rules)
        if why:
            found.append(
                VisitLine(
                    initiative=line.initiative,
                    name=line.name,
                    model=line.model,
                    points=sum(r.points for r in why),
                    reasons=tuple(ReasonLine(sign=r.sign, count=r.count, points=r.points) for r in why),
                    waits_days=line.waits_days,
                )
            )
    return sorted(found, key=visit_order)
