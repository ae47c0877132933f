"""*Office*: people and their roles, and the preview of notices."""

from __future__ import annotations

import pytest
from support.web import WebWorld

from clusterflow.domain.access import Capacity
from clusterflow.services import ledger
from clusterflow.web import office_pages

PEOPLE, NOTICES = "/office/people", "/office/notices"


def test_the_page_of_people_shows_staff_seats_and_delegations_of_the_office_alone(
    site: WebWorld, everybody: dict[Capacity, str]
) -> None:
    page = site.browser("olga").open(PEOPLE).text
    for words in ("North", "Olga", "Initiative-one", "Bruno", everybody[Capacity.DELEGATE], "vota por", "con voto"):
        assert words in page, words
    assert everybody[Capacity.ADMINISTRATOR] in page
    for words in ("South", "Sol", "Initiative-two", "Dora"):
        assert words not in page, words
    south = site.browser("sol").open(PEOPLE).text
    assert ("Initiative-two" in south, "Dora" in south, "Initiative-one" in south) == (True, True, False)


@pytest.mark.parametrize("capacity", Capacity)
def test_only_the_staff_of_an_office_and_administrators_see_the_pages_of_the_office(
    site: WebWorld, everybody: dict[Capacity, str], capacity: Capacity
) -> None:
    browser, is_staff = site.browser(everybody[capacity]), capacity in (Capacity.OFFICE, Capacity.ADMINISTRATOR)
    for path in (PEOPLE, NOTICES, "/office", f"{NOTICES}?days=1", "/office/enrolment"):
        assert (browser.get(path).status_code == 200) is is_staff, path


def test_a_role_is_given_and_ended_from_the_page_with_its_trace(site: WebWorld) -> None:
    browser = site.browser("olga")
    browser.open(PEOPLE)
    assert "/initiatives/one/facts/seat/new" in browser.shown.text
    browser.open("/initiatives/one/facts/seat/new")
    fields = {"body": "board", "person": "carla", "role": "member", "vote": "true", "valid_from": "2024-01-05"}
    fact = browser.submit("/initiatives/one/facts/seat/new", **fields).url.path
    assert "Carla" in browser.open(PEOPLE).text
    browser.open(fact)
    ended = browser.submit(f"{fact}/end", valid_to="2024-01-09")
    assert "corregido" in ended.text
    assert "Carla" not in browser.open(PEOPLE).text
    kinds = [e.event.kind for e in ledger.entries(site.world.context, "one")]
    assert kinds[-2:] == ["record.entered", "record.corrected"]


def test_a_seat_that_begins_later_is_said_to_and_one_of_the_past_is_not_shown(site: WebWorld) -> None:
    site.world.record(
        "seat initiative=one body=board person=carla from=2024-03-01 role=member",
        "seat initiative=one body=board person=dora from=2020-03-01 to=2021-01-01 role=member",
    )
    page = site.browser("olga").open(PEOPLE).text
    assert ("Carla" in page, "aún no comienza" in page, "Dora" in page) == (True, True, False)


def test_people_are_searched_by_initiative_and_strange_queries_do_no_harm(site: WebWorld) -> None:
    browser = site.browser("olga")
    assert "Initiative-one" in browser.get(f"{PEOPLE}?search=ONE&page=7").text
    assert "Initiative-one" not in browser.get(f"{PEOPLE}?search=<b>x").text
    assert "<b>x" not in browser.get(f"{PEOPLE}?search=<b>x&page=x").text


def test_the_preview_says_what_would_be_sent_to_whom_by_which_channel_and_language(site: WebWorld) -> None:
    site.ready()
    browser = site.browser("olga")
    assert "Mensajes" not in browser.get(NOTICES).text
    before = site.world.kinds()
    page = browser.open(f"{NOTICES}?days=3")
    assert "Mona" in page.text
    assert "mail" in page.text
    assert "inglés" in page.text or "español" in page.text
    assert "Mensajes 0" in site.browser("sol").open(f"{NOTICES}?days=3").text
    assert site.world.kinds() == before
    for days in ("0", "-1", "400", "x", "٣"):
        assert "Mensajes" not in browser.get(f"{NOTICES}?days={days}").text


def test_who_has_a_chat_and_no_mail_has_an_address(site: WebWorld) -> None:
    site.ready()

    def rows() -> list[str]:
        page = site.browser("olga").open(f"{NOTICES}?days=3").text
        return [row for row in page.split("<tr>") if "telegram" in row]

    site.world.record("person id=mona email=", "channel person=mona channel=telegram address=12345 from=2020-01-01")
    assert [("Mona" in row, "sin dirección" in row) for row in rows()] == [(True, False)]
    site.world.record("channel person=mona channel=telegram address=")
    assert [("Mona" in row, "sin dirección" in row) for row in rows()] == [(True, True)]


def test_a_preview_does_not_wait_for_long_while_another_one_works(
    site: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_pages, "PATIENCE_SECONDS", 0.0)
    browser = site.browser("olga")
    with site.app.state.site.preview:
        busy = browser.get(f"{NOTICES}?days=1")
        assert (busy.status_code, busy.headers["retry-after"]) == (429, "60")
        assert browser.get("/office").status_code == 200
    assert browser.get(f"{NOTICES}?days=1").status_code == 200


def test_previews_are_limited_because_each_copies_the_database(site: WebWorld) -> None:
    browser = site.browser("olga")
    codes = [browser.get(f"{NOTICES}?days=1").status_code for _ in range(12)]
    assert codes == [200] * 10 + [429] * 2
