"""Who may do what at the web door: one table of capacities and rights.

A capacity follows from the registry: from a seat, a representation, a membership, a delegation or the office that
follows the initiative. ``docs/how-to/web.md`` shows the same table to people, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache

from clusterflow.domain.terms import Role


class Capacity(StrEnum):
    """In which capacity a person meets an initiative. The first seven are the roles that decide at gates."""

    MANAGER = Role.MANAGER.value
    BOARD_CHAIR = Role.BOARD_CHAIR.value
    BOARD_MEMBER = Role.BOARD_MEMBER.value
    COMMITTEE_CHAIR = Role.COMMITTEE_CHAIR.value
    ASSEMBLY_MEMBER = Role.ASSEMBLY_MEMBER.value
    FOUNDER = Role.FOUNDER.value
    OFFICE = Role.OFFICE.value
    SEAT_HOLDER = "seat-holder"
    """Holds a seat in a body, in whatever role."""
    MEMBER = "member"
    """Represents an organisation that is a member."""
    DELEGATE = "delegate"
    """Somebody who may vote delegated the vote to this person."""
    ADMINISTRATOR = "administrator"
    """Named in the settings; meets every initiative."""


class Right(StrEnum):
    """What a person may do with an initiative."""

    SEE = "see"
    REQUEST_REVIEW = "request-review"
    """Ask for a gate review before the gate is ready."""
    VOTE = "vote"
    """Send a vote to a gate. Whether it counts is for the gate's own rule to say."""
    RECORD = "record"
    """Record, correct, end and withdraw facts, and submit a workbook."""
    GRANT = "grant"
    """Record what gives others a vote, or waives a rule: delegations, waivers, and the addresses of people who vote."""
    DUES = "dues"
    """See what every member owes and has paid. Members see their own without it."""


_SEE = frozenset({Right.SEE})
_VOTE = _SEE | {Right.VOTE}
_LEAD = _VOTE | {Right.REQUEST_REVIEW}
_MANAGE = _LEAD | {Right.RECORD, Right.DUES}

RIGHTS: Mapping[Capacity, frozenset[Right]] = {
    Capacity.MANAGER: _MANAGE,
    Capacity.BOARD_CHAIR: _LEAD | {Right.DUES},
    Capacity.BOARD_MEMBER: _VOTE,
    Capacity.COMMITTEE_CHAIR: _VOTE,
    Capacity.ASSEMBLY_MEMBER: _VOTE,
    Capacity.FOUNDER: _VOTE,
    Capacity.OFFICE: _MANAGE | {Right.GRANT},
    Capacity.SEAT_HOLDER: _SEE,
    Capacity.MEMBER: _SEE,
    Capacity.DELEGATE: _VOTE,
    Capacity.ADMINISTRATOR: frozenset(set(Right) - {Right.VOTE}),
}
"""The rights of each capacity. Nobody has a right that no line lists."""


def rights_of(capacities: Iterable[Capacity]) -> frozenset[Right]:
    """The rights of a person who has all these capacities."""
    return _rights_of(frozenset(capacities))


@cache
def _rights_of(capacities: frozenset[Capacity]) -> frozenset[Right]:
    return frozenset(right for capacity in capacities for right in RIGHTS[capacity])


GRANTING_RECORDS = frozenset({"delegation", "waiver"})
"""The record types of an initiative that only the right to grant records."""

SHARED_RECORDS = frozenset({"organisation", "person", "representation"})
"""The record types outside of initiatives that people with the right to record keep. All others are the
administrators' (``services/facts/permission.py`` has the conditions).
"""
