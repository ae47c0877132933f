"""The metrics: those of the office's file, and those of plugins."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.services.catalogue import metric_cache
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
    key = metric_cache.key_of(path)
    cached = None if key is None else metric_cache.load(key)
    if cached is not None:
        return cached
    theirs = plugins.discover()
    plugins.install(theirs)
    # Start-up time: the readers of YAML are needed only where the cache has nothing.
    declared: dict[str, MetricDeclaration] = import_module("clusterflow.configs.metrics").load_metrics(path)
    if key is not None and not theirs:  # the code of a plug-in is loaded anyway, and is not part of the key
        metric_cache.store(key, declared)
    return {**declared, **{m.declaration.id: m.declaration for m in theirs}}
