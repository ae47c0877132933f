"""Measures ``record --from``: the processor's time and the memory for 20,000 and 200,000 facts, beside a bare insert.

The facts are those of realistic initiatives, with their members: each is read, validated, checked against what is
recorded, hashed and written. Each way runs in a process of its own. The comparison inserts the same rows, ready-made,
a thousand at a time, by SQLAlchemy. SQLite, WAL, synchronous=FULL, and PostgreSQL. It also prints the bytes a fact.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import Engine, insert, select, text

from benches import databases
from benches.measuring import headline, quick
from benches.realistic import facts_of, parties_of
from clusterflow.intake.record_file import RecordFile
from clusterflow.services import registry
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store import tables
from clusterflow.store.database import open_database

PAGE = 1000


def run(short: bool) -> None:
    for opened, name in ((databases.sqlite, "SQLite"), (databases.postgres, "PostgreSQL")):
        for number in (2,) if short else (35, 350):
            with opened() as url, opened() as other, tempfile.TemporaryDirectory() as folder:
                if url is None or other is None:
                    continue
                file = Path(folder) / "facts.jsonl"
                facts = write_facts(file, number)
                headline(f"record --from, {facts} facts ({name})")
                ours = _in_a_process("ours", url, str(file))
                bare = _in_a_process("bare", url, other)
                for label, (worked, peak) in (("record --from", ours), ("rival: a bare insert of the same rows", bare)):
                    per_fact = f"{worked / facts * 1e6:5.1f} µs a fact"
                    print(f"  {label:<46} processor {worked:6.2f} s, {per_fact}   peak {peak:4.0f} MB", flush=True)
                print(f"  that is {ours[0] / bare[0]:.1f} times the rival   (target 2, and 150 MB)")
                _print_size(open_database(url), facts)


def write_facts(file: Path, initiatives: int) -> int:
    """Write the facts of realistic initiatives and of their members as lines of JSON; return their number."""
    written = 0
    with file.open("w", encoding="utf-8") as lines:
        for n in range(initiatives):
            one = f"i{n}"
            own = {"record": "initiative", "id": one, "name": one, "country": "MX", "from": "2018-12-01"}
            for fact in (own, *parties_of(one), *facts_of(one)):
                lines.write(json.dumps(fact) + "\n")
                written += 1
    return written


def _in_a_process(way: str, url: str, other: str) -> tuple[float, float]:
    words = [sys.executable, "-m", "benches.load", "--way", way, url, other]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603
    worked, megabytes = map(float, done.stdout.split()[-2:])
    return worked, megabytes


def _way(way: str, url: str, other: str) -> None:
    gc.set_threshold(1_000_000)  # as every command does
    if way == "ours":
        context = Context(Settings(database=url), open_database(url))
        start = time.process_time()
        registry.record_file(context, RecordFile.open(Path(other)))
        worked = time.process_time() - start
    else:
        worked = _insert_bare(open_database(url), open_database(other))
    print(worked, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _insert_bare(source: Engine, target: Engine) -> float:
    """Copy every row of one database into another; only the inserts are measured."""
    worked = 0.0
    with source.connect() as reading, target.begin() as writing:
        for table in (tables.chain, tables.ledger, *map(tables.REGISTRY_TABLES.get, tables.REGISTRY_TABLES)):
            if table is None:
                continue
            for rows in reading.execute(select(table), execution_options={"yield_per": PAGE}).mappings().partitions():
                page = [dict(row) for row in rows]
                start = time.process_time()
                writing.execute(insert(table), page)
                worked += time.process_time() - start
        start = time.process_time()
    return worked + time.process_time() - start


def _print_size(database: Engine, facts: int) -> None:
    """Print the size of the database and of its ledger, a fact."""
    with database.connect() as connection:
        if database.dialect.name == "sqlite":
            whole = connection.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
            ledger = connection.execute(text("SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%ledger%'"))
        else:
            whole = connection.execute(text("SELECT pg_database_size(current_database())"))
            ledger = connection.execute(text("SELECT pg_total_relation_size('ledger')"))
        print(f"  {whole.scalar_one() / facts:.0f} bytes a fact, of which the ledger {ledger.scalar_one() / facts:.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        _way(*sys.argv[2:5])
    else:
        run(quick(__doc__))
