"""The metrics are read over HTTP as Prometheus reads them, and say what ``doctor`` says."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from sqlalchemy import Engine, insert
from support.ports import free_port
from support.world import World, model, stage

from clusterflow.errors import NotPossible
from clusterflow.services.diagnostics import database as checks
from clusterflow.services.diagnostics.finding import Surroundings
from clusterflow.services.monitoring import endpoint as module
from clusterflow.services.monitoring.endpoint import Endpoint, metrics_endpoint
from clusterflow.services.monitoring.metrics import COMMANDS, GAUGES, METRICS
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.services.processes import Presence
from clusterflow.store import tables

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def world(database_url: str, database: Engine) -> World:
    world = World(database_url, model(stage("first"), stage("second", ("first",))), database=database)
    world.context.settings = world.context.settings.model_copy(update={"metrics_port": free_port()})
    world.enrol()
    return world


@pytest.fixture
def relay(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setattr(module, "KEPT_SECONDS", 0.0)
    endpoint = Endpoint(world.context, "relay")
    yield endpoint
    endpoint.close()


def get(address: str, accept: str = "text/plain") -> str:
    return httpx.get(address, headers={"Accept": accept}).raise_for_status().text


def read(endpoint: Endpoint) -> Samples:
    families = parse_text(get(endpoint.address))
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


class At(Surroundings):
    """The office at the world's moment, on the world's database."""

    def __init__(self, world: World) -> None:
        super().__init__(world.context.settings)
        self.world = world
        self.__class__.database = property(lambda here: here.world.context.database)  # type: ignore[assignment]
        self.__class__.now = property(lambda here: here.world.now)  # type: ignore[assignment]


def test_every_declared_metric_is_read_and_no_other(world: World, relay: Endpoint) -> None:
    world.state_figure("first")
    Presence(world.context, "relay").beat()
    ours = {name for name, _ in read(relay) if name.startswith("clusterflow_")}
    assert ours == {name for metric in METRICS for name in metric.series}


def test_labels_are_those_declared_and_name_nobody(world: World, relay: Endpoint) -> None:
    world.state_figure("first")
    Presence(world.context, "web").beat()
    declared = {name: {*m.labels} for m in METRICS for name in m.series}
    for name, labels in read(relay):
        if name in declared:
            assert {label for label, _ in labels} - {"le"} == declared[name], name
    text = get(relay.address)
    assert not [word for word in ("one", "mona", "clerk", "example", socket.gethostname()) if f'"{word}"' in text]


def test_commands_are_counted_by_name_and_outcome(world: World, relay: Endpoint) -> None:
    world.state_figure("first")
    world.state_figure("first", 2, 3)
    with pytest.raises(Exception, match="nowhere"):
        world.state_figure("first", initiative="nowhere")
    count, bucket, total = COMMANDS.series[1], COMMANDS.series[0], COMMANDS.series[2]
    samples = read(relay)
    assert value(samples, count, command="record", outcome="done") == 2
    assert value(samples, count, command="record", outcome="refused") == 1
    assert value(samples, bucket, command="record", outcome="done", le="+Inf") == 2
    assert value(samples, total, command="record", outcome="done") > 0


def test_the_format_is_valid_in_both_forms(world: World, relay: Endpoint) -> None:
    world.state_figure("first")
    for text, parse in ((get(relay.address), parse_text), (get(relay.address, OPENMETRICS), parse_openmetrics)):
        families = {family.name: family for family in parse(text)}
        for metric in METRICS:
            base = metric.series[0].removesuffix("_bucket")
            if base in families:
                assert families[base].documentation == metric.about
        assert families["clusterflow_command_duration_seconds"].type == "histogram"
        assert families["clusterflow_outbox_entries"].type == "gauge"
    (info,) = [s for f in parse_openmetrics(get(relay.address, OPENMETRICS)) for s in f.samples if f.name == "target"]
    assert info.labels["service_name"] == "clusterflow"
    assert info.labels["clusterflow_process_kind"] == "relay"


def test_the_doctor_says_the_same(world: World, relay: Endpoint) -> None:
    world.at("2024-01-11").state_figure("first")
    world.evaluate()
    dispatcher = Dispatcher(world.context)
    for _ in range(2):
        dispatcher.run()
        world.now += timedelta(days=1)
    refused = {"source": "event:1", "address": "event 1", "payload": "{}", "mistakes": "[]", "state": "waiting"}
    late = {"initiative": "one", "kind": "stage", "subject": "first", "day": world.now.date()}
    with world.context.database.begin() as connection:
        connection.execute(insert(tables.refused_submission).values(received_at=world.now, **refused))
        connection.execute(tables.due_moment.delete())
        connection.execute(insert(tables.due_moment).values(at=world.now - timedelta(hours=2), **late))
    samples = read(relay)
    states = {s: value(samples, "clusterflow_notices_unsent", state=s) for s in ("waiting", "refused", "dead")}
    assert states["refused"] > 0
    checks_of_work = (checks.look_at_outbox, checks.look_at_deadlines, checks.look_at_refused)
    findings = {r.what.en: r.found.en for look in checks_of_work for r in look(At(world))}
    assert findings["notices not sent"] == (
        f"{states['waiting']:.0f} wait for their first attempt, {states['refused']:.0f} were refused and are tried "
        f"again, {states['dead']:.0f} were given up"
    )
    entries = value(samples, "clusterflow_outbox_entries", topic="event")
    assert findings["outbox: to Prefect"].startswith(f"waiting: {entries:.0f}, since 2024-01-10 12:00")
    assert value(samples, "clusterflow_outbox_age_seconds", topic="event") == timedelta(days=3).total_seconds()
    assert findings["deadlines to be processed"].startswith("waiting: 1, since 2024-01-13 10:00")
    assert value(samples, "clusterflow_deadlines_late") == 1
    assert value(samples, "clusterflow_deadlines_lateness_seconds") == 7200
    assert findings["refused submissions"] == "waiting: 1"
    assert value(samples, "clusterflow_submissions_refused") == 1


def test_only_a_relay_reads_the_database(world: World) -> None:
    with metrics_endpoint(world.context, "worker", print) as worker:
        assert worker is not None
        world.state_figure("first")
        names = {name for name, _ in read(worker)}
    assert COMMANDS.series[1] in names
    assert not names & {name for gauge in GAUGES for name in gauge.series}


def test_a_database_that_is_away_ends_the_series_and_not_the_process(
    world: World, relay: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert value(read(relay), "clusterflow_deadlines_late") == 0
    with world.context.database.begin() as connection:
        tables.due_moment.drop(connection)
    assert ("clusterflow_deadlines_late", ()) not in read(relay)
    with world.context.database.begin() as connection:
        tables.due_moment.create(connection)
    assert value(read(relay), "clusterflow_deadlines_late") == 0


def test_a_second_process_takes_the_next_port_and_loopback_is_the_default(world: World) -> None:
    reported: list[str] = []
    with (
        metrics_endpoint(world.context, "relay", reported.append) as first,
        metrics_endpoint(world.context, "worker", reported.append) as second,
    ):
        assert first is not None
        assert second is not None
        assert second.port > first.port
        assert read(first)
        assert read(second)
    assert reported == [f"Metrics       {one.address}" for one in (first, second)]
    assert first.address.startswith("http://127.0.0.1:")


def test_without_a_port_there_is_no_endpoint_and_an_address_of_others_is_refused(world: World) -> None:
    settings = world.context.settings
    world.context.settings = settings.model_copy(update={"metrics_port": None})
    with metrics_endpoint(world.context, "relay", print) as endpoint:
        assert endpoint is None
    world.context.settings = settings.model_copy(update={"metrics_host": "203.0.113.1"})
    with pytest.raises(NotPossible, match=r"metrics cannot be shown at 203\.0\.113\.1"):
        Endpoint(world.context, "relay")
