"""Notices lead to the page that they are about, and to no page that is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from support.web import WebWorld

from clusterflow.domain.terms import DecisionKind
from clusterflow.services import review
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store.tables import notice

SITE = "http://testserver"
LINK = re.compile(rf"<{SITE}(/[^>\s]*)>")
GATE = "/initiatives/one/gates/first"


def notices(site: WebWorld) -> list[tuple[str, str, str]]:
    """The rule, recipient and body of each notice that was written."""
    Dispatcher(site.world.context).run()
    with site.world.context.database.connect() as connection:
        rows = connection.execute(select(notice.c.rule, notice.c.recipient, notice.c.body)).all()
    return [(row.rule, row.recipient, row.body) for row in rows]


def test_a_notice_leads_to_the_page_of_its_gate_after_signing_in(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(web_address=SITE, notices_policy="off", notices_gather=0)
    site.ready()
    (body,) = (b for rule, to, b in notices(site) if (rule, to) == ("gate-ready", "mona"))
    assert set(LINK.findall(body)) == {GATE}
    browser = site.browser()
    assert browser.get(f"{SITE}{GATE}").url.path == "/sign-in"
    assert browser.sign_in(site, "mona", GATE).url.path == GATE
    assert site.browser("dora").get(GATE).status_code == 404


def live(site: WebWorld) -> None:
    """Lead an initiative into everything that notices speak of: votes that fall, conditions, labels, committees."""
    world = site.world
    world.record(
        "label initiative=one name=ESCA-gold level=gold from=2024-01-10 to=2024-12-30",
        "body id=table initiative=one name=Table kind=committee from=2024-01-10",
        "seat initiative=one body=table person=carla from=2024-01-10 role=chair",
        "meeting initiative=one id=m1 body=table on=2024-01-10",
    )
    site.ready()
    world.decide("first", by="gala")
    world.record("seat initiative=one body=board person=gala retract=true")
    for person in ("mona", "bruno"):
        world.decide("first", DecisionKind.GO, by=person)
    world.state_figure("paid", 0)
    world.evaluate()
    for day in ("2024-03-12", "2024-04-12", "2024-07-03", "2024-10-02", "2025-01-02", "2025-04-20"):
        review.process_deadlines(world.at(day).context)
        world.evaluate()
        notices(site)


def test_every_link_of_a_notice_opens_for_its_recipient(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(web_address=SITE, notices_policy="off", notices_gather=0)
    live(site)
    found = notices(site)
    links = {(to, path) for _, to, body in found for path in LINK.findall(body)}
    assert {rule for rule, _, _ in found} >= {
        "gate-ready", "vote-fell", "decision", "milestone-achieved", "label-expiring", "overdue", "committee-silent",
    }  # fmt: skip
    assert {path for _, path in links} >= {"/initiatives/one", GATE, "/initiatives/one/gates/second"}
    # She has no role left, so every page is closed to her.
    assert [LINK.findall(body) for rule, to, body in found if (rule, to) == ("vote-fell", "gala")] == [[]]
    # A session ends on its own after twelve hours, so everybody signs in at one moment.
    site.world.now += timedelta(hours=1)
    for person in sorted({to for to, _ in links}):
        browser = site.browser(person)
        opened = {path: browser.get(path).status_code for to, path in links if to == person}
        assert set(opened.values()) == {200}, (person, opened)


def test_without_web_pages_a_notice_says_the_command_that_shows_the_same(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(notices_policy="off", notices_gather=0)
    live(site)
    bodies = {rule: body for rule, _, body in notices(site)}
    assert "    clusterflow explain one first\n" in bodies["decision"]
    assert "    clusterflow status one\n" in bodies["label-expiring"]
    assert not any("/artifacts/" in body or "/initiatives/" in body for body in bodies.values())
