"""A site on a small world, and the mail server that receives the links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.mailbox import Mailbox, mail_server
from support.web import WebWorld, two_votes
from support.world import CONFIGS, World

from clusterflow.domain.access import Capacity
from clusterflow.settings import Settings
from clusterflow.web.app import build_app


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    with mail_server() as opened:
        yield opened


@pytest.fixture
def make_site(sqlite_url: str, mailbox: tuple[Mailbox, str]) -> Callable[..., WebWorld]:
    """Build a site; settings are given as for ``Settings``."""

    def make(**settings: Any) -> WebWorld:
        world = World(sqlite_url, two_votes())
        box, address = mailbox
        defaults: dict[str, Any] = {
            "database": sqlite_url, "configs": CONFIGS, "mail": address, "actor": "clerk",
            "proof": "none", "secret": "s" * 32, "personal_data": "names",
        }  # fmt: skip
        world.context.settings = Settings(**{**defaults, **settings})
        world.record(
            "organisation id=club name=Club helix=civil-society from=2020-01-01",
            "organisation id=agency name=Agency helix=government from=2020-01-01",
            "office id=north organisation=agency name=North from=2020-01-01",
            "organisation id=bureau name=Bureau helix=government from=2020-01-01",
            "office id=south organisation=bureau name=South from=2020-01-01",
            "person id=sol name=Sol email=sol@bureau.example from=2020-01-01 language=es",
            "representation person=sol organisation=bureau from=2020-01-01",
            "person id=olga name=Olga email=olga@agency.example from=2020-01-01 language=es",
            "person id=carla name=Carla email=carla@club.example from=2020-01-01 language=en",
            "person id=root name=Root email=root@agency.example from=2020-01-01 language=en",
            "person id=dora name=Dora email=dora@firm.example from=2020-01-01 language=en",
            "representation person=olga organisation=agency from=2020-01-01",
            "representation person=carla organisation=club from=2020-01-01",
        )
        world.enrol("one")
        world.enrol("two")
        world.record(
            "initiative id=one name=Initiative-one country=ES office=north from=2024-01-10",
            "membership initiative=one organisation=club from=2024-01-01",
        )
        # The second initiative has other people, and another office.
        world.record(
            "initiative id=two name=Initiative-two country=ES office=south from=2024-01-10",
            "seat initiative=two body=board person=dora from=2020-01-01 role=member",
            *(
                f"seat initiative=two body={body} person={person} from=2020-01-01 to=2020-02-01 role={role}"
                for body, person, role in (
                    ("management", "mona", "manager"), ("board", "bruno", "chair"),
                    ("board", "mona", "member"), ("board", "gala", "member"),
                )
            ),
        )  # fmt: skip
        return WebWorld(world, box, build_app(world.context))

    return make


@pytest.fixture
def site(make_site: Callable[..., WebWorld]) -> WebWorld:
    return make_site()


@pytest.fixture
def everybody(site: WebWorld) -> dict[Capacity, str]:
    """A person in each capacity at initiative one, and in no other."""
    world = site.world
    people = {capacity: f"p-{capacity}" for capacity in Capacity if capacity is not Capacity.OFFICE}
    world.record(
        *(f"person id={p} name={p} email={p}@club.example from=2020-01-01 language=en" for p in people.values()),
        "organisation id=founding name=Founding helix=company from=2020-01-01",
        "membership initiative=one organisation=founding from=2024-01-01 founder=true",
        f"representation person={people[Capacity.FOUNDER]} organisation=founding from=2020-01-01",
        f"representation person={people[Capacity.MEMBER]} organisation=club from=2020-01-01",
        "body initiative=one id=assembly kind=assembly name=Assembly from=2020-01-01",
        "body initiative=one id=work kind=committee name=Work from=2020-01-01",
        *(
            f"seat initiative=one body={body} person={people[capacity]} role={role} from=2020-01-01 vote={vote}"
            for capacity, body, role, vote in (
                (Capacity.MANAGER, "management", "manager", "false"),
                (Capacity.BOARD_CHAIR, "board", "chair", "false"),
                (Capacity.BOARD_MEMBER, "board", "member", "true"),
                (Capacity.COMMITTEE_CHAIR, "work", "chair", "false"),
                (Capacity.ASSEMBLY_MEMBER, "assembly", "member", "true"),
                (Capacity.SEAT_HOLDER, "work", "member", "false"),
            )
        ),
        f"delegation initiative=one person=bruno delegate={people[Capacity.DELEGATE]} from=2024-01-01",
    )  # fmt: skip
    values = world.context.settings.model_dump() | {"administrators": people[Capacity.ADMINISTRATOR]}
    world.context.settings = type(world.context.settings)(**values)
    site.app = build_app(world.context)
    return {**people, Capacity.OFFICE: "olga"}
