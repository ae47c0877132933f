"""Measures what is asked about one initiative, in a small and in a large portfolio: the answer must not take longer.

The initiatives are copies of some that were lived through, with their boards, members and ledgers; nothing of them was
published, so that everything waits to go out. The comparison is the same question in the smaller portfolio. SQLite.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from statistics import median
from time import process_time

from benches import databases
from benches.many_initiatives import fill
from benches.measuring import headline, quick, spread
from benches.small_world import open_context
from clusterflow.services import explanation, outbox, standing
from clusterflow.services.context import Context
from clusterflow.services.views.initiative import initiative_page

END, TODAY = date(2026, 6, 1), date(2026, 6, 2)

QUESTIONS: dict[str, Callable[[Context, str], object]] = {
    "status, and what waits to go out": lambda c, i: (standing.status(c, i), outbox.backlog(c)),
    "explain": lambda c, i: explanation.explain(c, i, with_evidence=False),
    "the web page of the initiative": lambda c, i: initiative_page(c, i, "es"),
}


def run(short: bool) -> None:
    small, large = (3, 6) if short else (1000, 10_000)
    headline(f"one initiative among {small} and among {large} (SQLite, processor's time)")
    before, after = (_measure(number, 1 if short else 5) for number in (small, large))
    for question in QUESTIONS:
        factor = median(after[question]) / median(before[question])
        spread(question, after[question], f"{factor:.2f} x the smaller portfolio")
        spread(f"  rival: the same among {small}", before[question])


def _measure(number: int, times: int) -> dict[str, list[float]]:
    with databases.sqlite() as url:
        context = open_context(url).at(TODAY)
        one = fill(context, number, END)[0]
        return {q: _seconds(partial(ask, context, one), times) for q, ask in QUESTIONS.items()}


def _seconds(ask: Callable[[], object], times: int) -> list[float]:
    ask()  # the first time compiles the statements
    found = []
    for _ in range(times):
        start = process_time()
        ask()
        found.append(process_time() - start)
    return found


if __name__ == "__main__":
    run(quick(__doc__))
