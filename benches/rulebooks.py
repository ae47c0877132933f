"""Measures the matrix of a portfolio by rulebooks, compared with hand-written SQL for the same numbers.

The initiatives have twenty members, a manager, a board, a legal body, a strategy and a label; the figures are invented.
The rival computes the same numbers by ten statements written for this registry: without evidence, unknown values,
corrections of keys, the days of entry, or judgments. The target is under twice its time.
"""

from __future__ import annotations

import gc
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from benches import databases
from benches.measuring import MS, headline, own_processor_seconds, quick, spread, timed
from benches.small_world import CONFIGS
from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY
from clusterflow.services.catalogue.metrics import metrics_in
from clusterflow.services.catalogue.rulebooks import rulebooks_in
from clusterflow.services.rulebooks import judge_all
from clusterflow.store import tables
from clusterflow.store.columns import to_row
from clusterflow.store.database import open_database

DAY = date(2024, 6, 1)
ENTERED = datetime(2024, 1, 1, tzinfo=UTC)
MEMBERS = 20
ORGANISATIONS = 500

SQL: dict[str, str | dict[str, str]] = {
    "members, committed members, companies, kinds, turnover": """
        SELECT m.chain, count(*), sum(CASE WHEN m.commitment <> 'none' THEN 1 ELSE 0 END),
               sum(CASE WHEN o.helix = 'company' THEN 1 ELSE 0 END), count(DISTINCT o.helix),
               sum(CASE WHEN o.helix = 'company' THEN o.turnover_minor END)
        FROM membership m JOIN organisation o ON o.chain = 'registry' AND o.id = m.organisation
        WHERE m.valid_from <= :day AND (m.valid_to IS NULL OR m.valid_to >= :day)
          AND m.superseded_at IS NULL AND NOT m.retracted AND o.superseded_at IS NULL AND NOT o.retracted
        GROUP BY m.chain""",
    "years since the start": """
        SELECT id, valid_from FROM initiative WHERE superseded_at IS NULL AND NOT retracted""",
    "staff": """
        SELECT chain, sum(fte), max(CASE WHEN manager AND fte >= 1 THEN 1 ELSE 0 END) FROM staff
        WHERE valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) AND superseded_at IS NULL AND NOT retracted
        GROUP BY chain""",
    "seats": """
        SELECT s.chain, sum(CASE WHEN o.helix = 'company' THEN 1 ELSE 0 END), count(*),
               max(CASE WHEN o.helix = 'academia' AND s.vote THEN 1 ELSE 0 END)
        FROM seat s JOIN body b ON b.chain = s.chain AND b.id = s.body AND b.kind = 'board'
        LEFT JOIN organisation o ON o.chain = 'registry' AND o.id = s.organisation
        WHERE s.valid_from <= :day AND (s.valid_to IS NULL OR s.valid_to >= :day)
          AND s.superseded_at IS NULL AND NOT s.retracted AND b.superseded_at IS NULL AND NOT b.retracted
          AND o.superseded_at IS NULL AND NOT o.retracted
        GROUP BY s.chain""",
    "legal body": """
        SELECT chain, max(CASE WHEN personality AND non_profit AND in_region THEN 1 ELSE 0 END) FROM legal_entity
        WHERE valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) AND superseded_at IS NULL AND NOT retracted
        GROUP BY chain""",
    "strategy": {
        "sqlite": """
        SELECT chain, max(julianday(horizon) - julianday(valid_from)) FROM strategy
        WHERE valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) AND superseded_at IS NULL AND NOT retracted
        GROUP BY chain""",
        "postgresql": """
        SELECT chain, max(horizon - valid_from) FROM strategy
        WHERE valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) AND superseded_at IS NULL AND NOT retracted
        GROUP BY chain""",
    },
    "labels": """
        SELECT chain, name, rulebook, level, valid_from, valid_to FROM label
        WHERE valid_from <= :day AND superseded_at IS NULL AND NOT retracted""",
    "retained members": """
        SELECT m.chain, sum(CASE WHEN EXISTS (
            SELECT 1 FROM membership t WHERE t.chain = m.chain AND t.organisation = m.organisation
            AND t.valid_from <= l.valid_from AND (t.valid_to IS NULL OR t.valid_to >= l.valid_from)
            AND t.superseded_at IS NULL AND NOT t.retracted) THEN 1 ELSE 0 END), count(*)
        FROM membership m JOIN label l ON l.chain = m.chain AND l.rulebook = 'hungary-accredited'
        WHERE m.valid_from <= :day AND (m.valid_to IS NULL OR m.valid_to >= :day)
          AND m.superseded_at IS NULL AND NOT m.retracted AND l.superseded_at IS NULL AND NOT l.retracted
        GROUP BY m.chain""",
    "changes of members": """
        SELECT m.chain, sum(CASE WHEN m.valid_from > l.valid_from THEN 1 ELSE 0 END)
                        + sum(CASE WHEN m.valid_to >= l.valid_from AND m.valid_to < :day THEN 1 ELSE 0 END),
               sum(CASE WHEN m.valid_from <= l.valid_from AND (m.valid_to IS NULL OR m.valid_to >= l.valid_from)
                        THEN 1 ELSE 0 END)
        FROM membership m JOIN label l ON l.chain = m.chain AND l.rulebook = 'hungary-accredited'
        WHERE m.valid_from <= :day AND m.superseded_at IS NULL AND NOT m.retracted
          AND l.superseded_at IS NULL AND NOT l.retracted
        GROUP BY m.chain""",
    "stated figures": {
        "sqlite": """
        SELECT chain, metric, numerator, denominator, max(valid_from) FROM observation
        WHERE valid_from <= :day AND superseded_at IS NULL AND NOT retracted GROUP BY chain, metric""",
        "postgresql": """
        SELECT DISTINCT ON (chain, metric) chain, metric, numerator, denominator, valid_from FROM observation
        WHERE valid_from <= :day AND superseded_at IS NULL AND NOT retracted ORDER BY chain, metric, valid_from DESC""",
    },
}  # fmt: skip
"""The same metrics of the six shipped rulebooks, as one would write them for this registry."""


def run(short: bool) -> None:
    number = 50 if short else 10_000
    with databases.sqlite() as url:
        _compare("SQLite", url, number, short)
    with databases.postgres() as address:
        if address is not None and not short:
            _compare("PostgreSQL", address, number, short)


def _compare(system: str, url: str, number: int, short: bool) -> None:
    """Print the time of the matrix and of its rival on one database.

    On SQLite it is the time of the processor. PostgreSQL works in another process, so there it is that of the clock.
    """
    headline(f"a portfolio of {number} initiatives by six rulebooks ({system})")
    gc.set_threshold(1_000_000)  # as the commands do; both would else search the same objects for garbage
    measured = own_processor_seconds if system == "SQLite" else timed
    database = open_database(url)
    initiatives = [f"i{n}" for n in range(number)]
    with database.begin() as connection:
        fill(connection, initiatives)
        if system == "PostgreSQL":
            connection.exec_driver_sql("ANALYZE")
    rulebooks, metrics = rulebooks_in(CONFIGS), metrics_in(CONFIGS)
    assert len(rulebooks) == 6
    written = [sql if isinstance(sql, str) else sql[database.dialect.name] for sql in SQL.values()]
    with database.connect() as connection:

        def matrix() -> object:
            return judge_all(connection, rulebooks, metrics, DAY, initiatives, everyone=True)

        def by_hand() -> object:
            return [connection.execute(text(sql), {"day": DAY}).all() for sql in written]

        matrix(), by_hand()  # the first run reads the file
        pairs = [(measured(matrix), measured(by_hand)) for _ in range(1 if short else 3)]
    ours, theirs = ([pair[n] for pair in pairs] for n in (0, 1))
    print(f"  seconds of the {'processor' if system == 'SQLite' else 'clock'}")
    spread("the matrix: all metrics, judged", ours, "target: under twice the rival")
    spread("rival: the metrics alone, in hand-written SQL", theirs)
    print(f"  {min(ours) / min(theirs):.1f} times the rival; {min(ours) / number * MS:.3f} ms for each initiative")
    database.dispose()


def fill(connection: Connection, initiatives: list[str]) -> None:
    """Write a regular registry, without the ledger."""
    write = Writer(connection)
    helixes = ("company",) * 7 + ("academia", "government", "civil-society")
    for n in range(ORGANISATIONS):
        write(
            REGISTRY, "organisation", "2010-01-01", id=f"o{n}", name=f"O{n}", helix=helixes[n % 10],
            turnover=f"{n % 9}000000 EUR",
        )  # fmt: skip
    for n, one in enumerate(initiatives):
        write(REGISTRY, "initiative", "2016-01-01", id=one, name=one, country="HU")
        for m in range(MEMBERS):
            joined = "2016-01-01" if m < 12 + n % 8 else "2023-09-01"
            write(one, "membership", joined, organisation=f"o{(n + m) % ORGANISATIONS}", commitment="regular-fee")
        write(one, "body", "2016-01-01", id="board", kind="board", name="Board")
        for m in range(5):
            write(one, "seat", "2016-01-01", body="board", person=f"p{m}", organisation=f"o{(n + m) % ORGANISATIONS}")
        write(one, "staff", "2016-01-01", person="p0", fte=1, manager=True)
        write(one, "legal-entity", "2016-01-01", name="A", personality=True, non_profit=True, in_region=True)
        write(one, "strategy", "2022-01-01", id="s", title="S", horizon="2026-01-01")
        write(one, "label", "2023-01-01", name="AK", rulebook="hungary-accredited", to="2024-12-31")
        for name in ("esca-gold-total", "sector-turnover", "sector-firms"):
            write(one, "observation", "2024-01-01", metric=name, numerator=n % 100, denominator=100)
    write.flush()


class Writer:
    """Writes records as rows, many at a time."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.entry = connection, 0
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, chain: str, record: str, first: str, **fields: Any) -> None:
        cls = RECORDS[record]
        begins = "from" if "valid_to" in cls.model_fields and not cls.model_fields["valid_to"].exclude else "on"
        self.entry += 1
        row = to_row(cls.model_validate({begins: first, **fields}))
        facts = {"chain": chain, "entry": self.entry, "entered_at": ENTERED, "entered_by": "bench", "salt": ""}
        waiting = self.rows.setdefault(record, [])
        waiting.append({**row, **facts, "retracted": False})
        if len(waiting) >= 5000:
            self.flush()

    def flush(self) -> None:
        for record, rows in self.rows.items():
            if rows:
                self.connection.execute(insert(tables.REGISTRY_TABLES[record]), rows)
        self.rows.clear()


if __name__ == "__main__":
    run(quick(__doc__))
