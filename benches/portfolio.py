"""Measures the review of a whole portfolio at once, compared with evaluating its initiatives one by one.

A metric is one statement over all initiatives, so the nightly review does not need thousands. Both ways find nothing
new, which is the usual night. For information only; there is no target.
"""

from __future__ import annotations

from benches import databases
from benches.measuring import MS, headline, quick, spread, timed
from benches.small_world import chain_of_stages, open_context, settle
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.services import review
from clusterflow.services.model_changes import impact

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
        changed = _other_bounds(chain_of_stages(STAGES))
        impacts = [timed(lambda: impact(again, changed)) for _ in range(2 if short else 5)]
        spread("review of them all", nights)
        spread("impact of a changed model on them all", impacts, "target < twice a review")
        print(f"  that is {min(nights) / number * MS:.2f} ms for each initiative")
        spread("rival: evaluating one", one_by_one)
        print(f"  that is {sum(one_by_one):.1f} s for them all, {sum(one_by_one) / min(nights):.1f} times as long")


def _other_bounds(model: LifecycleModel) -> LifecycleModel:
    """Return a model with another time for each stage."""
    stages = tuple(s.model_copy(update={"allowed_days": s.allowed_days + 10}) for s in model.stages)
    return model.model_copy(update={"version": "2", "stages": stages})


if __name__ == "__main__":
    run(quick(__doc__))
