"""Measures the review of a whole portfolio at once, compared with evaluating its initiatives one by one.

A metric is one statement over all initiatives, so the nightly review does not need thousands. Both ways find nothing
new, which is the usual night. For information only; there is no target.
"""

from __future__ import annotations

from benches import databases
from benches.measuring import MS, headline, quick, spread, timed
from benches.small_world import chain_of_stages, open_context, settle
from clusterflow.services import review

STAGES = 3


def run(short: bool) -> None:
    number = 20 if short else 1000
    headline(f"a portfolio of {number} initiatives (SQLite)")
    with databases.sqlite() as url:
        context = open_context(url, chain_of_stages(STAGES))
        initiatives = [f"i{n}" for n in range(number)]
        settle(context, initiatives, STAGES)
        for one in initiatives:
            review.evaluate(context, one)
        again = open_context(url)  # memory left by the commands above does not belong to a nightly review
        review.review_portfolio(again)
        nights = [timed(lambda: review.review_portfolio(again)) for _ in range(2 if short else 5)]
        one_by_one = [timed(lambda one=one: review.evaluate(again, one)) for one in initiatives]
        spread("review of them all", nights)
        print(f"  that is {min(nights) / number * MS:.2f} ms for each initiative")
        spread("rival: evaluating one", one_by_one)
        print(f"  that is {sum(one_by_one):.1f} s for them all, {sum(one_by_one) / min(nights):.1f} times as long")


if __name__ == "__main__":
    run(quick(__doc__))
