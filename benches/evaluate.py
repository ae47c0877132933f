"""Measures the evaluation of one initiative: a hundred members, five years of meetings and dues, in a full registry.

A manager waits for this, and the review of the portfolio does it for each initiative. Measured in one process, cold
(statements are built and compiled) and warm. The comparison is a plain count of the same rows of attendance.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import median

from sqlalchemy import Connection, func, select

from benches import databases
from benches.large_cluster import enrol_large_cluster
from benches.measuring import MS, headline, quick, spread, timed
from benches.small_world import open_context
from clusterflow.rules.evaluation import required_calls
from clusterflow.services import review, standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.store.metrics import measure
from clusterflow.store.tables import REGISTRY_TABLES


def run(short: bool) -> None:
    headline("evaluate one large initiative (SQLite)")
    with databases.sqlite() as url:
        context = open_context(url)
        enrol_large_cluster(context, members=40 if short else 100, strangers=0 if short else 2000)
        review.evaluate(context, "large")
        attendance = REGISTRY_TABLES["attendance"]
        count = select(func.count()).select_from(attendance).where(attendance.c.chain == "large")
        with context.database.connect() as connection:
            rows = connection.execute(count).scalar_one()
        with ProcessPoolExecutor(1, get_context("spawn")) as another:
            cold = another.submit(_first, url).result()
        warm = [timed(lambda: review.evaluate(context, "large")) for _ in range(3 if short else 100)]
        with context.database.connect() as connection:
            rival = [timed(lambda: connection.execute(count).scalar_one()) for _ in range(50)]
            slowest = _slowest(context, connection)
        print(f"  {rows} rows of attendance; {len(slowest)} numbers are measured")
        spread("first evaluation of a process (statements built, compiled)", [cold])
        spread("evaluation, warm", warm, "target < 30 ms")
        spread("rival: counting the rows of attendance", rival)
        durations = ", ".join(f"{name} {seconds * MS:.1f} ms" for seconds, name in slowest[:5])
        print(f"  slowest: {durations}")


def _first(url: str) -> float:
    """Return how long the first evaluation takes in a fresh process."""
    context = open_context(url)
    return timed(lambda: review.evaluate(context, "large"))


def _slowest(context: Context, connection: Connection) -> list[tuple[float, str]]:
    """Return each number of this evaluation with its time."""
    state = standing.state(context, "large")
    day = context.clock().date()
    found = []
    for call in required_calls(standing.pinned_model(context, "large"), state):
        times = [
            timed(lambda call=call: measure(connection, [call], metrics_of(context), day, ["large"])) for _ in range(5)
        ]
        found.append((median(times), str(call)))
    return sorted(found, reverse=True)


if __name__ == "__main__":
    run(quick(__doc__))
