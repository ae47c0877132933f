"""The preview of notices for the staff of an office: what would be sent about its own initiatives, and to whom."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.terms import Urgency
from clusterflow.domain.text import Frozen, NoticeLanguage
from clusterflow.services import access
from clusterflow.services.context import Context
from clusterflow.services.notifications.preview import preview
from clusterflow.store.fact_lists import labels

MOST_DAYS = 31


class OfficeMessage(Frozen):
    """A message as it would be sent, as far as it is about the office's initiatives."""

    at: datetime
    name: str
    reachable: bool
    urgency: Urgency
    language: NoticeLanguage
    channels: tuple[str, ...]
    """In the order in which they are tried."""
    subjects: tuple[tuple[str, str], ...]
    """The initiative and the subject of each notice in the message."""
    more: int
    """How many notices about initiatives of other offices are in the message, too."""


def preview_of_office(context: Context, reader: str, days: int) -> tuple[OfficeMessage, ...]:
    """The messages of the next days about the initiatives that a person serves, if nothing more is recorded.

    Args:
        days: how many days, from today on: at least 1, at most ``MOST_DAYS``.
    """
    served, now = access.initiatives_served(context, reader), context.clock()
    last = now + timedelta(days=min(max(days, 1), MOST_DAYS) - 1)
    found = preview(context, now, datetime.combine(last.date(), time.max, now.tzinfo)) if served else ()
    mine = [m for m in found if any(part.initiative in served for part in m.holds)]
    with context.reading() as connection:
        names = labels(connection, "person", REGISTRY, {m.person for m in mine})
    return tuple(
        OfficeMessage(
            at=m.at,
            name=names.get(m.person, m.person),
            reachable=m.reachable,
            urgency=m.urgency,
            language=m.language,
            channels=m.channels,
            subjects=tuple((part.initiative, part.subject) for part in m.holds if part.initiative in served),
            more=sum(part.initiative not in served for part in m.holds),
        )
        for m in mine
    )
