"""The metrics: those of the office's file, and those of plugins."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from clusterflow.configs.metrics import load_metrics
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.services.catalogue.files import Stamp, stamp
from clusterflow.services.context import Context
from clusterflow.store.metrics import plugins


def metrics_of(context: Context) -> dict[str, MetricDeclaration]:
    """Return the metrics of the office: see ``metrics_in``."""
    return metrics_in(context.settings.configs)


def metrics_in(configs: Path) -> dict[str, MetricDeclaration]:
    """Return the metrics of the configuration and those of plugins.

    Raises:
        Mistakes: all mistakes in the file.
    """
    path = configs / "metrics.yaml"
    return _metrics(path, stamp(path))


@lru_cache(maxsize=8)
def _metrics(path: Path, written: Stamp) -> dict[str, MetricDeclaration]:
    theirs = plugins.discover()
    plugins.install(theirs)
    return {**load_metrics(path), **{m.declaration.id: m.declaration for m in theirs}}
