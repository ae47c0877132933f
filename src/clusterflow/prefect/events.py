"""What happened, told to Prefect's event bus: acknowledged, with ids of ours, so that a repeat is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.exceptions import PrefectHTTPStatusError

from clusterflow.errors import NotPossible
from clusterflow.prefect.api import detail, prefect_client

BATCH = 100
"""Events to a request."""


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
                if error.response.status_code not in (400, 422):
                    raise
                raise NotPossible(f"Prefect does not understand an event: {detail(error)}") from None
