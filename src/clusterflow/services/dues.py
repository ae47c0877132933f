"""Dues: what the members of an initiative owe in a year, and the invoices for it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from clusterflow.domain.dues import DuesPlan
from clusterflow.domain.text import Frozen
from clusterflow.engine import dues as invoicing
from clusterflow.engine.transaction import perform
from clusterflow.errors import ClusterflowError
from clusterflow.services import standing
from clusterflow.services.catalogue.dues import schemes_of
from clusterflow.services.context import Context
from clusterflow.services.local_time import today_of
from clusterflow.store import dues


class DuesResult(Frozen):
    """The plans of all initiatives after issuing; ``problems`` say, by initiative, what failed."""

    plans: tuple[DuesPlan, ...]
    problems: Mapping[str, str]

    @property
    def issued(self) -> int:
        """How many invoices were issued."""
        return sum(plan.issued for plan in self.plans)


def plan(context: Context, initiative: str, year: int | None = None) -> DuesPlan:
    """The dues of a year (the current one if ``None``): what is issued, what is to be issued, what is paid."""
    with context.reading() as connection:
        standing.load(connection, initiative)
        today = today_of(connection, [initiative], context.clock())[initiative]
        return invoicing.plan_dues(connection, initiative, schemes_of(context), year or today.year, today)


def issue(context: Context, initiative: str, year: int | None = None, actor: str | None = None) -> DuesPlan:
    """Issue the invoices that are to be issued, and give the plan as it stands then."""
    found = plan(context, initiative, year)
    if not found.to_issue:
        return found
    return perform(
        context.database, context.command(actor), "issue dues", initiative, DuesPlan,
        lambda tx: invoicing.issue_dues(tx, initiative, schemes_of(context), found.year),
    )  # fmt: skip


def issue_all(context: Context, actor: str | None = None) -> DuesResult:
    """Issue invoices in every initiative that adopted a scheme. An error in one initiative does not stop the others."""
    with context.reading() as connection:
        asking = dues.initiatives_with_scheme(connection)
    plans, problems = list[DuesPlan](), dict[str, str]()
    for initiative in asking:
        try:
            plans.append(issue(context, initiative, actor=actor))
        except (ClusterflowError, SQLAlchemyError) as problem:
            problems[initiative] = str(problem)
    return DuesResult(plans=tuple(plans), problems=problems)
