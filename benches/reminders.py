"""Measures the daily search for occasions in a large portfolio: by index, compared with a full scan.

Every initiative has members, invoices, meetings with attendance, objectives with readings, and a survey. Their days are
spread over two years, so each day has a few occasions. The comparison is the same question for every row of one table,
the invoices, as without an index on the date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, text

from benches import databases
from benches.measuring import headline, quick, spread, timed
from clusterflow.configs.notices import load_notices
from clusterflow.services.context import Context
from clusterflow.services.notifications.reminders import ReminderWriter
from clusterflow.settings import Settings
from clusterflow.store import tables
from clusterflow.store.database import open_database

TODAY = date(2024, 10, 16)
SPREAD_DAYS = 730
MEMBERS = 8
AT = datetime(2024, 1, 1, tzinfo=UTC)
CONFIGS = Path(__file__).resolve().parents[1] / "configs"


def run(short: bool) -> None:
    number = 200 if short else 10_000
    headline(f"the daily search over {number} initiatives (SQLite)")
    with databases.sqlite() as url:
        database = open_database(url)
        _fill(database, number)
        now = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=6)
        context = Context(Settings(database=url, configs=CONFIGS), database, lambda: now)
        rules = load_notices(CONFIGS / "notices.yaml")

        def search() -> int:
            return len(ReminderWriter(context, rules, str, None).due(now))

        cold = timed(search)
        seconds = [timed(search) for _ in range(2 if short else 9)]
        print(f"  {search()} steps are due on {TODAY}; the first search, which builds its statements: {cold:.2f} s")
        spread("all occasions, all steps", seconds, "asked: under 1 s")
        spread("rival: the invoices alone, without an index", [timed(lambda: _scanned(database)) for _ in range(3)])


def _scanned(database: Engine) -> int:
    """Unpaid invoices with a due date in the windows, without the index (the unary plus disables it)."""
    query = """
        SELECT count(*) FROM invoice WHERE superseded_at IS NULL AND NOT retracted
        AND (+due BETWEEN '2024-07-01' AND '2024-08-05' OR +due BETWEEN '2024-08-15' AND '2024-11-20')
        AND amount_minor > (SELECT coalesce(sum(amount_minor), 0) FROM payment AS p
                            WHERE p.chain = invoice.chain AND p.invoice = invoice.id AND p.superseded_at IS NULL)
    """
    with database.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())


def _fill(database: Engine, number: int) -> None:
    """Write rows directly as the engine would. Recording them one by one takes an hour."""
    entries = count(1)
    people = [f"p{n}" for n in range(200)]
    firms = [f"o{n}" for n in range(200)]
    rows: dict[str, list[dict[str, Any]]] = {
        "person": [{"id": p, "name": p, "email": f"{p}@x.example", "language": "en"} for p in people],
        "organisation": [{"id": o, "name": o, "helix": "company", "size": "small"} for o in firms],
        "representation": [{"person": p, "organisation": o} for p, o in zip(people, firms, strict=True)],
    }
    _write(database, entries, "registry", rows)
    for start in range(0, number, 500):
        batch: dict[str, list[dict[str, Any]]] = {}
        for n in range(start, min(start + 500, number)):
            for kind, fields in _initiative(n, people, firms):
                batch.setdefault(kind, []).append(fields)
        _write(database, entries, "", batch)


def _initiative(n: int, people: Sequence[str], firms: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    chain = f"i{n}"

    def day(step: int) -> date:
        return TODAY - timedelta(days=(n * 37 + step * 61) % SPREAD_DAYS)

    first = date(2022, 1, 1)
    yield "initiative", {"id": chain, "name": chain, "country": "ES", "timezone": "Europe/Madrid", "chain": "registry"}
    for body, kind, role in (("m", "management", "manager"), ("b", "board", "chair"), ("c", "committee", "chair")):
        yield "body", {"chain": chain, "id": body, "kind": kind, "name": body, "valid_from": first}
        yield "seat", {"chain": chain, "body": body, "person": people[n % 200], "role": role, "vote": True}
    for m in range(MEMBERS):
        member, invoice = firms[(n + m) % 200], f"v{m}"
        yield "membership", {"chain": chain, "organisation": member, "valid_from": day(m), "founder": False}
        due = day(m + 3)
        amount = {"amount_minor": 30000, "amount_currency": "EUR"}
        yield (
            "invoice",
            {"chain": chain, "id": invoice, "organisation": member, "due": due, "valid_from": day(m + 5), **amount},
        )
        if (n + m) % 8:
            yield "payment", {"chain": chain, "id": invoice, "invoice": invoice, "valid_from": due, **amount}
    for m in range(6):
        meeting, held = f"t{m}", TODAY - timedelta(days=40 * m + (n * 13) % 40)
        yield "meeting", {"chain": chain, "id": meeting, "body": "c", "valid_from": held}
        for k in range(4):
            came = {"meeting": meeting, "person": people[(n + k) % 200], "organisation": firms[(n + k) % 200]}
            yield (
                "attendance",
                {"chain": chain, **came, "invited": True, "present": (n + m + k) % 7 > 0, "valid_from": held},
            )
    yield "objective", {"chain": chain, "id": "g", "title": "Exports", "owner": "c", "valid_from": first}
    yield "reading", {"chain": chain, "objective": "g", "value": 1.0, "valid_from": day(11)}
    yield "document", {"chain": chain, "id": "s", "kind": "statutes", "title": "Statutes", "valid_from": day(12)}
    wave = {"topic": "trust", "invited": 20, "answers": 12, "mean_milli": 3500 + n % 500}
    yield "survey-wave", {"chain": chain, **wave, "valid_from": day(13)}


def _write(database: Engine, entries: Iterator[int], chain: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    with database.begin() as connection:
        for kind, found in rows.items():
            table = tables.REGISTRY_TABLES[kind]
            filled = [
                {c.name: False if c.name in ("retracted", "anchor") else None for c in table.c}
                | {"chain": chain, "entered_at": AT, "entered_by": "bench", "salt": "", "valid_from": date(2022, 1, 1)}
                | ({"language": "es"} if kind == "initiative" else {})
                | row
                | {"entry": next(entries)}
                for row in found
            ]
            connection.execute(insert(table), filled)
            if kind == "initiative":
                states = [
                    {
                        "initiative": r["id"],
                        "model": "x",
                        "model_hash": "x",
                        "enrolled_on": AT.date(),
                        "standing": "active",
                    }
                    for r in found
                ]
                connection.execute(insert(tables.initiative_state), states)


if __name__ == "__main__":
    run(quick(__doc__))
