"""Builds the sections of a dossier that show numbers: a few sentences each, and figures with tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from clusterflow.domain.measurement import Measurement
from clusterflow.domain.quantity import Bound, Unit, format_quantity
from clusterflow.domain.terms import HelixKind, SizeClass
from clusterflow.domain.text import Language
from clusterflow.reports.dossier.data import DossierFacts, ObjectiveFacts
from clusterflow.reports.dossier.foresight_table import foresight_table
from clusterflow.reports.dossier.rulebook_tables import rulebook_tables
from clusterflow.reports.dossier.texts import KIND_UNKNOWN, SIZE, WORDS
from clusterflow.reports.html_page import FRAME, Figure, Table, day, short_day
from clusterflow.reports.labels import HELIX
from clusterflow.reports.labels import WORDS as SHARED
from clusterflow.reports.plots import Bars, Line, Series, as_svg, listing
from clusterflow.reports.rulebooks import RulebookJudgment

Cells = tuple[str | None, ...]

TEXTS = {**SHARED, **FRAME, **WORDS}

MOST_BARS = 15
"""How many rows are drawn; the table has all."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its title, sentences and figures."""

    title: str
    text: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    """Tables without a plot."""
    first: int = 0
    """The number of the first figure."""


class Sections:
    """The sections of one dossier, in order. ``plots`` holds their plots by name, to be sent as PNG."""

    def __init__(self, facts: DossierFacts) -> None:
        self.facts, self.language = facts, facts.language
        self.plots: dict[str, Bars | Line] = {}

    def all(self, first_figure: int) -> Iterator[Section]:
        """All sections; the figures are numbered consecutively."""
        number = first_figure
        for section in (self.members(), self.committees(), self.dues(), self.trust(), self.objectives()):
            yield replace(section, first=number)
            number += len(section.figures)
        if self.facts.judgments:
            yield rulebook_section(self.facts.judgments, self.language)
        if self.facts.coming:
            title, text, table = foresight_table(self.facts.coming, self.language)
            yield Section(title, (text,), tables=(table,))

    def members(self) -> Section:
        title, apart = self._t("members"), self.facts.members_apart
        if self.facts.members.now.is_empty:
            return Section(title, (self._t("members_unknown"),))
        counts = {part: int(found.low or 0) for part, found in apart.items() if found.low}
        if not counts:
            return Section(title, (self._t("members_all_left"),))
        kinds = [k for k in (*HelixKind, None) if k is not None or any(h is None for h, _ in counts)]
        sizes = [s for s in (*SizeClass, None) if s is not None or any(z is None for _, z in counts)]
        names = [HELIX[k].to(self.language) if k else KIND_UNKNOWN.to(self.language) for k in kinds]
        heads = [SIZE[s].to(self.language) for s in sizes]
        rows = [[counts.get((k, s), 0) for s in sizes] for k in kinds]
        sums = [sum(column) for column in zip(*rows, strict=True)]
        cells: list[Cells] = [
            (name, *map(str, row), str(sum(row)))
            for name, row in zip((*names, self._t("total")), (*rows, sums), strict=True)
        ]
        table = Table(
            caption=self._t("members_caption"),
            heads=(self._t("helix"), *heads, self._t("total")),
            rows=tuple(cells),
            numeric=tuple(range(1, len(heads) + 2)),
            total=True,
        )
        series = tuple(
            Series(name=head, values=tuple(float(row[i]) for row in rows), blank=sizes[i] is None)
            for i, head in enumerate(heads)
        )
        plot = self._bars("members", table.caption, names, series, [str(sum(row)) for row in rows], stacked=True)
        return Section(title, (), (self._figure(plot, table, self._t("members_note"), below=True),))

    def committees(self) -> Section:
        title, bodies = self._t("committees"), self.facts.bodies
        if not bodies:
            return Section(title, (self._t("bodies_none"),))
        names = [body.name for body in bodies]
        now = [body.attendance.now for body in bodies]
        then = [body.attendance.before for body in bodies]
        attendance = self._shares(
            "attendance", self._t("attendance_caption"), self._t("body"), names, now, then, self._t("attendance")
        )
        turned = [body.turnover for body in bodies]
        turnover = self._shares("person-turnover", self._t("turnover_caption"), self._t("body"), names, turned, None,
                                self._t("turnover"), note=self._t("turnover_note"))  # fmt: skip
        found = (attendance, turnover)
        return Section(
            title,
            figures=tuple(one for one in found if isinstance(one, Figure)),
            tables=tuple(one for one in found if isinstance(one, Table)),
        )

    def dues(self) -> Section:
        title, dues = self._t("dues"), self.facts.dues
        known = [d for d in dues if d.collected.now.rows or d.collected.before.rows]
        if not known:
            return Section(title, (self._t("dues_unknown"),), tables=self._money())
        names = [SIZE[d.size].to(self.language) if d.size else self._t("all_sizes") for d in known]
        overdue = self.facts.overdue.format(Unit.COUNT, self.language)
        found = self._shares(
            "dues-collected", self._t("dues_caption"), self._t("size"), names,
            [d.collected.now for d in known], [d.collected.before for d in known], self._t("collected"),
            note=self._t("dues_note").format(overdue=overdue), bounded=False,
        )  # fmt: skip
        if isinstance(found, Table):
            return Section(title, tables=(found, *self._money()))
        return Section(title, figures=(found,), tables=self._money())

    def _money(self) -> tuple[Table, ...]:
        """The budget and the dues in money: a row for each currency."""
        if not self.facts.money:
            return ()
        names = ("budget", "secured", "invoiced", "collected", "owed")
        rows = tuple(
            (m.currency, *(a.shown if (a := getattr(m, n)) else None for n in names)) for m in self.facts.money
        )
        heads = (self._t("currency"), *(self._t(f"money_{name}") for name in names))
        numeric = tuple(range(1, len(heads)))
        return (Table(caption=self._t("money_caption"), heads=heads, rows=rows, numeric=numeric),)

    def trust(self) -> Section:
        title, waves, bound = self._t("trust"), self.facts.waves, self.facts.bounds.get("trust-index")
        if not waves:
            return Section(title, (self._t("trust_unknown"),))
        values = [_known(wave.index, Unit.POINTS, self.language, bound) for wave in waves]
        table = Table(
            caption=self._t("trust_caption"),
            heads=(self._t("survey_day"), self._t("index"), self._t("answers")),
            rows=tuple(
                (short_day(wave.on), index, f"{wave.answers} {self._t('of')} {wave.invited}")
                for wave, index in zip(waves, values, strict=True)
            ),
            numeric=(1, 2),
        )
        plot = Line(
            name="trust",
            alt=f"{table.caption} " + listing([short_day(w.on) for w in waves], self._told(values)),
            days=tuple(wave.on for wave in waves),
            series=(Series(name=self._t("index"), values=tuple(_exactly(wave.index) for wave in waves)),),
            unknown=self._t("unknown"),
            low=1.0,
            high=5.0,
            bound=float(bound.number) if bound else None,
            bound_label=self._asked(bound.format(self.language)) if bound else "",
        )
        self.plots[plot.name] = plot
        return Section(title, (), (self._figure(plot, table, self._t("trust_note")),))

    def objectives(self) -> Section:
        title, objectives = self._t("objectives"), self.facts.objectives
        text = (*self._strategy(), *(() if objectives else (self._t("objectives_none"),)))
        if not objectives:
            return Section(title, text)
        progress = [None if o.progress is None else _percent(o.progress, self.language) for o in objectives]
        heads = [
            self._t(w)
            for w in ("objective", "owner", "baseline", "latest", "target", "target_day", "objective_progress")
        ]
        table = Table(
            caption=self._t("objectives_caption"),
            heads=tuple(heads),
            rows=tuple(self._objective(o, p) for o, p in zip(objectives, progress, strict=True)),
            numeric=(2, 3, 4, 6),
            wide=(0,),
        )
        if not any(progress):
            return Section(title, text, tables=(table,))
        shown = tuple(None if o.progress is None else min(max(o.progress, 0.0), 1.0) for o in objectives)
        plot = self._bars(
            "objectives", table.caption, [o.title for o in objectives],
            (Series(name=self._t("objective_progress"), values=shown),), self._told(progress), percent=True,
        )  # fmt: skip
        return Section(title, text, (self._figure(plot, table, below=True),))

    def _objective(self, one: ObjectiveFacts, progress: str | None) -> Cells:
        def value(number: float | None) -> str | None:
            # The registry accepts «nan» and «inf»; they count as unknown.
            return (
                None
                if number is None or not math.isfinite(number)
                else f"{_number(number, self.language)} {one.unit}".strip()
            )

        read = value(one.value)
        latest = f"{read} ({short_day(one.read_on)})" if read else None
        due = short_day(one.due) or None
        return (one.title, one.owner, value(one.baseline), latest, value(one.target), due, progress)

    def _strategy(self) -> Iterator[str]:
        strategy = self.facts.strategy
        if strategy is None:
            yield self._t("strategy_none")
            return
        adopted = day(strategy.adopted, self.language)
        line = self._t("strategy_line").format(title=strategy.title, adopted=adopted)
        if strategy.horizon:
            line += " " + self._t("horizon_line").format(horizon=day(strategy.horizon, self.language))
        yield line

    def _shares(
        self,
        name: str,
        caption: str,
        first: str,
        names: Sequence[str],
        now: Sequence[Measurement],
        then: Sequence[Measurement] | None,
        head: str,
        note: str = "",
        bounded: bool = True,
    ) -> Figure | Table:
        """Shares by part, today and a year before, with the bound of the whole; only a table if none is known."""
        bound = self.facts.bounds.get(name) if bounded else None
        values = [_known(found, Unit.SHARE, self.language, bound) for found in now]
        columns: list[list[str | None]] = [list(names), list(values)]
        heads, series = [first, head], [_spanned(head if then is None else short_day(self.facts.status.as_of), now)]
        if then is not None:
            columns.append([_known(found, Unit.SHARE, self.language, bound) for found in then])
            heads.append(self._t("year_before"))
            series.append(_spanned(self._t("year_before"), then))
        table = Table(
            caption=caption, heads=tuple(heads), rows=tuple(zip(*columns, strict=True)),
            numeric=tuple(range(1, len(heads))),
        )  # fmt: skip
        if all(found.is_empty for found in (*now, *(then or ()))):
            return table
        required = self._asked(bound.format(self.language)) if bound else ""
        plot = self._bars(name, caption, names, tuple(series), self._told(values), percent=True,
                          bound=float(bound.number) if bound else None, bound_label=required)  # fmt: skip
        return self._figure(plot, table, note)

    def _bars(
        self,
        name: str,
        caption: str,
        labels: Sequence[str],
        series: tuple[Series, ...],
        values: Sequence[str],
        *,
        stacked: bool = False,
        percent: bool = False,
        bound: float | None = None,
        bound_label: str = "",
    ) -> Bars:
        first = slice(MOST_BARS)
        drawn = tuple(s.model_copy(update={"values": s.values[first], "upto": s.upto[first]}) for s in series)
        plot = Bars(
            name=name, alt=f"{caption} {listing(labels[first], values[first])}",
            labels=tuple(labels[first]), series=drawn,
            unknown=self._t("unknown"), stacked=stacked, percent=percent, bound=bound, bound_label=bound_label,
            width=7.0 if stacked or name == "objectives" or len(labels) > MOST_BARS else 4.0,
        )  # fmt: skip
        self.plots[name] = plot
        return plot

    def _figure(self, plot: Bars | Line, table: Table, note: str = "", below: bool = False) -> Figure:
        if isinstance(plot, Bars) and len(table.rows) - table.total > MOST_BARS:
            note = f"{note} {self._t('most_bars').format(number=MOST_BARS)}".strip()
            below = True
        return Figure(
            name=f"fig-{plot.name}", caption=table.caption, svg=as_svg(plot), table=table, note=note, below=below
        )

    def _told(self, values: Sequence[str | None]) -> list[str]:
        return [self._t("unknown") if value is None else value for value in values]

    def _asked(self, bound: str) -> str:
        return self._t("asked_line").format(bound=bound)

    def _t(self, name: str) -> str:
        return TEXTS[name].to(self.language)


def _known(found: Measurement, unit: Unit, language: Language, bound: Bound | None = None) -> str | None:
    return None if found.is_empty else found.format(unit, language, bound)


def _exactly(found: Measurement) -> float | None:
    return float(found.low) if found.known and found.low is not None else None


def _spanned(name: str, found: Sequence[Measurement]) -> Series:
    return Series(
        name=name,
        values=tuple(None if one.low is None else float(one.low) for one in found),
        upto=tuple(None if one.known or one.high is None else float(one.high) for one in found),
    )


def _percent(share: float, language: Language) -> str:
    return format_quantity(Fraction(share).limit_denominator(1000), Unit.SHARE, None, language)


def _number(value: float, language: Language) -> str:
    return format_quantity(Fraction(value).limit_denominator(10**6), Unit.COUNT, None, language)


def rulebook_section(judgments: Sequence[RulebookJudgment], language: Language) -> Section:
    """The section of the outside rulebooks: their answers, and what is missing."""
    title, text, tables = rulebook_tables(judgments, language)
    return Section(title, text, tables=tables)
