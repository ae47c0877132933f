"""Ladders in real life: two years of dues, silent committees, who hears of what; nothing twice, nothing too late."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from support.mailbox import Mailbox
from support.world import CONFIGS, World, model, stage, stated

from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.settings import Settings
from clusterflow.store.tables import attachment, notice

MADRID = ZoneInfo("Europe/Madrid")


class Office(World):
    """An initiative in Madrid with an office that follows it, a small member and a large one."""

    def __init__(self, url: str, configs: Path = CONFIGS) -> None:
        super().__init__(url, model(stage("first", allowed_days=3000)))
        self.context.settings = Settings(database=url, configs=configs, proof="none")
        self.enrol()
        self.record(
            "initiative id=one name=One country=ES timezone=Europe/Madrid office=pact from=2024-01-10",
            "organisation id=agency name=Agency helix=government from=2020-01-01",
            "office id=pact organisation=agency name=Pact from=2020-01-01",
            "person id=olga name=Olga email=olga@agency.example from=2020-01-01 language=en",
            "representation person=olga organisation=agency from=2020-01-01",
            "organisation id=bolts name=Bolts helix=company size=large from=2020-01-01",
            "person id=berta name=Berta email=berta@bolts.example from=2020-01-01 language=en",
            "representation person=berta organisation=bolts from=2020-01-01",
            "organisation id=nuts name=Nuts helix=company size=micro from=2020-01-01",
            "person id=nico name=Nico email=nico@nuts.example from=2020-01-01",
            "representation person=nico organisation=nuts from=2020-01-01",
        )
        self.dispatcher = Dispatcher(self.context)
        self.problems: list[str] = []

    def local(self, moment: str) -> None:
        """The clock at a moment in Madrid."""
        self.now = datetime.fromisoformat(moment).replace(tzinfo=MADRID).astimezone(UTC)

    def live(self, until: str, each: Callable[[date], None] = lambda day: None) -> None:
        """Let days pass: soon after midnight the ladders are evaluated, at noon facts come in."""
        end = date.fromisoformat(until)
        day = self.now.astimezone(MADRID).date()
        while day <= end:
            for hour in (0, 12):
                self.now = datetime(day.year, day.month, day.day, hour, 30, tzinfo=MADRID).astimezone(UTC)
                if hour == 12:
                    each(day)
                else:
                    self.problems += self.dispatcher.reminders.write_due()[1]
            day += timedelta(days=1)

    def sent_notices(self, *rules: str) -> list[tuple[str, str, str, str]]:
        """Day in Madrid, rule, step and recipient of what was written."""
        with self.context.database.connect() as connection:
            wanted = [*rules, *(f"{rule}+" for rule in rules)]
            rows = connection.execute(select(notice).where(notice.c.rule.in_(wanted)).order_by(notice.c.id))
            return sorted(
                (r.created_at.astimezone(MADRID).date().isoformat(), r.rule, r.key.split(":")[3], r.recipient)
                for r in rows
            )

    def texts(self, recipient: str) -> list[str]:
        with self.context.database.connect() as connection:
            rows = connection.execute(select(notice).where(notice.c.recipient == recipient).order_by(notice.c.id))
            return [f"{r.subject}\n{r.body}" for r in rows]


@pytest.fixture
def office(database_url: str) -> Office:
    return Office(database_url)


DUES = ("dues", "dues-sme", "dues-issued")


def test_two_years_of_dues_with_summer_time_and_holidays(sqlite_url: str) -> None:
    """2024: -15 is a Thursday; the day after is Easter Saturday, and Friday before it Good Friday: it waits for Monday,
    the first day of work in summer time. 2025: the same member, the same rule, another year."""
    office = Office(sqlite_url)
    office.record(
        "membership initiative=one organisation=nuts from=2024-01-10",
        "membership initiative=one organisation=bolts from=2024-01-10",
    )

    def lived(day: date) -> None:
        if day == date(2024, 2, 1):
            office.record(
                "invoice initiative=one id=n24 organisation=nuts amount=90EUR due=2024-03-29 on=2024-02-01",
                "invoice initiative=one id=b24 organisation=bolts amount=2000EUR due=2024-03-29 on=2024-02-01",
            )
        if day == date(2024, 4, 10):
            office.record("payment initiative=one id=p1 invoice=b24 amount=2000EUR on=2024-04-10")
        if day == date(2025, 2, 3):
            office.record("invoice initiative=one id=n25 organisation=nuts amount=90EUR due=2025-03-28 on=2025-02-03")
        if day == date(2025, 3, 31):
            office.record("payment initiative=one id=p2 invoice=n25 amount=90EUR on=2025-03-31")

    office.dispatcher.reminders.rules = [rule for rule in office.dispatcher.rules if rule.id in DUES]
    office.live("2025-12-31", lived)
    assert office.problems == []
    assert [t for t in office.sent_notices(*DUES) if t[3] in ("nico", "berta")] == [
        # Recorded at noon, told when the next day begins.
        ("2024-02-02", "dues-issued", "0d", "berta"),
        ("2024-02-02", "dues-issued", "0d", "nico"),
        ("2024-03-14", "dues", "-15d", "berta"),
        ("2024-03-14", "dues-sme", "-15d", "nico"),
        ("2024-04-01", "dues", "+1d", "berta"),
        ("2024-04-01", "dues-sme", "+1d", "nico"),
        ("2024-04-29", "dues-sme", "+30d", "nico"),
        ("2024-05-28", "dues-sme", "+60d", "nico"),
        ("2024-06-27", "dues-sme", "+90d", "nico"),
        ("2025-02-04", "dues-issued", "0d", "nico"),
        ("2025-03-13", "dues-sme", "-15d", "nico"),
        ("2025-03-31", "dues-sme", "+1d", "nico"),
    ]
    assert [t for t in office.sent_notices(*DUES) if t[3] not in ("nico", "berta")] == [
        ("2024-05-28", "dues-sme+", "+60d", "mona"),
        ("2024-06-27", "dues-sme+", "+90d", "bruno"),
        ("2024-06-27", "dues-sme+", "+90d", "mona"),
    ]
    gentle = office.texts("nico")
    assert all("a plazos" in text for text in gentle if "cuotas vencieron" in text or "sobre sus cuotas" in text)
    assert "the dues of Nuts are 60 days late" in "".join(office.texts("mona"))
    assert not any("instalments" in text for text in office.texts("berta"))


def test_a_payment_takes_back_the_reminder_that_waits_for_the_morning(sqlite_url: str) -> None:
    office = Office(sqlite_url)
    office.context.settings = office.context.settings.model_copy(update={"notices_policy": "on"})
    office.dispatcher = Dispatcher(office.context)
    office.dispatcher.reminders.rules = [rule for rule in office.dispatcher.rules if rule.id == "dues"]
    office.record(
        "membership initiative=one organisation=bolts from=2024-01-10",
        "invoice initiative=one id=a organisation=bolts amount=2000EUR due=2024-04-15 on=2024-02-01",
        "invoice initiative=one id=b organisation=bolts amount=2000EUR due=2024-04-15 on=2024-02-01",
    )
    office.local("2024-04-16T00:30")
    office.dispatcher.run()
    assert [t[1:] for t in office.sent_notices("dues")] == [("dues", "+1d", "berta")] * 2
    office.local("2024-04-16T07:50")
    office.record("payment initiative=one id=p invoice=a amount=2000EUR on=2024-04-15")
    office.local("2024-04-16T08:15")
    office.dispatcher.run()
    with office.context.database.connect() as connection:
        (left,) = connection.execute(select(notice).where(notice.c.rule == "dues"))
    assert (":b:" in left.key, left.released_at is not None) == (True, True)


def test_a_moved_date_moves_the_reminder_and_a_payment_ends_it(office: Office) -> None:
    office.record(
        "membership initiative=one organisation=bolts from=2024-01-10",
        "invoice initiative=one id=b24 organisation=bolts amount=2000EUR due=2024-03-28 on=2024-01-10",
    )
    office.live("2024-03-10")
    office.record("invoice initiative=one id=b24 organisation=bolts amount=2000EUR due=2024-04-30 on=2024-01-10")
    office.live("2024-05-02")
    assert [t[:3] for t in office.sent_notices("dues")] == [
        ("2024-04-15", "dues", "-15d"),
        ("2024-05-02", "dues", "+1d"),
    ]
    office.record("payment initiative=one id=p1 invoice=b24 amount=2000EUR on=2024-05-03")
    office.live("2024-06-15")
    assert len(office.sent_notices("dues")) == 2


def test_who_was_away_catches_up_with_the_last_step_only_and_not_after_two_weeks(office: Office) -> None:
    office.record(
        "membership initiative=one organisation=bolts from=2024-01-10",
        "invoice initiative=one id=b24 organisation=bolts amount=2000EUR due=2024-03-01 on=2024-01-10",
    )
    office.local("2024-05-10T10:00")
    assert office.dispatcher.reminders.write_due() == (2, []), "of four steps the last, to the member and the manager"
    assert Dispatcher(office.context).reminders.write_due() == (0, []), "whoever begins anew writes nothing twice"
    assert [t[1:] for t in office.sent_notices("dues")] == [("dues", "+60d", "berta"), ("dues+", "+60d", "mona")]
    office.local("2024-06-10T10:00")
    office.dispatcher.reminders.write_due()
    assert len(office.sent_notices("dues")) == 2 + 3, (
        "berta, mona, and bruno, who chairs the board; gala on the board does not"
    )
    office.record("invoice initiative=one id=old organisation=bolts amount=1EUR due=2024-02-20 on=2024-01-10")
    office.local("2024-06-11T10:00")
    office.dispatcher.reminders.write_due()
    assert len(office.sent_notices("dues")) == 5, "what was 90 days late three weeks ago is no news"


def test_a_members_own_reminder_is_never_batched_with_the_debts_of_others(
    database_url: str, mailbox: tuple[Mailbox, str]
) -> None:
    office = Office(database_url)
    office.context.settings = office.context.settings.model_copy(
        update={"notices_policy": "on", "mail": SecretStr(mailbox[1])}
    )
    office.dispatcher = Dispatcher(office.context)
    office.dispatcher.reminders.rules = [rule for rule in office.dispatcher.rules if rule.id == "dues"]
    office.record(
        "membership initiative=one organisation=bolts from=2024-01-10",
        "organisation id=rivets name=Rivets helix=company size=large from=2020-01-01",
        "membership initiative=one organisation=rivets from=2024-01-10",
        "representation person=mona organisation=rivets from=2024-01-10",
        *(
            f"invoice initiative=one id={i}{n} organisation={i} amount=1EUR due=2024-03-01 on=2024-01-10"
            for i in ("bolts", "rivets")
            for n in (1, 2)
        ),
    )
    for time in ("2024-05-02T00:30", "2024-05-02T10:00"):
        office.local(time)
        office.dispatcher.run()
    texts = [str(m.get_body(("plain",)).get_content()) for to, m in mailbox[0].mails if to.startswith("mona@")]  # type: ignore[attr-defined]
    assert len(texts) == 2
    assert sorted(("rivets" in t.lower(), "bolts" in t.lower()) for t in texts) == [(False, True), (True, False)]


def test_a_silent_committee_is_reported_to_its_chair_until_it_meets(office: Office) -> None:
    office.record(
        "body initiative=one id=quality kind=committee name=Quality from=2024-01-10",
        "seat initiative=one body=quality person=berta role=chair from=2024-01-10",
        "meeting initiative=one id=m1 body=quality on=2024-01-11",
    )
    office.live("2024-03-11")
    assert {t[2:] for t in office.sent_notices("committee-silent")} == {("+60d", "berta"), ("+60d", "mona")}
    assert "Quality has not met for 60 days" in office.texts("berta")[0]
    office.record("meeting initiative=one id=m2 body=quality on=2024-03-15")
    office.live("2024-05-13")
    assert len(office.sent_notices("committee-silent")) == 2, "it met, and its next sixty days are not over"
    office.live("2024-05-14")
    assert len(office.sent_notices("committee-silent")) == 4


def test_the_manager_hears_of_a_member_at_once_and_the_office_within_ten_days(office: Office) -> None:
    # Maundy Thursday: the office's day falls on Easter Monday, a day of work in most of Spain.
    office.local("2024-03-28T00:00")
    office.record(
        "membership initiative=one organisation=bolts from=2024-03-28",
        "document initiative=one id=statutes kind=statutes title=Statutes from=2024-03-28",
    )
    office.live("2024-04-20")
    joined = office.sent_notices("member-joined", "member-joined-office", "document-changed", "document-changed-office")
    assert [(day, who) for day, _, _, who in joined if who == "mona"] == [("2024-03-28", "mona")] * 2
    assert [(day, who) for day, _, _, who in joined if who == "olga"] == [("2024-04-01", "olga")] * 2
    assert "«Statutes» is a founding document of **One**" in "".join(office.texts("olga"))


def test_that_few_of_those_named_at_the_award_are_left_is_reported_near_and_under_the_limit(office: Office) -> None:
    office.dispatcher.reminders.rules = [rule for rule in office.dispatcher.rules if rule.id.startswith("retained")]
    office.record(
        *(f"organisation id=n{n} name=N{n}x from=2020-01-01" for n in range(6)),
        *(f"membership initiative=one organisation=n{n} from=2023-01-10" for n in range(4)),
        "label initiative=one name=accredited level=gold from=2023-06-01 retained_percent=50",
    )
    for n, day in ((4, "2024-02-01"), (5, "2024-02-05")):
        office.record(f"membership initiative=one organisation=n{n} from={day}")
    office.record("membership initiative=one organisation=n0 from=2023-01-10 to=2024-03-04")
    office.record("membership initiative=one organisation=n1 from=2023-01-10 to=2024-04-09")
    office.live("2024-04-12")
    everybody = ["bruno", "gala", "mona", "olga"]
    near_on = [("2024-04-10", who) for who in everybody]
    assert [(day, who) for day, _, _, who in office.sent_notices("retained-near")] == near_on, (
        "two of four; not three of five"
    )
    assert office.sent_notices("retained-low") == []
    office.record("membership initiative=one organisation=n2 from=2023-01-10 to=2024-04-15")
    office.live("2024-04-20")
    assert [(day, who) for day, _, _, who in office.sent_notices("retained-low")] == [
        ("2024-04-16", who) for who in everybody
    ]
    assert office.problems == []
    near, low = office.texts("olga")
    assert "One: the members named at the award of «accredited» are near the limit" in near
    assert "One: too few of the members named at the award of «accredited» are left" in low
    assert "1 of the 3 members of **One** are among those named when «accredited» was awarded" in low
    assert "at least 50\N{NO-BREAK SPACE}%" in low or "at least 50%" in low


def test_a_notice_to_nobody_is_reported_and_stops_no_other(office: Office) -> None:
    office.record(
        "organisation id=lone name=Lone helix=company size=large from=2020-01-01",
        "membership initiative=one organisation=lone from=2023-01-10",
        "membership initiative=one organisation=bolts from=2023-01-10",
        "invoice initiative=one id=i1 organisation=lone amount=1EUR due=2024-01-09 on=2024-01-01",
        "invoice initiative=one id=i2 organisation=bolts amount=1EUR due=2024-01-09 on=2024-01-01",
    )
    _, problems = office.dispatcher.reminders.write_due()
    assert "dues of one, i1 of 2024-01-09, step +1d: nobody is there to receive it (member)" in problems
    assert [t[3] for t in office.sent_notices("dues")] == ["berta"]


def test_a_template_that_fails_for_one_fails_that_notice_alone(database_url: str, tmp_path: Path) -> None:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    fails = "{% if recipient.person == 'mona' %}{{ occasion.nothing }}{% endif %}"
    (tmp_path / "configs" / "messages" / "dues-escalated.md").write_text(f"late\n{fails}\n", encoding="utf-8")
    office = Office(database_url, tmp_path / "configs")
    office.record(
        "membership initiative=one organisation=bolts from=2023-01-10",
        "invoice initiative=one id=i2 organisation=bolts amount=1EUR due=2023-10-12 on=2023-10-01",
    )
    _, problems = office.dispatcher.reminders.write_due()
    (problem,) = problems
    assert problem.startswith("dues for mona: dues-escalated.md:2, in en:")
    assert {t[3] for t in office.sent_notices("dues")} == {"berta", "bruno"}


def test_a_day_begins_where_the_initiative_is(office: Office) -> None:
    office.record(
        "membership initiative=one organisation=bolts from=2023-01-10",
        "invoice initiative=one id=i1 organisation=bolts amount=1EUR due=2024-07-01 on=2024-01-01",
    )
    for moment, number in (("2024-06-13T23:30", 0), ("2024-06-14T00:30", 0), ("2024-06-17T00:30", 1)):
        office.local(moment)  # the 16th is a Sunday
        office.dispatcher.reminders.write_due()
        assert len(office.sent_notices("dues")) == number, moment


def test_government_seats_are_reported_to_the_board_but_not_to_the_government(database_url: str) -> None:
    request = stated("government-seat-share")
    seats = request.model_copy(
        update={
            "metric": "government-seat-share",
            "with_": (),
            "bound": request.bound.parse("<= 30 %", request.bound.unit),
        }
    )
    w = World(database_url, model(stage("first", (), seats)))
    w.enrol()
    w.evaluate()
    Dispatcher(w.context)._write()
    with w.context.database.connect() as connection:
        rows = connection.execute(select(notice.c.rule, notice.c.recipient)).all()
    assert sorted(r.recipient for r in rows if r.rule == "government-seats") == ["bruno", "mona"]


def test_a_learning_session_is_reminded_of_twice_with_its_date_for_the_calendar(office: Office) -> None:
    office.dispatcher.reminders.rules = [rule for rule in office.dispatcher.rules if rule.id == "learning-session"]
    office.record(
        "learning-series id=practice title=Practice from=2024-01-02 timezone=Europe/Madrid",
        "learning-session id=s1 series=practice number=1 topic=Trust planned=2024-05-07 from=2024-01-02",
        "learning-enrolment initiative=one series=practice person=mona from=2024-01-10",
    )
    office.live("2024-05-10")
    assert office.sent_notices("learning-session") == [
        ("2024-04-30", "learning-session", "-7d", "mona"),
        ("2024-05-06", "learning-session", "-1d", "mona"),
    ]
    with office.context.database.connect() as connection:
        files = connection.execute(select(attachment)).all()
    assert len(files) == 2
    assert all(b"DTSTART;VALUE=DATE:20240507" in file.content for file in files)


def test_with_a_reminder_that_is_taken_back_goes_its_file(sqlite_url: str) -> None:
    office = Office(sqlite_url)
    office.context.settings = office.context.settings.model_copy(update={"notices_policy": "on"})
    office.dispatcher = Dispatcher(office.context)
    office.dispatcher.reminders.rules = [rule for rule in office.dispatcher.rules if rule.id == "learning-session"]
    office.record(
        "learning-series id=practice title=Practice from=2024-01-02 timezone=Europe/Madrid",
        "learning-session id=s1 series=practice number=1 topic=Trust planned=2024-05-07 from=2024-01-02",
        "learning-enrolment initiative=one series=practice person=mona from=2024-01-10",
    )
    office.local("2024-05-06T00:30")
    office.dispatcher.run()
    office.record("learning-session id=s1 from=2024-01-02 to=2024-05-01")
    office.local("2024-05-06T09:00")
    office.dispatcher.run()
    with office.context.database.connect() as connection:
        assert connection.execute(select(attachment)).all() == []
    assert office.sent_notices("learning-session") == []
