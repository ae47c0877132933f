"""Occasions: which ones are found by which reference date, what is left out, and that an index is used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from support.world import World, model, stage

from clusterflow.domain.reminder_occasion import OCCASIONS
from clusterflow.store.database import open_database
from clusterflow.store.reminder_occasions import (
    OccasionMatch,
    Search,
    find_occasions,
    searches_worth_running,
    statement,
)

Finding = Callable[..., list[OccasionMatch]]

WITH_STATEMENT = [name for name, occasion in OCCASIONS.items() if not (occasion.by_rulebook or occasion.by_lead_time)]
"""The occasions whose day is recorded. Those of rulebooks are in tests/services/notifications."""


@pytest.fixture
def world(database_url: str) -> World:
    w = World(database_url, model(stage("first")))
    w.enrol()
    w.record(
        "organisation id=bolts name=Bolts helix=company size=large from=2020-01-01",
        "person id=berta name=Berta from=2020-01-01",
        "membership initiative=one organisation=firm from=2023-01-01",
        "membership initiative=one organisation=ministry from=2023-01-01",
        "body initiative=one id=quality kind=committee name=Quality from=2023-06-01",
    )
    return w


def found(
    world: World, name: str, since: str, until: str, as_of: str = "2025-01-01", **numbers: int
) -> list[OccasionMatch]:
    """The matches of a search, which must be worth running if it finds something."""
    search = Search(name, date.fromisoformat(since), date.fromisoformat(until))
    with world.context.database.connect() as connection:
        matches = find_occasions(connection, name, search.since, search.until, date.fromisoformat(as_of), numbers)
        assert not matches or searches_worth_running(connection, [search]) == [search]
    return list(matches)


def subjects(world: World, name: str, *days: str, **numbers: int) -> list[tuple[str, str]]:
    return sorted((f.subject, f.reference.isoformat()) for f in found(world, name, *days, **numbers))


def meeting(world: World, name: str, day: str, *came: str, body: str = "quality") -> None:
    """A meeting. Each invitation is ``person:organisation``; ``!`` marks an absent person."""
    world.record(f"meeting initiative=one id={name} body={body} on={day}")
    for one in came:
        person, organisation = one.removeprefix("!").split(":")
        present = "no" if one.startswith("!") else "yes"
        world.record(
            f"attendance initiative=one meeting={name} person={person} organisation={organisation} present={present}"
            f" on={day}"
        )


def test_every_declared_occasion_can_be_found(world: World) -> None:
    for name in WITH_STATEMENT:
        assert found(world, name, "2023-01-01", "2023-01-02") is not None


def test_an_invoice_is_found_by_its_day_until_it_is_paid_in_full(world: World) -> None:
    world.record("invoice initiative=one id=i1 organisation=firm amount=300EUR due=2024-03-31 on=2024-01-10")
    assert subjects(world, "invoice.due", "2024-03-31", "2024-03-31") == [("i1", "2024-03-31")]
    assert subjects(world, "invoice.due", "2024-04-01", "2024-12-31") == []
    assert subjects(world, "invoice.issued", "2024-01-10", "2024-01-10") == [("i1", "2024-01-10")]
    (one,) = found(world, "invoice.due", "2024-03-01", "2024-04-01")
    assert (one.organisation, one.facts["organisation_name"], one.facts["size"]) == ("firm", "Firm", "small")
    assert (one.facts["amount_minor"], one.facts["amount_currency"], one.facts["paid_minor"]) == (30000, "EUR", 0)
    world.record("payment initiative=one id=p1 invoice=i1 amount=100EUR on=2024-02-01")
    (one,) = found(world, "invoice.due", "2024-03-01", "2024-04-01")
    assert one.facts["paid_minor"] == 10000
    world.record("payment initiative=one id=p2 invoice=i1 amount=500USD on=2024-02-01")
    assert subjects(world, "invoice.due", "2024-03-01", "2024-04-01") == [("i1", "2024-03-31")], (
        "other money is no payment"
    )
    world.record("payment initiative=one id=p3 invoice=i1 amount=200EUR on=2024-02-01")
    assert subjects(world, "invoice.due", "2024-03-01", "2024-04-01") == []
    assert subjects(world, "invoice.issued", "2024-01-01", "2024-04-01") == []


def test_an_invoice_with_a_corrected_date_is_found_by_the_new_date(world: World) -> None:
    world.record("invoice initiative=one id=i1 organisation=firm amount=300EUR due=2024-03-31 on=2024-01-10")
    world.record("invoice initiative=one id=i1 organisation=firm amount=300EUR due=2024-05-31 on=2024-01-10")
    assert subjects(world, "invoice.due", "2024-01-01", "2024-12-31") == [("i1", "2024-05-31")]


def test_a_committee_is_silent_since_its_last_meeting(world: World) -> None:
    meeting(world, "m1", "2024-01-10")
    assert subjects(world, "committee.silent", "2024-01-01", "2024-02-01") == [("quality", "2024-01-10")]
    meeting(world, "m2", "2024-03-10")
    assert subjects(world, "committee.silent", "2024-01-01", "2024-02-01") == [], "it has met since"
    assert subjects(world, "committee.silent", "2024-03-01", "2024-04-01") == [("quality", "2024-03-10")]
    world.record("body initiative=one id=quality kind=committee name=Quality from=2023-06-01 to=2024-06-30")
    assert subjects(world, "committee.silent", "2024-03-01", "2024-04-01") == [], "it is dissolved"


def test_a_board_is_not_a_committee_and_a_committee_without_meetings_is_silent_if_others_met(world: World) -> None:
    assert subjects(world, "committee.silent", "2023-05-01", "2023-07-01") == [], "nobody records meetings here"
    meeting(world, "m1", "2024-01-10", body="board")
    assert subjects(world, "committee.silent", "2024-01-01", "2024-02-01") == []
    assert subjects(world, "committee.silent", "2023-05-01", "2023-07-01") == [("quality", "2023-06-01")]


def test_attendance_is_low_if_two_consecutive_meetings_were_low(world: World) -> None:
    meeting(world, "m1", "2024-01-10", "mona:firm", "gala:ministry")
    meeting(world, "m2", "2024-02-10", "mona:firm", "!gala:ministry", "!bruno:firm")
    assert subjects(world, "attendance.low", "2024-02-01", "2024-03-01") == [], "a single time is not enough"
    meeting(world, "m3", "2024-03-10", "!mona:firm", "gala:ministry", "!bruno:firm")
    (one,) = found(world, "attendance.low", "2024-03-01", "2024-04-01")
    assert (one.subject, one.reference, one.facts["body_name"]) == ("quality", date(2024, 3, 10), "Quality")
    counts = [one.facts[n] for n in ("came", "invited", "came_before", "invited_before")]
    assert counts == [1, 3, 1, 3]
    assert subjects(world, "attendance.low", "2024-03-01", "2024-04-01", percent=30) == []


def test_a_delegate_changed_between_two_meetings(world: World) -> None:
    meeting(world, "m1", "2024-01-10", "mona:firm", "gala:ministry")
    meeting(world, "m2", "2024-02-10", "bruno:firm", "gala:ministry")
    (one,) = found(world, "delegate.changed", "2024-02-01", "2024-03-01")
    assert (one.subject, one.body, one.organisation) == ("quality/firm", "quality", "firm")
    assert (one.facts["before"], one.facts["now"]) == ("Mona", "Bruno")
    meeting(world, "m3", "2024-03-10", "bruno:firm", "mona:firm")
    assert subjects(world, "delegate.changed", "2024-03-01", "2024-04-01") == [], "one of two is the same"


def test_a_company_is_absent_from_three_meetings_in_a_row(world: World) -> None:
    everybody = ("!mona:firm", "!gala:ministry", "!berta:bolts")
    meeting(world, "m0", "2023-12-10", "mona:firm")
    for number, day in enumerate(("2024-01-10", "2024-02-10"), 1):
        meeting(world, f"m{number}", day, *everybody)
    assert subjects(world, "member.absent", "2024-01-01", "2024-04-01") == []
    meeting(world, "b1", "2024-03-10", *everybody, body="board")
    days = ("2024-03-01", "2024-04-01")
    assert subjects(world, "member.absent", *days) == [("firm", "2024-03-10")], (
        "no ministry, and no firm that is no member"
    )
    assert subjects(world, "member.absent", *days, meetings=2) == [], "the second time is over"
    meeting(world, "m4", "2024-04-10", *everybody)
    assert subjects(world, "member.absent", "2024-04-02", "2024-05-01") == [], "a fourth absence is not reported"
    meeting(world, "m5", "2024-05-10", "mona:firm")
    for number, month in enumerate(("06", "07", "08"), 6):
        meeting(world, f"m{number}", f"2024-{month}-10", "!mona:firm", "!bruno:firm")
    assert subjects(world, "member.absent", "2024-06-01", "2024-09-01") == [("firm", "2024-08-10")]


def test_trust_fell_or_too_few_people_answered(world: World) -> None:
    def wave(day: str, answers: int, mean: int) -> None:
        world.record(f"survey-wave initiative=one topic=trust invited=20 answers={answers} mean_milli={mean} on={day}")

    wave("2024-01-10", 15, 4000)
    wave("2024-02-10", 4, 2000)
    (few,) = found(world, "trust.unheard", "2024-02-01", "2024-03-01", "2024-03-01")
    assert (few.facts["answers"], few.facts["invited"]) == (4, 20)
    assert "mean_milli" not in few.facts, "fewer than five answers are not shown"
    assert subjects(world, "trust.fell", "2024-02-01", "2024-03-01", "2024-03-01") == []
    wave("2024-03-10", 12, 3700)
    (fell,) = found(world, "trust.fell", "2024-03-01", "2024-04-01")
    assert (fell.facts["mean_milli"], fell.facts["before_milli"]) == (3700, 4000), (
        "compared with the last wave that had enough answers"
    )
    assert subjects(world, "trust.fell", "2024-03-01", "2024-04-01", fall_milli=301) == []


def test_a_reading_is_late_by_the_day_of_the_last_one(world: World) -> None:
    world.record(
        "objective initiative=one id=exports title=Exports from=2023-01-01 owner=quality",
        "objective initiative=one id=jobs title=Jobs from=2023-02-01",
    )
    assert subjects(world, "reading.late", "2023-01-01", "2023-03-01") == [], "nobody records readings here"
    world.record("reading initiative=one objective=exports value=3 on=2023-05-01")
    assert subjects(world, "reading.late", "2023-01-01", "2023-03-01") == [("jobs", "2023-02-01")]
    (one,) = found(world, "reading.late", "2023-05-01", "2023-05-01")
    assert (one.subject, one.body, one.facts["title"]) == ("exports", "quality", "Exports")
    world.record("reading initiative=one objective=exports value=4 on=2023-09-01")
    assert subjects(world, "reading.late", "2023-05-01", "2023-05-01") == []


def test_members_that_joined_or_left_are_found(world: World) -> None:
    world.record(
        "membership initiative=one organisation=bolts from=2024-02-01 to=2024-05-31",
        "membership initiative=one organisation=firm from=2024-03-01 tier=gold",
    )
    assert subjects(world, "member.joined", "2024-01-01", "2024-12-31") == [("bolts", "2024-02-01")], (
        "a tier is no joining"
    )
    assert subjects(world, "member.left", "2024-01-01", "2024-12-31") == [("bolts", "2024-05-31")]
    world.record("membership initiative=one organisation=bolts from=2024-06-01")
    assert subjects(world, "member.left", "2024-01-01", "2024-12-31") == [], "it went on the next day"
    assert subjects(world, "member.joined", "2024-05-01", "2024-12-31") == []


def test_only_founding_documents_are_found_by_their_date(world: World) -> None:
    world.record(
        "document initiative=one id=statutes kind=statutes title=Statutes from=2024-02-01",
        "document initiative=one id=statutes kind=statutes title=Statutes-2 from=2024-06-01",
        "document initiative=one id=plan kind=strategy title=Plan from=2024-02-01",
    )
    assert subjects(world, "document.changed", "2024-01-01", "2024-12-31") == [
        ("statutes", "2024-02-01"),
        ("statutes", "2024-06-01"),
    ]


def test_a_learning_session_is_found_for_each_enrolled_manager_until_it_is_held_or_cancelled(world: World) -> None:
    world.record(
        "learning-series id=practice title=Practice from=2024-01-01",
        "learning-session id=s1 series=practice number=1 topic=Trust planned=2024-05-06 from=2024-01-02",
        "learning-session id=s2 series=practice number=2 topic=Dues planned=2024-06-03 from=2024-01-02",
        "learning-enrolment initiative=one series=practice person=mona from=2024-01-03",
    )
    (one,) = found(world, "learning.session", "2024-05-06", "2024-05-06", as_of="2024-05-05")
    assert (one.initiative, one.subject, one.person, one.facts["topic"]) == ("one", "s1/mona", "mona", "Trust")
    world.record("learning-session id=s2 planned=2024-06-10 from=2024-01-02")
    days = ("2024-05-06", "2024-12-31", "2024-05-05")
    assert subjects(world, "learning.session", *days) == [("s1/mona", "2024-05-06"), ("s2/mona", "2024-06-10")]
    world.record(
        "learning-session id=s1 held=2024-05-06 from=2024-01-02",
        "learning-session id=s2 from=2024-01-02 to=2024-05-01",
    )
    assert subjects(world, "learning.session", *days) == []


def test_retained_members_near_and_below_the_share_of_their_label(world: World) -> None:
    """HUNN, DOMAIN.md section 6, in small numbers: of ten named members three leave and three join; then more leave."""
    days = ("2024-01-01", "2024-12-31")
    for n in range(8):
        world.record(f"organisation id=o{n} name=O{n}1 from=2020-01-01")
        world.record(f"membership initiative=one organisation=o{n} from=2023-01-01")
    world.record("label initiative=one name=esca level=gold from=2023-06-01")
    world.record("label initiative=one name=accredited level=gold from=2023-06-01 retained_percent=50")
    for n in range(4):
        world.record(f"membership initiative=one organisation=o{n} from=2023-01-01 to=2024-02-0{n + 1}")
    assert subjects(world, "retained.low", *days, margin=10) == []
    for n in range(4):
        world.record(f"organisation id=new{n} name=New{n}1 from=2020-01-01")
        world.record(f"membership initiative=one organisation=new{n} from=2024-03-0{n + 1}")
    # Six of ten is sixty percent, which is enough. When the next one leaves, five of nine remain.
    assert subjects(world, "retained.low", *days, margin=10) == []
    world.record("membership initiative=one organisation=o4 from=2023-01-01 to=2024-04-10")
    (near,) = found(world, "retained.low", *days, margin=10)
    assert (near.subject, near.reference) == ("accredited", date(2024, 4, 11))
    assert (near.facts["retained"], near.facts["members"], near.facts["asked"]) == (5, 9, 50)
    assert subjects(world, "retained.low", *days, margin=0) == []
    world.record(
        "membership initiative=one organisation=o5 from=2023-01-01 to=2024-05-10",
        "organisation id=late name=Late from=2020-01-01",
        "membership initiative=one organisation=late from=2024-05-20",
    )
    assert subjects(world, "retained.low", *days, margin=0) == [("accredited", "2024-05-20")], "four of eight was half"
    assert subjects(world, "retained.low", *days, margin=10) == [], "a label below its share is not reported as near"
    world.record("membership initiative=one organisation=late from=2024-05-20 to=2024-06-01")
    assert subjects(world, "retained.low", *days, margin=0) == [], "it is over"
    assert subjects(world, "retained.low", "2024-01-01", "2024-05-31", "2024-05-31") == [("accredited", "2024-05-20")]


def test_nothing_is_found_for_a_stopped_initiative(world: World) -> None:
    world.record("invoice initiative=one id=i1 organisation=firm amount=300EUR due=2024-03-31 on=2024-01-10")
    with world.context.database.begin() as connection:
        connection.execute(text("UPDATE initiative_state SET standing = 'stopped'"))
    assert subjects(world, "invoice.due", "2024-01-01", "2024-12-31") == []


@pytest.mark.parametrize("name", WITH_STATEMENT)
def test_an_index_on_the_reference_date_is_used(sqlite_url: str, name: str) -> None:
    """The query plan scans no table completely, unless an index has already narrowed the rows."""
    engine = open_database(sqlite_url)
    with engine.connect() as connection:
        plan = explained(connection, name)
    engine.dispose()
    assert [line for line in plan if line.startswith(("SCAN", "SEARCH")) and read_whole(line)] == [], plan
    assert any("valid_from" in line or "due" in line or "valid_to" in line or "planned" in line for line in plan), plan


def test_only_searches_that_find_nothing_are_not_worth_running(world: World) -> None:
    world.record("invoice initiative=one id=i1 organisation=firm amount=300EUR due=2024-03-31 on=2024-01-10")
    world.record("membership initiative=one organisation=ministry from=2023-01-01 to=2024-04-30")
    meeting(world, "m1", "2024-02-10", "mona:firm", "!bruno:firm")
    meeting(world, "m2", "2024-05-10", "!mona:firm", "!bruno:firm")
    months = [date(2024 + n // 12, 1 + n % 12, 1) for n in range(13)]
    searches = [
        Search(name, since, until - timedelta(days=1)) for name in WITH_STATEMENT for since, until in pairwise(months)
    ]
    with world.context.database.connect() as connection:
        worth = searches_worth_running(connection, searches)
        for search in {*searches} - {*worth}:
            as_of, numbers = date(2025, 1, 1), OCCASIONS[search.name].parameters
            assert not find_occasions(connection, search.name, search.since, search.until, as_of, numbers), search
        assert searches_worth_running(connection, []) == []
    begun = {name: [s.since.month for s in worth if s.name == name] for name in WITH_STATEMENT}
    assert (begun["invoice.issued"], begun["invoice.due"], begun["member.left"]) == ([1], [3], [4])
    assert begun["delegate.changed"] == [2, 5]
    assert begun["trust.fell"] == begun["learning.session"] == []


def test_an_index_tells_which_searches_are_worth_running(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    plans = list[str]()

    def explain(connection: Any, cursor: Any, query: str, parameters: Any, *_: Any) -> None:
        plans.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {query}", parameters).fetchall())

    event.listen(engine, "before_cursor_execute", explain)
    with engine.connect() as connection:
        searches_worth_running(connection, [Search(n, date(2024, 1, 1), date(2024, 1, 2)) for n in WITH_STATEMENT])
    engine.dispose()
    assert len([line for line in plans if "SEARCH" in line]) >= len(WITH_STATEMENT)
    assert [line for line in plans if read_whole(line) and line != "SCAN CONSTANT ROW"] == []


def read_whole(line: str) -> bool:
    """Whether a table is scanned completely, even to build an index. Subqueries of the statement do not count."""
    made = "(subquery" in line or line.split()[1].startswith(("anon_", "found", "fresh", "pair", "away"))
    return not made and (line.startswith("SCAN") or "AUTOMATIC" in line)


def explained(connection: Connection, name: str) -> list[str]:
    parameters: dict[str, Any] = {
        **OCCASIONS[name].parameters,
        "as_of": date.fromisoformat("2024-01-01"),
        "since": date.fromisoformat("2024-01-01"),
        "until": date.fromisoformat("2024-01-02"),
    }
    query = statement(name).params(**parameters)
    compiled = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
    return [row.detail for row in rows]
