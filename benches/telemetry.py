"""Measures what logs in JSON and metrics cost: the same commands with both off and both on, in turn; and one scrape.

The rival is the same command with everything off, which is the default. SQLite, WAL, synchronous=FULL. Commands with
telemetry on and off take turns, so the load of the machine slows both equally. Processor time does not count what the
disk takes. The last lines say what a process imports with it off and on.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from benches import databases
from benches.measuring import MS, headline, quick, spread, timed
from benches.small_world import chain_of_stages, open_context, settle, submission
from clusterflow.services import registry, review
from clusterflow.services.context import Context
from clusterflow.services.monitoring.endpoint import Endpoint
from clusterflow.telemetry import commands, logs
from tests.support.ports import free_port

WARM_UP = 3

LOADED = "import sys, clusterflow.cli, clusterflow.services.context; print(len(sys.modules))"
LOADED_ON = "import clusterflow.telemetry.logs, opentelemetry.sdk.metrics, opentelemetry.exporter.prometheus; " + LOADED


def run(short: bool) -> None:
    headline("commands with telemetry off and on (SQLite, WAL, synchronous=FULL)")
    with databases.sqlite() as url:
        context = open_context(url, chain_of_stages(2))
        context.settings = context.settings.model_copy(update={"metrics_port": free_port()})
        settle(context, ["one"], 2)
        with _telemetry(context) as endpoint:
            for name, command in (("record", _record), ("evaluate", _evaluate)):
                _compare(context, name, command, endpoint, 5 if short else 400)
            _report_alone(endpoint, 10 if short else 5000)
            _scrape(context, endpoint, 2 if short else 50)
    _imports(1 if short else 7)


def _compare(
    context: Context, name: str, command: Callable[[Context, str], object], endpoint: Endpoint, times: int
) -> None:
    """Print the times of a command with telemetry on and off, one after the other."""
    wall: dict[str, list[float]] = {"off": [], "on": []}
    processor: dict[str, list[float]] = {"off": [], "on": []}
    for number in range(times + WARM_UP):
        for mode in ("off", "on") if number % 2 else ("on", "off"):
            with _observed(endpoint) if mode == "on" else _unobserved():
                began = time.process_time()
                seconds = timed(lambda number=number, mode=mode: command(context, f"{number}{mode}"))
                if number >= WARM_UP:  # the first ones compile the statements
                    processor[mode].append(time.process_time() - began)
                    wall[mode].append(seconds)
    for mode, label in (("on", f"{name}, JSON log and metrics on"), ("off", f"rival: {name}, telemetry off")):
        spread(label, wall[mode], f"processor p50 {median(processor[mode]) * MS:.2f} ms")
    more = median(processor["on"]) - median(processor["off"])
    print(f"  more processor time for each {name}: {more * MS * 1000:.0f} µs", flush=True)


def _report_alone(endpoint: Endpoint, times: int) -> None:
    """Print the processor time of a report by itself: the line of the log and the count, without a command."""
    with _observed(endpoint):
        began = time.process_time()
        for _ in range(times):
            with commands.watched("nothing"):
                pass
        each = (time.process_time() - began) / times
    print(f"  processor time of a report by itself: {each * MS * 1000:.0f} µs", flush=True)


def _record(context: Context, unique: str) -> None:
    line = f"link initiative=one id=l{unique} direction=inside with_whom=x from=2024-01-05"
    registry.record(context, [submission(line)])


def _evaluate(context: Context, _: str) -> None:
    review.evaluate(context, "one")


@contextmanager
def _telemetry(context: Context) -> Iterator[Endpoint]:
    """Lines of JSON to nowhere, and an address for metrics; commands are reported only inside ``_observed``."""
    root = logging.getLogger()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        handler = logs.begin(["a-secret-of-the-settings"], nowhere)
        endpoint = Endpoint(context, "relay")
        try:
            commands.stop_observing(logs.report)
            commands.stop_observing(endpoint.count)
            yield endpoint
        finally:
            endpoint.close()
            root.removeHandler(handler)


@contextmanager
def _observed(endpoint: Endpoint) -> Iterator[None]:
    for observer in (logs.report, endpoint.count):
        commands.observe(observer)
    yield
    for observer in (logs.report, endpoint.count):
        commands.stop_observing(observer)


@contextmanager
def _unobserved() -> Iterator[None]:
    assert not commands.is_observed()
    yield


def _scrape(context: Context, endpoint: Endpoint, times: int) -> None:
    """Print what reading the metrics once costs this process. Figures are read from the database each 5 s at most."""
    taken = []
    with _observed(endpoint):
        _record(context, "last")
    for _ in range(times):
        began = time.process_time()
        with urllib.request.urlopen(endpoint.address) as answer:  # noqa: S310 - our own address
            size = len(answer.read())
        taken.append(time.process_time() - began)
    spread(f"one scrape of {size:,} bytes, processor time", taken)


def _imports(times: int) -> None:
    """Print what a process imports. With everything off, a command imports nothing more than before."""
    taken: dict[str, list[float]] = {"off": [], "on": []}
    modules = {}
    for _ in range(times):
        for mode, code in (("off", LOADED), ("on", LOADED_ON)):
            began = time.perf_counter()
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
            taken[mode].append(time.perf_counter() - began)
            modules[mode] = int(done.stdout)
    for mode in taken:
        print(f"  a process, telemetry {mode}: {modules[mode]} modules, {median(taken[mode]):.2f} s", flush=True)


if __name__ == "__main__":
    run(quick(__doc__))
