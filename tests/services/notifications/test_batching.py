"""The delivery policy: what a dispatcher sends, when, and what it batches."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from support.mailbox import Mailbox
from support.world import CONFIGS, World, model, stage, stated

from clusterflow.domain.notice import Notice
from clusterflow.domain.terms import DecisionKind, Urgency
from clusterflow.domain.text import NOTICE_LANGUAGES, NoticeLanguage
from clusterflow.rules.delivery_policy import DeliveryPolicy
from clusterflow.services import review
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store import notice_counts, notices, tables

GOLDEN = Path(__file__).parent / "golden"
TINY = model(stage("first", (), stated("first", keep=">= 1/2")), stage("second", ("first",)))


@pytest.fixture
def world(database_url: str, mailbox: tuple[Mailbox, str]) -> World:
    w = World(database_url, TINY)
    polite = {"mail": SecretStr(mailbox[1]), "notices_policy": "on"}
    w.context.settings = w.context.settings.model_copy(update=polite)
    w.enrol()
    w.record(f"initiative id=one name=Initiative-one country=ES timezone=Europe/Madrid from={w.now.date()}")
    return w


def queue_notice(world: World, urgency: Urgency, *keys: str, to: str = "mona", rule: str = "news",
                 initiative: str = "one", language: NoticeLanguage = "en") -> None:  # fmt: skip
    """Keep notices, as the dispatcher does when something happened."""
    made = [
        Notice(
            key=key, rule=rule, initiative=initiative, version=1, recipient=to, language=language, urgency=urgency,
            subject=f"Initiative-{initiative}: {key}", body=f"Dear Mona,\n\nThis is {key}, with *stress*.\n",
        )
        for key in keys
    ]  # fmt: skip
    with world.context.database.begin() as connection:
        notices.insert_notices(connection, made, world.now, Dispatcher(world.context).policy)


def subjects(world: World, box: Mailbox, when: datetime, to: str = "mona@firm.example") -> list[str]:
    """What a person got by a moment and not before."""
    world.now = when
    box.mails.clear()
    assert Dispatcher(world.context).run().problems == ()
    return box.subjects(to)


def test_the_default_policy_is_considerate(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.delenv("CLUSTERFLOW_NOTICES_POLICY")
    policy = Dispatcher(
        World(str(world.context.settings.database), TINY, database=world.context.database).context
    ).policy
    assert policy is not None
    assert policy == DeliveryPolicy()
    assert (policy.quiet, policy.weekly_cap) == ((time(20), time(8)), 10)


def test_at_night_and_on_holidays_only_what_is_urgent_is_sent(world: World, mailbox: tuple[Mailbox, str]) -> None:
    world.now = datetime(2024, 3, 27, 20, tzinfo=UTC)  # the evening before Easter, 21:00 in Madrid
    queue_notice(world, Urgency.NORMAL, "news")
    queue_notice(world, Urgency.URGENT, "fire")
    assert subjects(world, mailbox[0], world.now) == ["Initiative-one: fire"]
    # Friday is a holiday, then comes the weekend on which the clock goes forward: eight o'clock is an hour earlier.
    assert subjects(world, mailbox[0], datetime(2024, 3, 28, 6, 59, tzinfo=UTC)) == []
    assert subjects(world, mailbox[0], datetime(2024, 3, 28, 7, tzinfo=UTC)) == ["Initiative-one: news"]
    world.now = datetime(2024, 3, 28, 20, tzinfo=UTC)
    queue_notice(world, Urgency.NORMAL, "more")
    assert subjects(world, mailbox[0], datetime(2024, 4, 1, 5, 59, tzinfo=UTC)) == []
    assert subjects(world, mailbox[0], datetime(2024, 4, 1, 6, tzinfo=UTC)) == ["Initiative-one: more"]


def test_a_person_may_live_by_another_clock_and_read_on_another_day(world: World, mailbox: tuple[Mailbox, str]) -> None:
    world.record(
        "person id=mona name=Mona email=mona@firm.example language=en timezone=America/Monterrey digest_day=thursday "
        "from=2020-01-01"
    )
    world.now = datetime(2024, 5, 7, 7, tzinfo=UTC)  # a Tuesday morning in Madrid, one o'clock in Monterrey
    queue_notice(world, Urgency.NORMAL, "news")
    queue_notice(world, Urgency.DIGEST, "later")
    assert subjects(world, mailbox[0], datetime(2024, 5, 7, 13, 59, tzinfo=UTC)) == []
    assert subjects(world, mailbox[0], datetime(2024, 5, 7, 14, tzinfo=UTC)) == ["Initiative-one: news"]
    assert subjects(world, mailbox[0], datetime(2024, 5, 9, 13, 59, tzinfo=UTC)) == []
    assert subjects(world, mailbox[0], datetime(2024, 5, 9, 14, tzinfo=UTC)) == ["Your digest: one message"]


def test_who_lives_elsewhere_keeps_the_holidays_of_that_country(world: World, mailbox: tuple[Mailbox, str]) -> None:
    """The 1st of November is a holiday in Spain, where the initiative is; Thanksgiving is one in the United States."""
    world.record(
        "person id=mona name=Mona email=mona@firm.example language=en timezone=America/New_York country=US "
        "from=2020-01-01"
    )
    world.now = datetime(2024, 10, 31, 22, tzinfo=UTC)  # a Thursday
    queue_notice(world, Urgency.NORMAL, "all-saints")
    queue_notice(world, Urgency.NORMAL, "todos-los-santos", to="bruno")
    assert subjects(world, mailbox[0], datetime(2024, 11, 1, 15, tzinfo=UTC)) == ["Initiative-one: all-saints"]
    assert mailbox[0].subjects("bruno@firm.example") == [], "he is at home in the initiative's country"
    world.now = datetime(2024, 11, 27, 23, tzinfo=UTC)
    queue_notice(world, Urgency.NORMAL, "turkey")
    assert subjects(world, mailbox[0], datetime(2024, 11, 28, 20, tzinfo=UTC)) == []
    assert subjects(world, mailbox[0], datetime(2024, 11, 29, 13, tzinfo=UTC)) == ["Initiative-one: turkey"]


def test_twenty_of_a_kind_are_one_message(world: World, mailbox: tuple[Mailbox, str]) -> None:
    world.now = datetime(2024, 5, 7, 9, tzinfo=UTC)
    queue_notice(world, Urgency.NORMAL, *(f"member-{n}" for n in range(19)))
    queue_notice(world, Urgency.NORMAL, "decided", rule="decision")
    assert subjects(world, mailbox[0], world.now) == [], "they wait for more of their kind"
    world.now += timedelta(minutes=14)
    queue_notice(world, Urgency.NORMAL, "member-19")
    assert subjects(world, mailbox[0], world.now + timedelta(minutes=1)) == [
        "Initiative-one: decided",
        "Initiative-one: member-0 (and 19 more)",
    ]
    mail = mailbox[0].mails[1][1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert all(f"This is member-{n}, with" in mail for n in range(20))
    assert mail.count("Dear Mona") == 1
    assert subjects(world, mailbox[0], world.now + timedelta(days=14)) == []
    with world.context.database.connect() as connection:
        assert notice_counts.count_messages(connection) == {"sent": 2, "dead": 0, "waiting": 0}


def test_the_eleventh_message_of_a_week_waits_for_the_digest(world: World, mailbox: tuple[Mailbox, str]) -> None:
    world.now = datetime(2024, 5, 7, 9, tzinfo=UTC)
    for n in range(12):
        queue_notice(world, Urgency.NORMAL, f"news-{n}", rule=f"rule-{n}")
    got = subjects(world, mailbox[0], datetime(2024, 5, 7, 9, 15, tzinfo=UTC))
    assert len(got) == 9, "the tenth place is the digest's"
    assert subjects(world, mailbox[0], datetime(2024, 5, 10, 9, tzinfo=UTC)) == []
    assert subjects(world, mailbox[0], datetime(2024, 5, 13, 6, tzinfo=UTC)) == ["Your digest: 3 messages"]


def test_what_was_let_out_by_day_and_failed_is_not_tried_again_at_night(
    world: World, mailbox: tuple[Mailbox, str]
) -> None:
    box = mailbox[0]
    world.now = datetime(2024, 5, 7, 17, 44, tzinfo=UTC)
    queue_notice(world, Urgency.NORMAL, "news")
    box.refused = {"mona@firm.example"}
    assert subjects(world, box, datetime(2024, 5, 7, 17, 59, 30, tzinfo=UTC)) == []
    box.refused = set()
    assert subjects(world, box, datetime(2024, 5, 7, 18, 30, tzinfo=UTC)) == []
    assert subjects(world, box, datetime(2024, 5, 8, 6, tzinfo=UTC)) == ["Initiative-one: news"]


def test_what_is_still_on_its_way_takes_its_place_under_the_cap(world: World, mailbox: tuple[Mailbox, str]) -> None:
    box = mailbox[0]
    world.context.settings = world.context.settings.model_copy(update={"notices_cap": 3})
    box.refused = {"mona@firm.example"}
    for minute in (0, 20):
        world.now = datetime(2024, 5, 7, 9, minute, tzinfo=UTC)
        for n in range(2):
            queue_notice(world, Urgency.NORMAL, f"news-{minute}-{n}", rule=f"rule-{minute}-{n}")
        assert subjects(world, box, world.now + timedelta(minutes=15)) == []
    box.refused = set()
    late = subjects(world, box, datetime(2024, 5, 7, 15, tzinfo=UTC))
    assert sorted(late) == ["Initiative-one: news-0-0", "Initiative-one: news-0-1"], "after pauses of their own"
    assert subjects(world, box, datetime(2024, 5, 13, 6, tzinfo=UTC)) == ["Your digest: 2 messages"]


def test_a_code_never_waits(world: World, mailbox: tuple[Mailbox, str], tmp_path: Path) -> None:
    """Whatever urgency the file gives: a code is good for an open gate only."""
    shutil.copytree(CONFIGS, tmp_path / "configs")
    rules = tmp_path / "configs" / "notices.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("urgency: urgent", "urgency: digest"), encoding="utf-8")
    changed = {"configs": tmp_path / "configs", "proof": "code", "secret": SecretStr("nobody knows this one")}
    world.context.settings = world.context.settings.model_copy(update=changed)
    world.state_figure("first")
    world.evaluate()
    Dispatcher(world.context).run()
    assert {to for to, _ in mailbox[0].mails} == {"mona@firm.example", "bruno@firm.example", "gala@ministry.example"}


def test_a_digest_whose_template_fails_is_reported_and_waits(
    world: World, mailbox: tuple[Mailbox, str], tmp_path: Path
) -> None:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    (broken,) = (tmp_path / "configs" / "messages").glob("digest.md")
    whole = broken.read_text(encoding="utf-8")
    broken.write_text("{{ nobody.knows }}\n", encoding="utf-8")
    world.context.settings = world.context.settings.model_copy(update={"configs": tmp_path / "configs"})
    world.now = datetime(2024, 5, 7, 9, tzinfo=UTC)
    queue_notice(world, Urgency.DIGEST, "news")
    world.now = datetime(2024, 5, 13, 6, tzinfo=UTC)
    (problem,) = Dispatcher(world.context).run().problems
    assert "digest for mona" in problem
    assert "'nobody' is undefined" in problem
    broken.write_text(whole, encoding="utf-8")
    assert subjects(world, mailbox[0], world.now + timedelta(hours=1)) == ["Your digest: one message"]


def test_a_rehearsal_sends_everything_to_one_address_and_says_whose_it_is(
    world: World, mailbox: tuple[Mailbox, str]
) -> None:
    world.context.settings = world.context.settings.model_copy(update={"notices_to": "rehearsal@office.example"})
    queue_notice(world, Urgency.URGENT, "fire")
    Dispatcher(world.context).run()
    assert [(to, str(m["Subject"])) for to, m in mailbox[0].mails] == [
        ("rehearsal@office.example", "[mona <mona@firm.example>] Initiative-one: fire")
    ]


@pytest.mark.parametrize("language", NOTICE_LANGUAGES)
def test_the_digest_as_people_read_it(
    world: World, mailbox: tuple[Mailbox, str], language: NoticeLanguage, request: pytest.FixtureRequest
) -> None:
    """The text as somebody last approved it; write it anew with: pytest --golden."""
    world.record(
        f"person id=mona name=Mona_Núñez email=mona@firm.example language={language} from=2020-01-01",
        "membership initiative=one organisation=firm from=2024-01-01",
    )
    quiet = world.context.settings.model_copy(update={"notices_cap": 1})
    world.context.settings = quiet
    world.at("2024-01-16").state_figure("first")
    world.evaluate()
    world.decide("first", DecisionKind.GO, reason="We trust *each other*")
    world.state_figure("first", 0)
    world.evaluate()
    world.record("label initiative=one name=ESCA-gold level=gold from=2024-01-10 to=2024-12-30")
    review.process_deadlines(world.at("2024-06-28").context)
    world.evaluate()
    Dispatcher(world.context).run()
    mailbox[0].mails.clear()
    for day in ("2024-06-28", "2024-07-01"):
        world.at(day)
        world.now += timedelta(hours=1)
        Dispatcher(world.context).run()
    (mail,) = [m for to, m in mailbox[0].mails if to == "mona@firm.example"]
    with world.context.database.connect() as connection:
        table = tables.notice
        row = connection.execute(
            select(table.c.subject, table.c.body).where(table.c.rule == "digest", table.c.recipient == "mona")
        ).one()
    assert str(mail["Subject"]) == row.subject
    file = GOLDEN / f"digest.{language}.md"
    found = f"{row.subject}\n\n{row.body}"
    if request.config.getoption("--golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")
