"""Measures the web pages with many initiatives in the database, compared with the bare SQL of the same page.

The members table of an initiative with 5,000 members is asked to answer its first page in under 100 ms.
The targets, with 10,000 initiatives: *My work*, the initiative and the gate p95 under 100 ms, and at most three times
as long as their SQL alone. The first page of somebody who works in the office of all initiatives is measured as well.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, event

from benches import databases
from benches.measuring import headline, quick, spread, timed
from clusterflow.domain.state import InitiativeState
from clusterflow.engine.record import Submission
from clusterflow.services import registry, standing
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store.database import open_database
from clusterflow.web.app import build_app
from tests.support.crowd import gather_crowd
from tests.support.web import WebWorld

END = date(2026, 10, 15)
READERS = 20
SEATS = 10
MEMBERS = 5000


def run(short: bool) -> None:
    number = 20 if short else int(os.environ.get("CLUSTERFLOW_BENCH_INITIATIVES", "10000"))
    headline(f"web pages with {number} initiatives (SQLite)")
    with databases.sqlite() as url:
        context = Context(
            Settings(database=url, proof="none", secret="s" * 32),  # type: ignore[arg-type]
            open_database(url),
            lambda: datetime(2026, 10, 15, 22, tzinfo=UTC),
        )
        initiatives = gather_crowd(context, number, END)
        _people(context, initiatives)
        mine = _with_open_gate(context, initiatives)
        gate = f"/initiatives/{mine.initiative}/gates/{mine.open_reviews[0].stage}"
        site = WebWorld(None, None, build_app(context))  # type: ignore[arg-type]
        site.world = _World(context)  # type: ignore[assignment]
        times = 5 if short else 100
        _measure(site, context.database, f"{mine.initiative}-1", "My work", "/", times)
        _measure(site, context.database, f"{mine.initiative}-1", "initiative", f"/initiatives/{mine.initiative}", times)
        _measure(site, context.database, f"{mine.initiative}-1", "gate", gate, times)
        _measure(site, context.database, "officer", "My work of the office", "/", 2 if short else 10)
        _many_members(context, mine.initiative, 200 if short else MEMBERS)
        members = f"/initiatives/{mine.initiative}/facts/membership"
        _measure(site, context.database, "officer", "members", members, times)
        _measure(site, context.database, "officer", "members by name", f"{members}?sort=organisation", times)
        _measure(site, context.database, "officer", "members searched", f"{members}?q=nandu+12", times)


@dataclass
class _World:
    context: Context


def _people(context: Context, initiatives: list[str]) -> None:
    """Give each initiative a board of its own, and one office to all of them."""
    first = {"from": "2020-01-01"}
    common = [
        Submission("organisation", {"id": "agency", "name": "Agency", "helix": "government", **first}, "bench"),
        Submission("office", {"id": "office", "organisation": "agency", "name": "Office", **first}, "bench"),
        Submission("person", {"id": "officer", "name": "Officer", **first}, "bench"),
        Submission("representation", {"person": "officer", "organisation": "agency", **first}, "bench"),
    ]
    people = [
        Submission("person", {"id": f"{i}-{n}", "name": f"Person {i} {n}", **first}, "bench")
        for i in initiatives
        for n in range(SEATS)
    ]
    registry.record(context, [*common, *people])
    for i in initiatives:
        record = registry.initiative_record(context, i)
        assert record is not None
        seats = [Submission("seat", {"body": "board", "person": f"{i}-{n}", **first}, "bench", i) for n in range(SEATS)]
        body = Submission("body", {"id": "board", "kind": "board", "name": "Board", **first}, "bench", i)
        own = {"id": i, "from": record.valid_from.isoformat(), "office": "office"}
        registry.record(context, [body, *seats, Submission("initiative", own, "bench", i)])


def _many_members(context: Context, initiative: str, number: int) -> None:
    first = {"from": "2024-01-05"}
    names = [(f"many-{n:05}", f"Ácero {n * 7919 % number:04} del Ñandú") for n in range(number)]
    registry.record(
        context,
        [
            Submission("organisation", {"id": i, "name": name, "helix": "company", **first}, "bench")
            for i, name in names
        ],
    )
    registry.record(
        context, [Submission("membership", {"organisation": i, **first}, "bench", initiative) for i, _ in names]
    )


def _with_open_gate(context: Context, initiatives: list[str]) -> InitiativeState:
    for initiative in initiatives:
        state = standing.state(context, initiative)
        if state.open_reviews:
            return state
    raise AssertionError("no gate is open")


def _measure(site: WebWorld, database: Engine, person: str, name: str, path: str, times: int) -> None:
    browser = site.browser(person)
    with _statements(database) as statements:
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "/sign-in" not in str(answer.url)
    alone = [timed(lambda: browser.get(path)) for _ in range(times)]
    spread(name, alone)
    spread("rival: its SQL alone", [timed(lambda: _replay(database, statements)) for _ in range(times)])
    together: list[float] = []

    def read() -> None:
        reader = site.browser()
        reader.cookies.update(browser.cookies)  # signing in again is limited in number
        together.extend(timed(lambda: reader.get(path)) for _ in range(max(2, times // READERS)))

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spread(f"{name}, {READERS} readers at once", together)


@contextmanager
def _statements(database: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are run meanwhile."""
    found: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    event.listen(database, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database, "before_cursor_execute", note)


def _replay(database: Engine, statements: list[tuple[str, Any]]) -> None:
    raw = database.raw_connection()
    try:
        cursor = raw.cursor()
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()
    finally:
        raw.close()


if __name__ == "__main__":
    run(quick(__doc__))
