from __future__ import annotations

from typing import Any

import pytest
from support.world import World

from clusterflow.engine.submissions import DeliveryResult
from clusterflow.intake.submissions import delivered_event
from clusterflow.services import ledger
from clusterflow.services.intake.submissions import Reception


class Gate(World):
    """A world whose initiative «one» is known, and what other systems hand in there."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.enrol("one", "cordoba")
        self.reception = Reception(self.context)

    def hand_in(self, *events: tuple[str, dict[str, Any]]) -> dict[str, DeliveryResult | str]:
        """Events by id; gives what became of each."""
        deliveries = [delivered_event(*event) for event in events]
        return {d.address.removeprefix("event "): became for d, became in self.reception.take_in(deliveries)}

    def memberships(self) -> list[str]:
        """The organisations of the initiative, as the ledger counts them: one for each time something was entered."""
        kinds = [e for e in ledger.entries(self.context, "one") if getattr(e.event, "record", "") == "membership"]
        return [e.command for e in kinds]


@pytest.fixture
def gate(database_url: str) -> Gate:
    return Gate(database_url)
