"""What a notice is about, and where it leads: to a web page, or to a command where the office has no web pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sqlalchemy import Connection

from clusterflow.notices.markup import code, link
from clusterflow.settings import Settings
from clusterflow.store.gate_forms import inbox_items_of

WORK_PAGE = "/"
INITIATIVE_PAGE = "/initiatives/{initiative}"
GATE_PAGE = f"{INITIATIVE_PAGE}/gates/{{stage}}"
"""The paths of the web pages that notices lead to. The site has its routes from here."""


def review_tag(initiative: str, review: str) -> str:
    """The tag of the flow run that shows the form of a gate review."""
    return f"review:{initiative}/{review}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a notice is about: an initiative, or one of its gates."""

    initiative: str
    stage: str | None = None

    @property
    def path(self) -> str:
        page = INITIATIVE_PAGE if self.stage is None else GATE_PAGE
        return page.format(initiative=quote(self.initiative), stage=quote(self.stage or ""))

    @property
    def command(self) -> str:
        """The command that shows the same as the page."""
        if self.stage is None:
            return f"clusterflow status {self.initiative}"
        return f"clusterflow explain {self.initiative} {self.stage}"


class Pages:
    """The addresses of the web pages, where the office has some, and of Prefect's pages with the forms of gates."""

    def __init__(self, settings: Settings) -> None:
        self.ui = f"{settings.pages_url}/v2"
        self.site = settings.web_address

    def about(self, subject: Subject) -> str | None:
        """The address of the web page about it; None where the office has no web pages."""
        return None if self.site is None else f"{self.site}{subject.path}"

    def decision(self, subject: Subject, review: str) -> str:
        """Where an open gate is decided: its web page, or Prefect's list of the runs that show its form."""
        tag = {"tags": review_tag(subject.initiative, review)}
        return self.about(subject) or f"{self.ui}/runs?{urlencode(tag)}"

    def run(self, run: str) -> str:
        """The flow run itself: its page shows the findings, and the form under *Resume*."""
        return f"{self.ui}/runs/flow-run/{run}"

    def open_forms(self, connection: Connection, initiatives: Iterable[str]) -> dict[str, str]:
        """For each open review whose form is shown by a run: the address of the list, and that of the run.

        The web pages need no run, so it is empty where the office has some.
        """
        if self.site is not None:
            return {}
        items = inbox_items_of(connection, sorted(set(initiatives)))
        return {self.decision(Subject(i.initiative), i.review): self.run(i.run) for i in items if i.run}

    def linked(self, body: str, initiative: str) -> str | None:
        """The page that the body of a notice links to, for channels that cannot take the whole body.

        A body that links to several pages leads to the reader's work; one that links to none, to the initiative.
        """
        found = set(re.findall(rf"<((?:{re.escape(self.site or self.ui)})/[^>\s]*)>", body))
        if len(found) > 1:
            return None if self.site is None else f"{self.site}{WORK_PAGE}"
        return found.pop() if found else self.about(Subject(initiative))


def where_to(pages: Pages, subject: Subject | None) -> dict[str, str]:
    """The variables of a template that lead to what the notice is about: a link, and the command that shows the same.

    Both are empty where the reader may not see it any more.
    """
    if subject is None:
        return {"link": "", "command": ""}
    address = pages.about(subject)
    return {"link": link(address) if address else "", "command": code(subject.command)}
