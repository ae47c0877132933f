"""Who is notified: the people of the audiences and nobody else, and on escalation somebody one level up."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from support.mailbox import Mailbox
from support.world import World, model, stage, stated

from clusterflow.domain.notice import Audience, Group
from clusterflow.domain.terms import Role
from clusterflow.notices.audiences import Concerned, recipients
from clusterflow.services import registry, review
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store.stakeholders import stakeholders_of
from clusterflow.store.tables import notice


@pytest.fixture
def world(sqlite_url: str) -> World:
    """Mona manages, Bruno chairs the board, Gala of the ministry sits on it; the others are around, or nowhere."""
    w = World(sqlite_url, model(stage("first", (), stated("first"), roles=(Role.MANAGER,))))
    w.enrol()
    w.record(
        "office id=pact organisation=agency name=Pact from=2020-01-01",
        "organisation id=agency name=Agency helix=government from=2020-01-01",
        "organisation id=bolts name=Bolts helix=company from=2020-01-01",
        "organisation id=other name=Other helix=company from=2020-01-01",
        *(
            line
            for person, organisation in (("olga", "agency"), ("berta", "bolts"), ("stranger", "other"))
            for line in (
                f"person id={person} name={person} email={person}@x.example from=2020-01-01",
                f"representation person={person} organisation={organisation} from=2020-01-01",
            )
        ),
        "initiative id=one name=One country=ES office=pact from=2024-01-10",
        "membership initiative=one organisation=bolts from=2023-01-01",
    )
    return w


EXPECTED = {
    Group.MANAGER: {"mona"},
    Group.OFFICE: {"olga"},
    Group.BOARD: {"bruno", "mona", "gala"},
    Group.MEMBERS: {"berta"},
    Group.CHAIR: {"bruno"},
    Group.STRATEGIC_GROUP: {"bruno", "mona", "gala"},
    Group.DECIDERS: set[str](),
    Group.VOTER: set[str](),
    Group.OWNER: set[str](),
    Group.MEMBER: set[str](),
    Group.PERSON: set[str](),
}


def test_each_audience_is_these_people_and_none_is_everybody(world: World) -> None:
    """Nobody is notified of a moment that concerns no member, no voter and no person; not everybody instead."""
    with world.context.database.connect() as connection:
        stakeholders = stakeholders_of(connection, "one", world.now.date(), persons=["stranger", "nobody"])
    assert set(EXPECTED) == set(Group)
    for group, expected in EXPECTED.items():
        found = recipients(stakeholders, [Audience(group=group)], Concerned())
        assert {r.person for r in found} == expected, group


def test_what_is_overdue_reaches_more_people_one_level_up(world: World) -> None:
    dispatcher = Dispatcher(world.context)
    for day in ("2024-05-01", "2024-06-15"):
        world.at(day).evaluate()
        assert dispatcher.run().problems == ()
    with world.context.database.connect() as connection:
        rows = connection.execute(select(notice.c.rule, notice.c.recipient)).all()
    recipients = {rule: {r.recipient for r in rows if r.rule == rule} for rule in ("overdue", "overdue-escalated")}
    assert recipients == {"overdue": {"mona", "olga"}, "overdue-escalated": {"mona", "bruno", "gala", "olga"}}


@pytest.mark.parametrize("name", ["Evil\r\nBcc: victim@x.example", "Evil\nTo: victim@x.example\n\nbody", "E\u2028X: y"])
def test_no_name_of_a_person_or_label_begins_another_header(
    world: World, mailbox: tuple[Mailbox, str], name: str
) -> None:
    box, address = mailbox
    world.context.settings = world.context.settings.model_validate(
        {**world.context.settings.model_dump(), "mail": address, "notices_policy": "off"}
    )
    for line in (
        "person id=mona email=mona@firm.example language=en from=2020-01-01",
        "label initiative=one level=gold from=2024-01-10 to=2024-12-30",
    ):
        submission = world.submission(line)
        registry.record(
            world.context,
            [type(submission)(submission.type, {**submission.fields, "name": name}, "", submission.initiative)],
        )
    review.process_deadlines(world.at("2024-07-01").context)
    Dispatcher(world.context).run()
    mine = [mail for to, mail in box.mails if to == "mona@firm.example"]
    assert any("expires on" in str(m["Subject"]) for m in mine)
    assert {to.partition("@")[2] for to, _ in box.mails} <= {"firm.example", "ministry.example", "x.example"}
    assert "victim@x.example" not in {to for to, _ in box.mails}
    assert all(m["Bcc"] is None and m["X"] is None and len(m.get_all("To", [])) == 1 for m in mine)
