"""Measures foresight: what comes for one large cluster in three years, and for a portfolio in one.

The rival evaluates every single day of the same time with the same rules and finds the same. A person waits for the
answer at the command line.
"""

from __future__ import annotations

from datetime import timedelta
from statistics import median

from benches import databases
from benches.large_cluster import enrol_large_cluster
from benches.measuring import headline, own_processor_seconds, quick, spread, timed
from benches.small_world import open_context
from clusterflow.services import review
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.foresight import futures
from tests.support.day_by_day import MeasuredEachDay, look_at_each_day

TARGET_MS = 200


def run(short: bool) -> None:
    headline("foresight of one large cluster (SQLite)")
    with databases.sqlite() as url:
        context = open_context(url)
        enrol_large_cluster(context, members=40 if short else 100, strangers=0 if short else 2000)
        review.evaluate(context, "large")
        today = context.clock().date()
        until = today + timedelta(days=60 if short else 3 * 365)
        with context.reading() as connection:

            def foresee() -> None:
                list(futures(context, connection, ["large"], until))

            cold = timed(foresee)
            warm = [timed(foresee) for _ in range(3 if short else 20)]
            ours = [own_processor_seconds(foresee) for _ in range(3 if short else 10)]
            ((_, future),) = futures(context, connection, ["large"], until)
            each_day = MeasuredEachDay(connection, metrics_of(context), "large")
            found = []
            daily = own_processor_seconds(
                lambda: found.extend(look_at_each_day(future.life, each_day, future.today, until))
            )
        same = "the same answer" if tuple(found) == future.turns else "ANOTHER ANSWER"
        print(f"  {(until - today).days} days, {len(future.turns)} turns")
        spread("foresight, first in a process", [cold])
        spread("foresight, warm", warm, f"target < {TARGET_MS} ms")
        spread("foresight, warm: time of the processor", ours)
        spread(f"rival: each day evaluated, {same}: processor", [daily])
        print(f"  {daily / median(ours):.0f} times as fast; target: 50")


if __name__ == "__main__":
    run(quick(__doc__))
