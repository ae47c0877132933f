"""Measures, at a small size, what the formulas of docs/scale.md extrapolate to a nation: bytes, seconds and rates.

Realistic initiatives are recorded in two portions on PostgreSQL and on SQLite. The size of a fact is the difference of
the sizes divided by the difference of the facts, so that what every database needs does not count. Then the portfolio
is reviewed twice, and a local Prefect server on PostgreSQL is measured (not with --quick). The rival of the size is the
same facts in bare tables.

With --write, the inputs and the tables of docs/scale.md are written anew.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, text

from benches import databases
from benches.measuring import headline, timed
from benches.realistic import facts_of, parties_of
from benches.scale_formulas import INPUTS, RESULTS, results, shown, shown_by_name, tables
from benches.small_world import open_context, submission
from clusterflow.intake.record_file import RecordFile
from clusterflow.services import enrolment, registry, review
from clusterflow.services.context import Context
from clusterflow.store.tables import REGISTRY_TABLES

ROOT = Path(__file__).resolve().parents[1]
PAGE, DATA = ROOT / "docs" / "scale.md", ROOT / "docs" / "scale.json"
MODEL = "nuevo-leon"
QUOTED = re.compile(r"(?:\?|[\d.,]+(?: (?:TB|GB|%|/s|min|h|s|B|days)(?= ))?) \(`(\w+)`\)")
"""A number in the prose, with its name behind it."""
ABOUT = r"(<!-- about -->\n\n).*(\n\n## Measured)"
BLOCK = r"(<!-- table: {name} -->\n\n).*?(\n\n<!-- end of table -->)"


def run(short: bool) -> None:
    measured = measure(short)
    for name, value in measured.items():
        unit, about = INPUTS[name]
        print(f"  {about:<80} {shown(value, unit):>12}", flush=True)
    if set(measured) == set(INPUTS):
        headline("a nation: 100,000 initiatives, 10 million members, 1 billion facts")
        values = results(measured)
        for result in RESULTS:
            print(f"  {result.about:<90} {shown(values[result.name], result.unit):>12}", flush=True)


def measure(short: bool) -> dict[str, float]:
    """Return every input by name; those of PostgreSQL and Prefect only if PostgreSQL is installed."""
    headline("realistic initiatives in two portions (PostgreSQL, SQLite)")
    first, second = (2, 4) if short else (30, 90)
    with databases.postgres() as url:
        measured = {} if url is None else _portfolio(url, first, second)
    with databases.sqlite() as url:
        on_sqlite = _portfolio(url, first, second)
        measured = {"bare_bytes": on_sqlite["bare_bytes"], **measured, "sqlite_bytes": on_sqlite["fact_bytes"]}
    if short:
        return measured
    # Prefect takes a second to import, and a short run needs none.
    from benches import scale_prefect  # noqa: PLC0415

    headline("a local Prefect server on PostgreSQL")
    return {**measured, **(scale_prefect.measure(60) or {})}


def _portfolio(url: str, first: int, second: int) -> dict[str, float]:
    context = open_context(url)
    facts, seconds = _record(context, 0, first)
    with context.reading() as connection:
        before = _sizes(connection)
    more, later_seconds = _record(context, first, second)
    with context.reading() as connection:
        after = _sizes(connection)
    found = {
        "fact_bytes": (after["whole"] - before["whole"]) / more,
        "ledger_bytes": (after["ledger"] - before["ledger"]) / more,
        "load_seconds": (seconds + later_seconds) / (facts + more),
        "sample_facts": (facts + more) / second,
    }
    found["bare_bytes"] = _bare_size(context) / (facts + more)
    found["first_seconds"] = timed(lambda: review.review_portfolio(context)) / second
    found["night_seconds"] = median(timed(lambda: review.review_portfolio(context)) for _ in range(3)) / second
    found["command_seconds"] = median(
        timed(lambda n=n: _one_fact(context, n)) for n in range(5 if second < 10 else 200)
    )
    return found


def _record(context: Context, first: int, end: int) -> tuple[int, float]:
    """Enrol initiatives and record their facts from a file; return the number of facts, and the seconds for them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "facts.jsonl"
        names = [f"i{n}" for n in range(first, end)]
        for name in names:
            enrolment.enrol(context, submission(f"initiative id={name} name={name} country=MX from=2018-12-01"), MODEL)
        lines = [json.dumps(fact) for name in names for fact in (*parties_of(name), *facts_of(name))]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        begun = time.perf_counter()
        registry.record_file(context, RecordFile.open(file))
        return len(lines), time.perf_counter() - begun


def _one_fact(context: Context, number: int) -> None:
    line = f"link initiative=i0 id=bench-{number} direction=inside with_whom=x from=2023-01-05"
    registry.record(context, [submission(line)])


def _sizes(connection: Connection) -> dict[str, int]:
    """Return the bytes of the database and of the ledger, with their indexes."""
    if connection.dialect.name == "postgresql":
        whole, ledger = "SELECT pg_database_size(current_database())", "SELECT pg_total_relation_size('ledger')"
    else:
        whole = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        ledger = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%ledger%'"
    return {
        name: int(connection.execute(text(sql)).scalar_one()) for name, sql in (("whole", whole), ("ledger", ledger))
    }


def _bare_size(context: Context) -> int:
    """Return the bytes of the same facts in tables without indexes, and without anything beside them."""
    whole, size = 0, "SELECT sum(pgsize) FROM dbstat WHERE name = 'bare'"
    if context.database.dialect.name == "postgresql":
        size = "SELECT pg_total_relation_size('bare')"
    with context.database.begin() as connection:
        for table in REGISTRY_TABLES.values():
            connection.execute(text(f'CREATE TABLE bare AS SELECT * FROM "{table.name}"'))  # noqa: S608 - our own names
            whole += int(connection.execute(text(size)).scalar_one())
            connection.execute(text("DROP TABLE bare"))
    return whole


def page_with(page: str, inputs: Mapping[str, float], about: Mapping[str, str] | None = None) -> str:
    """Return the page with the tables that follow from the inputs, and with the machine and the day."""
    if about is not None:
        line = f"Measured on {about['date']}: {about['machine']}, Python {about['python']}."
        page = re.sub(ABOUT, lambda m: f"{m[1]}{line}{m[2]}", page)
    numbers = shown_by_name(inputs)
    page = QUOTED.sub(lambda m: f"{numbers[m[1]]} (`{m[1]}`)", page)
    for name, table in tables(inputs).items():
        page = re.sub(BLOCK.format(name=name), lambda m, table=table: f"{m[1]}{table}{m[2]}", page, flags=re.DOTALL)
    return page


def write(measured: Mapping[str, float]) -> None:
    """Write the inputs, with the machine and the day, and the tables of the page."""
    about = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[1]:.1f}",
        "python": platform.python_version(),
    }
    rounded = {name: float(f"{value:.4g}") for name, value in measured.items()}
    DATA.write_text(json.dumps({"about": about, "inputs": rounded}, indent=2) + "\n", encoding="utf-8")
    write_page()


def write_page() -> None:
    """Write the tables of the page from the inputs that were measured last."""
    found = json.loads(DATA.read_text(encoding="utf-8"))
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), found["inputs"], found["about"]), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a short run, to see that it works")
    parser.add_argument(
        "--write", action="store_true", help="write what is measured into docs/scale.json and docs/scale.md"
    )
    parser.add_argument("--tables", action="store_true", help="write the tables anew, after a change of a formula")
    options = parser.parse_args()
    if options.tables:
        write_page()
    elif options.write:
        write(measure(short=False))
    else:
        run(options.quick)
