"""A world that receives submissions of other systems."""

from __future__ import annotations

from typing import Any

from support.world import World

from clusterflow.engine.submissions import DeliveryResult
from clusterflow.intake.submissions import delivered_event
from clusterflow.services import ledger
from clusterflow.services.intake import submissions


class IntakeWorld(World):
    """A world with the initiative «one»."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.enrol("one", "cordoba")

    def submit(self, *events: tuple[str, dict[str, Any]]) -> dict[str, DeliveryResult | str]:
        """Submit events, given as id and payload, and return the result of each by id."""
        deliveries = [delivered_event(*event) for event in events]
        results = submissions.receive(self.context, deliveries)
        return {delivery.address.removeprefix("event "): result for delivery, result in results}

    def memberships(self) -> list[str]:
        """Return the command of each ledger entry that records a membership."""
        kinds = [e for e in ledger.entries(self.context, "one") if getattr(e.event, "record", "") == "membership"]
        return [e.command for e in kinds]
