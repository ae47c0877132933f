"""The catalogue of metrics, models and dues schemes: the office's files, and the metrics of plugins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from clusterflow.configs.dues import load_schemes
from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.models import load_models, model_files
from clusterflow.domain.dues import Scheme
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.errors import UnknownName
from clusterflow.rules.mistakes import nearest
from clusterflow.services.context import Context
from clusterflow.store.metrics import plugins

Stamp = tuple[tuple[str, int], ...]


def metrics_of(context: Context) -> dict[str, MetricDeclaration]:
    """Return the metrics of the office: see ``metrics_in``."""
    return metrics_in(context.settings.configs)


def models_of(context: Context) -> Mapping[str, LifecycleModel]:
    """Return the models of the office, or those of the context if it has its own."""
    return Models(context.settings.configs) if context.models is None else context.models


def schemes_of(context: Context) -> Mapping[str, Scheme]:
    """Return the dues schemes of the office, or those of the context if it has its own."""
    return schemes_in(context.settings.configs) if context.schemes is None else context.schemes


def metrics_in(configs: Path) -> dict[str, MetricDeclaration]:
    """Return the metrics of the configuration and those of plugins.

    Raises:
        Mistakes: all mistakes in the file.
    """
    path = configs / "metrics.yaml"
    return _metrics(path, _stamp(path))


class Models(Mapping[str, LifecycleModel]):
    """The models as their files are now. Each is read when it is used, so a mistake in one does not affect the others.

    Initiatives under way keep the version they started under.

    Raises:
        Mistakes: all mistakes in the file of a model when it is read; or there is no model file.
    """

    def __init__(self, configs: Path) -> None:
        self._configs = configs

    def __getitem__(self, model_id: str) -> LifecycleModel:
        files = [file for file in self._files() if file.stem == model_id]
        if not files:
            raise KeyError(model_id)
        return _read(self._configs, files)[model_id]

    def __contains__(self, model_id: object) -> bool:
        return any(file.stem == model_id for file in self._files())

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(file.stem for file in self._files()))

    def __len__(self) -> int:
        return len(set(self))

    def _files(self) -> list[Path]:
        return model_files(self._configs / "models")


def models_in(configs: Path) -> dict[str, LifecycleModel]:
    """Return all models as their files are now.

    Raises:
        Mistakes: all mistakes in the files.
    """
    return _read(configs, model_files(configs / "models"))


def _read(configs: Path, files: Sequence[Path]) -> dict[str, LifecycleModel]:
    return _models(configs, tuple(files), _stamp(configs / "metrics.yaml", *files))


def schemes_in(configs: Path) -> dict[str, Scheme]:
    """Return the dues schemes as their files are now.

    Raises:
        Mistakes: all mistakes in the files.
    """
    folder = configs / "dues"
    return _schemes(folder, _stamp(*sorted(folder.glob("*"))))


def find_model(models: Mapping[str, LifecycleModel], model_id: str) -> LifecycleModel:
    """Return the model with this id.

    Raises:
        UnknownName: there is no such model; the error suggests similar names.
        Mistakes: all mistakes in its file.
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


@lru_cache(maxsize=64)
def _models(configs: Path, files: tuple[Path, ...], stamp: Stamp) -> dict[str, LifecycleModel]:
    return load_models(files, metrics_in(configs))


@lru_cache(maxsize=8)
def _schemes(folder: Path, stamp: Stamp) -> dict[str, Scheme]:
    return load_schemes(folder)
