"""Every capacity, every right and every address: at one's own initiative, at another one, and at another office's."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient
from support.web import WebWorld

from clusterflow.domain.access import RIGHTS, Capacity, Right
from clusterflow.services import access, api_tokens, ledger
from clusterflow.services.context import Context
from clusterflow.web.api.handlers import OPERATIONS

FILLED = {"stage": "first", "record": "membership", "entry": "1"}
"""The parts of an address; every other part of an address is «x»."""

OWN, SAME_OFFICE, OTHER_OFFICE = "one", "three", "two"

_MEETING = {"record": "meeting", "initiative": OTHER_OFFICE, "id": "m-1", "body": "board", "on": "2024-01-09"}
"""A fact about the initiative of the other office."""


@pytest.fixture
def three(site: WebWorld, everybody: dict[Capacity, str]) -> WebWorld:
    """A third initiative, of the same office as the first, with other people."""
    world = site.world
    world.enrol("three")
    world.record(
        "initiative id=three name=Initiative-three country=ES office=north from=2024-01-10",
        *(
            f"seat initiative=three body={body} person={person} from=2020-01-01 to=2020-02-01 role={role}"
            for body, person, role in (
                ("management", "mona", "manager"), ("board", "bruno", "chair"),
                ("board", "mona", "member"), ("board", "gala", "member"),
            )
        ),
    )  # fmt: skip
    return site


def addresses(site: WebWorld, initiative: str) -> Iterator[tuple[str, str]]:
    """The method and path of every address of the site that names an initiative."""
    for route in site.app.routes:
        if isinstance(route, Route) and "{initiative" in route.path:
            path = re.sub(
                r"{(\w+)(?::\w+)?}",
                lambda found: initiative if found[1] == "initiative" else FILLED.get(found[1], "x"),
                route.path,
            )
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, path


@pytest.mark.parametrize("initiative", [OWN, SAME_OFFICE, OTHER_OFFICE])
def test_the_table_of_rights_holds_at_ones_own_initiative_at_another_and_at_another_offices(
    three: WebWorld, everybody: dict[Capacity, str], initiative: str
) -> None:
    for capacity, person in everybody.items():
        everywhere = capacity is Capacity.ADMINISTRATOR or (capacity is Capacity.OFFICE and initiative is SAME_OFFICE)
        mine = RIGHTS[capacity] if initiative is OWN or everywhere else frozenset()
        for right in Right:
            allowed = access.is_permitted(three.world.context, person, initiative, right)
            assert allowed is (right in mine), (capacity, right)


@pytest.mark.parametrize("capacity", sorted(set(Capacity) - {Capacity.ADMINISTRATOR}))
def test_no_address_answers_for_an_initiative_of_another_office(
    site: WebWorld, everybody: dict[Capacity, str], capacity: Capacity
) -> None:
    browser, before = site.browser(everybody[capacity]), _facts(site.world.context, OTHER_OFFICE)
    found = list(addresses(site, OTHER_OFFICE))
    assert len(found) >= 5
    for method, path in found:
        browser.open("/")
        answer = browser.get(path) if method == "GET" else browser.submit(path)
        assert answer.status_code == 404, (method, path)
        assert "Initiative-two" not in answer.text
        assert "Dora" not in answer.text
    assert _facts(site.world.context, OTHER_OFFICE) == before


@pytest.mark.parametrize("capacity", sorted(set(Capacity) - {Capacity.ADMINISTRATOR}))
def test_no_operation_of_the_api_answers_for_an_initiative_of_another_office(
    site: WebWorld, everybody: dict[Capacity, str], capacity: Capacity
) -> None:
    token = api_tokens.new_token(site.world.context, everybody[capacity], "test")
    program = TestClient(site.app, headers={"authorization": f"Bearer {token}"})
    before = _facts(site.world.context, OTHER_OFFICE)

    def ask(method: str, path: str, body: object = None) -> str:
        answer = program.request(method, f"/api{path}", json=body)
        assert "Initiative-two" not in answer.text
        assert "Dora" not in answer.text
        return f"{answer.status_code} {answer.text}"

    for one in (o for o in OPERATIONS if "{initiative}" in o.path):
        # A body that is valid at one's own initiative.
        body = {"decision": "go", "reason": "x"} if one.right is Right.VOTE else _MEETING if one.body else None
        foreign, missing = (
            ask(one.method, one.path.format(**FILLED, initiative=i), body) for i in (OTHER_OFFICE, "missing")
        )
        assert foreign == missing, one.path
        assert foreign.startswith("404 "), one.path
        # The ids of another office in the other parts of an address, and in a body, at one's own initiative.
        if one.right is Right.RECORD and one.body:
            assert not ask(one.method, one.path.format(initiative=OWN), _MEETING).startswith("200 ")
    assert not any(f'"initiative":"{OTHER_OFFICE}"' in ask("GET", path) for path in ("/initiatives", "/openapi.json"))
    assert _facts(site.world.context, OTHER_OFFICE) == before


def test_offices_see_each_other_neither_in_my_work_nor_by_name(three: WebWorld) -> None:
    north, south = three.browser("olga").get("/").text, three.browser("sol").get("/").text
    assert ("Initiative-one" in north, "Initiative-three" in north, "Initiative-two" in north) == (True, True, False)
    assert ("Initiative-one" in south, "Initiative-three" in south, "Initiative-two" in south) == (False, False, True)


def test_a_refusal_is_in_the_ledger_once_a_day_by_pseudonym(site: WebWorld) -> None:
    context, browser = site.world.context, site.browser("dora")
    for _ in range(3):
        browser.get("/initiatives/one")
        browser.get("/initiatives/one/gates/first")
    (entry,) = [e for e in ledger.entries(context, "one") if e.event.kind == "access.refused"]
    assert (entry.actor, getattr(entry.event, "right", None)) == ("web", Right.SEE)
    assert "dora" not in entry.model_dump_json()
    site.world.at("2024-01-11")
    site.browser("dora").get("/initiatives/one")
    assert site.world.kinds().count("access.refused") == 2
    assert ledger.verify(context, "one")[0].flaws == ()


def test_a_refused_action_is_in_the_ledger_with_its_right(site: WebWorld, everybody: dict[Capacity, str]) -> None:
    browser = site.browser(everybody[Capacity.MEMBER])
    browser.open("/")
    assert browser.submit("/initiatives/one/gates/first/review").status_code == 404
    last = ledger.entries(site.world.context, "one")[-1].event
    assert (last.kind, getattr(last, "right", None)) == ("access.refused", Right.REQUEST_REVIEW)
    assert "gate.opened" not in site.world.kinds()


def test_a_refusal_leaves_the_answers_fresh_and_the_state_as_it_was(site: WebWorld) -> None:
    site.ready()
    before = site.world.kinds()
    site.browser("dora").get("/initiatives/one")
    assert site.world.kinds() == [*before, "access.refused"]
    site.world.evaluate()
    assert site.world.kinds() == [*before, "access.refused"]


def _facts(context: Context, initiative: str) -> list[str]:
    """The kinds of the entries of an initiative, without refusals."""
    kinds = [e.event.kind for e in ledger.entries(context, initiative)]
    return [k for k in kinds if k != "access.refused"]
