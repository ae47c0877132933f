"""Views are kept while the facts and the day are the same, and no longer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, column, event, select, text
from sqlalchemy.exc import OperationalError
from support.web import Browser, WebWorld

from clusterflow.services.views import office, outlines
from clusterflow.services.views.cache import Basis, ViewCache, bases_of
from clusterflow.store import access, lapses, present_states, registry, view_basis
from clusterflow.web.app import build_app

PAGES = ("/", "/initiatives/one", "/initiatives/one/gates/first")


@contextmanager
def statements(database: Engine) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(database, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_read_again_asks_only_whether_anything_has_changed(site: WebWorld, path: str) -> None:
    site.ready()
    browser = site.browser("mona")
    first = browser.get(path).text
    with statements(site.world.context.database) as again:
        second = browser.get(path).text
    assert _without_keys(first) == _without_keys(second)
    # The session, the basis of the registry and of the initiatives, and the person's capacities (two).
    assert len([s for s in again if s.startswith("SELECT")]) <= 5


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_read_again_opens_two_transactions(site: WebWorld, path: str) -> None:
    """On PostgreSQL a transaction takes three more round trips: the connection is tried, it begins and it ends."""
    site.ready()
    browser = site.browser("mona")
    browser.get(path)
    begun: list[object] = []
    note = begun.append
    event.listen(site.world.context.database, "begin", note)
    try:
        browser.get(path)
    finally:
        event.remove(site.world.context.database, "begin", note)
    assert len(begun) <= 2


def _without_keys(html: str) -> list[str]:
    return [line for line in html.splitlines() if 'name="key"' not in line]


def test_what_is_recorded_shows_on_the_next_page(site: WebWorld) -> None:
    browser = site.browser("mona")
    assert "2030" not in browser.get("/initiatives/one").text
    site.world.record("meeting initiative=one id=m-9 body=board on=2030-01-09")
    assert "2030" in browser.get("/initiatives/one").text
    gate = "/initiatives/one/gates/first"
    assert browser.get(gate).text.count('class="finding met"') == 0
    site.world.state_figure("signed")
    assert browser.get(gate).text.count('class="finding met"') == 1


def test_a_name_that_changes_in_the_registry_changes_on_the_page(site: WebWorld) -> None:
    browser = site.browser("mona")
    assert "Initiative-one" in browser.get("/").text
    site.world.record("initiative id=one name=Renamed country=ES office=north from=2024-01-10")
    assert all("Renamed" in browser.get(path).text for path in PAGES[:2])


def test_a_seat_that_ends_takes_the_pages_away_at_once(site: WebWorld) -> None:
    browser = site.browser("gala")
    assert browser.get("/initiatives/one").status_code == 200
    today = site.world.context.clock().date()
    for record in site.facts("seat"):
        if record.person == "gala":
            site.world.record(
                f"seat initiative=one body={record.body} person=gala from={record.valid_from} "
                f"to={today - timedelta(days=1)} role={record.role.value} vote={str(record.vote).lower()}"
            )
    assert browser.get("/initiatives/one").status_code == 404


def test_the_basis_changes_with_the_day_and_each_fact_and_with_nothing_else(site: WebWorld) -> None:
    def basis() -> Basis:
        return bases_of(site.world.context, ["one"])["one"]

    first = basis()
    assert basis() == first
    site.world.record("meeting initiative=two id=m-1 body=board on=2024-01-09")
    assert basis() == first, "another initiative is none of its business"
    site.world.record("meeting initiative=one id=m-1 body=board on=2024-01-09")
    second = basis()
    site.world.record("organisation id=new name=New helix=company from=2020-01-01")
    third = basis()
    site.world.at("2024-01-17")
    assert len({first, second, third, basis()}) == 4
    assert bases_of(site.world.context, ["nobody"]) == {}


def test_the_cache_keeps_the_newest_views_and_computes_each_once(site: WebWorld) -> None:
    views, computed = ViewCache(size=2), list[str]()
    bases = bases_of(site.world.context, ["one", "two"])

    def name(what: str) -> str:
        computed.append(what)
        return what

    for what in ("a", "b", "a", "c", "a", "b"):
        assert views.one(bases["one"], what, lambda what=what: name(what)) == what
    assert (computed, len(views)) == (["a", "b", "c", "b"], 2)
    assert views.one(None, "a", lambda: "fresh") == "fresh"
    requests = list[list[str]]()
    views.one(bases["one"], "d", lambda: "d")
    found = views.many(bases, "d", lambda missing: requests.append(list(missing)) or dict.fromkeys(missing, "new"))
    assert (found, requests) == ({"one": "d", "two": "new"}, [["two"]])


def test_an_office_with_more_initiatives_than_a_statement_may_name_has_its_pages(
    site: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(45):
        site.world.enrol(f"more-{number}")
    site.world.record(
        *(f"initiative id=more-{n} name=More-{n} country=ES office=north from=2024-01-10" for n in range(45))
    )
    browser = site.browser("olga")
    paths = ("/", "/office", "/office/people", "/office/people?search=More-4")
    whole = [_without_keys(browser.get(path).text) for path in paths]
    for module in (view_basis, registry, office, outlines, present_states):
        monkeypatch.setattr(module, "MOST_NAMED", 15)
    for module in (access, lapses):
        monkeypatch.setattr(module, "_FEW", 15)
    fresh = Browser(build_app(site.world.context), cookies=dict(browser.cookies), headers=browser.headers)
    database = site.world.context.database
    database.dispose()
    event.listen(database, "connect", _limit_parameters)
    try:
        assert [_without_keys(fresh.get(path).text) for path in paths] == whole
        with database.connect() as connection, pytest.raises(OperationalError, match="too many SQL variables"):
            connection.execute(select(text("1")).where(column("x").in_(range(45))))
    finally:
        event.remove(database, "connect", _limit_parameters)
        database.dispose()


def _limit_parameters(connection: Any, _: object) -> None:
    """SQLite accepts so few parameters in a statement that 45 initiatives stand for 33,000."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 40)


def test_an_initiative_that_was_recorded_before_it_is_enrolled_is_on_the_next_page(site: WebWorld) -> None:
    record = "initiative id=late name=Late country=ES office=north from=2024-01-10"
    site.world.record(record)
    browser = site.browser("olga")
    assert "Late" not in browser.get("/").text
    site.world.enrol("late")
    site.world.record(record)
    assert "Late" in browser.get("/").text
    site.world.record("initiative id=late name=Late country=ES office=south from=2024-01-10")
    assert "Late" not in browser.get("/").text


def test_what_many_ask_for_at_once_is_computed_once(site: WebWorld) -> None:
    site.ready()
    cache, bases = ViewCache(), bases_of(site.world.context, ["one"])
    begun, go_on = Event(), Event()
    computed: list[str] = []

    def compute() -> str:
        computed.append("view")
        begun.set()
        assert go_on.wait(60)
        return "view"

    with ThreadPoolExecutor(4) as readers:
        first = readers.submit(cache.one, bases["one"], "page", compute)
        assert begun.wait(60)
        others = [readers.submit(cache.one, bases["one"], "page", compute) for _ in range(3)]
        go_on.set()
        assert [one.result(60) for one in (first, *others)] == ["view"] * 4
    assert computed == ["view"]
    assert cache.one(bases["one"], "page", compute) == "view"
