"""Measures the review of realistic portfolios, and its heavy metrics compared with hand-written SQL for the same rows.

Each initiative has 60 members, 200 attendances and 400 facts, under one of the shipped models; some are lived through,
and the others are copies. The first review of a portfolio brings its answers up to date. The second finds nothing new,
which is the usual night. The rival counts the same rows as five heavy metrics: the version in force of each fact, and
what is unknown apart; both must count the same. Targets, with 10,000 initiatives: a review that finds nothing new in
15 s, a growth exponent of at most 1.05, and at most 1.3 times the rival.

On SQLite the times are those of the processor. PostgreSQL works in another process, so there they are of the clock.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from sqlalchemy import Connection, Date, bindparam, text

from benches import databases
from benches.many_initiatives import copies
from benches.measuring import headline, own_processor_seconds, quick, timed
from benches.realistic import Fact, facts_of, parties_of
from clusterflow.domain.measurement import MetricCall
from clusterflow.engine.record import Submission
from clusterflow.rules.work_calendar import months_before
from clusterflow.services import registry, review
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context, system_clock
from clusterflow.settings import Settings
from clusterflow.store.database import open_database
from clusterflow.store.metrics import measure
from tests.support.crowd import gather_crowd

LIVED = 30
"""How many initiatives are lived through, five under each shipped model."""

SIZES = (1000, 3000, 10_000)
TARGET_SECONDS, TARGET_EXPONENT, TARGET_RATIO = 15, 1.05, 1.3

END = date(2024, 6, 3)
RECORDED, REVIEWED = END + timedelta(days=1), END + timedelta(days=2)

_IN_FORCE = (
    "{0}.valid_from <= :day AND ({0}.replaced_on IS NULL OR {0}.replaced_on > :day) "
    "AND {0}.superseded_at IS NULL AND NOT {0}.retracted"
)
M, O, A, G, B = (_IN_FORCE.format(alias) for alias in ("m", "o", "a", "g", "b"))  # noqa: E741 - the aliases below

_PRESENCE = "max(CASE WHEN {} THEN CASE WHEN a.present IS NULL THEN 1 WHEN a.present THEN 2 ELSE 0 END END)"

_TURNOVER = f"""
    SELECT chain, count(*), count(part) FROM (
        SELECT chain, CASE WHEN came = 1 OR before = 1 THEN NULL WHEN before = 2 THEN 0 ELSE 1 END AS part
        FROM (
            SELECT p.chain, p.body, a.{{who}}, {_PRESENCE.format("p.place = 1")} AS came,
                   {_PRESENCE.format("p.place > 1")} AS before
            FROM (
                SELECT g.chain, g.body, g.id,
                       row_number() OVER (PARTITION BY g.chain, g.body ORDER BY g.valid_from DESC, g.id DESC) AS place,
                       count(*) OVER (PARTITION BY g.chain, g.body) AS number
                FROM meeting g JOIN body b ON b.chain = g.chain AND b.id = g.body AND b.kind = 'committee'
                WHERE {G} AND {B} AND (b.valid_to IS NULL OR b.valid_to >= :day)
                  AND EXISTS (SELECT 1 FROM attendance a
                              WHERE a.chain = g.chain AND a.meeting = g.id AND a.present AND {A})
            ) p JOIN attendance a ON a.chain = p.chain AND a.meeting = p.id AND {A}
            WHERE p.place <= 4 AND p.number > 1 GROUP BY p.chain, p.body, a.{{who}}
        ) q WHERE came >= 1
    ) r GROUP BY chain"""

Measure = Callable[[Callable[[], object]], float]

RIVALS = {
    "committed members": (
        MetricCall("committed-members"),
        f"""
        SELECT m.chain, count(*),
               count(CASE WHEN m.valid_to < :day THEN 0 WHEN m.commitment <> 'none' THEN 1
                          WHEN m.commitment = 'none' THEN 0 END)
        FROM membership m WHERE {M} GROUP BY m.chain""",
    ),
    "member companies": (
        MetricCall("member-companies"),
        f"""
        SELECT m.chain, count(*), count(CASE WHEN m.valid_to < :day THEN 0 WHEN o.helix IS NOT NULL THEN 1 END)
        FROM membership m LEFT JOIN organisation o
             ON o.chain = 'registry' AND o.id = m.organisation AND {O} AND (o.valid_to IS NULL OR o.valid_to >= :day)
        WHERE {M} GROUP BY m.chain""",
    ),
    "people new at the last meeting": (MetricCall("person-turnover"), _TURNOVER.format(who="person")),
    "firms new at the last meeting": (MetricCall("organisation-turnover"), _TURNOVER.format(who="organisation")),
    "firms at committees": (
        MetricCall("committee-participation"),
        f"""
        WITH came AS (
            SELECT g.chain, a.organisation, {_PRESENCE.format("TRUE")} AS came
            FROM meeting g JOIN body b ON b.chain = g.chain AND b.id = g.body AND b.kind = 'committee'
                 JOIN attendance a ON a.chain = g.chain AND a.meeting = g.id
            WHERE {G} AND {B} AND {A} AND g.valid_from > :year_before GROUP BY g.chain, a.organisation
        )
        SELECT m.chain, count(*),
               count(CASE WHEN o.helix IS NULL OR c.came = 1 THEN NULL WHEN c.came = 2 THEN 1
                          WHEN k.chain IS NOT NULL THEN 0 END)
        FROM membership m
             LEFT JOIN organisation o
             ON o.chain = 'registry' AND o.id = m.organisation AND {O} AND (o.valid_to IS NULL OR o.valid_to >= :day)
             LEFT JOIN came c ON c.chain = m.chain AND c.organisation = m.organisation
             LEFT JOIN (SELECT DISTINCT chain FROM came) k ON k.chain = m.chain
        WHERE {M} AND (m.valid_to IS NULL OR m.valid_to >= :day) AND (o.helix = 'company' OR o.helix IS NULL)
        GROUP BY m.chain""",
    ),
}
"""By what they count: a metric, and hand-written SQL for its rows and for those whose value is known."""


def run(short: bool) -> None:
    for system, open_one in (("SQLite", databases.sqlite), ("PostgreSQL", databases.postgres)):
        headline(f"the review of realistic portfolios ({system})")
        nights: dict[int, float] = {}
        for number in (6, 12) if short else SIZES:
            with open_one() as url:
                if url is None:
                    print("  PostgreSQL is not installed")
                    break
                nights[number] = _measure(system, url, number)
        for before, after in pairwise(nights):
            exponent = math.log(nights[after] / nights[before]) / math.log(after / before)
            print(f"  growth exponent from {before} to {after}: {exponent:.2f}   target <= {TARGET_EXPONENT}")


def _measure(system: str, url: str, number: int) -> float:
    """Print the times of one portfolio, and return that of a review that finds nothing new."""
    measured = own_processor_seconds if system == "SQLite" else timed
    context = Context(Settings(database=url, proof="none"), open_database(url), system_clock)
    lived = gather_crowd(context.at(END), min(LIVED, number), END)
    for one in lived:
        registry.record(context.at(RECORDED), list(_submissions(one)))
    made = timed(lambda: copies(context, lived, number, without=("ledger",)))
    night = context.at(REVIEWED)
    first = measured(lambda: review.review_portfolio(night))
    gc.collect()
    found = [review.review_portfolio(night)]
    assert (found[0].changed, found[0].problems) == ((), {}), found[0]
    second = min(measured(lambda: review.review_portfolio(night)) for _ in range(2))
    print(
        f"  {number} initiatives, copied in {made:.0f} s: the first review {first:.1f} s, with nothing new "
        f"{second:.2f} s ({second / number * 1000:.2f} ms each)   target for 10,000: {TARGET_SECONDS} s",
        flush=True,
    )
    ours, theirs = _beside_rivals(night, measured)
    print(
        f"  five heavy metrics {ours:.2f} s, in hand-written SQL {theirs:.2f} s: {ours / theirs:.2f} times the rival   "
        f"target <= {TARGET_RATIO}",
        flush=True,
    )
    context.database.dispose()
    return second


def _beside_rivals(context: Context, measured: Measure) -> tuple[float, float]:
    """Return the times of the metrics and of the rival, the medians of three turns. Both count the same."""
    calls, declared = [call for call, _ in RIVALS.values()], metrics_of(context)
    with context.reading() as connection:

        def ours() -> object:
            return measure(connection, calls, declared, REVIEWED)

        def theirs() -> object:
            return [_rows(connection, sql) for _, sql in RIVALS.values()]

        numbers = measure(connection, calls, declared, REVIEWED)
        for name, (call, sql) in RIVALS.items():
            counted = {chain: (rows, rows - known) for chain, rows, known in _rows(connection, sql)}
            assert counted == {i: (m.rows, m.unknown_rows) for i, m in numbers[call].items()}, name
        turns = [(measured(ours), measured(theirs)) for _ in range(3)]
    return median(mine for mine, _ in turns), median(rival for _, rival in turns)


def _rows(connection: Connection, sql: str) -> list[tuple[str, int, int]]:
    days = {"day": REVIEWED} | ({"year_before": months_before(REVIEWED, 12)} if ":year_before" in sql else {})
    query = text(sql).bindparams(*(bindparam(name, day, type_=Date) for name, day in days.items()))
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def _submissions(initiative: str) -> Iterator[Submission]:
    for fact in (*parties_of(initiative), *facts_of(initiative)):
        fields: Fact = dict(fact)
        record, own = fields.pop("record"), fields.pop("initiative", None)
        yield Submission(record, fields, "bench", own)


if __name__ == "__main__":
    run(quick(__doc__))
