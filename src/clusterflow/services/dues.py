"""Dues: what the members of an initiative owe in a year, and the invoices for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.exc import SQLAlchemyError

from clusterflow.domain.access import Right
from clusterflow.domain.dues import DuesPlan
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.parties import Representation
from clusterflow.domain.text import Frozen
from clusterflow.engine import dues as invoicing
from clusterflow.engine.transaction import perform
from clusterflow.errors import ClusterflowError
from clusterflow.services import access, standing
from clusterflow.services.catalogue.dues import schemes_of
from clusterflow.services.context import Context
from clusterflow.services.local_time import today_of
from clusterflow.store import dues, registry


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


def visible_members(context: Context, person: str, initiative: str) -> frozenset[str] | None:
    """Return the members whose dues a person may see in an initiative; ``None`` stands for all of them.

    Who has no right to the dues sees those of the organisations that they represent, as the mails about arrears go to
    nobody else.
    """
    if Right.DUES in access.rights_in(context, person, initiative):
        return None
    today = context.clock().date()
    with context.reading() as connection:
        voices: list[Representation] = registry.current(connection, Representation, REGISTRY, today, person=person)
        mine = {(voice.organisation,) for voice in voices}
        joined = registry.facts_of(connection, Membership, initiative, mine) if mine else []
    return frozenset(f.record.organisation for f in joined if isinstance(f.record, Membership) and not f.retracted)


def plan_for(context: Context, person: str, initiative: str, year: int | None = None) -> DuesPlan:
    """Return the dues of a year as far as a person may see them."""
    return only_of(plan(context, initiative, year), visible_members(context, person, initiative))


def only_of(found: DuesPlan, members: Collection[str] | None) -> DuesPlan:
    """Return the part of a plan that is about some members; ``None`` stands for all of them."""
    if members is None:
        return found
    lines = tuple(line for line in found.lines if line.organisation in members)
    remarks = tuple(remark for remark in found.remarks if remark.organisation in members)
    return found.model_copy(update={"lines": lines, "remarks": remarks})
