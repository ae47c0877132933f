"""What deployments/compose.yaml starts is an office on several machines, and any of them may die.

Two API servers and Prefect's background services on one PostgreSQL and one Redis, two relays and three workers, each on
a host of its own (a network namespace) with the commands and variables of that file.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from conftest import missing
from sqlalchemy.exc import OperationalError
from support import network, postgres, redis
from support.machines import Machines, machines
from support.mailbox import Mailbox, mail_server
from support.ports import free_port

from clusterflow.domain.records.activity import Link
from clusterflow.domain.terms import StageKind
from clusterflow.engine.record import Submission
from clusterflow.errors import ClusterflowError
from clusterflow.intake.assignments import read_assignments
from clusterflow.prefect import runs
from clusterflow.prefect.api import settings_for
from clusterflow.prefect.orphans import live_workers
from clusterflow.services import enrolment, gate_forms, ledger, registry
from clusterflow.services.context import Context
from clusterflow.services.shards import Job
from clusterflow.settings import Settings
from clusterflow.store.database import open_database
from clusterflow.store.registry import current

PATIENCE_SECONDS = 600
"""Prefect may keep the slot of a run that died for five minutes; meanwhile it cancels others of that flow."""

AUTH = "office:secret"
FOUNDERS = [f"founder-{n}" for n in range(5)]
INITIATIVES = [f"cluster-{n}" for n in range(8)]
BURST = int(os.environ.get("CLUSTERFLOW_TEST_BURST", "90"))
"""The number of facts that are recorded one by one while machines die; by hand: 2000."""

DIES_AT_NIGHT = ("worker", "worker-2", "relay-2", "prefect-services", "prefect-api")
CUT_OFF_AT_NIGHT = ("worker", "worker-2", "relay-2")
STAGE = StageKind.CRITICAL_MASS.value


@pytest.fixture(scope="module")
def hosts() -> Iterator[network.Network | network.Loopback]:
    with network.hosts() as made:
        yield made


@pytest.fixture(scope="module")
def mailbox(hosts: network.Network | network.Loopback) -> Iterator[tuple[Mailbox, str]]:
    with mail_server(host=hosts.address) as box:
        yield box


@pytest.fixture(scope="module")
def database_server(hosts: network.Network | network.Loopback, postgres_programs: Path) -> Iterator[str]:
    """The PostgreSQL server of the office."""
    with postgres.server(postgres_programs, "fsync=off", "full_page_writes=off", address=hosts.address) as address:
        yield address


@pytest.fixture(scope="module")
def office(
    hosts: network.Network | network.Loopback,
    database_server: str,
    mailbox: tuple[Mailbox, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Machines, list[str], redis.Redis]]:
    """All parts of the compose file, the addresses of the two API servers, and Redis."""
    if redis.program() is None:
        missing("Redis", "apt-get install redis-server")
    for database in ("prefect", "clusterflow"):
        postgres.execute(database_server, f"CREATE DATABASE {database}")
    folder = tmp_path_factory.mktemp("machines")
    apis = [f"{hosts.address_of(name)}:{free_port()}" for name in ("prefect-api", "prefect-api-2")]
    variables = {
        "POSTGRES_PASSWORD": "",
        "PREFECT_AUTH": AUTH,
        "CLUSTERFLOW_SECRET": "s" * 32,
        "CLUSTERFLOW_MAIL": mailbox[1],
        "PUBLIC_URL": "http://127.0.0.1",
    }
    own = {
        "CLUSTERFLOW_NOTICES_POLICY": "off",
        "CLUSTERFLOW_SHARD": "1",
        "PREFECT_WORKER_HEARTBEAT_SECONDS": "5",
    }
    with redis.server(folder, host=hosts.address) as store:
        addresses = {"postgres:5432": database_server, "redis:6379": store.address}
        with machines(folder, hosts, variables, addresses, own) as made:
            made.run("prefect-migration")
            for name, api in zip(made.replicas("prefect-api"), apis, strict=True):
                # Of two that begin with an empty database at once, one ends; the compose file starts it again.
                made.start(name, listen=api)
                _wait(lambda api=api: _healthy(api), f"the API at {api}")
            made.start("prefect-services")
            _start_rest(made, apis)
            yield made, apis, store


@pytest.fixture(scope="module")
def context(office: tuple[Machines, list[str], redis.Redis], database_server: str) -> Iterator[Context]:
    """The office's database, as a manager's command opens it."""
    url = f"postgresql+psycopg://postgres@{database_server}/clusterflow"
    settings = Settings(database=url, prefect_api=f"http://{office[1][1]}/api", prefect_auth=AUTH)
    context = Context(settings, open_database(url), lambda: datetime.now(UTC))
    yield context
    context.database.dispose()


def test_every_fact_gate_and_mail_is_there_once_though_every_machine_dies_in_a_burst(
    office: tuple[Machines, list[str], redis.Redis],
    context: Context,
    database_server: str,
    mailbox: tuple[Mailbox, str],
) -> None:
    made, apis, store = office
    registry.record(context, [s for one in FOUNDERS for s in _founder(one)], actor="test")
    for one in INITIATIVES:
        line = f"initiative id={one} name={one} country=AR from=2024-01-01"
        enrolment.enrol(context, _submission(line), "cordoba", actor="test")
    half = len(INITIATIVES) // 2
    _gather_critical_mass(context, INITIATIVES[:half])
    deaths: list[Callable[[], None]] = [
        lambda: made.kill("relay"),
        lambda: made.kill("worker"),
        lambda: made.kill("prefect-api"),
        lambda: made.kill("prefect-services"),
        store.kill,
        lambda: postgres.crash(database_server),
    ]
    step = BURST // len(deaths)
    for number in range(BURST):
        if number % step == step // 2 and deaths:
            deaths.pop(0)()
        _record_in_spite_of_all(context, number)
    assert not deaths
    _gather_critical_mass(context, INITIATIVES[half:])
    store.start()
    made.start("prefect-api", listen=apis[0])
    made.start("prefect-services")
    _wait(lambda: _healthy(apis[0]), "the API that was killed")
    made.start("relay", prefect_api=apis[0])
    made.start("worker", prefect_api=apis[0])

    def forms() -> bool:
        return asyncio.run(_forms(apis[1])) == dict.fromkeys(INITIATIVES, 1)

    _wait(forms, "one form at each gate", made)
    assert {i.initiative for i in gate_forms.open_gates(context)} == set(INITIATIVES)
    assert all(result.flaws == () for result in ledger.verify(context))
    with context.reading() as connection:
        recorded = [link.id for one in INITIATIVES for link in current(connection, Link, one, context.clock().date())]
    assert sorted(recorded) == sorted(f"burst-{number}" for number in range(BURST))
    box, _ = mailbox
    wanted = {(one, who) for one in INITIATIVES for who in FOUNDERS}

    def sent() -> Counter[tuple[str, str]]:
        parts = (key.split(":") for key in list(box.keys()))
        return Counter((p[1], p[3]) for p in parts if p[0] == "gate-ready")

    _wait(lambda: set(sent()) == wanted, "the mails", made)
    # What the mail server took while a relay was killed, or the database was away for both, is sent again.
    assert sum(sent().values()) - len(wanted) <= 3 * context.settings.senders


def _record_in_spite_of_all(context: Context, number: int) -> None:
    """Record a fact of the burst, as somebody who repeats a command that failed, with the key of the first attempt."""
    one = INITIATIVES[number % len(INITIATIVES)]
    line = f"link initiative={one} id=burst-{number} direction=inside with_whom=x from=2024-02-01"

    def recorded() -> bool:
        registry.record(context, [_submission(line)], actor="test", key=f"burst-{number}")
        return True

    _wait(recorded, "the database")


def test_a_review_in_parts_reviews_each_initiative_once_though_every_machine_dies(
    office: tuple[Machines, list[str], redis.Redis],
    context: Context,
    database_server: str,
    mailbox: tuple[Mailbox, str],
) -> None:
    made, apis, store = office
    before = Counter(mailbox[0].keys())
    review = Review(apis[1], context)
    _wait(review.is_in_parts, "the parts of the review", made)
    for name in DIES_AT_NIGHT:
        made.kill(name)
    store.kill()
    postgres.crash(database_server)
    store.start()
    made.start("prefect-api", listen=apis[0])
    made.start("prefect-services")
    _wait(lambda: _healthy(apis[0]), "the API that was killed")
    for name in ("worker", "worker-2", "relay-2"):
        made.start(name, prefect_api=apis[0])
    _wait(review.is_over, "the end of the review", made)
    review.assert_each_was_reviewed_once()
    assert Counter(mailbox[0].keys()) == before, "nothing changed, so nobody is told anything"


def test_a_review_in_parts_ends_though_machines_lose_their_network_and_they_serve_again_afterwards(
    office: tuple[Machines, list[str], redis.Redis], context: Context, mailbox: tuple[Mailbox, str]
) -> None:
    made, apis, _ = office
    hosts = made.hosts
    if isinstance(hosts, network.Loopback):
        pytest.skip(network.NEEDED)
    before = Counter(mailbox[0].keys())
    review = Review(apis[1], context)
    _wait(review.is_in_parts, "the parts of the review", made)
    for name in CUT_OFF_AT_NIGHT:
        hosts.cut(name)
    _wait(review.is_over, "the end of the review", made)
    for name in CUT_OFF_AT_NIGHT:
        hosts.join(name)
    everybody = len([*made.replicas("relay"), *made.replicas("worker")])
    _wait(lambda: len(asyncio.run(_live_workers(apis[1]))) == everybody, "heartbeats of all machines", made)
    review.assert_each_was_reviewed_once()
    assert Counter(mailbox[0].keys()) == before, "nothing changed, so nobody is told anything"


@dataclass
class Review:
    """A review of the portfolio that somebody starts."""

    api: str
    context: Context
    run: UUID | None = None

    def job(self) -> Job:
        """Its parts. While the review that a relay began at its start is under way, Prefect cancels another one, also
        one that is taken up again; then it is started anew.
        """
        if self.run is None or self._kind() == "CANCELLED":
            self.run = asyncio.run(_start_review(self.api))
        return Job(self.context, str(self.run))

    def is_in_parts(self) -> bool:
        return self.job().result().parts == len(INITIATIVES)

    def is_over(self) -> bool:
        return self.is_in_parts() and self.job().result().open == 0 and self._kind() == "COMPLETED"

    def assert_each_was_reviewed_once(self) -> None:
        found = self.job().result()
        assert (found.looked_at, found.given_up, found.problems) == (len(INITIATIVES), {}, {})
        assert all(result.flaws == () for result in ledger.verify(self.context))

    def _kind(self) -> str:
        assert self.run is not None
        return asyncio.run(_kind_of(self.api, self.run))


def test_every_relay_and_worker_shows_its_metrics_and_writes_its_log_as_json(
    office: tuple[Machines, list[str], redis.Redis],
) -> None:
    made, *_ = office
    for name in (*made.replicas("relay"), *made.replicas("worker")):
        log = made.log(name).read_text(encoding="utf-8")
        address = re.findall(r"http://[\d.]+:\d+/metrics", log)[-1]
        assert "process_cpu_seconds_total" in httpx.get(address).text
        lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        assert lines
        assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines), name


async def _start_review(api: str) -> UUID:
    with settings_for(f"http://{api}/api", AUTH):
        return await runs.start("review/portfolio")


async def _kind_of(api: str, run: UUID) -> str:
    with settings_for(f"http://{api}/api", AUTH):
        return (await runs.state_of([run]))[run].kind


async def _live_workers(api: str) -> set[str]:
    with settings_for(f"http://{api}/api", AUTH):
        return await live_workers()


async def _forms(api: str) -> dict[str, int]:
    """How many runs wait for an answer, by initiative."""
    with settings_for(f"http://{api}/api", AUTH):
        waiting = await runs.waiting(f"stage:{STAGE}")
    return dict(Counter(t.removeprefix("initiative:") for w in waiting for t in w.tags if t.startswith("initiative:")))


def _start_rest(made: Machines, apis: list[str]) -> None:
    for service in ("relay", "worker"):
        for number, name in enumerate(made.replicas(service)):
            made.start(name, prefect_api=apis[number % 2])
        if service == "relay":  # the relays make the schema; the compose file starts a worker again that is too early
            _wait(
                lambda: all("Stop with Ctrl-C" in made.log(n).read_text() for n in made.replicas("relay")),
                "relays",
                made,
            )


def _founder(one: str) -> list[Submission]:
    return [
        _submission(f"organisation id={one} name={one} helix=company size=small from=2020-01-01"),
        _submission(f"person id={one} name={one} email={one}@firm.example from=2020-01-01"),
        _submission(f"representation person={one} organisation={one} from=2020-01-01"),
    ]


def _gather_critical_mass(context: Context, initiatives: list[str]) -> None:
    for one in initiatives:
        lines = (
            f"membership initiative={one} organisation={f} founder=true commitment=regular-fee from=2024-01-15"
            for f in FOUNDERS
        )
        registry.record(context, [_submission(line) for line in lines], actor="test")


def _submission(line: str) -> Submission:
    record, *words = line.split()
    return read_assignments(record, words)


def _healthy(api: str) -> bool:
    try:
        return httpx.get(f"http://{api}/api/health", timeout=2).text == "true"
    except httpx.HTTPError:
        return False


def _wait(look: Callable[[], bool], what: str, made: Machines | None = None) -> None:
    """Wait; with ``made``, parts that end by themselves are started again meanwhile."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _seen(look):
        if made is not None:
            made.revive()
        assert time.monotonic() < deadline, f"not seen in time: {what}"
        time.sleep(0.5)


def _seen(look: Callable[[], bool]) -> bool:
    """A look that fails because a machine is away has seen nothing yet."""
    try:
        return look()
    except (OperationalError, ClusterflowError, httpx.HTTPError):
        return False
