"""The metrics that Prometheus reads, declared once: the endpoint, the reference and the test of the dashboard use this.

Names and units are those of OpenTelemetry. Labels have few values: never an initiative, a person or an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from clusterflow.services.monitoring.figures import Figures

SECONDS = "s"

Labels = Mapping[str, str]
Reading = tuple[float, Labels]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value at the moment of reading, made from the figures."""

    name: str
    unit: str
    """In the notation of OpenTelemetry: ``s``, or what is counted in braces."""
    about: str
    labels: tuple[str, ...]
    read: Callable[[Figures], Iterable[Reading]]

    @property
    def series(self) -> tuple[str, ...]:
        """The names under which Prometheus stores it."""
        return (prometheus_name(self.name, self.unit),)


@dataclass(frozen=True, slots=True)
class Duration:
    """The times that something took, counted in buckets."""

    name: str
    about: str
    labels: tuple[str, ...]
    bounds_seconds: tuple[float, ...]
    unit: str = SECONDS

    @property
    def series(self) -> tuple[str, ...]:
        """The names under which Prometheus stores it."""
        base = prometheus_name(self.name, self.unit)
        return (f"{base}_bucket", f"{base}_count", f"{base}_sum")


def prometheus_name(name: str, unit: str) -> str:
    """Return a name as the exporter writes it: underscores for points, and the unit at the end."""
    base = name.replace(".", "_")
    return f"{base}_seconds" if unit == SECONDS else base


COMMANDS = Duration(
    "clusterflow.command.duration",
    "Time of the commands that this process ran, from the first statement to the commit",
    ("command", "outcome"),
    (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)


def _outbox_entries(figures: Figures) -> Iterable[Reading]:
    return [(waiting.count, {"topic": topic}) for topic, waiting in figures.outbox.items()]


def _outbox_age(figures: Figures) -> Iterable[Reading]:
    return [(waiting.age_seconds(figures.at), {"topic": topic}) for topic, waiting in figures.outbox.items()]


def _notices(figures: Figures) -> Iterable[Reading]:
    counts = figures.notices
    by_state = {"waiting": counts.waiting, "refused": counts.refused, "dead": counts.dead}
    return [(count, {"state": state}) for state, count in by_state.items()]


def _processes(figures: Figures) -> Iterable[Reading]:
    return [(of_kind.count, {"kind": kind}) for kind, of_kind in figures.processes.items()]


def _heartbeats(figures: Figures) -> Iterable[Reading]:
    return [(of_kind.heartbeat_age_seconds, {"kind": kind}) for kind, of_kind in figures.processes.items()]


GAUGES: tuple[Gauge, ...] = (
    Gauge(
        "clusterflow.outbox.entries",
        "{entry}",
        "Ledger entries that wait: to be published to Prefect (event), or for their notices to be made (notice)",
        ("topic",),
        _outbox_entries,
    ),
    Gauge(
        "clusterflow.outbox.age",
        SECONDS,
        "For how long the oldest of these entries has waited",
        ("topic",),
        _outbox_age,
    ),
    Gauge(
        "clusterflow.deadlines.late",
        "{deadline}",
        "Deadlines of initiatives that are due and not yet processed",
        (),
        lambda figures: [(figures.deadlines.count, {})],
    ),
    Gauge(
        "clusterflow.deadlines.lateness",
        SECONDS,
        "For how long the oldest of these deadlines has been due",
        (),
        lambda figures: [(figures.deadlines.age_seconds(figures.at), {})],
    ),
    Gauge(
        "clusterflow.notices.unsent",
        "{notice}",
        "Notices that were not sent: waiting for their first attempt, refused by a channel and tried again, or dead",
        ("state",),
        _notices,
    ),
    Gauge(
        "clusterflow.notices.lateness",
        SECONDS,
        "For how long the oldest notice has been due and was not sent",
        (),
        lambda figures: [(figures.notices.overdue.age_seconds(figures.at), {})],
    ),
    Gauge(
        "clusterflow.submissions.refused",
        "{submission}",
        "Submissions of other systems that were refused, and that nobody has corrected yet",
        (),
        lambda figures: [(figures.refused_submissions, {})],
    ),
    Gauge(
        "clusterflow.processes",
        "{process}",
        "Processes that sent a heartbeat in the last minute and a half: relay, worker or web",
        ("kind",),
        _processes,
    ),
    Gauge(
        "clusterflow.heartbeat.age",
        SECONDS,
        "Time since the newest heartbeat of such a process",
        ("kind",),
        _heartbeats,
    ),
)

METRICS: tuple[Gauge | Duration, ...] = (COMMANDS, *GAUGES)
