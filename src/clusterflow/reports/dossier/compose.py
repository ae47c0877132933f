"""Composes a dossier: head, line of stages, gates, sections, decisions, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from clusterflow.domain.measurement import Measurement
from clusterflow.domain.number_style import LETTER_COUNTRIES
from clusterflow.domain.quantity import Unit
from clusterflow.domain.terms import Standing
from clusterflow.domain.text import Language
from clusterflow.reports.dossier.data import DossierFacts
from clusterflow.reports.dossier.sections import Sections
from clusterflow.reports.dossier.stage_line import stage_line
from clusterflow.reports.dossier.texts import WORDS
from clusterflow.reports.dossier.views import counted, decision_view, gate_view, readiness
from clusterflow.reports.html_page import Figure, Table, day, render_page, short_day
from clusterflow.reports.labels import CONDITION, STANDING, STATUS, word
from clusterflow.reports.markdown import overridden_words
from clusterflow.reports.plots import Bars, Line
from clusterflow.reports.status import StageLine, title_of


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier as one HTML file, with its figures, and its plots by name."""

    name: str
    as_of: date
    language: Language
    html: str
    figures: tuple[Figure, ...]
    plots: Mapping[str, Bars | Line]


@dataclass(frozen=True, slots=True)
class Key:
    """A key figure in the head."""

    value: str | None
    what: str


def compose(facts: DossierFacts) -> Dossier:
    """Compose the dossier from its data."""
    language, status = facts.language, facts.status
    sections = Sections(facts)
    gates = [gate_view(facts, at) for at in facts.gates]
    stopped = status.standing is Standing.STOPPED
    shown = tuple(sections.all(first_figure=2))
    html = render_page(
        "dossier",
        language,
        WORDS,
        paper="letter" if facts.record and facts.record.country in LETTER_COUNTRIES else "A4",
        title=status.name,
        as_of=status.as_of,
        byline=tuple(_byline(facts)),
        summary=tuple(_summary(facts)),
        keys=tuple(_keys(facts)),
        line=_line(facts),
        conditions=_conditions(facts),
        gates=gates,
        no_gate=WORDS["stopped_life" if stopped else "all_passed"].to(language),
        sections=shown,
        decisions=[decision_view(one, language) for one in facts.decisions],
        colophon=WORDS["source_of_figures"].to(language).format(
            day=day(status.as_of, language), version=status.version, model=status.model_title,
            hash=status.model_hash[:12],
        ),
    )  # fmt: skip
    figures = tuple(figure for section in shown for figure in section.figures)
    return Dossier(status.name, status.as_of, language, html, figures, sections.plots)


def _byline(facts: DossierFacts) -> Iterator[str]:
    yield facts.status.model_title
    if facts.record is not None:
        place = ", ".join(p for p in (facts.record.place, facts.record.country) if p)
        yield from (part for part in (place, facts.record.sector) if part)
    if facts.office:
        yield f"{WORDS['followed_by'].to(facts.language)}: {facts.office}"
    if facts.status.standing is Standing.STOPPED:
        yield STANDING[facts.status.standing].to(facts.language)


def _summary(facts: DossierFacts) -> Iterator[str]:
    language, status = facts.language, facts.status
    if status.under_way:
        stages = "; ".join(
            WORDS["since_day"].to(language).format(stage=s.title, day=day(s.entered_on, language))
            for s in status.under_way
        )
        yield WORDS["stands_in"].to(language).format(stages=stages)
    for at in facts.gates:
        sentence = (
            WORDS["gate_is"]
            .to(language)
            .format(number=at.gate.number, title=at.gate.title, readiness=readiness(at, language))
        )
        yield f"{sentence} {counted(at.gate, language)}"
    titles = {s.stage: s for s in status.stages}
    for h in status.hindrances:
        if (lapsed_on := titles[h.stage].lapsed_on) is not None:
            yield WORDS["lapsed_since"].to(language).format(
                milestone=titles[h.stage].milestone, day=day(lapsed_on, language), title=h.title, found=h.found,
                asked=h.asked,
            )  # fmt: skip
    if not facts.gates:
        yield WORDS["stopped_life" if status.standing is Standing.STOPPED else "all_passed"].to(language)


def _keys(facts: DossierFacts) -> Iterator[Key]:
    language, status = facts.language, facts.status

    def key(name: str, found: Measurement, unit: Unit, metric: str = "") -> Key:
        value = None if found.is_empty else found.format(unit, language, facts.bounds.get(metric))
        return Key(value.removesuffix(f" {value.split()[-1]}") if value and unit is Unit.POINTS else value,
                   WORDS[name].to(language))  # fmt: skip

    yield key("key_members", facts.members.now, Unit.COUNT)
    of = status.milestones_required
    yield Key(f"{status.milestones_in_force} {word('of', language)} {of}", WORDS["key_milestones"].to(language))
    yield key("key_trust", facts.trust, Unit.POINTS, "trust-index")
    yield key("key_attendance", facts.attendance.now, Unit.SHARE, "attendance")
    yield key("key_dues", facts.dues[0].collected.now, Unit.SHARE, "dues-collected")


def _line(facts: DossierFacts) -> Figure:
    language = facts.language
    heads = tuple(word(w, language) for w in ("stage", "status", "since", "until_when", "milestone"))
    rows = tuple(_stage_row(facts, s) for s in facts.status.stages)
    table = Table(caption=WORDS["line_caption"].to(language), heads=heads, rows=rows, wide=(4,))
    description = "; ".join(f"{s.number} {s.title}: {STATUS[s.status].to(language)}" for s in facts.status.stages)
    svg = stage_line(facts.model, facts.status, language, description)
    return Figure(name="fig-line", caption=table.caption, svg=svg, table=table, below=True)


def _stage_row(facts: DossierFacts, line: StageLine) -> tuple[str | None, ...]:
    language = facts.language
    title = f"{line.number} {line.title}"
    if line.optional:
        title += f" ({WORDS['optional'].to(language)})"
    if line.lapsed_on:
        until = f"↯ {short_day(line.lapsed_on)}"
    elif line.achieved_on:
        until = f"✔ {short_day(line.achieved_on)}"
    elif line.held_until:
        until = f"{word('held_until', language)} {short_day(line.held_until)}"
    elif line.due_on:
        until = f"{word('overdue' if line.overdue else 'due', language)} {short_day(line.due_on)}"
    else:
        until = ""
    milestone = line.milestone + (f" ({overridden_words(line, language)})" if line.overridden else "")
    return (title, STATUS[line.status].to(language), short_day(line.entered_on), until, milestone)


def _conditions(facts: DossierFacts) -> Table | None:
    language = facts.language
    if not facts.status.conditions:
        return None
    titles = {(s.id, i): title_of(part, language) for s in facts.model.stages for i, part in s.gate.by_id.items()}
    stages = {s.stage: s.title for s in facts.status.stages}
    until, status = WORDS["condition_until"].to(language), word("status", language)
    heads = (word("criterion", language), word("stage", language), until, status)
    rows = tuple(
        (
            titles.get((c.stage, c.criterion), c.criterion),
            stages[c.stage],
            short_day(c.due_on),
            CONDITION[c.status].to(language),
        )
        for c in facts.status.conditions
    )
    return Table(caption=WORDS["conditions_open"].to(language), heads=heads, rows=rows)
