"""Metrics of place: how near the members are to each other."""

from __future__ import annotations

from math import pi
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, Subquery, and_, case, func, literal, or_, select

from clusterflow.domain.records.membership import Membership
from clusterflow.store.metrics.evidence_rows import UNKNOWN, evidence_row
from clusterflow.store.metrics.register import metric
from clusterflow.store.metrics.shared_queries import members, members_again
from clusterflow.store.query_scope import Scope

KM_PER_DEGREE = 111.195
"""Of latitude: the mean radius of the earth (6371.0 km) times pi / 180."""

FAR, MAYBE, NEAR = 0, 1, 2


@metric("members-near")
def members_near(scope: Scope, km: int = 100) -> Select[Any]:
    """CLMX (companies geographically close to each other): members with another member in their municipality or within
    so many kilometres ÷ members.
    """
    pairs = _pairs(scope, km)
    one = (
        select(
            pairs.c.initiative,
            pairs.c.organisation,
            func.max(pairs.c.entry).label("entry"),
            func.max(pairs.c.on).label("on"),
            func.max(pairs.c.answer).label("answer"),
        )
        .group_by(pairs.c.initiative, pairs.c.organisation)
        .subquery()
    )
    return evidence_row(
        one,
        Membership,
        what=one.c.organisation,
        on=one.c.on,
        part=case((one.c.answer == NEAR, 1), (one.c.answer == MAYBE, UNKNOWN), else_=0),
    )


def _pairs(scope: Scope, km: int) -> Subquery:
    """Select each member with each other member of its initiative, and whether the two are near each other. A member
    without another one has one row.
    """
    one, other = members(scope), members_again(scope)
    same_country = or_(one.c.country.is_(None), other.c.country.is_(None), one.c.country == other.c.country)
    at_one_place = and_(func.lower(one.c.place) == func.lower(other.c.place), same_country)
    # The distance is null where a coordinate is, and is written once: it is most of the statement.
    coordinates = one.c.latitude + one.c.longitude + other.c.latitude + other.c.longitude
    answer = case(
        (other.c.organisation.is_(None), FAR),
        (at_one_place, NEAR),
        (_squared_distance(one, other) <= km * km, NEAR),
        (coordinates.is_not(None), FAR),
        else_=MAYBE,
    )
    return (
        select(
            one.c.initiative,
            one.c.organisation,
            one.c.entry,
            one.c.on,
            answer.label("answer"),
        )
        .join_from(
            one,
            other,
            and_(
                other.c.initiative == one.c.initiative,
                other.c.organisation != one.c.organisation,
                other.c.in_force,
            ),
            isouter=True,
        )
        .where(one.c.in_force)
        .subquery()
    )


def _squared_distance(one: Subquery, other: Subquery) -> ColumnElement[Any]:
    """The square of the distance of two members in km, on a plane that touches the earth between them.

    Not every SQLite has a cosine or a root, so the cosine is the beginning of its series. Within 500 km and up to 60
    degrees north or south the distance is right to one percent. Across the date line it is not.
    """
    north = (one.c.latitude - other.c.latitude) * literal(KM_PER_DEGREE, Float)
    angle = (one.c.latitude + other.c.latitude) * literal(pi / 360, Float)
    square = angle * angle
    half, twenty_fourth, last = (literal(1 / divisor, Float) for divisor in (2, 24, 720))
    cosine = 1 - square * (half - square * (twenty_fourth - square * last))
    east = (one.c.longitude - other.c.longitude) * literal(KM_PER_DEGREE, Float) * cosine
    return north * north + east * east
