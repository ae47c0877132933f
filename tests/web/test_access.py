"""Who sees and does what: every capacity, every action, at one's own initiative and at another's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.web import WebWorld

from clusterflow.domain.access import RIGHTS, Capacity, Right, rights_of
from clusterflow.domain.records import RECORDS
from clusterflow.services import access

ROOT = Path(__file__).resolve().parents[2]

PAGES = ("/initiatives/{}", "/initiatives/{}/gates/first", "/initiatives/{}/gates/second")
ACTIONS = ("/initiatives/{}/gates/first", "/initiatives/{}/gates/first/review", "/initiatives/{}/gates/first/code")


def test_the_registry_gives_each_person_the_capacities_of_their_seats_and_memberships(
    site: WebWorld, everybody: dict[Capacity, str]
) -> None:
    alone = {Capacity.OFFICE, Capacity.MEMBER, Capacity.SEAT_HOLDER, Capacity.DELEGATE}
    for capacity, person in everybody.items():
        found = access.capacities_of(site.world.context, person)
        if capacity is Capacity.ADMINISTRATOR:
            assert found == {"one": {capacity}, "two": {capacity}}
            continue
        more = (
            set() if capacity in alone else {Capacity.MEMBER if capacity is Capacity.FOUNDER else Capacity.SEAT_HOLDER}
        )
        assert found == {"one": {capacity} | more}, capacity


@pytest.mark.parametrize("capacity", Capacity)
def test_each_capacity_may_do_what_the_table_says_and_nothing_at_another_initiative(
    site: WebWorld, everybody: dict[Capacity, str], capacity: Capacity
) -> None:
    person = everybody[capacity]
    rights, browser = RIGHTS[capacity], site.browser(person)
    assert access.rights_in(site.world.context, person, "one") == rights
    for path in PAGES:
        assert browser.get(path.format("one")).status_code == 200
    may_request = Right.REQUEST_REVIEW in rights
    browser.open(PAGES[1].format("one"))
    assert ("/review" in browser.shown.text) is may_request
    assert browser.submit(ACTIONS[1].format("one")).status_code == (200 if may_request else 404)
    if not may_request:
        from_office = site.browser("olga")
        from_office.open(PAGES[1].format("one"))
        from_office.submit(ACTIONS[1].format("one"))
    page = browser.open(PAGES[1].format("one"))
    votes = capacity in (Capacity.BOARD_MEMBER, Capacity.DELEGATE)
    assert ("Record my decision" in page.text) is votes
    other = capacity is Capacity.ADMINISTRATOR
    for path in PAGES:
        assert browser.get(path.format("two")).status_code == (200 if other else 404)
    for path in ACTIONS[1:]:
        browser.open("/")
        if not other:
            assert browser.submit(path.format("two")).status_code == 404
    browser.open("/")
    assert browser.submit(ACTIONS[0].format("two"), decision="go", reason="x").status_code == (422 if other else 404)


@pytest.mark.parametrize("path", [*PAGES, *ACTIONS])
def test_what_one_may_not_see_looks_as_if_it_did_not_exist(site: WebWorld, path: str) -> None:
    browser = site.browser("dora")
    pages = []
    for initiative in ("one", "missing"):
        browser.open("/")
        where = path.format(initiative)
        answer = browser.submit(where) if path in ACTIONS[1:] else browser.get(where)
        pages.append((answer.status_code, re.sub('value="[0-9a-f]{64}"', "", answer.text)))
    assert pages[0] == pages[1]
    assert pages[0][0] == 404


@pytest.mark.parametrize("name", ["..", "%2e%2e", "one%00", "ONE", "one'--", "registry", "$registry", "%F0%9F%92%A9"])
def test_strange_names_are_not_found(site: WebWorld, name: str) -> None:
    browser = site.browser("mona")
    for path in (f"/initiatives/{name}", f"/initiatives/one/gates/{name}", f"/initiatives/{name}/gates/first"):
        assert browser.get(path).status_code in (200, 404)
        assert "Traceback" not in browser.get(path).text


def test_a_seat_that_ended_and_one_that_has_not_begun_give_no_access(site: WebWorld) -> None:
    assert "two" not in access.capacities_of(site.world.context, "mona")
    site.world.record("seat initiative=two body=board person=mona from=2024-02-01")
    assert "two" not in access.capacities_of(site.world.context, "mona")
    site.world.at("2024-02-01")
    assert access.capacities_of(site.world.context, "mona")["two"] == {Capacity.BOARD_MEMBER, Capacity.SEAT_HOLDER}


def test_an_office_sees_its_own_initiatives_and_no_others(site: WebWorld) -> None:
    assert set(access.capacities_of(site.world.context, "olga")) == {"one"}
    page = site.browser("olga").open("/")
    assert "Initiative-one" in page.text
    assert "Initiative-two" not in page.text


def test_nobody_without_a_session_sees_anything(site: WebWorld) -> None:
    browser = site.browser()
    for path in ("/", *(p.format("one") for p in PAGES), "/initiatives/missing"):
        assert browser.get(path).url.path == "/sign-in"
    for path in (*(p.format("one") for p in ACTIONS), "/sign-out-everywhere"):
        assert browser.post(path).status_code == 403


def test_every_capacity_has_a_line_in_the_table_and_may_at_least_see() -> None:
    assert set(RIGHTS) == set(Capacity)
    assert all(Right.SEE in rights for rights in RIGHTS.values())
    assert rights_of([]) == frozenset()
    assert "seat" in RECORDS


def test_the_guide_shows_the_table_of_rights_as_it_is() -> None:
    text = (ROOT / "docs" / "how-to" / "web.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `([a-z-]+)` \|[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$", text, re.MULTILINE
    )
    shown = {
        Capacity(name): frozenset(r for r, cell in zip(Right, cells, strict=True) if "✔" in cell)
        for name, *cells in rows
    }
    assert shown == dict(RIGHTS)
