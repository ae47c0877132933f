"""Metrics of third parties, in packages with the entry-point group ``clusterflow.metrics``.

An entry point names a ``Metric`` or a tuple of them. A ``Metric`` is a declaration and the function that selects its
rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.errors import ClusterflowError
from clusterflow.rules.judge import KNOWN_SHARE
from clusterflow.store.metrics.metric import ROW_COLUMNS, Metric
from clusterflow.store.metrics.register import METRICS
from clusterflow.store.query_scope import Scope

GROUP = "clusterflow.metrics"

REPAIR_HINT = "Repair, upgrade or uninstall the package"

# Sample values for parameters without a default, to check that the statement can be built.
_EXAMPLES: dict[str, str | int] = {
    "integer": 12,
    "text": "example",
    "size-class": "small",
    "helix-kind": "company",
    "body-kind": "board",
    "stage": "example",
    "topic": "trust",
    "direction": "inside",
    "chain-role": "components",
}


def discover() -> tuple[Metric, ...]:
    """Return the metrics of all installed packages, ordered by id.

    Raises:
        ClusterflowError: a package cannot be loaded; the message names the package and the reason.
    """
    found: dict[str, tuple[Metric, str]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (_package(p), p.name)):
        for metric in _offered(point):
            name = metric.declaration.id
            if name in found and found[name][0] != metric:
                raise ClusterflowError(
                    f"the packages {found[name][1]} and {_package(point)} both offer a metric «{name}». "
                    "Uninstall one of them"
                )
            if _is_taken(metric):
                raise _broken_plugin(point, f"there is already a metric «{name}»")
            found[name] = metric, _package(point)
    return tuple(found[name][0] for name in sorted(found))


def install(metrics: Iterable[Metric]) -> None:
    """Register all the metrics by id, or none of them. Registering them again changes nothing.

    Raises:
        ClusterflowError: an id is already used.
    """
    wanted: dict[str, Metric] = {}
    for metric in metrics:
        name = metric.declaration.id
        if _is_taken(metric) or wanted.setdefault(name, metric).rows is not metric.rows:
            raise ClusterflowError(f"there are two metrics «{name}»; an id can be given only once")
    METRICS.update({name: metric.rows for name, metric in wanted.items()})


def _is_taken(metric: Metric) -> bool:
    name = metric.declaration.id
    return name == KNOWN_SHARE or METRICS.get(name, metric.rows) is not metric.rows


def _offered(point: EntryPoint) -> Iterator[Metric]:
    try:
        offer = point.load()
    # A module of a third party may raise anything during its import. The message names the package.
    except (Exception, SystemExit) as problem:
        raise _broken_plugin(point, _describe_error(problem)) from None
    # A metric is a tuple, too.
    several = isinstance(offer, (tuple, list)) and not isinstance(offer, Metric)
    for metric in offer if several else (offer,):
        if not isinstance(metric, Metric) or not isinstance(metric.declaration, MetricDeclaration):
            raise _broken_plugin(
                point, f"it is {type(metric).__name__}, not a clusterflow.store.metrics.Metric or a tuple of them"
            )
        if (wrong := _shape_error(metric)) is not None:
            raise _broken_plugin(point, f"the rows of «{metric.declaration.id}» cannot be selected: {wrong}")
        yield metric


def _shape_error(metric: Metric) -> str | None:
    """Return why the metric's statement cannot be used. It is tried with default values before
    anything depends on it.
    """
    try:
        names = set(metric.rows(Scope(), **_arguments(metric.declaration)).selected_columns.keys())
    except Exception as problem:
        return _describe_error(problem)
    missing = [column for column in ROW_COLUMNS if column not in names]
    return f"the columns {', '.join(missing)} are missing" if missing else None


def _arguments(declaration: MetricDeclaration) -> dict[str, Any]:
    return {
        name: _EXAMPLES[parameter.type] if parameter.default is None else parameter.default
        for name, parameter in declaration.parameters.items()
        if not parameter.optional
    }


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.module


def _describe_error(problem: BaseException) -> str:
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


def _broken_plugin(point: EntryPoint, why: str) -> ClusterflowError:
    return ClusterflowError(
        f"the package {_package(point)} offers the metric «{point.name}» ({point.value}), which cannot be used: "
        f"{why}. {REPAIR_HINT}"
    )
