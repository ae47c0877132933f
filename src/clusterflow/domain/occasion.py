"""Things with a reference date that people are told of before or after it; how each is found is the store's."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from clusterflow.domain.text import Frozen


class Occasion(Frozen):
    """A kind of thing, found in the registry by its reference date."""

    id: str
    about: str
    until: str | None = None
    """The word for what ends it, after which nobody is told any more."""
    body: bool = False
    organisation: bool = False
    person: bool = False
    """Whether it concerns a body, an organisation, a person: these can be told, or their chair or contacts."""
    parameters: Mapping[str, int] = Field(default_factory=dict)
    """The numbers that it asks for, and what they are where a rule says nothing."""


OCCASIONS: dict[str, Occasion] = {
    one.id: one
    for one in (
        Occasion(id="invoice.issued", about="the day of an invoice", until="paid", organisation=True),
        Occasion(
            id="invoice.due", about="the day until which an invoice is to be paid", until="paid", organisation=True
        ),
        Occasion(id="committee.silent", about="the day a committee last met, or was formed", until="met", body=True),
        Occasion(
            id="attendance.low",
            about="the later of two meetings of a body running, to both of which fewer than so many percent came",
            body=True,
            parameters={"percent": 50},
        ),
        Occasion(
            id="delegate.changed",
            about="a meeting to which an organisation sent somebody else than to the one before",
            body=True,
            organisation=True,
        ),
        Occasion(
            id="member.absent",
            about="the last of so many meetings in a row from which a member company was absent",
            organisation=True,
            parameters={"meetings": 3},
        ),
        Occasion(
            id="trust.fell",
            about="a wave of the survey in which trust was lower than in the one before, by so many thousandths",
            parameters={"fall_milli": 300, "percent": 40},
        ),
        Occasion(
            id="trust.unheard",
            about="a wave of the survey of trust with fewer answers than so many percent, or than five",
            parameters={"percent": 40},
        ),
        Occasion(
            id="reading.late",
            about="the last reading of an objective, or its beginning",
            until="read",
            body=True,
        ),
        Occasion(id="member.joined", about="the day an organisation joined", organisation=True),
        Occasion(id="member.left", about="the last day of a member that left", organisation=True),
        Occasion(
            id="retained.low",
            about="the day since which the members named at a label's award are fewer than its record asks, or than so "
            "many percent above it",
            until="kept",
            parameters={"margin": 0},
        ),
        Occasion(id="learning.session", about="the day of a learning session to come", person=True),
        Occasion(id="document.changed", about="the date of a founding document: purpose statement, charter, statutes"),
    )
}
"""Each kind once, by its id."""
