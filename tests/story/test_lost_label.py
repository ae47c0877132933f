"""The story of one initiative that loses its label: each step changes what the members are, and the rulebook answers.

The initiative and its members are invented; the rule is that of the Hungarian call AK-2016 (HUNN): the title ends when
fewer than half of the members are among those named at the award.
"""

from __future__ import annotations

from datetime import date

from support.world import World

from clusterflow.domain.rulebook import Holding, Ruling
from clusterflow.reports.rulebooks import RulebookJudgment
from clusterflow.services import rulebooks

BOOK = "hungary-accredited"


def test_an_initiative_loses_its_label(sqlite_url: str) -> None:
    world = World(sqlite_url)
    world.enrol("duna", "catalan")

    def join(first: int, last: int, day: str, left: str = "") -> None:
        to = f" to={left}" if left else ""
        for number in range(first, last):
            world.record(
                f"organisation id=m{number} name=M{number} helix=company from=2010-01-01",
                f"membership initiative=duna organisation=m{number} from={day}{to}",
            )

    def judged(day: str) -> RulebookJudgment:
        (found,) = rulebooks.judge(world.context, "duna", BOOK, date.fromisoformat(day), "en")
        return found

    # Twenty members are named when the title is awarded, for two years.
    join(0, 5, "2018-01-01", "2022-09-30")
    join(5, 10, "2018-01-01", "2023-05-31")
    join(10, 20, "2018-01-01")
    world.record(f"label initiative=duna name=AK rulebook={BOOK} from=2022-03-01")
    found = judged("2022-03-01")
    assert (found.ruling, found.holding, found.until) == (Ruling.MET, Holding.HELD, date(2024, 2, 29))
    assert found.texts[0].text == "ak-2016"

    # Five leave and five join: three quarters are left. Five more do: half are left, which is still enough.
    join(20, 25, "2022-10-01")
    join(25, 30, "2023-06-01")
    assert [rule.found for day in ("2022-10-01", "2023-06-01") for rule in judged(day).texts[0].rules] == [
        "75 %",
        "50 %",
    ]
    assert judged("2023-06-01").ruling is Ruling.MET

    # One member more, and the title ends. What help there is, the rule says; the evidence names each member.
    join(30, 31, "2023-09-01")
    found = judged("2023-09-01")
    assert found.ruling is Ruling.UNMET
    (rule,) = found.texts[0].rules
    assert (rule.found, rule.asked, rule.source) == ("47,6 %", "≥ 50 %", "HUNN")
    assert rule.help.startswith("Keep the members named at accreditation")
    assert sum(row.counts_for.startswith("1") for row in rule.criteria[0].evidence) == 10

    # The ministry waives the rule until the end of the year. The waiver is shown for ever.
    world.record(
        f"waiver initiative=duna rulebook={BOOK} rule=retained-members granted_by=ministry reason=merger "
        "from=2023-09-15 to=2023-12-31"
    )
    assert [judged(day).ruling for day in ("2023-09-14", "2023-12-31", "2024-01-01")] == [
        Ruling.UNMET, Ruling.MET, Ruling.UNMET,
    ]  # fmt: skip
    assert [(w.granted_by, w.in_force) for w in judged("2024-01-01").waivers] == [("ministry", False)]

    # The two years pass without another award: the title is lost, and the rules of holders are no longer asked.
    found = judged("2024-03-01")
    assert (found.holding, found.texts[0].rules) == (Holding.LOST, ())
    (line,) = rulebooks.matrix(world.context, date(2024, 3, 1)).lines
    assert (line.cells[BOOK].holding, line.cells[BOOK].until) == (Holding.LOST, date(2024, 2, 29))

    # What was answered for an earlier day is answered still.
    assert judged("2023-06-01").ruling is Ruling.MET
