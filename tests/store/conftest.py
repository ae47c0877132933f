"""Databases with clusterflow's tables, on SQLite and PostgreSQL, and a registry that tests write facts into."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, update
from support import postgres

from clusterflow.configs.metrics import load_metrics
from clusterflow.domain.measurement import UNMEASURED, Evidence, Fold, Measurement, MetricCall, MetricDeclaration
from clusterflow.domain.records import RECORDS
from clusterflow.domain.records.base import REGISTRY, STORED
from clusterflow.store import tables
from clusterflow.store.columns import to_row
from clusterflow.store.database import open_database
from clusterflow.store.metrics import METRICS, evidence, measure
from clusterflow.store.replaced_facts import find_replacements
from clusterflow.store.statement_text import STATEMENT_TEXTS, StatementTexts

CONFIGS = Path(__file__).parents[2] / "configs"
INITIATIVE = "one"


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all metric tests, on each of the two systems. Each test leaves it empty."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("metrics") / "clusterflow.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
        # A test that asks for the other database ends this one; the next test starts a new one.
        postgres.execute(server, "DROP DATABASE IF EXISTS metrics WITH (FORCE)")
        postgres.execute(server, f"CREATE DATABASE metrics TEMPLATE {template}")
        url = f"postgresql+psycopg://postgres@{server}/metrics"
    made = open_database(url)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose rows are removed afterwards."""
    with engine.connect() as made:
        yield made
        made.rollback()


@pytest.fixture(scope="session")
def declarations() -> dict[str, MetricDeclaration]:
    return load_metrics(CONFIGS / "metrics.yaml")


GIVEN: dict[str, dict[str, str]] = {
    "helix-members": {"helix": "academia"},
    "chain-role-members": {"role": "components"},
    "bodies": {"body": "board"},
    "document-in-force": {"kind": "charter"},
    "links": {"direction": "outside"},
    "stated": {"metric": "x"},
    "stated-share": {"metric": "x"},
    "retained-members": {"label": "x"},
    "member-changes": {"label": "x"},
    "stage-time": {"stage": "strategy"},
}
"""The parameters of metrics that have no default."""


@pytest.fixture(scope="session")
def calls() -> list[MetricCall]:
    """Every metric, and some metrics with optional parameters."""
    return sorted(
        [MetricCall(name, tuple(GIVEN.get(name, {}).items())) for name in METRICS]
        + [
            MetricCall("dues-collected", (("size", "sme"),)),
            MetricCall("attendance", (("body", "board"),)),
            MetricCall("legal-body", (("form", "association"),)),
        ]
    )


Fact = tuple[str, str, Mapping[str, Any]]
"""A record type, the first day of validity, and the fields."""


class TextsInMemory(dict[str, bytes]):
    """Stores the texts of statements."""

    load = dict.get
    store = dict.__setitem__


@dataclass
class Registry:
    """Writes facts directly into the tables, and measures metrics on them."""

    connection: Connection
    declarations: dict[str, MetricDeclaration]
    entries: Iterator[int] = field(default_factory=lambda: count(1))
    stored: TextsInMemory = field(default_factory=TextsInMemory)

    def add(
        self, kind: str, day: str, /, *, initiative: str = INITIATIVE, entered: datetime | None = None, **fields: Any
    ) -> int:
        """Enter a fact at noon of its own day, or at the given moment, and return the number of its entry."""
        cls = RECORDS[kind]
        record = cls.model_validate({"valid_from": day, **fields}, context=STORED)
        entry = next(self.entries)
        self.connection.execute(
            insert(tables.REGISTRY_TABLES[kind]).values(
                chain=initiative if cls.of_initiative else REGISTRY,
                entry=entry,
                entered_at=entered or datetime.combine(record.valid_from, time(12), UTC),
                entered_by="x",
                retracted=False,
                salt="s",
                **to_row(record),
            )
        )
        find_replacements(self.connection, [kind])
        return entry

    def add_all(self, facts: list[Fact], **where: Any) -> None:
        for kind, day, fields in facts:
            self.add(kind, day, **where, **fields)

    def supersede(self, kind: str, entry: int, at: datetime, by: int | None = None) -> None:
        table = tables.REGISTRY_TABLES[kind]
        done = {"superseded_at": at, "superseded_by": by or next(self.entries)}
        self.connection.execute(update(table).where(table.c.entry == entry).values(**done))
        find_replacements(self.connection, [kind])

    def visit(self, stage: str, entered: str, due: str, left: str | None = None, initiative: str = INITIATIVE) -> None:
        self.connection.execute(
            insert(tables.stage_visit).values(
                initiative=initiative,
                stage=stage,
                round=1,
                entered_on=date.fromisoformat(entered),
                due_on=date.fromisoformat(due),
                escalate_on=date.fromisoformat(due),
                overdue_level=0,
                left_on=left and date.fromisoformat(left),
            )
        )

    def measure(
        self, metric: str, on: str, /, initiative: str = INITIATIVE, known_at: datetime | None = None, **parameters: Any
    ) -> Measurement:
        call = MetricCall(metric, tuple(sorted(parameters.items())))
        day = date.fromisoformat(on)
        found = measure(self.connection, [call], self.declarations, day, [initiative], known_at)
        for _ in range(2):  # a text that is built, and one that was stored
            texts = StatementTexts(self.stored)
            stored = self.connection.execution_options(**{STATEMENT_TEXTS: texts})
            assert measure(stored, [call], self.declarations, day, [initiative], known_at) == found
        self.connection.execution_options(**{STATEMENT_TEXTS: None})
        return found[call].get(initiative, UNMEASURED)

    def evidence(
        self, metric: str, on: str, /, initiative: str = INITIATIVE, **parameters: Any
    ) -> tuple[Evidence, ...]:
        call = MetricCall(metric, tuple(sorted(parameters.items())))
        return evidence(self.connection, call, initiative, date.fromisoformat(on))

    def everybody(self, call: MetricCall, on: date, initiatives: list[str] | None) -> dict[str, Measurement]:
        return measure(self.connection, [call], self.declarations, on, initiatives)[call]


@pytest.fixture
def registry(connection: Connection, declarations: dict[str, MetricDeclaration]) -> Registry:
    return Registry(connection, declarations)


Gives = Fraction | int | str | tuple[int | str | None, int | str | None] | None
"""The expected result of a metric: a number, a range from low to high, or None if nothing is known."""


@pytest.fixture
def check(registry: Registry) -> Callable[..., None]:
    """Measure a metric on some facts, and check everything that must be true of every metric."""

    def see(metric: str, parameters: dict[str, Any], facts: list[Fact], on: str, gives: Gives) -> None:
        registry.add_all(facts)
        found = registry.measure(metric, on, **parameters)
        low, high = gives if isinstance(gives, tuple) else (gives, gives)
        assert (found.low, found.high) == (low and Fraction(low), high and Fraction(high))
        assert not found.late

        call, day = MetricCall(metric, tuple(sorted(parameters.items()))), date.fromisoformat(on)
        for selection in (None, [INITIATIVE, "another"]):
            together = registry.everybody(call, day, selection)
            assert together.get(INITIATIVE, UNMEASURED) == found, "measuring all at once gives the same"
            assert set(together) <= {INITIATIVE}

        rows = registry.evidence(metric, on, **parameters)
        if not found.is_empty:
            assert len(rows) == found.rows
            if len({row.currency for row in rows if row.currency}) <= 1:
                assert refolded(rows, registry.declarations[metric].fold) in (found.low, found.high)

        assert registry.measure(metric, "1990-01-01", **parameters).is_empty, (
            "before the first fact the value is unknown"
        )
        if metric == "stage-time":
            return
        long_ago, at_last = datetime(1980, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
        assert registry.measure(metric, on, known_at=long_ago, **parameters).is_empty
        later = registry.measure(metric, on, known_at=at_last, **parameters)
        assert (later.low, later.high) == (found.low, found.high)
        for table in tables.REGISTRY_TABLES.values():
            registry.connection.execute(update(table).values(entered_at=at_last))
        assert registry.measure(metric, on, **parameters) == found, "facts that are entered late count"
        assert registry.measure(metric, on, known_at=at_last - timedelta(days=1), **parameters).is_empty

    return see


def refolded(rows: tuple[Evidence, ...], fold: Fold) -> Fraction | None:
    """The sum of the evidence, with zero for unknown values."""
    parts = [row.part for row in rows if row.part is not None]
    match fold:
        case Fold.SUM:
            return sum(parts, Fraction(0))
        case Fold.RATIO:
            return sum(parts, Fraction(0)) / sum((row.whole for row in rows if row.whole is not None), Fraction(0))
        case Fold.LARGEST:
            return max(parts, default=None)
        case _:
            return min(parts, default=None)


@pytest.fixture
def new_registry(engine: Engine, declarations: dict[str, MetricDeclaration]) -> Callable[[Connection], Registry]:
    """Creates registries: property tests need a fresh one for each example."""
    return lambda connection: Registry(connection, declarations)
