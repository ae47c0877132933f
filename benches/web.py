"""Measures the web pages with many initiatives in the database, compared with the bare SQL of the same page.

The pages come from ``clusterflow web`` as a process, with a worker for each core. 20 people read them over HTTP at
once, each another initiative, and nobody pauses between two pages. The targets, with 10,000 initiatives: *My work*, the
initiative and the gate p95 under 100 ms, and at most three times as long as the SQL of a page that is made for the
first time. The first page of 5,000 members under 100 ms. The first page with all that belongs to it under 60 kB. The
start under 1.5 s. Memory flat over 10,000 requests.

The database is SQLite, and then PostgreSQL if it is installed. CPU time is that of all processes of the server: it says
the same on a machine that is busy with something else. Beside it stands the CPU time of the SQL, with PostgreSQL that
of the client alone.
"""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from benches import databases
from benches.many_initiatives import fill
from benches.measuring import MS, headline, quick, spread, timed
from clusterflow.engine.record import Submission
from clusterflow.services import registry, sign_in, standing
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store.database import open_database
from clusterflow.web.app import build_app
from tests.support.ports import free_port

END = date(2026, 10, 15)
TODAY = END + timedelta(days=1)
READERS = 20
MEMBERS = 5000
SECRET = "s" * 32
COOKIE = "clusterflow"

Reader = tuple[str, str]
"""A path and the cookie of who reads it."""


def run(short: bool) -> None:
    number = 8 if short else int(os.environ.get("CLUSTERFLOW_BENCH_INITIATIVES", "10000"))
    with databases.sqlite() as url:
        headline(f"web pages with {number} initiatives (SQLite)")
        _run(url, number, short)
    with databases.postgres() as address:
        if address is not None and not short:
            headline(f"web pages with {number} initiatives (PostgreSQL)")
            _run(address, number, short)


def _run(url: str, number: int, short: bool) -> None:
    settings = Settings(database=url, proof="none", secret=SECRET, today=TODAY)  # type: ignore[arg-type]
    context = Context(settings, open_database(url)).at(TODAY)
    seconds = time.perf_counter()
    initiatives = fill(context, number, END)
    print(f"  made in {time.perf_counter() - seconds:.0f} s", flush=True)
    gates = _open_gates(context, initiatives, 4 if short else READERS)
    _many_members(context, gates[0][0], 200 if short else MEMBERS)
    with _server(url) as (server, port):
        times, at_once = (2, 4) if short else (50, READERS)
        pages = {
            "My work": [("/", _cookie(context, f"{i}-1")) for i, _ in gates],
            "initiative": [(f"/initiatives/{i}", _cookie(context, f"{i}-2")) for i, _ in gates],
            "gate": [(f"/initiatives/{i}/gates/{stage}", _cookie(context, f"{i}-3")) for i, stage in gates],
            "plot": [(f"/initiatives/{i}/plots/attendance.svg", _cookie(context, f"{i}-2")) for i, _ in gates],
        }
        for name, readers in pages.items():
            _measure(context, server, port, name, readers, times, at_once)
        officer, members = _cookie(context, "officer"), f"/initiatives/{gates[0][0]}/facts/membership"
        for name, path, each in (
            ("My work of the office", "/", 5),
            ("office", "/office", 5),
            ("members", members, times),
            ("members by name", f"{members}?sort=organisation", times),
            ("members searched", f"{members}?q=nandu+12", times),
        ):
            _measure(context, server, port, name, [(path, officer)], 1 if short else each, at_once)
        for name in ("gate", "initiative"):
            _bytes(port, name, pages[name][0])
        _memory(server, port, [reader for readers in pages.values() for reader in readers], 200 if short else 10_000)


def _open_gates(context: Context, initiatives: Sequence[str], number: int) -> list[tuple[str, str]]:
    """Return some initiatives far apart, each with a gate that is open."""
    found: list[tuple[str, str]] = []
    for initiative in initiatives[:: max(1, len(initiatives) // 500)]:
        state = standing.state(context, initiative)
        if state.open_reviews and len(found) < number:
            found.append((initiative, state.open_reviews[0].stage))
    return found


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


def _cookie(context: Context, person: str) -> str:
    return sign_in.begin_session(context, person)


@contextmanager
def _server(url: str) -> Iterator[tuple[psutil.Process, int]]:
    """Run ``clusterflow web`` with a worker for each core, and print how long it took to start."""
    port = free_port()
    with TemporaryDirectory(prefix="clusterflow-bench-") as home, Path(home, "log").open("w") as log:
        variables = {
            "CLUSTERFLOW_DATABASE": url, "CLUSTERFLOW_SECRET": SECRET, "CLUSTERFLOW_PROOF": "none",
            "CLUSTERFLOW_TODAY": TODAY.isoformat(), "CLUSTERFLOW_WEB_PORT": str(port), "CLUSTERFLOW_HOME": home,
        }  # fmt: skip
        words = [str(Path(sys.executable).with_name("clusterflow")), "web"]

        def begin(workers: int) -> tuple[subprocess.Popen[bytes], float]:
            start = time.perf_counter()
            more = {**os.environ, **variables, "CLUSTERFLOW_WEB_WORKERS": str(workers)}
            process = subprocess.Popen(words, env=more, cwd=home, stdout=log, stderr=log)  # noqa: S603 - our own command
            while True:
                try:
                    _get(http.client.HTTPConnection("127.0.0.1", port), ("/health", ""))
                    return process, time.perf_counter() - start
                except OSError:
                    time.sleep(0.01)

        for workers in (1, os.cpu_count() or 1):
            process, seconds = begin(workers)
            spread(f"start until the first answer, {workers} workers", [seconds], "target < 1500 ms")
            if workers == 1:
                process.terminate()
                process.wait()
        try:
            yield psutil.Process(process.pid), port
        finally:
            process.terminate()
            process.wait()


def _get(connection: http.client.HTTPConnection, reader: Reader) -> bytes:
    path, cookie = reader
    headers = {"Cookie": f"{COOKIE}={cookie}", "Accept-Language": "es", "Accept-Encoding": "gzip"}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200, (path, answer.status)
    return content


def _cpu_seconds(server: psutil.Process) -> float:
    times = [p.cpu_times() for p in (server, *server.children(recursive=True))]
    return sum(t.user + t.system for t in times)


def _measure(
    context: Context, server: psutil.Process, port: int, name: str, readers: Sequence[Reader], times: int, at_once: int
) -> None:
    """Read a page: for the first time, by one reader, and by several at once; beside its SQL alone."""
    statements = _statements(context, readers[0])
    connection = http.client.HTTPConnection("127.0.0.1", port)
    before = _cpu_seconds(server)
    spread(f"{name}, made for the first time", [timed(lambda one=one: _get(connection, one)) for one in readers])
    first = (_cpu_seconds(server) - before) / len(readers)
    for one in [*readers] * 4:
        _get(http.client.HTTPConnection("127.0.0.1", port), one)  # each worker has made the page once
    connection = http.client.HTTPConnection("127.0.0.1", port)  # the server closed one that was idle so long
    alone = [timed(lambda n=n: _get(connection, readers[n % len(readers)])) for n in range(times)]
    spread(name, alone, "target < 3 times its SQL")
    cpu = time.process_time()
    spread("rival: its SQL alone", [timed(lambda: _replay(context.database, statements)) for _ in range(times)])
    rival = (time.process_time() - cpu) / times
    together: list[float] = []

    def read(mine: Reader) -> None:
        own = http.client.HTTPConnection("127.0.0.1", port)
        together.extend([timed(lambda: _get(own, mine)) for _ in range(times)])

    threads = [threading.Thread(target=read, args=(readers[n % len(readers)],)) for n in range(at_once)]
    before, start = _cpu_seconds(server), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    each = (_cpu_seconds(server) - before) / len(together)
    spread(f"{name}, {at_once} readers at once", together, "target p95 < 100 ms")
    p95 = sorted(together)[int(len(together) * 0.95)]
    print(
        f"    p95 {p95 * MS:.1f} ms, {len(together) / seconds:.0f} pages a second; "
        f"CPU for a page {each * MS:.1f} ms, for the first time {first * MS:.1f} ms, for its SQL {rival * MS:.1f} ms",
        flush=True,
    )


def _statements(context: Context, reader: Reader) -> list[tuple[str, Any]]:
    """Return the statements of a page that is made for the first time."""
    found: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    path, cookie = reader
    browser = TestClient(build_app(context), cookies={COOKIE: cookie})
    event.listen(context.database, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(context.database, "before_cursor_execute", note)
    return found


def _replay(database: Engine, statements: Sequence[tuple[str, Any]]) -> None:
    raw = database.raw_connection()
    try:
        cursor = raw.cursor()
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()
    finally:
        raw.close()


def _bytes(port: int, name: str, reader: Reader) -> None:
    """Print how much a browser fetches for its first page, with its plots, headers left out."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    html = _get(connection, reader)
    found = re.findall(r'(?:href|src)="(/static/[^"]+|[^"]+\.svg)"', html.decode())
    total = len(html) + sum(len(_get(connection, (path, reader[1]))) for path in set(found))
    print(f"  {name} as first page, with all that belongs to it: {total / 1000:.1f} kB (target < 60 kB)", flush=True)


def _memory(server: psutil.Process, port: int, readers: Sequence[Reader], number: int) -> None:
    """Print the memory of all processes of the server while so many requests are answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    marks = {number // 10, number // 2, number}
    shown = []
    for n in range(1, number + 1):
        _get(connection, readers[n % len(readers)])
        if n in marks:
            held = sum(p.memory_info().rss for p in (server, *server.children(recursive=True)))
            shown.append(f"{held / 1e6:.0f} MB after {n}")
    print(f"  memory of all processes: {', '.join(shown)} requests (target: flat)", flush=True)


if __name__ == "__main__":
    run(quick(__doc__))
