"""Metrics of membership: critical mass and its composition.

Former members stay in the evidence and count as zero. So an initiative that all members left has zero members, and one
without any recorded member has an unknown number.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select, union_all

from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.strategy import Action
from clusterflow.domain.terms import ActionState, ChainRole, Commitment, HelixKind, SizeClass
from clusterflow.store.metrics.evidence_rows import (
    PRESENT,
    UNKNOWN,
    as_yes_no,
    attendance_answer,
    evidence_row,
    initiatives_with_entries,
)
from clusterflow.store.metrics.register import WrittenSums, metric
from clusterflow.store.metrics.shared_queries import (
    ANY_SME,
    attendance_by_organisation,
    fees,
    maybe_company,
    meetings,
    members,
    of_size,
    representations,
)
from clusterflow.store.query_scope import Scope


def _counted(scope: Scope, part: ColumnElement[Any], member: Subquery) -> Select[Any]:
    """Select a row for every current or former member. Only current members count."""
    return evidence_row(
        member,
        Membership,
        what=member.c.organisation,
        on=member.c.on,
        part=case((~member.c.in_force, 0), else_=part),
        whole=case((member.c.in_force, 1), else_=0),
        by={"helix": member.c.helix, "size": member.c.size},
    )


@metric("members")
def all_members(scope: Scope) -> Select[Any]:
    """KKK: every organisation that is a member on the day."""
    member = members(scope)
    return _counted(scope, literal(1), member)


@metric("committed-members")
def committed_members(scope: Scope) -> Select[Any]:
    """CAI20, ECCP: a signed agreement, a regular fee or regular active work."""
    member = members(scope)
    return _counted(scope, as_yes_no(member.c.commitment != Commitment.NONE.value), member)


@metric("member-companies")
def member_companies(scope: Scope) -> Select[Any]:
    """CATREQ: members that are companies. A member of unknown kind may be one."""
    return helix_members(scope, HelixKind.COMPANY.value)


@metric("helix-members")
def helix_members(scope: Scope, helix: str) -> Select[Any]:
    """Seed 1 (firms, universities and government take part): members of one helix kind."""
    member = members(scope)
    return _counted(scope, as_yes_no(member.c.helix == helix), member)


@metric("founders")
def founders(scope: Scope) -> Select[Any]:
    """Seed 1: founding members that are still members."""
    member = members(scope)
    return _counted(scope, as_yes_no(member.c.founder), member)


@metric("anchor-members")
def anchor_members(scope: Scope) -> Select[Any]:
    """Seed 1: members marked as anchor firms."""
    member = members(scope)
    return _counted(scope, as_yes_no(member.c.anchor), member)


@metric("established-small-firms")
def established_small_firms(scope: Scope, months: int = 24) -> Select[Any]:
    """PERU: member companies that are micro or small, founded at least so many months ago."""
    member = members(scope)
    small = member.c.size.in_([SizeClass.MICRO.value, SizeClass.SMALL.value])
    founded = member.c.founded <= scope.ago(months=months)
    return _counted(scope, as_yes_no(and_(member.c.helix == HelixKind.COMPANY.value, small, founded)), member)


@metric("member-turnover")
def member_turnover(scope: Scope) -> Select[Any]:
    """CATREQ: turnover of all member companies in the last closed year."""
    member = members(scope)
    return evidence_row(
        member,
        Membership,
        what=member.c.organisation,
        on=member.c.on,
        part=member.c.turnover_minor,
        most=None,
        currency=member.c.turnover_currency,
    ).where(member.c.in_force, maybe_company(member))


@metric("sme-share")
def sme_share(scope: Scope) -> Select[Any]:
    """ANDB: member companies that are micro, small or medium ÷ all member companies."""
    member = members(scope)
    company, sme = member.c.helix == HelixKind.COMPANY.value, of_size(member.c.size, ANY_SME)
    return evidence_row(
        member,
        Membership,
        what=member.c.organisation,
        on=member.c.on,
        # An organisation that may not be a company may also be excluded, so its row stays open.
        part=case((company, as_yes_no(sme)), else_=UNKNOWN),
    ).where(member.c.in_force, maybe_company(member))


def _sums_of_kinds(scope: Scope) -> WrittenSums:
    return _distinct_sums(scope, "helix", len(HelixKind))


@metric("helix-kinds", sums=_sums_of_kinds)
def helix_kinds(scope: Scope) -> Select[Any]:
    """ECCP, CLMX: distinct helix kinds among members."""
    return _distinct(scope, "helix", len(HelixKind))


def _sums_of_roles(scope: Scope) -> WrittenSums:
    return _distinct_sums(scope, "chain_role", len(ChainRole))


@metric("chain-roles", sums=_sums_of_roles)
def chain_roles(scope: Scope) -> Select[Any]:
    """CLMX (production and marketing companies, suppliers of inputs and services): roles in the value chain that
    members have.
    """
    return _distinct(scope, "chain_role", len(ChainRole))


@metric("chain-role-members")
def chain_role_members(scope: Scope, role: str) -> Select[Any]:
    """CLMX: members with one role in the value chain, as suppliers of components."""
    member = members(scope)
    return _counted(scope, as_yes_no(member.c.chain_role == role), member)


def _distinct(scope: Scope, name: str, all_words: int) -> Select[Any]:
    """Select a row for each word that members have in a field. Members without one may add the missing words."""
    member = members(scope)
    kinds = (
        select(
            member.c.initiative,
            member.c[name].label("word"),
            func.count().label("number"),
            func.max(member.c.entry).label("entry"),
            func.min(member.c.valid_from).label("valid_from"),
        )
        .where(member.c.in_force)
        .group_by(member.c.initiative, member.c[name])
        .subquery()
    )
    known = func.count(kinds.c.word).over(partition_by=kinds.c.initiative)
    missing = (select(kinds, (all_words - known).label("missing"))).subquery()
    most = case((missing.c.number < missing.c.missing, missing.c.number), else_=missing.c.missing)
    return evidence_row(
        missing,
        Membership,
        what=func.coalesce(missing.c.word, "?"),
        part=case((missing.c.word.is_not(None), 1), (missing.c.missing == 0, 0), else_=UNKNOWN),
        most=most,
    )


def _distinct_sums(scope: Scope, name: str, all_words: int) -> WrittenSums:
    """Count the words without grouping the members by them: the other metrics of members are sums of the same rows."""
    member = members(scope)
    word = case((member.c.in_force, member.c[name]))
    columns = {
        "rows": func.sum(case((~member.c.in_force, 0), else_=1)),
        "with_word": func.count(word),
        "words": func.count(word.distinct()),
    }
    return WrittenSums(member, columns, all_words)


@metric("active-members")
def active_members(scope: Scope, months: int = 12) -> Select[Any]:
    """GB03: members that attended a meeting, finished an action or paid a fee in the last months.

    Zero is known only if the initiative recorded one of the three in that time.
    """
    member, since = scope.latest(Membership), scope.ago(months=months)
    deeds = _deeds(scope, since)
    done = (
        select(
            deeds.c.initiative,
            deeds.c.organisation,
            func.max(deeds.c.came).label("came"),
        )
        .group_by(deeds.c.initiative, deeds.c.organisation)
        .subquery()
    )
    recorded = initiatives_with_entries(done)
    return (
        evidence_row(
            member,
            Membership,
            what=member.c.organisation,
            part=case((~scope.in_force(member), 0), else_=attendance_answer(done.c.came, recorded)),
        )
        .join_from(
            member,
            done,
            and_(done.c.initiative == member.c.initiative, done.c.organisation == member.c.organisation),
            isouter=True,
        )
        .join(recorded, recorded.c.initiative == member.c.initiative, isouter=True)
    )


def _deeds(scope: Scope, since: ColumnElement[Any]) -> Subquery:
    came = attendance_by_organisation(scope, meetings(scope, after=since)).subquery()
    fee, action, voice = fees(scope), scope.latest(Action), representations(scope)
    done = and_(
        action.c.state == ActionState.DONE.value, action.c.done_on > since, action.c.done_on <= scope.as_of
    )  # fmt: skip
    present = literal(PRESENT).label("came")
    return union_all(
        select(came.c.initiative, came.c.organisation, came.c.came),
        select(fee.c.initiative, fee.c.payer, present).where(fee.c.valid_from > since, fee.c.payer.is_not(None)),
        select(action.c.initiative, voice.c.organisation, present)
        .join_from(action, voice, voice.c.person == action.c.owner)
        .where(done),
    ).subquery()
