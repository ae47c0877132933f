"""Posts events to Prefect, under ids of ours by which a repeat is recognised, and reads those that others posted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from prefect.exceptions import PrefectHTTPStatusError

from clusterflow.errors import NotPossible
from clusterflow.prefect.api import detail, no_prefect, prefect_client

BATCH = 100
"""Events to a request."""

PAGE = 50
"""The server gives at most so many events in one answer."""

NO_BEGINNING, NO_END = "1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z"
"""Between which days events are read: senders state any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingEvent:
    """One event. ``resource`` must carry ``prefect.resource.id``; each of ``related`` also ``prefect.resource.role``.

    ``occurred`` is aware of its time zone. ``follows`` is kept, but Prefect puts events in order by it only within
    five minutes.
    """

    id: UUID
    occurred: datetime
    name: str
    resource: Mapping[str, str]
    related: Sequence[Mapping[str, str]] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)
    follows: UUID | None = None

    def __post_init__(self) -> None:
        if self.occurred.tzinfo is None:
            raise ValueError(f"{self.name}: occurred has no time zone")

    def as_json(self) -> dict[str, Any]:
        """What the API takes."""
        return {
            "id": str(self.id),
            "occurred": self.occurred.isoformat(),
            "event": self.name,
            "resource": dict(self.resource),
            "related": [dict(resource) for resource in self.related],
            "payload": dict(self.payload),
            "follows": None if self.follows is None else str(self.follows),
        }


async def post(events: Iterable[OutgoingEvent]) -> None:
    """Post events in order. When this returns, the server has taken all of them; if it raises, perhaps some.

    The server has them in memory then, and writes them within seconds. Posting the same ids again does no harm.

    Raises:
        PrefectUnreachable: no Prefect answers; post again later.
        NotPossible: the server does not understand an event.
    """
    outgoing = [event.as_json() for event in events]
    if not outgoing:
        return
    async with prefect_client() as client:
        for first in range(0, len(outgoing), BATCH):
            try:
                await client.request("POST", "/events", json=outgoing[first : first + BATCH])
            except PrefectHTTPStatusError as error:
                if error.response.status_code == 404:
                    raise no_prefect("HTTP 404") from None
                if error.response.status_code not in (400, 422):
                    raise
                raise NotPossible(f"Prefect does not understand an event: {detail(error)}") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingEvent:
    """One event that somebody posted. ``occurred`` is what its sender states, ``received`` is Prefect's time."""

    id: UUID
    occurred: datetime
    received: datetime
    payload: Mapping[str, Any]


def _wanted(name: str) -> dict[str, Any]:
    """The filter for all events of a name. Prefect selects by ``occurred`` alone, and a sender may state any day."""
    return {"event": {"name": [name]}, "occurred": {"since": NO_BEGINNING, "until": NO_END}, "order": "ASC"}


async def count(name: str) -> int:
    """Return the number of events of a name that Prefect keeps.

    Raises:
        PrefectUnreachable: no Prefect answers.
    """
    async with prefect_client() as client:
        page = (await client.request("POST", "/events/filter", json={"filter": _wanted(name), "limit": 1})).json()
    return int(page["total"])


async def read(name: str) -> AsyncIterator[list[IncomingEvent]]:
    """Yield the events of a name that Prefect keeps, page by page.

    An event can be read a few seconds after it was posted. One that comes, or is deleted, while the pages are read may
    be passed over: read again.

    Raises:
        PrefectUnreachable: no Prefect answers.
    """
    async with prefect_client() as client:
        wanted = {"filter": _wanted(name), "limit": PAGE}
        page = (await client.request("POST", "/events/filter", json=wanted)).json()
        while True:
            yield [
                IncomingEvent(
                    id=UUID(e["id"]),
                    occurred=datetime.fromisoformat(e["occurred"]),
                    received=datetime.fromisoformat(e["received"]),
                    payload=e.get("payload") or {},
                )
                for e in page["events"]
            ]
            if not page.get("next_page"):
                return
            # By its token and not by its address, which says the host as the server sees itself.
            token = parse_qs(urlsplit(page["next_page"]).query)["page-token"][0]
            page = (await client.request("GET", "/events/filter/next", params={"page-token": token})).json()
