"""Measures a review in parts by three workers, compared with the same parts by one, on PostgreSQL.

Each worker is a process that claims part after part, as the runs of the flow ``shard`` do, without Prefect. Target: at
least 1.7 times as fast on two idle cores, and each initiative reviewed once.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date

from benches import databases
from benches.many_initiatives import fill
from benches.measuring import headline, processor_seconds, quick, timed
from clusterflow.services import review
from clusterflow.services.context import Context, system_clock
from clusterflow.services.shards import Job, ShardResult, parts_of
from clusterflow.services.standing import enrolled
from clusterflow.settings import Settings
from clusterflow.store.database import open_database

END = date(2025, 6, 2)
WORKERS = (1, 3, 1, 3)


def run(short: bool) -> None:
    number, size = (12, 2) if short else (3000, 100)
    headline(f"a review of {number} initiatives in parts of {size} (PostgreSQL)")
    with databases.postgres() as url:
        if url is None:
            print("  PostgreSQL is not installed")
            return
        context = _open(url)
        fill(context, number, END)
        everybody = len(enrolled(context))
        review.review_portfolio(context)
        walls: dict[int, list[float]] = {}
        for place, workers in enumerate(WORKERS[:2] if short else WORKERS):
            job = Job(context, f"night-{place}")
            parts = job.begin("review", parts_of(context, enrolled(context), size))
            wall, processor = _review(url, job.name, workers)
            found = job.result()
            assert (found.open, found.looked_at, found.problems, found.given_up) == (0, everybody, {}, {})
            walls.setdefault(workers, []).append(wall)
            print(f"  workers: {workers}, parts: {parts}, {wall:6.1f} s, of their processor {processor:6.1f} s")
        ratio = min(walls[1]) / min(walls[3])
        print(f"  rival: one worker takes {ratio:.2f} times as long as three   target >= 1.7 on two idle cores")
        context.database.dispose()


def _review(url: str, job: str, workers: int) -> tuple[float, float]:
    """Let processes do all parts of a job; return the time and that of the processor, their start included."""
    words, walls = [sys.executable, "-m", "benches.shards", "--worker", url, job], list[float]()

    def work() -> None:
        started = [subprocess.Popen(words) for _ in range(workers)]  # noqa: S603 - our own module
        assert [process.wait() for process in started] == [0] * workers

    processor = processor_seconds(lambda: walls.append(timed(work)))
    return walls[0], processor


def _work(url: str, name: str) -> None:
    job = Job(_open(url), name)
    while (shard := job.claim()) is not None:
        found = review.review_initiatives(job.context, shard.initiatives, actor="review")
        done = ShardResult(looked_at=found.looked_at, changed=len(found.changed), problems=found.problems)
        assert job.finish(shard, done)


def _open(url: str) -> Context:
    return Context(Settings(database=url, proof="none"), open_database(url), system_clock)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        _work(*sys.argv[2:4])
    else:
        run(quick(__doc__))
