"""Who belongs, and how many: critical mass, its composition and its drift."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Select, and_, case, cast, literal, null, select

from clusterflow.model.records.membership import Membership
from clusterflow.model.records.parties import Organisation
from clusterflow.model.words import SME, Commitment, HelixKind
from clusterflow.store.metrics.metric import metric
from clusterflow.store.metrics.scope import Scope


@metric("committed-members")
def committed_members(scope: Scope) -> Select[Any]:
    """CAI20, ECCP: a signed agreement, a regular fee or regular active work."""
    member = scope.current(Membership)
    return select(
        member.c.initiative,
        literal("membership").label("record"),
        member.c.entry,
        member.c.organisation.label("what"),
        member.c.valid_from.label("on"),
        case(
            (member.c.commitment.is_(None), null()),
            (member.c.commitment == Commitment.NONE.value, 0),
            else_=1,
        ).label("part"),
        literal(1).label("whole"),
        literal(1).label("most"),
        member.c.entered_at,
    )


@metric("sme-share")
def sme_share(scope: Scope) -> Select[Any]:
    """Member companies that are micro, small or medium, of all member companies."""
    member, organisation = scope.current(Membership), scope.current(Organisation)
    sme = organisation.c.size.in_([size.value for size in SME])
    return (
        select(
            member.c.initiative,
            literal("membership").label("record"),
            member.c.entry,
            member.c.organisation.label("what"),
            member.c.valid_from.label("on"),
            cast(sme, Integer).label("part"),
            literal(1).label("whole"),
            literal(1).label("most"),
            member.c.entered_at,
        )
        .join_from(member, organisation, organisation.c.id == member.c.organisation, isouter=True)
        .where(and_(organisation.c.helix == HelixKind.COMPANY.value))
    )
