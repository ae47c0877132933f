"""The portfolio as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusterflow.domain.terms import Answer, Severity, StageKind
from clusterflow.domain.text import Language
from clusterflow.reports.html_page import render_page, short_day
from clusterflow.reports.plots import as_svg
from clusterflow.reports.portfolio import plots
from clusterflow.reports.portfolio.criteria import CriterionLine, HeatCell
from clusterflow.reports.portfolio.portfolio import DwellLine, Portfolio
from clusterflow.reports.portfolio.stage_groups import BoardEntry
from clusterflow.reports.portfolio.texts import COUNTS_WHEN, KIND, SIGN, WAIT, WORDS
from clusterflow.reports.rulebook_page import matrix_table
from clusterflow.rules.stage_progress import Wait

SIGNS = {Answer.MET: "✔", Answer.UNMET: "✘", Answer.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True)
class HeatLine:
    """One initiative in a heat map: a cell for each criterion, ``None`` if it has no such criterion."""

    initiative: str
    name: str
    cells: tuple[HeatCell | None, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The heat map of a kind of stage: initiatives in the stage, then those whose milestone is at risk."""

    kind: StageKind
    columns: tuple[CriterionLine, ...]
    under_way: tuple[HeatLine, ...]
    passed: tuple[HeatLine, ...]
    hold_all: int
    """How many have the milestone and meet all its watched criteria."""


def heat_maps(portfolio: Portfolio) -> tuple[HeatMap, ...]:
    """A heat map for each kind of stage that has criteria."""
    inside = {(p.initiative, p.kind) for p in portfolio.places}
    found = []
    for kind in StageKind:
        columns = tuple(c for c in portfolio.criteria if c.kind is kind)
        under_way, passed, hold_all = list[HeatLine](), list[HeatLine](), 0
        for row in portfolio.answers:
            cells = {c.title: c for c in row.answers if c.kind is kind}
            if not cells:
                continue
            line = HeatLine(row.initiative, row.name, tuple(cells.get(c.title) for c in columns))
            if (row.initiative, kind) in inside:
                under_way.append(line)
            elif all(c.answer is Answer.MET for c in cells.values()):
                hold_all += 1
            else:
                passed.append(line)
        if columns:
            found.append(HeatMap(kind, columns, tuple(under_way), tuple(passed), hold_all))
    return tuple(found)


FEW = 14
"""How many initiatives fit side by side in one heat map."""

Row = tuple[CriterionLine, tuple[HeatCell | None, ...]]


def one_heat_map(portfolio: Portfolio) -> dict[StageKind, tuple[Row, ...]]:
    """The single heat map of a small portfolio: a row per criterion, a column per initiative."""
    cells = {(row.initiative, c.kind, c.title): c for row in portfolio.answers for c in row.answers}
    found: dict[StageKind, tuple[Row, ...]] = {}
    for column in portfolio.criteria:
        line = tuple(cells.get((row.initiative, column.kind, column.title)) for row in portfolio.answers)
        found[column.kind] = (*found.get(column.kind, ()), (column, line))
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one row of the board."""

    title: str
    places: tuple[BoardEntry, ...]


def board_groups(portfolio: Portfolio, language: Language) -> tuple[Group, ...]:
    return tuple(
        Group(
            plots.group_title(group, language),
            tuple(
                p
                for p in portfolio.places
                if (
                    p.waits is Wait.STOPPED
                    if isinstance(group, Wait)
                    else p.kind is group and p.waits is not Wait.STOPPED
                )
            ),
        )
        for group in plots.groups(portfolio)
    )


@dataclass(frozen=True, slots=True)
class Spark:
    """A line of the table of dwell times, with its quartiles on a common scale from 0 to 100."""

    line: DwellLine
    cells: tuple[str, ...]
    first: float
    median: float | None
    third: float
    open_ended: bool
    longest: float
    allowed: float | None


def scale(portfolio: Portfolio) -> int:
    """The number of days at the end of the common scale."""
    return max((max(d.longest, d.allowed_days or 0) for d in portfolio.dwell), default=1) or 1


def sparks(portfolio: Portfolio) -> dict[StageKind, tuple[Spark, ...]]:
    """The dwell times by kind of stage and model, on one scale."""
    top = scale(portfolio)
    found: dict[StageKind, tuple[Spark, ...]] = {}
    for line in portfolio.dwell:
        if line.model is None:
            continue
        at = [100 * (line.longest if q is None else q) / top for q in (line.first_quartile, line.third_quartile)]
        spark = Spark(
            line=line,
            cells=plots.dwell_row(line, portfolio.models[line.model])[1:],
            first=at[0],
            median=None if line.median is None else 100 * line.median / top,
            third=at[1],
            open_ended=line.third_quartile is None,
            longest=100 * line.longest / top,
            allowed=None if line.allowed_days is None else 100 * line.allowed_days / top,
        )
        found[line.kind] = (*found.get(line.kind, ()), spark)
    return found


def keys(portfolio: Portfolio) -> tuple[tuple[str, int], ...]:
    """The key figures at the head of the page, by the name of their label."""
    alive = {p.initiative for p in portfolio.places if p.waits is not Wait.STOPPED}
    counted: Mapping[str, set[str]] = {
        "key_active": alive,
        "key_decision": {p.initiative for p in portfolio.places if p.waits is Wait.DECISION},
        "key_overdue": {p.initiative for p in portfolio.places if p.overdue},
        "key_lapsed": {p.initiative for p in portfolio.places if p.lapsed} & alive,
        "key_done": {p.initiative for p in portfolio.places if p.kind is None} & alive,
    }
    return tuple((name, len(who)) for name, who in counted.items())


def portfolio_html(portfolio: Portfolio, language: Language) -> str:
    """Render the page. The same portfolio gives the same bytes."""
    where = as_svg(plots.where_bars(portfolio, language)) if portfolio.places else ""
    dwell = as_svg(plots.dwell_spans(portfolio, language)) if portfolio.dwell else ""
    return render_page(
        "portfolio", language, WORDS,
        title=f"{WORDS['title'].to(language)} · {portfolio.as_of}",
        portfolio=portfolio,
        keys=keys(portfolio),
        where=plots.where_figure(portfolio, language, where),
        dwell=plots.dwell_figure(portfolio, language, dwell),
        dwell_heads=plots.DWELL_HEADS[1:],
        sparks=sparks(portfolio),
        groups=board_groups(portfolio, language),
        scale=scale(portfolio),
        rulebooks=matrix_table(portfolio.rulebooks, language) if portfolio.rulebooks is not None else None,
        few=one_heat_map(portfolio) if len(portfolio.answers) <= FEW else {},
        heat=heat_maps(portfolio),
        kind={kind: text.to(language) for kind, text in KIND.items()},
        wait={wait: text.to(language) for wait, text in WAIT.items()},
        sign={sign: text.to(language) for sign, text in SIGN.items()},
        counts_when={
            rule.sign: COUNTS_WHEN[rule.sign].to(language).format(days=rule.days) for rule in portfolio.visit_rules
        },
        answer=SIGNS,
        blocking=Severity.BLOCKING,
        short=short_day,
    )  # fmt: skip
