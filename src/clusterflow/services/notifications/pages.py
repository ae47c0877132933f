"""The addresses that notices link to: of our web pages where people reach them, else in the Prefect UI."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from sqlalchemy import Connection

from clusterflow.settings import Settings
from clusterflow.store.gate_forms import inbox_items


def review_tag(initiative: str, review: str) -> str:
    """The tag of the flow run that shows the form of a gate review."""
    return f"review:{initiative}/{review}"


class Pages:
    """The pages of initiatives and of gate reviews."""

    def __init__(self, settings: Settings) -> None:
        self.ui = f"{settings.pages_url}/v2"
        self.site = settings.web_address

    def initiative(self, initiative: str) -> str:
        if self.site is not None:
            return f"{self.site}/initiatives/{quote(initiative)}"
        return f"{self.ui}/artifacts/key/initiative-{initiative.replace('.', '-').replace('_', '-')}"

    def review(self, initiative: str, review: str) -> str:
        """The web page of the gate; in Prefect the list of the flow runs that ask for the decision."""
        if self.site is not None:
            return f"{self.initiative(initiative)}/reviews/{quote(review)}"
        return f"{self.ui}/runs?{urlencode({'tags': review_tag(initiative, review)})}"

    def run(self, run: str) -> str:
        """The flow run itself: its page shows the findings, and the form under *Resume*."""
        return f"{self.ui}/runs/flow-run/{run}"

    def open_forms(self, connection: Connection, initiatives: Iterable[str]) -> dict[str, str]:
        """For each open review whose form is shown by a run: the address of the list, and that of the run.

        The web pages need no run, so it is empty where people reach them.
        """
        if self.site is not None:
            return {}
        items = [item for initiative in sorted(set(initiatives)) for item in inbox_items(connection, initiative)]
        return {self.review(item.initiative, item.review): self.run(item.run) for item in items if item.run}
