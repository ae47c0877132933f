"""The metrics and models an office works with: its files, and what third parties add."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from clusterflow.configs.dues import load_schemes
from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.models import load_models
from clusterflow.errors import UnknownName
from clusterflow.model.dues import Scheme
from clusterflow.model.lifecycle import LifecycleModel
from clusterflow.model.measurement import MetricDeclaration
from clusterflow.rules.mistakes import nearest
from clusterflow.store.metrics import plugins

Stamp = tuple[tuple[str, int], ...]


def metrics_in(configs: Path) -> dict[str, MetricDeclaration]:
    """The shipped metrics and those of third parties.

    Raises:
        Mistakes: all that is wrong with the file.
    """
    path = configs / "metrics.yaml"
    return _metrics(path, _stamp(path))


def models_in(configs: Path) -> dict[str, LifecycleModel]:
    """The models as their files are now; initiatives under way keep the one they started under.

    Raises:
        Mistakes: all that is wrong with any of the files.
    """
    folder = configs / "models"
    return _models(configs, _stamp(configs / "metrics.yaml", *sorted(folder.glob("*"))))


def schemes_in(configs: Path) -> dict[str, Scheme]:
    """The dues schemes as their files are now.

    Raises:
        Mistakes: all that is wrong with any of the files.
    """
    folder = configs / "dues"
    return _schemes(folder, _stamp(*sorted(folder.glob("*"))))


def named(models: dict[str, LifecycleModel], model_id: str) -> LifecycleModel:
    """One of the models.

    Raises:
        UnknownName: with the nearest.
    """
    if model_id not in models:
        raise UnknownName("model", model_id, nearest(model_id, models), sorted(models))
    return models[model_id]


def _stamp(*paths: Path) -> Stamp:
    return tuple((str(p), p.stat().st_mtime_ns) for p in paths if p.exists())


@lru_cache(maxsize=8)
def _metrics(path: Path, stamp: Stamp) -> dict[str, MetricDeclaration]:
    theirs = plugins.discover()
    plugins.install(theirs)
    return {**load_metrics(path), **{m.declaration.id: m.declaration for m in theirs}}


@lru_cache(maxsize=8)
def _models(configs: Path, stamp: Stamp) -> dict[str, LifecycleModel]:
    return load_models(configs / "models", metrics_in(configs))


@lru_cache(maxsize=8)
def _schemes(folder: Path, stamp: Stamp) -> dict[str, Scheme]:
    return load_schemes(folder)
