"""The portfolio as people get it: a page, tables, data and a page in Prefect, of few and of many, in both languages."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
from support.crowd import gather_crowd
from support.world import World, model, stage, stated

from clusterflow.domain.terms import Answer, DecisionKind, StageKind
from clusterflow.domain.text import LANGUAGES, Language
from clusterflow.engine.record import Submission
from clusterflow.reports.portfolio.artifact import Waiting, portfolio_page
from clusterflow.reports.portfolio.document import FEW, SIGNS, heat_maps, portfolio_html
from clusterflow.reports.portfolio.portfolio import VISITS, Portfolio
from clusterflow.reports.portfolio.tables import PortfolioTable, table_csv
from clusterflow.reports.portfolio.texts import COUNTS_WHEN, KIND, SIGN, WAIT
from clusterflow.rules.stage_progress import Wait
from clusterflow.rules.visit_priority import VISIT_RULES, Sign
from clusterflow.services import registry
from clusterflow.services.reports.portfolio import gather

END = date(2030, 6, 1)
NOTHING = Waiting(events=0, notices=0, refused=2, given_up=1)
EVIL = '=HYPERLINK("http://x")<script>alert(1)</script>|[y](z)'

TINY = model(
    stage("launch", (), stated("launch", keep=">= 1/2"), stated("trust")),
    stage("strategy", ("launch",), allowed_days=30),
)


@pytest.fixture(scope="module")
def many(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A crowd under the six shipped models."""
    file = tmp_path_factory.mktemp("crowd") / "clusterflow.db"
    file.write_bytes(sqlite_template.read_bytes())
    world = World(f"sqlite:///{file}")
    gather_crowd(world.context, 60, END)
    return world.at(END.isoformat())


@pytest.fixture
def few(sqlite_url: str) -> World:
    """Two: one is late in its second stage, its milestone lapsed; the other has a name that contains an attack."""
    world = World(sqlite_url, TINY)
    world.enrol("one")
    world.enrol("two")
    fields = {"id": "two", "name": EVIL, "country": "ES", "from": "2024-01-10"}
    registry.record(world.context, [Submission("initiative", fields, "test")])
    world.at("2024-02-01")
    for figure in ("launch", "trust"):
        world.state_figure(figure)
    world.evaluate()
    world.at("2024-02-11").decide("launch")
    world.at("2024-05-01").state_figure("launch", 1, 4)
    for initiative in ("one", "two"):
        world.evaluate(initiative)
    return world


@pytest.fixture
def portfolio(few: World) -> Portfolio:
    return gather(few.context)


def test_each_place_says_what_is_waited_for_and_since_when(portfolio: Portfolio) -> None:
    one = next(p for p in portfolio.places if p.initiative == "one")
    assert (one.stage, one.waits, one.waits_since, one.waits_days) == ("strategy", Wait.CRITERIA, date(2024, 2, 11), 80)
    assert one.overdue
    assert one.lapsed == ("launch",)
    two = next(p for p in portfolio.places if p.initiative == "two")
    assert (two.stage, two.waits, two.since, two.overdue) == ("launch", Wait.CRITERIA, date(2024, 1, 10), True)


def test_a_decision_is_waited_for_since_the_gate_opened_and_a_hold_since_it_was_decided(few: World) -> None:
    few.at("2024-06-01").state_figure("strategy")
    few.evaluate()
    few.at("2024-06-11")
    (place,) = (p for p in gather(few.context).places if p.initiative == "one")
    assert (place.waits, place.waits_since, place.waits_days) == (Wait.DECISION, date(2024, 6, 1), 10)
    few.decide("strategy", DecisionKind.HOLD, until=date(2024, 9, 1))
    few.at("2024-06-21")
    (place,) = (p for p in gather(few.context).places if p.initiative == "one")
    assert (place.waits, place.waits_since, place.waits_days) == (Wait.HOLD, date(2024, 6, 11), 10)


def test_stays_under_way_are_counted_and_not_dropped(portfolio: Portfolio) -> None:
    (together,) = (d for d in portfolio.dwell if d.model is None)
    # One stay of 32 days, one that has lasted 112 days, and one that has lasted 80 days.
    assert (together.stays, together.under_way, together.longest) == (3, 2, 112)
    assert (together.first_quartile, together.median, together.third_quartile) == (32, None, None)


def test_who_needs_a_visit_is_ranked_by_an_open_rule(portfolio: Portfolio) -> None:
    first = portfolio.visits[0]
    assert first.initiative == "one"
    by_sign = {r.sign: r.points for r in first.reasons}
    assert by_sign == {Sign.LAPSED: 4, Sign.OVERDUE: 3, Sign.ESCALATED: 2, Sign.UNKNOWN: 1}
    assert first.points == sum(by_sign.values())
    assert portfolio.visit_rules == VISIT_RULES


def test_the_heat_map_holds_every_answer_once(many: World) -> None:
    found = gather(many.context)
    cells = [(row.initiative, c.kind, c.title) for row in found.answers for c in row.answers]
    assert len(cells) == len(set(cells))
    for line in found.criteria:
        mine = [c.answer for row in found.answers for c in row.answers if (c.kind, c.title) == (line.kind, line.title)]
        assert [mine.count(a) for a in Answer] == [line.met, line.unmet, line.unknown]
    shown = sum(len(m.under_way) + len(m.passed) + m.hold_all for m in heat_maps(found))
    assert shown == len({(i, kind) for i, kind, _ in cells})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_for_itself_and_says_everything_without_colour(many: World, language: Language) -> None:
    found = gather(many.context, language=language)
    assert len(found.answers) > FEW
    page = portfolio_html(found, language)
    assert page == portfolio_html(found, language)
    assert not re.findall(r"(?:src|href)=\"(?!#|data:)[^\"]*|url\((?!#)|<script|@import", page)
    cells = re.findall(r'<td class="(met|unmet|unknown)(?: b)?"[^>]*>([^<]*)</td>', page)
    assert {word: {text for w, text in cells if w == word} for word, _ in cells} == {
        "met": {"✔"},
        "unmet": {"✘"},
        "unknown": {"?"},
    }
    for place in found.places:
        assert f'<a id="i-{place.initiative}"></a>{place.name}' in page
    assert len(found.visits) == VISITS
    for wanted in ("Kaplan", "1958", *(KIND[d.kind].to(language) for d in found.dwell)):
        assert wanted in page


def test_what_users_wrote_is_neither_markup_nor_a_formula(portfolio: Portfolio) -> None:
    page = portfolio_html(portfolio, "en")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    artifact = portfolio_page(portfolio, "en", NOTHING)
    assert "<script>" not in artifact
    assert "[y](z)" not in artifact
    for table in PortfolioTable:
        rows = list(csv.reader(io.StringIO(table_csv(portfolio, table))))
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@") or cell[:2] == "-="]
        assert any(cell.startswith("'=HYPERLINK") for row in rows for cell in row) is (
            table not in (PortfolioTable.DWELL, PortfolioTable.LAPSES)
        )


def test_a_day_gone_by_shows_what_was_then(few: World) -> None:
    then = gather(few.context, date(2024, 2, 5))
    (one,) = (p for p in then.places if p.initiative == "one")
    assert (one.stage, one.waits, one.waits_days, one.lapsed) == ("launch", Wait.DECISION, 4, ())
    assert gather(few.context, date(2024, 1, 9)).places == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_nobody_there_is_a_page_too(sqlite_url: str, language: Language) -> None:
    nobody = gather(World(sqlite_url, TINY).context, language=language)
    assert portfolio_html(nobody, language).count("<h2") == 0
    assert portfolio_page(nobody, language, NOTHING).startswith("# ")
    assert json.loads(nobody.model_dump_json())["initiatives"] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_prefect_links_every_initiative_and_shows_both_plots(many: World, language: Language) -> None:
    found = gather(many.context, language=language)
    page = portfolio_page(found, language, NOTHING)
    assert page.count("](data:image/png;base64,") == 2
    assert {f"../../artifacts/key/initiative-{p.initiative}" for p in found.places} <= set(
        re.findall(r"\]\(([^)]+)\)", page)
    )
    assert "../../runs?tags=gate-open" in page
    assert len(page.encode()) < 300_000
    for line in page.splitlines():
        assert not line.startswith("|") or line.endswith("|")


def test_every_word_is_there() -> None:
    assert set(KIND) == {*StageKind, None}
    assert (set(WAIT), set(SIGN), set(COUNTS_WHEN), set(SIGNS)) == (set(Wait), set(Sign), set(Sign), set(Answer))
