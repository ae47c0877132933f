"""The address at which Prometheus reads the metrics of this process.

The libraries are imported only here, and only where a setting names a port. Each process that runs for long has an
address of its own: the port of the settings, or the next one that is free on its machine.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from clusterflow import __version__
from clusterflow.errors import NotPossible
from clusterflow.services.context import Context
from clusterflow.services.monitoring.figures import Figures, read_figures
from clusterflow.services.monitoring.metrics import COMMANDS, GAUGES, Gauge
from clusterflow.telemetry.commands import CommandReport, observe, stop_observing

INSTALL = "pip install 'clusterflow[monitoring]'"

PORTS = 16
"""How many ports are tried from that of the settings on."""

KEPT_SECONDS = 5.0
"""How long figures are shown before they are read again, however often somebody asks."""


class Endpoint:
    """The metrics of this process, at an address that Prometheus reads."""

    def __init__(self, context: Context, kind: str) -> None:
        """Count commands from now on, and listen.

        Args:
            kind: ``relay``, ``worker`` or ``web``. Only a relay reads the figures of the database, which are the same
                for all processes.

        Raises:
            NotPossible: the packages are missing, or no port is free.
        """
        check_package(context)
        self._context = context
        self._lock = threading.Lock()
        self._figures: Figures | None = None
        self._read_at = 0.0
        prometheus = import_module("prometheus_client")
        registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=registry)
        self._provider = self._make_provider(registry, kind)
        meter = self._provider.get_meter("clusterflow", __version__)
        self._durations = meter.create_histogram(
            COMMANDS.name,
            unit=COMMANDS.unit,
            description=COMMANDS.about,
            explicit_bucket_boundaries_advisory=COMMANDS.bounds_seconds,
        )
        for gauge in GAUGES if kind == "relay" else ():
            meter.create_observable_gauge(gauge.name, [self._callback(gauge)], unit=gauge.unit, description=gauge.about)
        self.port, self._server = _listen(context, prometheus, registry)
        observe(self.count)

    @property
    def address(self) -> str:
        """The address to give to Prometheus."""
        host = self._context.settings.metrics_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/metrics"

    def count(self, command: CommandReport) -> None:
        """Count a command that has ended."""
        self._durations.record(command.seconds, {"command": command.name, "outcome": command.outcome})

    def close(self) -> None:
        """Listen and count no more."""
        stop_observing(self.count)
        self._server.shutdown()
        self._server.server_close()
        self._provider.shutdown()

    @staticmethod
    def _make_provider(registry: Any, kind: str) -> Any:
        exporter, sdk = import_module("opentelemetry.exporter.prometheus"), import_module("opentelemetry.sdk.metrics")
        resource = import_module("opentelemetry.sdk.resources").Resource.create(
            {"service.name": "clusterflow", "service.version": __version__, "clusterflow.process.kind": kind}
        )
        reader = exporter.PrometheusMetricReader(registry=registry, scope_info_enabled=False)
        return sdk.MeterProvider([reader], resource=resource, shutdown_on_exit=False)

    def _callback(self, gauge: Gauge) -> Callable[[object], list[Any]]:
        observation = import_module("opentelemetry.metrics").Observation

        def read(_: object) -> list[Any]:
            figures = self._current_figures()
            readings = () if figures is None else gauge.read(figures)
            return [observation(value, dict(labels)) for value, labels in readings]

        return read

    def _current_figures(self) -> Figures | None:
        """Return the figures; None while the database does not answer: then the series end, which Prometheus sees."""
        with self._lock:
            if time.monotonic() - self._read_at >= KEPT_SECONDS:
                try:
                    with self._context.reading() as connection:
                        self._figures = read_figures(connection, self._context.clock())
                except SQLAlchemyError:
                    self._figures = None
                self._read_at = time.monotonic()
            return self._figures


def check_package(context: Context) -> None:
    """Check that the libraries are installed, if metrics are wanted.

    Raises:
        NotPossible: they are missing; the text says how to install them.
    """
    if context.settings.metrics_port is None:
        return
    for name in ("opentelemetry.sdk", "opentelemetry.exporter.prometheus"):
        try:
            import_module(name)
        except ModuleNotFoundError:
            raise NotPossible(f"metrics need a package that is not installed here; install it: {INSTALL}") from None


@contextmanager
def metrics_endpoint(context: Context, kind: str, say: Callable[[str], None]) -> Iterator[Endpoint | None]:
    """Show the metrics of this process while the block runs, if the settings name a port.

    Raises:
        NotPossible: the packages are missing, or no port is free.
    """
    if context.settings.metrics_port is None:
        yield None
        return
    endpoint = Endpoint(context, kind)
    try:
        say(f"Metrics       {endpoint.address}")
        yield endpoint
    finally:
        endpoint.close()


def _listen(context: Context, prometheus: Any, registry: Any) -> tuple[int, Any]:
    """Listen at the first port that is free; return it with the server."""
    first, host = context.settings.metrics_port or 0, context.settings.metrics_host
    for port in range(first, min(first + PORTS, 65536)):
        try:
            server, _ = prometheus.start_http_server(port, host, registry)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise NotPossible(f"metrics cannot be shown at {host}: {problem.strerror}") from None
        else:
            return port, server
    raise NotPossible(f"no port from {first} to {first + PORTS - 1} is free: set CLUSTERFLOW_METRICS_PORT")
