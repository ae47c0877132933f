"""Occasions: things with a reference date, of which people are reminded before or after it. The store finds them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from clusterflow.domain.text import Frozen


class Occasion(Frozen):
    """A kind of occasion, which is found in the registry by its reference date."""

    id: str
    about: str
    until: str | None = None
    """The word for what ends it. After that, no more reminders are sent."""
    body: bool = False
    organisation: bool = False
    person: bool = False
    """Whether it concerns a body, an organisation or a person. These, their chair or their contacts can be notified."""
    by_lead_time: bool = False
    """Whether people are notified the model's lead time before its day, once, and not by a ladder."""
    by_rulebook: bool = False
    """Whether its day follows from a rulebook, not from a record alone."""
    parameters: Mapping[str, int] = Field(default_factory=dict)
    """The parameters that it takes, with their defaults."""


OCCASIONS: dict[str, Occasion] = {
    one.id: one
    for one in (
        Occasion(id="invoice.issued", about="the issue date of an invoice", until="paid", organisation=True),
        Occasion(id="invoice.due", about="the due date of an invoice", until="paid", organisation=True),
        Occasion(
            id="committee.silent",
            about="the day of a committee's last meeting, or of its creation",
            until="met",
            body=True,
        ),
        Occasion(
            id="attendance.low",
            about="the second of two consecutive meetings of a body with an attendance under so many percent",
            body=True,
            parameters={"percent": 50},
        ),
        Occasion(
            id="delegate.changed",
            about="a meeting to which an organisation sent another person than to the one before",
            body=True,
            organisation=True,
        ),
        Occasion(
            id="member.absent",
            about="the last of so many consecutive meetings from which a member company was absent",
            organisation=True,
            parameters={"meetings": 3},
        ),
        Occasion(
            id="trust.fell",
            about="a survey wave in which trust fell by so many thousandths",
            parameters={"fall_milli": 300, "percent": 40},
        ),
        Occasion(
            id="trust.unheard",
            about="a wave of the trust survey with answers from under so many percent, or with fewer than five answers",
            parameters={"percent": 40},
        ),
        Occasion(
            id="reading.late",
            about="the last reading of an objective, or its first day",
            until="read",
            body=True,
        ),
        Occasion(id="member.joined", about="the day on which an organisation joined", organisation=True),
        Occasion(id="member.left", about="the last day of a member that left", organisation=True),
        Occasion(
            id="retained.low",
            about="the day since which fewer of the members named at a label's award remain than its record requires, "
            "or than so many percent above that",
            until="kept",
            parameters={"margin": 0},
        ),
        Occasion(
            id="window.opens",
            about="the day on which a window to renew a label opens, by its rulebook",
            until="renewed",
            by_rulebook=True,
        ),
        Occasion(
            id="window.closes",
            about="the last day of a window to renew a label, by its rulebook",
            until="renewed",
            by_rulebook=True,
        ),
        Occasion(
            id="entry.opens",
            about="the day on which a window to apply for a label opens, by its rulebook, for an initiative that does "
            "not hold it",
            until="awarded",
            by_rulebook=True,
        ),
        Occasion(
            id="entry.closes",
            about="the last day of a window to apply for a label, by its rulebook, for an initiative that does not "
            "hold it",
            until="awarded",
            by_rulebook=True,
        ),
        Occasion(
            id="label.ends",
            about="the last valid day of a label by its rulebook, if its record names none",
            until="renewed",
            by_rulebook=True,
        ),
        Occasion(
            id="label.grace",
            about="the last day on which an ended label can be renewed by its rulebook, if its record names none",
            until="renewed",
            by_rulebook=True,
        ),
        Occasion(
            id="finding.ahead",
            about="the day on which an answer that is met will no longer be, if nothing more is recorded",
            until="prevented",
            by_lead_time=True,
        ),
        Occasion(
            id="milestone.ahead",
            about="the day on which a milestone will lapse, if nothing more is recorded",
            until="prevented",
            by_lead_time=True,
        ),
        Occasion(
            id="label.ahead",
            about="the day on which the rules of a label that are met will no longer be, if nothing more is recorded",
            until="prevented",
            by_lead_time=True,
        ),
        Occasion(id="learning.session", about="the day of a future learning session", person=True),
        Occasion(id="document.changed", about="the date of a founding document: purpose statement, charter, statutes"),
    )
}
"""All kinds of occasions, by id."""
