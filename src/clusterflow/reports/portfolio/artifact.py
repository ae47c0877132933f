"""The portfolio as a page in Prefect, with links to initiatives and runs, and plots with their numbers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence

from clusterflow.domain.text import Frozen, Language
from clusterflow.reports.html_page import Figure
from clusterflow.reports.labels import word
from clusterflow.reports.markdown import (
    PAGES,
    RUNS,
    artifact_id,
    escaped,
    of_kind,
    table,
    unbroken,
    whole_day,
    whole_days,
)
from clusterflow.reports.plots import Bars, as_png
from clusterflow.reports.portfolio import plots
from clusterflow.reports.portfolio.document import FEW, SIGNS, board_groups, keys, one_heat_map
from clusterflow.reports.portfolio.plots import Spans
from clusterflow.reports.portfolio.portfolio import Portfolio, VisitLine
from clusterflow.reports.portfolio.stage_groups import BoardEntry
from clusterflow.reports.portfolio.texts import COUNTS_WHEN, KIND, SIGN, WAIT, words
from clusterflow.rules.stage_progress import Wait

WIDTH, DOTS = 6.4, 140
"""Inches and dots per inch: legible in the width of Prefect's page, at about 40 kB."""


class Waiting(Frozen):
    """The backlog: events for Prefect, notices for people, refused submissions, and notices that were given up."""

    events: int
    notices: int
    refused: int
    given_up: int


def portfolio_page(portfolio: Portfolio, language: Language, waiting: Waiting) -> str:
    """The page as Markdown with embedded pictures. It names no person."""
    t = words(language)
    parts = [
        f"# {word('portfolio', language)} · {portfolio.as_of}",
        " · ".join(f"[{name}]({link})" for name, link in _views(t, portfolio)),
        *(f"⚠ {t['unreadable']}: {escaped(i)}: {escaped(problem)}" for i, problem in portfolio.problems.items()),
    ]
    if not portfolio.places:
        return "\n\n".join([*parts, t["nobody"]]) + "\n"
    counted = keys(portfolio)
    parts += [
        table([t[name] for name, _ in counted], [[f"**{number}**" for _, number in counted]]),
        f"## {t['where']}",
        *_figure(plots.where_bars(portfolio, language), plots.where_figure(portfolio, language, "")),
        f"## {t['visits']}",
        *_visits(portfolio, language, t),
        f"## {t['board']}",
        *_board(portfolio, language, t),
        f"## {t['dwell']}",
        *_figure(plots.dwell_spans(portfolio, language), plots.dwell_figure(portfolio, language, "")),
        f"## {t['lapses']}",
        *_lapses(portfolio, t, language),
        f"## {t['criteria']}",
        *_criteria(portfolio, language, t),
        f"## {t['backlog']}",
        table(
            [t["what"], t["how_many"], t["look_with"]],
            [
                (t["backlog_events"], waiting.events, "`clusterflow relay`"),
                (t["backlog_notices"], waiting.notices, "`clusterflow status`"),
                (f"[{t['backlog_refused']}]({of_kind('clusterflow.record.refused')})", waiting.refused,
                 "`clusterflow intake refused`"),
                (t["backlog_given_up"], waiting.given_up, "`clusterflow status`"),
            ],
        ),
        t["all_in_file"],
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _views(t: dict[str, str], portfolio: Portfolio) -> list[tuple[str, str]]:
    return [
        *([(t["rulebooks"], f"{PAGES}/rulebooks")] if portfolio.rulebooks is not None else []),
        (t["waiting_gates"], f"{RUNS}?tags=gate-open"),
        (t["overdue_events"], of_kind("clusterflow.stage.overdue")),
        (t["reviews_of"], f"{RUNS}?tags=review"),
        (t["passes"], f"{RUNS}?tags=lifecycle"),
    ]


def _figure(plot: Bars | Spans, figure: Figure) -> list[str]:
    narrow = plot.model_copy(update={"width": WIDTH})
    picture = b64encode(as_png(narrow, dots_per_inch=DOTS)).decode()
    rows = [[escaped(cell or "") for cell in row] for row in figure.table.rows]
    return [
        f"![{escaped(figure.caption)}](data:image/png;base64,{picture})",
        numbers([escaped(head) for head in figure.table.heads], rows, figure.table.numeric),
        f"*{escaped(figure.note)}*",
    ]


def numbers(heads: Sequence[str], rows: Iterable[Sequence[object]], numeric: Iterable[int]) -> str:
    """A table in which some columns (from 0) are numbers, aligned right."""
    right = set(numeric)
    head, _, *body = table(heads, rows).split("\n")
    rule = "".join(f" {'---:' if n in right else '---'} |" for n in range(len(heads)))
    return "\n".join([head, f"|{rule}", *body])


def _link(initiative: str, name: str) -> str:
    return f"[{escaped(name)}]({PAGES}/initiative-{artifact_id(initiative)})"


def _visits(portfolio: Portfolio, language: Language, t: dict[str, str]) -> list[str]:
    if not portfolio.visits:
        return [t["visits_none"]]
    heads = ["", word("initiative", language), t["points"], t["reasons"]]
    rows = [
        (n, _link(v.initiative, v.name), f"**{v.points}**", _reasons(v, language))
        for n, v in enumerate(portfolio.visits, 1)
    ]
    rule = [
        (SIGN[r.sign].to(language), r.points, r.most, COUNTS_WHEN[r.sign].to(language).format(days=r.days))
        for r in portfolio.visit_rules
    ]
    return [
        t["visits_lede"],
        numbers(heads, rows, {2}),
        f"**{t['rule_title']}.** {t['rule_note']}",
        numbers([t["sign"], t["each"], t["most"], t["when"]], rule, {1, 2}),
    ]


def _reasons(visit: VisitLine, language: Language) -> str:
    return "; ".join(
        f"{r.points} · {SIGN[r.sign].to(language)}" + (f" × {r.count}" if r.count > 1 else "") for r in visit.reasons
    )


def _board(portfolio: Portfolio, language: Language, t: dict[str, str]) -> list[str]:
    heads = [word("initiative", language), word("model", language), t["in_stage"], t["waiting"], t["waiting_days"],
             word("milestones", language)]  # fmt: skip
    parts = []
    for group in board_groups(portfolio, language):
        rows = [_row(place, language, t) for place in group.places]
        parts += [f"### {group.title} · {len(rows)}", numbers(heads, rows, {4})]
    return parts


def _row(place: BoardEntry, language: Language, t: dict[str, str]) -> tuple[object, ...]:
    since = whole_day(place.since) + (f" **{t['overdue']}**" if place.overdue else "")
    waits = whole_days(escaped(place.waits_for)) or WAIT[place.waits].to(language)
    if place.waits is Wait.DECISION:
        waits = f"[{waits}]({RUNS}?tags=gate-open)"
    if place.lapsed:
        waits += f" ↯ {escaped(', '.join(place.lapsed))}"
    days = "–" if place.waits_days is None else place.waits_days
    share = unbroken(f"{place.milestones} {word('of', language)} {place.of}")
    return _link(place.initiative, place.name), unbroken(place.model), since, waits, days, share


def _lapses(portfolio: Portfolio, t: dict[str, str], language: Language) -> list[str]:
    if not portfolio.lapses:
        return [t["lapses_none"]]
    heads = [word("initiative", language), word("milestone", language), t["because"], t["lapsed_on"], t["ended_on"],
             word("days", language)]  # fmt: skip
    rows = [
        (
            _link(lapse.initiative, lapse.name), escaped(lapse.milestone), escaped(", ".join(lapse.criteria)),
            whole_day(lapse.lapsed_on), whole_day(lapse.ended_on) or f"↯ {t['still']}", lapse.days,
        )
        for lapse in portfolio.lapses
    ]  # fmt: skip
    return [t["lapses_note"], numbers(heads, rows, {5})]


def _criteria(portfolio: Portfolio, language: Language, t: dict[str, str]) -> list[str]:
    """Each criterion by initiative if there are few initiatives; otherwise, how often it is met."""
    if not portfolio.criteria:
        return [t["lapses_none"]]
    if len(portfolio.answers) > FEW:
        heads = [t["kind"], word("criterion", language), t["met_all"], t["unmet_all"], t["unknown_all"]]
        rows = [(KIND[c.kind].to(language), escaped(c.title), c.met, c.unmet, c.unknown) for c in portfolio.criteria]
        return [numbers(heads, rows, {2, 3, 4})]
    numbered = [f"{n}\u00a0· {_link(row.initiative, row.name)}" for n, row in enumerate(portfolio.answers, 1)]
    heads = [word("criterion", language), *(str(n) for n in range(1, len(numbered) + 1))]
    rows_few: list[Sequence[object]] = []
    for kind, lines in one_heat_map(portfolio).items():
        rows_few.append((f"**{KIND[kind].to(language)}**", *[""] * len(numbered)))
        rows_few += [(escaped(c.title), *("" if cell is None else SIGNS[cell.answer] for cell in cells))
                     for c, cells in lines]  # fmt: skip
    return [t["signs_note"], "  \n".join(numbered), table(heads, rows_few)]
