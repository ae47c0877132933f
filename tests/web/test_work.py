"""*My work*: pages of initiatives, and the oldest gates first."""

from __future__ import annotations

import pytest
from support.web import WebWorld

from clusterflow.services.views import work
from clusterflow.services.views.work import work_of


@pytest.fixture
def many(site: WebWorld, monkeypatch: pytest.MonkeyPatch) -> WebWorld:
    """Two initiatives more whose gates are open, and pages of two."""
    for name in ("PAGE", "WAITING"):
        monkeypatch.setattr(work, name, 2)
    for day, initiative in (("2024-01-11", "three"), ("2024-01-12", "four")):
        site.world.at(day).enrol(initiative)
        site.ready(initiative)
    site.world.at("2024-01-13")
    site.ready()
    return site


def test_the_oldest_gates_come_first_and_the_page_says_that_there_are_more(many: WebWorld) -> None:
    found = work_of(many.world.context, "mona", "en")
    assert [g.initiative for g in found.waiting] == ["three", "four"]
    assert found.more_waiting
    many.world.decide("first", by="mona", initiative="three")
    assert [(g.initiative, g.voted) for g in work_of(many.world.context, "mona", "en").waiting] == [
        ("four", False),
        ("three", True),
    ]


@pytest.mark.parametrize("wanted", ["2", "0", "99999", "-1", "x", "1e3", "²"])
def test_initiatives_come_in_pages_and_any_number_of_a_page_ends_in_one(many: WebWorld, wanted: str) -> None:
    browser = many.browser("mona")
    assert browser.get("/", params={"page": wanted}).status_code == 200
    found = work_of(many.world.context, "mona", "en", 2)
    assert (found.page, found.total, [m.status.initiative for m in found.initiatives]) == (2, 3, ["three"])


def test_the_page_of_an_initiative_shows_its_members_and_what_comes_next(site: WebWorld) -> None:
    site.world.record(
        "membership initiative=one organisation=firm from=2024-01-01",
        "meeting initiative=one id=m-1 body=board on=2024-02-01 time=09:30",
    )
    page = site.browser("mona").open("/initiatives/one")
    assert "company 1" in page.text
    assert "civil society 1" in page.text
    assert "Meeting: Board" in page.text
    assert "style" not in {name for _, name, _ in page.attributes}


def test_the_dossier_is_downloaded_by_who_sees_the_initiative(site: WebWorld) -> None:
    answer = site.browser("carla").get("/initiatives/one/dossier")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "Initiative-one" in answer.text
    assert site.browser("dora").get("/initiatives/one/dossier").status_code == 404


def test_my_work_shows_what_the_reader_can_correct_and_to_nobody_else(site: WebWorld) -> None:
    site.world.evaluate()
    page = site.browser("mona").open("/")
    assert "You can correct" in page.text
    assert "/initiatives/one/gates/first" in [v for t, n, v in page.attributes if (t, n) == ("a", "href")]
    # A member meets the initiative, and cannot correct what holds it back.
    assert "You can correct" not in site.browser("carla").open("/").text
    site.ready()
    assert "You can correct" not in site.browser("mona").open("/").text


def test_my_work_shows_the_readers_overdue_actions_until_they_are_done(site: WebWorld) -> None:
    action = "action initiative=one id={} title={} owner={} from=2024-01-01 due={} state={}"
    site.world.record(
        action.format("a-1", "Padrón", "mona", "2024-01-09", "open"),
        action.format("a-2", "Later", "mona", "2024-01-10", "open"),
        action.format("a-3", "Done", "mona", "2024-01-05", "done"),
        action.format("a-4", "Other", "gala", "2024-01-05", "open"),
    )
    browser = site.browser("mona")
    found = work_of(site.world.context, "mona", "en").actions
    assert [(one.title, one.may_record) for one in found] == [("Padrón", True)]
    page = browser.open("/").text
    assert "Padrón was due on January 9, 2024" in page
    (entry,) = {one.entry for one in found}
    assert browser.open(f"/initiatives/one/facts/action/{entry}").headings[0] == (1, "Padrón")
    site.world.record(action.format("a-1", "Padrón", "mona", "2024-01-09", "done"))
    assert "Padrón" not in browser.open("/").text
    assert [one.may_record for one in work_of(site.world.context, "gala", "en").actions] == [False]
