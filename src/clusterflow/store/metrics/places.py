"""Metrics of place: how near the members are to each other."""

from __future__ import annotations

from math import pi
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from clusterflow.domain.records.membership import Membership
from clusterflow.store.metrics.evidence_rows import UNKNOWN, evidence_row
from clusterflow.store.metrics.register import metric
from clusterflow.store.metrics.shared_queries import members, members_again
from clusterflow.store.query_scope import Scope
from clusterflow.store.text_order import folded

KM_PER_DEGREE = 111.195
"""Of latitude: the mean radius of the earth (6371.0 km) times pi / 180."""


@metric("members-near")
def members_near(scope: Scope, km: int = 100) -> Select[Any]:
    """CLMX (companies geographically close to each other): members with another member in their municipality or within
    so many kilometres ÷ members. Capitals and accents make no other municipality.

    A member for whom no other one is found is far from all only if the coordinates of all are known.
    """
    one, near, known = members(scope), _near(scope, km), _with_coordinates(scope)
    is_far = or_(known.c.members == 1, known.c.members == known.c.located)
    return (
        evidence_row(
            one,
            Membership,
            what=one.c.organisation,
            on=one.c.on,
            part=case((near.c.organisation.is_not(None), 1), (is_far, 0), else_=UNKNOWN),
        )
        .join_from(one, known, known.c.initiative == one.c.initiative)
        .join(
            near,
            and_(near.c.initiative == one.c.initiative, near.c.organisation == one.c.organisation),
            isouter=True,
        )
        .where(one.c.in_force)
    )


def _with_coordinates(scope: Scope) -> Subquery:
    """Select how many members each initiative has, and of how many the coordinates are known."""
    one = members_again(scope)
    return (
        select(one.c.initiative, func.count().label("members"), func.count(_coordinates(one)).label("located"))
        .where(one.c.in_force)
        .group_by(one.c.initiative)
        .subquery()
    )


def _near(scope: Scope, km: int) -> Subquery:
    """Select the members that have another one near them.

    Most have one among their neighbours: in their town, or in the order of latitudes. Only those that have none there
    are compared with each other member that has a place or coordinates.
    """
    located = _beside_neighbours(scope, km)
    lone, other = located.alias(), located.alias()
    by_pairs = (
        select(lone.c.initiative, lone.c.organisation)
        .join_from(
            lone, other, and_(other.c.initiative == lone.c.initiative, other.c.organisation != lone.c.organisation)
        )
        .where(
            lone.c.near == 0,
            or_(
                and_(lone.c.place == other.c.place, _may_be_one(lone.c.country, other.c.country)),
                _squared_distance(_Point.of(lone), _Point.of(other)) <= km * km,
            ),
        )
        .distinct()
    )
    by_neighbours = select(located.c.initiative, located.c.organisation).where(located.c.near == 1)
    return union_all(by_neighbours, by_pairs).subquery()


def _beside_neighbours(scope: Scope, km: int) -> CTE:
    """Select the members that have a place or coordinates, and whether one of their neighbours is ``near``."""
    member = members_again(scope)
    one = (
        select(
            member.c.initiative,
            member.c.organisation,
            member.c.country,
            folded(member.c.place).label("place"),
            member.c.latitude,
            member.c.longitude,
        )
        .where(member.c.in_force, or_(member.c.place.is_not(None), _coordinates(member).is_not(None)))
        .subquery()
    )
    of_town, in_order = (one.c.initiative, one.c.place), (one.c.latitude, one.c.longitude)
    tests: list[ColumnElement[bool]] = []
    for beside in (func.lag, func.lead):
        latitude, longitude = (
            beside(column).over(partition_by=one.c.initiative, order_by=in_order) for column in in_order
        )
        town, country = (
            beside(column).over(partition_by=of_town, order_by=one.c.country) for column in (one.c.place, one.c.country)
        )
        tests += [
            and_(town.is_not(None), _may_be_one(one.c.country, country)),
            _squared_distance(_Point.of(one), _Point(latitude, longitude)) <= km * km,
        ]
    return select(one, case((or_(*tests), 1), else_=0).label("near")).cte("located")


def _may_be_one(country: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether two towns of one name may be the same: they are in one country, or the country of one is unknown."""
    return or_(country.is_(None), other.is_(None), country == other)


def _coordinates(one: FromClause) -> ColumnElement[Any]:
    """Null if a coordinate is missing."""
    return one.c.latitude + one.c.longitude


class _Point(NamedTuple):
    """A place in degrees."""

    latitude: ColumnElement[Any]
    longitude: ColumnElement[Any]

    @classmethod
    def of(cls, member: FromClause) -> _Point:
        return cls(member.c.latitude, member.c.longitude)


def _squared_distance(one: _Point, other: _Point) -> ColumnElement[Any]:
    """The square of the distance of two members in km, on a plane that touches the earth between them.

    Not every SQLite has a cosine or a root, so the cosine is the beginning of its series. Within 500 km and up to 60
    degrees north or south the distance is right to one percent. Across the date line it is not.
    """
    north = (one.latitude - other.latitude) * literal(KM_PER_DEGREE, Float)
    angle = (one.latitude + other.latitude) * literal(pi / 360, Float)
    square = angle * angle
    half, twenty_fourth, last = (literal(1 / divisor, Float) for divisor in (2, 24, 720))
    cosine = 1 - square * (half - square * (twenty_fourth - square * last))
    east = (one.longitude - other.longitude) * literal(KM_PER_DEGREE, Float) * cosine
    return north * north + east * east
