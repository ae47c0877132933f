"""Rulebooks judge initiatives by what is recorded: published cases, the portfolio as a set, waivers and cut-offs."""

from __future__ import annotations

from datetime import date

import pytest
from support.world import World

from clusterflow.domain.rulebook import Holding, Ruling
from clusterflow.errors import UnknownName
from clusterflow.reports.rulebooks import RulebookJudgment, RuleLine
from clusterflow.services import rulebooks


@pytest.fixture
def office(sqlite_url: str) -> World:
    world = World(sqlite_url)
    world.enrol("one", "catalan")
    return world


def members(world: World, first: int, last: int, joined: str, left: str = "") -> None:
    lines = []
    for number in range(first, last):
        lines.append(f"organisation id=m{number} name=M{number} helix=company from=2010-01-01")
        to = f" to={left}" if left else ""
        lines.append(f"membership initiative=one organisation=m{number} from={joined}{to}")
    world.record(*lines)


def judged(world: World, rulebook: str, day: str) -> RulebookJudgment:
    (found,) = rulebooks.judge(world.context, "one", rulebook, date.fromisoformat(day), "en")
    return found


def rule(found: RulebookJudgment, name: str) -> RuleLine:
    return next(line for line in found.texts[0].rules if line.rule == name)


def hungarian(world: World, awarded: str) -> None:
    """Twenty members are named at the award; ten of them leave, and ten others join (HUNN)."""
    members(world, 0, 10, "2010-01-01", "2016-12-31")
    members(world, 10, 20, "2010-01-01")
    members(world, 20, 30, "2017-01-01")
    world.record(f"label initiative=one name=AK rulebook=hungary-accredited from={awarded}")


def test_the_hungarian_title_of_2016_is_kept_at_50_percent_and_ends_at_47_6(office: World) -> None:
    hungarian(office, "2016-03-01")
    found = judged(office, "hungary-accredited", "2017-01-01")
    assert (found.ruling, rule(found, "retained-members").found) == (Ruling.MET, "50 %")
    assert (found.holding, found.awarded, found.until) == (Holding.HELD, date(2016, 3, 1), date(2018, 2, 28))
    members(office, 30, 31, "2017-06-01")
    found = judged(office, "hungary-accredited", "2017-06-01")
    assert (found.ruling, rule(found, "retained-members").found) == (Ruling.UNMET, "47,6 %")


def test_a_title_of_the_older_call_is_judged_by_the_older_call_and_ends_at_100_percent(office: World) -> None:
    """A holder is judged by the text of the award, also when a newer one is in force."""
    hungarian(office, "2015-12-31")
    found = judged(office, "hungary-accredited", "2017-01-01")
    assert found.texts[0].text == "aik-1-1-1"
    assert (found.ruling, rule(found, "member-changes").found) == (Ruling.UNMET, "100 %")


def test_the_gold_label_needs_80_percent_and_all_thresholds_and_no_threshold_is_invented(office: World) -> None:
    def total(points: int, day: str) -> None:
        office.record(f"observation initiative=one metric=esca-gold-total numerator={points} denominator=100 on={day}")

    total(79, "2016-04-01")
    assert judged(office, "esca-gold", "2016-04-01").ruling is Ruling.UNMET
    total(80, "2016-05-01")
    found = judged(office, "esca-gold", "2016-05-01")
    assert (found.ruling, rule(found, "total").ruling, len(found.texts[0].cut_offs)) == (Ruling.UNKNOWN, Ruling.MET, 31)
    indicators = [f"{number:02d}" for number in range(1, 32)]
    office.record(
        *(f"cut-off rulebook=esca-gold rule=indicator-{n} bound=>=50% from=2016-01-01" for n in indicators),
        *(
            f"observation initiative=one metric=esca-gold-{n} numerator=2 denominator=4 on=2016-05-01"
            for n in indicators
        ),
    )
    assert judged(office, "esca-gold", "2016-05-01").ruling is Ruling.MET
    office.record("observation initiative=one metric=esca-gold-31 numerator=1 denominator=4 on=2016-06-01")
    found = judged(office, "esca-gold", "2016-06-01")
    assert (found.ruling, rule(found, "indicator-31").ruling) == (Ruling.UNMET, Ruling.UNMET)


def test_the_aragonese_cluster_of_2025_was_registered_in_its_first_year_and_renews_before_31_july(
    office: World,
) -> None:
    """CICA: founded in January 2025, 71 members, entered in the Spanish registry in November 2025 (CICA25)."""
    office.record("initiative id=one name=CICA country=ES from=2025-01-15")
    members(office, 0, 71, "2025-01-15")
    office.record("label initiative=one name=AEI rulebook=spain-aei from=2025-11-18")
    found = judged(office, "spain-aei", "2025-11-25")
    assert (found.holding, found.until) == (Holding.HELD, date(2029, 11, 17))
    (window,) = found.texts[0].windows
    assert (window.opens, window.closes, window.state) == (None, date(2029, 7, 30), "open")
    polish = judged(office, "poland-key-cluster", "2025-11-25")
    assert (rule(polish, "members").ruling, rule(polish, "members").found) == (Ruling.MET, "71")


def test_an_award_of_the_first_half_of_the_year_is_renewed_in_the_first_two_months(office: World) -> None:
    office.record("label initiative=one name=AEI rulebook=spain-aei from=2020-03-10")
    (window,) = judged(office, "spain-aei", "2024-02-29").texts[0].windows
    assert (window.opens, window.closes, window.state) == (date(2024, 1, 1), date(2024, 2, 29), "open")
    for day, state in (("2023-12-31", "coming"), ("2024-03-01", "closed")):
        assert judged(office, "spain-aei", day).texts[0].windows[0].state == state


def test_a_day_before_the_rules_is_not_in_force(office: World) -> None:
    office.record("label initiative=one name=AEI rulebook=spain-aei from=2012-03-10 to=2016-03-09")
    found = judged(office, "spain-aei", "2014-07-29")
    assert (found.ruling, found.texts) == (Ruling.NOT_IN_FORCE, ())


def test_a_waived_rule_is_met_while_the_waiver_lasts_and_the_waiver_is_shown_for_ever(office: World) -> None:
    members(office, 0, 20, "2015-01-01")
    office.record("waiver initiative=one rulebook=eccp rule=helix-kinds granted_by=ECCP reason=Programme "
                  "from=2016-01-01 to=2016-12-31")  # fmt: skip
    assert rule(judged(office, "eccp", "2016-12-31"), "helix-kinds").ruling is Ruling.MET
    found = judged(office, "eccp", "2017-01-01")
    assert rule(found, "helix-kinds").ruling is Ruling.UNMET
    assert [(w.rule, w.in_force, w.granted_by) for w in found.waivers] == [("helix-kinds", False, "ECCP")]


def test_the_matrix_has_the_answer_of_each_single_judgment(office: World) -> None:
    hungarian(office, "2016-03-01")
    office.at("2024-02-01").enrol("two", "basque")
    matrix = rulebooks.matrix(office.context, language="en")
    assert [line.initiative for line in matrix.lines] == ["one", "two"]
    for line in matrix.lines:
        for found in rulebooks.judge(office.context, line.initiative, language="en"):
            cell = line.cells[found.rulebook]
            assert (cell.ruling, cell.holding, cell.until) == (found.ruling, found.holding, found.until)
    assert [line.initiative for line in rulebooks.matrix(office.context, date(2024, 1, 31)).lines] == ["one"]


def test_an_unknown_rulebook_is_named_with_those_that_there_are(office: World) -> None:
    with pytest.raises(UnknownName, match="no rulebook is called «esca-golf»; the nearest: esca-gold"):
        rulebooks.judge(office.context, "one", "esca-golf")
