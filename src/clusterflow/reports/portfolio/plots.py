"""The plots of the portfolio: the kinds of stage that initiatives are in, and the dwell times."""

from __future__ import annotations

from collections import Counter

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from clusterflow.domain.terms import StageKind
from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.reports.html_page import Figure, Table
from clusterflow.reports.plots import FAINT, INK, PALETTE, Bars, Plot, Series, listing
from clusterflow.reports.portfolio.portfolio import DwellLine, Portfolio
from clusterflow.reports.portfolio.stage_groups import BoardEntry
from clusterflow.reports.portfolio.texts import KIND, LATE, STOPPED, WAIT, WORDS
from clusterflow.rules.stage_progress import Wait

WIDTH = 8.4
"""The width in inches of a plot over the whole page."""

Group = StageKind | Wait | None
"""A row of the board: a kind of stage; ``None`` for initiatives that achieved all; ``Wait.STOPPED``."""

SERIES: tuple[tuple[Wait, bool, Text], ...] = (
    (Wait.DECISION, False, WAIT[Wait.DECISION]),
    (Wait.CRITERIA, False, WAIT[Wait.CRITERIA]),
    (Wait.CRITERIA, True, LATE),
    (Wait.HOLD, False, WAIT[Wait.HOLD]),
    (Wait.RESTORING, False, WAIT[Wait.RESTORING]),
    (Wait.NOTHING, False, WAIT[Wait.NOTHING]),
    (Wait.STOPPED, False, WAIT[Wait.STOPPED]),
)
"""The series: what initiatives wait for. Only those that wait for nobody else can be late."""


def group_title(group: Group, language: Language) -> str:
    return STOPPED.to(language) if isinstance(group, Wait) else KIND[group].to(language)


def groups(portfolio: Portfolio) -> tuple[Group, ...]:
    """The non-empty rows of the board, in order."""
    found = {group_of(place) for place in portfolio.places}
    order: tuple[Group, ...] = (*StageKind, None, Wait.STOPPED)
    return tuple(group for group in order if group in found)


def group_of(place: BoardEntry) -> Group:
    return Wait.STOPPED if place.waits is Wait.STOPPED else place.kind


def where_bars(portfolio: Portfolio, language: Language) -> Bars:
    """The number of initiatives in each kind of stage, by what they wait for."""
    counts = Counter((group_of(p), p.waits, p.waits is Wait.CRITERIA and p.overdue) for p in portfolio.places)
    rows = groups(portfolio)
    series = [
        Series(name=text.to(language), values=tuple(float(counts[row, waits, late]) for row in rows))
        for waits, late, text in SERIES
        if any(counts[row, waits, late] for row in rows)
    ]
    totals = [str(int(sum(s.values[n] or 0 for s in series))) for n in range(len(rows))]
    labels = tuple(group_title(row, language) for row in rows)
    return Bars(
        name="where", alt=f"{WORDS['where_figure'].to(language)} {listing(labels, totals)}", width=WIDTH,
        labels=labels, series=tuple(series), unknown="", stacked=True,
    )  # fmt: skip


def where_figure(portfolio: Portfolio, language: Language, svg: str) -> Figure:
    """The plot with its numbers."""
    bars = where_bars(portfolio, language)
    rows = []
    for n, label in enumerate(bars.labels):
        values = [int(s.values[n] or 0) for s in bars.series]
        rows.append((label, *(str(v) if v else "–" for v in values), str(sum(values))))
    heads = (WORDS["kind"].to(language), *(s.name for s in bars.series), "Σ")
    return Figure(
        name="where",
        caption=WORDS["where_figure"].to(language),
        svg=svg,
        table=Table(
            caption=WORDS["where_figure"].to(language), heads=heads, rows=tuple(rows),
            numeric=tuple(range(1, len(heads))),
        ),
        note=WORDS["where_note"].to(language),
        below=True,
    )  # fmt: skip


class Span(Frozen):
    """The quartiles of one row, in days; ``None`` lies beyond ``longest``."""

    label: str
    first: int | None
    median: int | None
    third: int | None
    longest: int


class Spans(Plot):
    """The middle half of durations as a bar, the median as a mark, the longest as a thin line.

    If a quartile is not reached yet, the bar ends in an arrow at the longest known duration.
    """

    spans: tuple[Span, ...]
    days: str
    median: str
    half: str
    longest: str

    def draw(self, axes: Axes) -> None:
        for row, span in enumerate(self.spans):
            first = span.longest if span.first is None else span.first
            third = span.longest if span.third is None else span.third
            axes.plot([0, span.longest], [row, row], color=FAINT, linewidth=0.8, zorder=1)
            axes.plot([span.longest], [row], marker="|", markersize=7, color=FAINT, zorder=1)
            axes.barh([row], [third - first], 0.5, left=[first], facecolor=PALETTE[3], edgecolor=PALETTE[0],
                      linewidth=0.8, zorder=2)  # fmt: skip
            if span.third is None:
                axes.plot([span.longest], [row], marker=">", markersize=8, color=PALETTE[0], zorder=3, clip_on=False)
            if span.median is not None:
                axes.plot([span.median], [row], marker="o", markersize=7, color=PALETTE[0], markeredgecolor="white",
                          zorder=4)  # fmt: skip
        axes.set_yticks(range(len(self.spans)), [span.label for span in self.spans])
        axes.set_ylim(len(self.spans) - 0.4, -0.6)
        axes.set_xlim(0, max((span.longest for span in self.spans), default=1) * 1.04 or 1)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        axes.set_xlabel(self.days)
        axes.grid(visible=False, axis="y")
        legend = [
            Line2D([], [], linestyle="none", marker="o", color=PALETTE[0], label=self.median),
            Patch(facecolor=PALETTE[3], edgecolor=PALETTE[0], label=self.half),
            Line2D([], [], color=INK, linewidth=0.8, marker="|", label=self.longest),
        ]
        axes.get_figure().legend(  # type: ignore[union-attr]
            handles=legend, loc="outside upper left", ncols=3, fontsize=7.5, columnspacing=1.4
        )

    @property
    def height(self) -> float:
        return 1.0 + 0.34 * len(self.spans)


def dwell_spans(portfolio: Portfolio, language: Language) -> Spans:
    """The dwell times by kind of stage, in all models."""
    lines = [line for line in portfolio.dwell if line.model is None]
    labels = [KIND[line.kind].to(language) for line in lines]
    quartiles = [f"{days(line.median, line)} ({days(line.first_quartile, line)} – {days(line.third_quartile, line)})"
            for line in lines]  # fmt: skip
    return Spans(
        name="dwell", alt=f"{WORDS['dwell_alt'].to(language)}. {listing(labels, quartiles)}", width=WIDTH,
        spans=tuple(
            Span(label=label, first=line.first_quartile, median=line.median, third=line.third_quartile,
                 longest=line.longest)
            for label, line in zip(labels, lines, strict=True)
        ),
        days=WORDS["days_unit"].to(language), median=WORDS["median"].to(language),
        half=WORDS["middle_half"].to(language), longest=WORDS["longest"].to(language).lower(),
    )  # fmt: skip


def days(value: int | None, line: DwellLine) -> str:
    """A quartile in days; «> n» if it lies beyond the longest stay."""
    return f"> {line.longest}" if value is None else str(value)


DWELL_HEADS = ("kind", "stays", "under_way", "left_without", "first_quartile", "median", "third_quartile", "longest")


def dwell_row(line: DwellLine, first: str) -> tuple[str, ...]:
    """A line of the table of dwell times."""
    return (
        first, str(line.stays), str(line.under_way), str(line.left_without), days(line.first_quartile, line),
        days(line.median, line), days(line.third_quartile, line), str(line.longest),
    )  # fmt: skip


def dwell_figure(portfolio: Portfolio, language: Language, svg: str) -> Figure:
    """The plot with its numbers."""
    rows = tuple(dwell_row(line, KIND[line.kind].to(language)) for line in portfolio.dwell if line.model is None)
    caption = WORDS["dwell_figure"].to(language)
    heads = tuple(WORDS[head].to(language) for head in DWELL_HEADS)
    return Figure(
        name="dwell", caption=caption, svg=svg, below=True, note=WORDS["dwell_note"].to(language),
        table=Table(caption=caption, heads=heads, rows=rows, numeric=tuple(range(1, len(heads)))),
    )  # fmt: skip
